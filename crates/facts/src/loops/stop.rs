//! Stop signals: whether a loop reads one, and whether a wait stands before the test.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;
use unspin_ir::{BlockId, Expr, ExprId, LocalKind, LoopKind, StatementKind, Terminator};

use crate::model::{Bound, BoundWord, CallModel, Effect, WordKind};
use crate::project::Remark;
use crate::sites::{LoopContext, Remote, Site};
use crate::spawned::Runner;

/// Whether a test of the loop reads a stop signal, or the class has one that other loops of it read.
pub(super) fn stop_signal(cx: &LoopContext<'_>) -> &'static str {
    if reads_stop(cx, cx.function, &cx.natural().body.iter().collect::<Vec<_>>())
        || cx.sites.iter().any(|s| s.effect == Some(Effect::StopCheck))
    {
        return "read";
    }
    let is_ended = cx.project.runner(cx.at) == Some(Runner::Ended);
    // Who asks a generator for the next item decides how long it runs.
    let is_asked = cx.function.is_generator && !cx.function.is_async;
    let Some(owner) = cx.function.owner.filter(|_| !is_ended && !is_asked) else { return "none" };
    let family = || cx.project.files[cx.at.file as usize].family(owner).map(|(_, function)| function);
    // A generator stops when whoever asks it for the next item does.
    let siblings =
        family().filter(|f| (f.within, f.name) != (cx.function.within, cx.function.name) && (!f.is_generator || f.is_async));
    let set = OnceCell::new();
    // A signal that a function was handed stops that one: `def tail(self, path, stop):`.
    let is_of_class = |path: &String| crate::sites::is_rust(cx.project, cx.at) || path.contains('.');
    let obeyed = siblings.filter(|function| has_open_loop(function)).any(|function| {
        let blocks: Vec<BlockId> = function.block_ids().map(|(id, _)| id).collect();
        !starts_green(cx, function)
            && reads_stop_field(cx, function, &blocks)
            && read_in_tests(cx, function)
                .filter(is_of_class)
                .any(|path| set.get_or_init(|| set_in_stop(family())).contains(&path))
    });
    // What awaits is stopped by being cancelled, by whoever runs it in a way that is not seen here.
    let is_cancellable =
        cx.function.is_async && cx.project.runner(cx.at).is_none() && !crate::sites::is_rust(cx.project, cx.at);
    if obeyed && !is_cancellable && !cx.project.runs_in_daemon(cx.at) { "ignored" } else { "none" }
}

/// Whether a function has a loop that no iterator ends.
pub(crate) fn has_open_loop(function: &unspin_ir::Function) -> bool {
    function.loops.iter().any(|l| matches!(l.kind, LoopKind::While | LoopKind::Endless))
}

/// Whether another loop of the function, or of its class, asks for a stop signal in its head, and this one for none.
pub(crate) fn forgets_stop(cx: &LoopContext<'_>) -> bool {
    let body: Vec<BlockId> = cx.natural().body.iter().collect();
    let asks_in_head = |function: &unspin_ir::Function| {
        let outside = |block: &BlockId| !std::ptr::eq(function, cx.function) || !cx.natural().body.contains(*block);
        let blocks: Vec<BlockId> = function.block_ids().map(|(id, _)| id).filter(outside).collect();
        reads_stop_field(cx, function, &blocks)
    };
    let asks = |function: &unspin_ir::Function| has_open_loop(function) && asks_in_head(function);
    let family = || cx.function.owner.map(|owner| cx.project.files[cx.at.file as usize].family(owner));
    !reads_stop(cx, cx.function, &body)
        && !cx.sites.iter().any(|site| site.effect == Some(Effect::StopCheck))
        && (asks(cx.function) || family().is_some_and(|mut family| family.any(|(_, function)| asks(function))))
}

/// Whether the obedient one starts this one beside itself in its own thread, which ends with it: `pool.spawn(self._clean)`.
fn starts_green(cx: &LoopContext<'_>, function: &unspin_ir::Function) -> bool {
    let is_it = |value| function.path(value).is_some_and(|path| path.rsplit('.').next() == Some(cx.function.name.as_str()));
    !crate::sites::is_rust(cx.project, cx.at)
        && function.calls().any(|(call, _)| {
            call.callee.name().is_some_and(|name| name == "spawn")
                && call.arguments.iter().any(|argument| is_it(argument.value))
        })
}

fn reads_stop(cx: &LoopContext<'_>, function: &unspin_ir::Function, blocks: &[BlockId]) -> bool {
    blocks.iter().any(|&block| match function.block(block).terminator {
        Terminator::Branch { test, .. } => !stop_paths(cx, function, test).is_empty(),
        _ => false,
    })
}

/// Loop tests only: the heads of `while` loops, and the first test of `while True: if not self.running: break`.
fn reads_stop_field(cx: &LoopContext<'_>, function: &unspin_ir::Function, blocks: &[BlockId]) -> bool {
    let heads: Vec<_> = function.loops.iter().filter(|l| l.kind == LoopKind::While).map(|l| l.head).collect();
    let is_first = |block: BlockId| function.loops.iter().any(|l| l.kind == LoopKind::Endless && l.header == block);
    let in_head = |block: &&BlockId| is_first(**block) || heads.iter().any(|head| head.covers(function.block(**block).span));
    let chosen: Vec<BlockId> = blocks.iter().filter(in_head).copied().collect();
    reads_stop(cx, function, &chosen)
}

/// Stop signals that a function tests.
fn read_in_tests(cx: &LoopContext<'_>, reader: &unspin_ir::Function) -> impl Iterator<Item = String> {
    let tests = reader.blocks.iter().filter_map(|block| match block.terminator {
        Terminator::Branch { test, .. } => Some(test),
        _ => None,
    });
    tests.flat_map(|test| stop_paths(cx, reader, test))
}

/// What the methods of a class assign or set, other than where it is made.
fn set_in_stop<'f>(family: impl Iterator<Item = &'f unspin_ir::Function>) -> FxHashSet<String> {
    let methods = family.filter(|function| function.name != "__init__" && function.name != "new");
    let of_method = |function: &'f unspin_ir::Function| {
        let statements = function.blocks.iter().flat_map(|block| &block.statements);
        statements.filter_map(|statement| match &statement.kind {
            StatementKind::Assign(place, _) => function.path(*place),
            StatementKind::Call(call) => match call.callee {
                unspin_ir::Callee::Method(on, method)
                    if matches!(method.as_str(), "set" | "cancel" | "store" | "close" | "swap") =>
                {
                    function.path(on)
                }
                _ => None,
            },
            _ => None,
        })
    };
    methods.flat_map(of_method).collect()
}

