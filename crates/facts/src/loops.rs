//! Loops as a whole: how they can end, whether they wait, who runs them, and whether they see a stop signal.

use unspin_ir::{BlockId, Constant, Expr, ExprId, LocalKind, LoopKind, StatementKind, Terminator};

use crate::model::{Effect, WordKind};
use crate::observation::{Attribute, Observation, Subject, Sureness};
use crate::sites::{LoopContext, Remote, Site};
use crate::spawned::Runner;

const MAX_HOPS: u32 = 4;

/// What there is to say of one loop.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let ends = ends(cx);
    let waits = waits(cx);
    let state = if is_skipped(cx) { "skipped" } else { exit_state(cx) };
    let mut attributes: Vec<Attribute> = ends.iter().map(|&end| ("ends", end)).collect();
    attributes.push(("waits", waits));
    attributes.push(("exit-state", state));
    attributes.push(("does", does(cx)));
    // Under a global lock nobody is served by spinning.
    if crate::sites::is_rust(cx.project, cx.at) && cx.project.models.has_word(WordKind::Spin, &cx.function.name) {
        attributes.push(("spins", "on-purpose"));
    }
    attributes.extend(runners(cx).into_iter().map(|runner| ("runs-in", runner)));
    let stop = stop_signal(cx);
    attributes.push(("stop-signal", stop));
    let endless = endless_wait(cx);
    attributes.push(("endless-wait", if endless.is_some() { "yes" } else { "no" }));
    attributes.extend(crate::walks::walk(cx).map(|walk| ("walk", walk)));
    let file = cx.at.file;
    let mut places = vec![("loop", file, cx.source.head)];
    places.extend(endless.map(|site| ("call", file, site.span)));
    places.extend(cx.natural().latches.first().map(|&latch| ("latch", file, cx.function.block(latch).span)));
    let call = endless.map_or(String::new(), |site| cx.name_of(site));
    let sureness = if matches!(waits, "unknown" | "perhaps") { Sureness::Medium } else { Sureness::High };
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes,
        places,
        words: vec![("call", call)],
        sureness,
    })
}

/// How the loop can end.
pub(crate) fn ends(cx: &LoopContext<'_>) -> Vec<&'static str> {
    let natural = cx.natural();
    let mut ends = Vec::new();
    let mut add = |end: &'static str| {
        if !ends.contains(&end) {
            ends.push(end);
        }
    };
    for &(from, to) in &natural.exits {
        let block = cx.function.block(from);
        // The end of an iterator: whoever asks knows that there is none.
        if from == natural.header && matches!(block.terminator, Terminator::Advance { exhausted, .. } if exhausted == to) {
            continue;
        }
        let by_failure = block.unwind == Some(to) && !matches!(block.terminator, Terminator::Raise { .. });
        let is_test = cx.source.kind == LoopKind::While && cx.source.head.covers(block.span);
        if let Terminator::Branch { test, then, .. } = block.terminator
            && constant_truth(cx, test).is_some_and(|truth| truth != (then == to))
        {
            continue;
        }
        if by_failure {
            add(if is_expected_failure(cx, to) { "inside" } else { "failure" });
        } else {
            add(if is_test { "test" } else { "inside" });
        }
    }
    for block in natural.body.iter() {
        // A `return` whose value may fail stays in the body when the failure goes round.
        let data = cx.function.block(block);
        let leaves = match data.terminator {
            Terminator::Return(_) => true,
            Terminator::Raise { .. } => data.unwind.is_none(),
            _ => false,
        };
        if leaves {
            add("inside");
        }
    }
    for site in &cx.sites {
        if may_never_return(cx, site) || leaves_by_design(cx, site) {
            add("inside");
        } else if site.call.raises && cx.function.block(site.block).unwind.is_none() {
            add("failure");
        }
    }
    if cx.function.never_returns {
        ends.push("declared");
    }
    if ends.is_empty() {
        ends.push("never");
    }
    ends
}

/// The outcome of a test that is a constant: `while not False`, `while FOREVER`.
fn constant_truth(cx: &LoopContext<'_>, test: ExprId) -> Option<bool> {
    let of = |constant: &Constant| match constant {
        Constant::None | Constant::Unit => false,
        Constant::Bool(value) => *value,
        Constant::Int(value) => *value != 0,
        Constant::Float(value) => *value != 0.0,
        Constant::Text(value) => !value.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
    };
    match cx.function.expr(test) {
        Expr::Constant(constant) => Some(of(constant)),
        Expr::Global(name) => cx.project.constant(cx.at.file, *name).as_ref().map(of),
        Expr::Truth(inner) => constant_truth(cx, *inner),
        Expr::Unary(unspin_ir::UnaryOp::Not, inner) => constant_truth(cx, *inner).map(|truth| !truth),
        _ => None,
    }
}

/// A handler around the loop, in the same function, that does not only clean up.
fn is_expected_failure(cx: &LoopContext<'_>, unwind: BlockId) -> bool {
    matches!(&cx.function.block(unwind).terminator, Terminator::Dispatch { handlers, .. } if handlers.iter().any(|h| h.manager.is_none()))
}

fn may_never_return(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    site.effect == Some(Effect::Exit)
        || site.resolution.targets.iter().any(|&target| {
            let summary = cx.project.summary(target);
            summary.never_returns || summary.effects.contains(Effect::Exit)
        })
}

/// Rust's `?`, and what fails when there is nothing more to take: the source means to leave there.
fn leaves_by_design(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    let escapes = site.call.raises && cx.function.block(site.block).unwind.is_none();
    let ends = site.resolution.model.is_some_and(|(model, _)| !model.end_raises.is_empty());
    let raises = site.resolution.targets.iter().any(|&target| cx.project.summary(target).raises);
    escapes && ((!shares && !site.call.panics) || ends || raises)
}