/// Paths of a test whose names speak of a stop signal.
pub(crate) fn stop_paths(cx: &LoopContext<'_>, function: &unspin_ir::Function, test: ExprId) -> Vec<String> {
    let mut paths = Vec::new();
    let models = &cx.project.models;
    crate::shape::for_each_part(function, test, &mut |part| {
        let asked = match function.expr(part) {
            Expr::Local(local) if function.local(*local).kind == LocalKind::Temporary => asked_of(function, *local),
            _ => None,
        };
        if let Some(path) = asked.or_else(|| function.path(part))
            && models.has_word(WordKind::Stop, &path)
            && !models.has_word(WordKind::NotStop, &path)
        {
            paths.push(path);
        }
    });
    paths
}

/// The receiver of the call that gave a temporary: `self._stop` of `self._stop.is_set()`.
fn asked_of(function: &unspin_ir::Function, local: unspin_ir::LocalId) -> Option<String> {
    function.blocks.iter().flat_map(|block| &block.statements).find_map(|statement| match &statement.kind {
        StatementKind::Call(call) if call.result == Some(local) => match call.callee {
            unspin_ir::Callee::Method(receiver, _) => function.path(receiver),
            _ => None,
        },
        _ => None,
    })
}

/// A wait of the loop that has no timeout, beside a test of a stop signal.
pub(super) fn endless_wait<'c, 'p>(cx: &'c LoopContext<'p>) -> Option<&'c Site<'p>> {
    if cx.function.is_async && cx.project.runner(cx.at) == Some(Runner::Ended) {
        return None;
    }
    cx.sites.iter().find(|site| {
        let waits = matches!(site.effect, Some(Effect::Wait | Effect::Receive | Effect::Read | Effect::Accept | Effect::Poll));
        let is_endless = crate::timeouts::is_endless(cx.project, cx.at, site.call)
            || site.resolution.model.is_some_and(|(model, _)| {
                let waits = model.effect == Effect::Receive || is_park(site);
                (waits && model.timeout.is_none() && model.blocks.unwrap_or(true)) || is_left_endless(cx, site, model)
            });
        waits && !site.timed && site.remote != Remote::Likely && is_endless && !is_raced(cx, site) && !is_woken(cx, site)
    })
}