/// Whether a round waits.
pub(crate) fn waits(cx: &LoopContext<'_>) -> &'static str {
    let (mut unknown, mut perhaps) = (false, false);
    for block in cx.natural().body.iter() {
        let data = cx.function.block(block);
        let yields = data.statements.iter().any(|s| matches!(s.kind, StatementKind::Yield(_)));
        if yields || matches!(data.terminator, Terminator::Advance { awaited: true, .. } | Terminator::Select { .. }) {
            return "yes";
        }
    }
    for site in &cx.sites {
        match site_waits(cx, site) {
            Some(true) => return "yes",
            Some(false) => {}
            // A plain function of unknown origin says less than a method of an unknown object.
            None if matches!(site.call.callee, unspin_ir::Callee::Path(_)) => unknown = true,
            None => perhaps = true,
        }
    }
    match (perhaps, unknown) {
        (true, _) => "perhaps",
        (false, true) => "unknown",
        (false, false) => "no",
    }
}

fn site_waits(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<bool> {
    if let Some((model, _)) = site.resolution.model {
        return Some(model.blocks.unwrap_or(model.effect.blocks()) || site.call.awaited || model.effect == Effect::Yield);
    }
    if site.resolution.targets.is_empty() {
        return (site.call.awaited || cx.project.models.has_word(WordKind::Delay, &cx.name_of(site))).then_some(true);
    }
    let mut unknown = false;
    for &target in &site.resolution.targets {
        let summary = cx.project.summary(target);
        if summary.waits || summary.effects.contains(Effect::Yield) || site.call.awaited {
            return Some(true);
        }
        unknown |= summary.calls_unknown;
    }
    if unknown { None } else { Some(false) }
}

/// What the body does besides its tests.
fn does(cx: &LoopContext<'_>) -> &'static str {
    let quiet = [Effect::Query, Effect::Pure, Effect::View, Effect::StopCheck, Effect::Clock, Effect::Log];
    let has_handler = cx.natural().body.iter().any(|block| cx.function.block(block).unwind.is_some());
    if cx.sites.is_empty() && !has_handler {
        return "nothing";
    }
    let is_query = |site: &Site<'_>| match site.resolution.model {
        Some((model, _)) => quiet.contains(&model.effect),
        None => is_own_question(cx, site),
    };
    if !has_handler && cx.sites.iter().all(is_query) { "queries" } else { "calls" }
}

/// A call of the project's own code that only looks at something.
pub(crate) fn is_own_question(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let targets = &site.resolution.targets;
    site.resolution.exact
        && targets.iter().all(|&target| {
            let summary = cx.project.summary(target);
            !summary.calls_unknown
                && !summary.waits
                && summary.writes.is_empty()
                && !summary.raises
                && summary.effects.only_ask()
        })
}

/// What happens to the state that the tests which leave the loop read.
fn exit_state(cx: &LoopContext<'_>) -> &'static str {
    let tests = exit_tests(cx);
    if tests.is_empty() {
        return "none";
    }
    let mut is_foreign = false;
    for &test in &tests {
        match state_of_test(cx, test, 0) {
            "changed" => return "changed",
            "foreign" => is_foreign = true,
            _ => {}
        }
    }
    if is_foreign { "foreign" } else { "unchanged" }
}

/// Tests of the loop one side of which leaves it.
pub(crate) fn exit_tests(cx: &LoopContext<'_>) -> Vec<ExprId> {
    let natural = cx.natural();
    let back = unspin_flow::ways::reaching_header(&cx.shape.cfg, natural, &unspin_flow::BlockSet::default());
    let returns = |block: BlockId| block == natural.header || back.contains(block);
    natural
        .body
        .iter()
        .filter_map(|block| match cx.function.block(block).terminator {
            Terminator::Branch { test, then, otherwise } if returns(then) != returns(otherwise) => Some(test),
            _ => None,
        })
        .collect()
}

/// Whether some way round does nothing at all that a test of the loop could see: `continue` before the step.
fn is_skipped(cx: &LoopContext<'_>) -> bool {
    let natural = cx.natural();
    let mut read = Vec::new();
    let mut is_local = true;
    let mut tests = 0;
    for block in natural.body.iter() {
        let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { continue };
        tests += 1;
        crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
            Expr::Local(local) => {
                is_local &= matches!(cx.function.local(*local).kind, LocalKind::Parameter | LocalKind::Variable);
                read.push(*local);
            }
            Expr::Global(_) => is_local &= is_constant_name(cx, part),
            Expr::Field(..) => is_local &= !is_visible_elsewhere(cx, part),
            Expr::Opaque(_) => is_local = false,
            _ => {}
        });
    }
    if !is_local || tests < 2 || exit_tests(cx).is_empty() {
        return false;
    }
    let changes = |block: &BlockId| {
        let data = cx.function.block(*block);
        !matches!(data.terminator, Terminator::Goto(_) | Terminator::Branch { .. })
            || data.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Assign(place, _) => {
                    crate::shape::root_local(cx.function, *place).is_none_or(|root| read.contains(&root))
                }
                StatementKind::Leave(_) => false,
                _ => true,
            })
    };
    let changing: unspin_flow::BlockSet = natural.body.iter().filter(changes).collect();
    // With more tests on the way they may contradict each other: `if a < b`, then `if a > b`, then `if a == b`.
    let on_way = unspin_flow::ways::from_header(&cx.shape.cfg, natural, &changing);
    let is_test = |block: &BlockId| matches!(cx.function.block(*block).terminator, Terminator::Branch { .. });
    if on_way.iter().filter(is_test).count() > 2 {
        return false;
    }
    unspin_flow::ways::exists_through(&cx.shape.cfg, natural, natural.header, &changing)
}

fn state_of_test(cx: &LoopContext<'_>, test: ExprId, hops: u32) -> &'static str {
    if hops > MAX_HOPS {
        return "changed";
    }
    let mut state = "unchanged";
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
        Expr::Local(local) => {
            let in_loop = |definition: &crate::shape::Definition| cx.natural().body.contains(definition.block);
            let query = cx.origin_site(part).filter(|site| match site.resolution.model {
                Some((model, _)) => matches!(model.effect, Effect::Query | Effect::StopCheck | Effect::Pure | Effect::View),
                None => is_own_question(cx, site),
            });
            if let Some(site) = query {
                // What is asked, and of whom, decides: `hasattr(f, "__wrapped__")` changes with `f`.
                let asked = state_of_question(cx, site, hops);
                if asked == "changed" || state == "unchanged" {
                    state = asked;
                }
            } else if cx.shape.definitions(*local).iter().any(in_loop) || is_given_away(cx, *local, shares) {
                state = "changed";
            } else if matches!(cx.function.local(*local).kind, LocalKind::Captured | LocalKind::Shared) && state == "unchanged"
            {
                state = "foreign";
            }
        }
        Expr::Field(..) | Expr::Global(_) | Expr::Index(..) => {
            if is_stored_in_loop(cx, part) {
                state = "changed";
            } else if state == "unchanged" && !is_constant_name(cx, part) && is_visible_elsewhere(cx, part) {
                state = "foreign";
            }
        }
        Expr::Opaque(_) => state = "changed",
        _ => {}
    });
    state
}

/// What happens to the operands of a call that only asks; without a change there, others decide the answer.
fn state_of_question(cx: &LoopContext<'_>, site: &Site<'_>, hops: u32) -> &'static str {
    let is_pure = site.resolution.model.is_some_and(|(model, _)| matches!(model.effect, Effect::Pure | Effect::View));
    let mut state = if is_pure { "unchanged" } else { "foreign" };
    for operand in site.call.operands() {
        match state_of_test(cx, operand, hops + 1) {
            "changed" => return "changed",
            "foreign" => state = "foreign",
            _ => {}
        }
    }
    state
}

/// A field of an own, exclusive object cannot be changed by others.
fn is_visible_elsewhere(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    shares || matches!(cx.function.expr(expr), Expr::Global(_))
}

fn is_constant_name(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let Some(path) = cx.function.path(expr) else { return false };
    let last = path.rsplit('.').next().unwrap_or_default();
    last.chars().all(|c| !c.is_lowercase())
        || matches!(cx.function.expr(expr), Expr::Global(name) if cx.project.constant(cx.at.file, *name).is_some())
}

/// Whether a call of the loop gets the local in a way that may change what it holds.
fn is_given_away(cx: &LoopContext<'_>, local: unspin_ir::LocalId, shares: bool) -> bool {
    let is_root = |expr: ExprId| crate::shape::root_local(cx.function, expr) == Some(local);
    let keeps = |site: &Site<'_>| {
        site.resolution.model.is_some_and(|(model, _)| {
            matches!(model.effect, Effect::Pure | Effect::View | Effect::Query | Effect::Log | Effect::StopCheck)
        })
    };
    cx.sites.iter().filter(|site| !keeps(site)).any(|site| {
        let receiver = matches!(site.call.callee, unspin_ir::Callee::Method(receiver, _) if is_root(receiver));
        let argument = site.call.arguments.iter().any(|a| (a.mutable || shares) && is_root(a.value));
        receiver || (argument && !cx.shape.is_used_as_value(cx.function, local))
    })
}

fn is_stored_in_loop(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let path = cx.function.path(expr);
    let root = crate::shape::root_local(cx.function, expr);
    let stores = |place: ExprId| {
        (path.is_some() && cx.function.path(place) == path)
            || (path.is_none() && root.is_some() && crate::shape::root_local(cx.function, place) == root)
    };
    let assigned = cx.natural().body.iter().any(|block| {
        cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(place, _) | StatementKind::Delete(place) => stores(*place),
            _ => false,
        })
    });
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    assigned || root.is_some_and(|root| is_given_away(cx, root, shares))
}