fn is_park(site: &Site<'_>) -> bool {
    matches!(site.call.callee, unspin_ir::Callee::Path(path) if path == "std.thread.park")
}

/// Whether a Rust stream or listener waits for ever by default, and neither this function nor one that may
/// have made it makes one of that name give up.
fn is_left_endless(cx: &LoopContext<'_>, site: &Site<'_>, model: &CallModel) -> bool {
    let Some(timeout) = model.timeout.as_ref().filter(|_| crate::sites::is_rust(cx.project, cx.at)) else { return false };
    let unspin_ir::Callee::Method(receiver, _) = site.call.callee else { return false };
    let Some(path) = cx.function.path(receiver) else { return false };
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let given = timeout.keyword.is_some() || timeout.position.is_some();
    let file = &cx.project.files[cx.at.file as usize];
    // Other methods do so for themselves.
    let is_set_here = cx.function.calls().any(|(call, _)| {
        matches!(call.callee, unspin_ir::Callee::Method(on, method)
            if timeout.set_by.contains(&method) && cx.function.path(on).is_some_and(|on| last(&on) == last(&path)))
    });
    let is_set = is_set_here || file.families.sets(&file.module, &timeout.set_by, &last(&path));
    timeout.default == Bound::Word(BoundWord::Endless) && !given && !is_set
}

/// Whether something else is waited for at the same time.
fn is_raced(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let begins = |arm: &BlockId| {
        *arm == site.block
            || matches!(cx.function.block(*arm).terminator, Terminator::Branch { then, .. } if then == site.block)
    };
    cx.natural().body.iter().any(|block| {
        matches!(&cx.function.block(block).terminator, Terminator::Select { arms } if arms.len() > 1 && arms.iter().any(begins))
    })
}

/// Whether the code that stops the class also does something with what is waited for: puts a sentinel, closes the socket.
fn is_woken(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let file = &cx.project.files[cx.at.file as usize];
    if is_park(site) {
        let unparks =
            |call: &unspin_ir::Call| matches!(call.callee, unspin_ir::Callee::Method(_, method) if method == "unpark");
        let mut calls = file.module.functions.iter().flat_map(unspin_ir::Function::calls);
        return file.families.says(Remark::Unparks, || calls.any(|(call, _)| unparks(call)));
    }
    let unspin_ir::Callee::Method(receiver, _) = site.call.callee else { return false };
    let Some(waited) = cx.function.path(receiver) else { return false };
    let family = cx.function.owner.into_iter().flat_map(|owner| file.family(owner)).map(|(_, function)| function);
    let others = family.filter(|function| function.name != cx.function.name);
    let stops = |function: &unspin_ir::Function| {
        function.blocks.iter().flat_map(|block| &block.statements).any(|statement| {
            let path = match &statement.kind {
                StatementKind::Assign(place, _) => function.path(*place),
                StatementKind::Call(call) => match call.callee {
                    unspin_ir::Callee::Method(on, _) => function.path(on),
                    _ => None,
                },
                _ => None,
            };
            path.is_some_and(|path| cx.project.models.has_word(WordKind::Stop, &path))
        })
    };
    others.filter(|function| function.name != "__init__" && stops(function)).any(|function| {
        function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => {
                let on_it =
                    matches!(call.callee, unspin_ir::Callee::Method(on, _) if function.path(on).as_deref() == Some(&waited));
                on_it || call.arguments.iter().any(|a| function.path(a.value).as_deref() == Some(&waited))
            }
            _ => false,
        })
    })
}