/// What runs the function of the loop.
fn runners(cx: &LoopContext<'_>) -> Vec<&'static str> {
    let mut runners = Vec::new();
    match cx.project.runner(cx.at) {
        Some(Runner::DetachedThread) => runners.push("detached-thread"),
        Some(Runner::DetachedTask) => runners.push("detached-task"),
        Some(Runner::Thread) => runners.push("thread"),
        Some(Runner::Task) => runners.push("task"),
        None => {}
    }
    if cx.function.owner.is_some() && stops_its_class(cx) {
        runners.push("closable-class");
    }
    let is_main = cx.function.kind == unspin_ir::FunctionKind::Module || cx.function.name == "main";
    if is_main {
        runners.push("main");
    }
    if runners.is_empty() {
        runners.push("function");
    }
    runners
}

fn stops_its_class(cx: &LoopContext<'_>) -> bool {
    let module = &cx.project.files[cx.at.file as usize].module;
    module.functions.iter().any(|function| {
        function.owner == cx.function.owner
            && matches!(
                function.name.as_str(),
                "close" | "stop" | "shutdown" | "terminate" | "disconnect" | "aclose" | "drop" | "__exit__" | "__aexit__"
            )
    })
}

/// Whether a test of the loop reads a stop signal, or the class has one that other loops of it read.
fn stop_signal(cx: &LoopContext<'_>) -> &'static str {
    if reads_stop(cx, cx.function, &cx.natural().body.iter().collect::<Vec<_>>())
        || cx.sites.iter().any(|s| s.effect == Some(Effect::StopCheck))
    {
        return "read";
    }
    let Some(owner) = cx.function.owner else { return "none" };
    let module = &cx.project.files[cx.at.file as usize].module;
    let siblings = module.functions.iter().filter(|f| f.owner == Some(owner) && f.qualified != cx.function.qualified);
    let obeyed = siblings.filter(|f| f.loops.iter().any(|l| l.kind == LoopKind::While)).any(|function| {
        let blocks: Vec<BlockId> = function.block_ids().map(|(id, _)| id).collect();
        reads_stop_field(cx, function, &blocks) && sets_in_stop(module, owner, function, cx)
    });
    if obeyed { "ignored" } else { "none" }
}

fn reads_stop(cx: &LoopContext<'_>, function: &unspin_ir::Function, blocks: &[BlockId]) -> bool {
    blocks.iter().any(|&block| match function.block(block).terminator {
        Terminator::Branch { test, .. } => !stop_paths(cx, function, test).is_empty(),
        _ => false,
    })
}

/// Loop tests only: the heads of `while` loops.
fn reads_stop_field(cx: &LoopContext<'_>, function: &unspin_ir::Function, blocks: &[BlockId]) -> bool {
    let heads: Vec<_> = function.loops.iter().filter(|l| l.kind == LoopKind::While).map(|l| l.head).collect();
    let in_head = |block: &&BlockId| heads.iter().any(|head| head.covers(function.block(**block).span));
    let chosen: Vec<BlockId> = blocks.iter().filter(in_head).copied().collect();
    reads_stop(cx, function, &chosen)
}

fn sets_in_stop(
    module: &unspin_ir::Module,
    owner: unspin_ir::Name,
    reader: &unspin_ir::Function,
    cx: &LoopContext<'_>,
) -> bool {
    let read: Vec<String> = reader
        .blocks
        .iter()
        .filter_map(|block| match block.terminator {
            Terminator::Branch { test, .. } => Some(stop_paths(cx, reader, test)),
            _ => None,
        })
        .flatten()
        .collect();
    module.functions.iter().filter(|f| f.owner == Some(owner) && f.name != "__init__" && f.name != "new").any(|function| {
        function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Assign(place, _) => function.path(*place).is_some_and(|path| read.contains(&path)),
            StatementKind::Call(call) => match call.callee {
                unspin_ir::Callee::Method(on, method) => {
                    matches!(method.as_str(), "set" | "cancel" | "store" | "close" | "swap")
                        && function.path(on).is_some_and(|path| read.contains(&path))
                }
                _ => false,
            },
            _ => false,
        })
    })
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
fn endless_wait<'c, 'p>(cx: &'c LoopContext<'p>) -> Option<&'c Site<'p>> {
    cx.sites.iter().find(|site| {
        let waits = matches!(site.effect, Some(Effect::Wait | Effect::Receive | Effect::Read | Effect::Accept | Effect::Poll));
        let is_endless = crate::timeouts::is_endless(cx.project, cx.at, &cx.shape, site.call)
            || site.resolution.model.is_some_and(|(model, _)| {
                model.effect == Effect::Receive && model.timeout.is_none() && model.blocks.unwrap_or(true)
            });
        waits && !site.timed && site.remote != Remote::Likely && is_endless && !is_woken(cx, site)
    })
}

/// Whether the code that stops the class also does something with what is waited for: puts a sentinel, closes the socket.
fn is_woken(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let unspin_ir::Callee::Method(receiver, _) = site.call.callee else { return false };
    let Some(waited) = cx.function.path(receiver) else { return false };
    let module = &cx.project.files[cx.at.file as usize].module;
    let others =
        module.functions.iter().filter(|f| f.owner.is_some() && f.owner == cx.function.owner && f.name != cx.function.name);
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
