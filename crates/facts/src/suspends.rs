//! Loops in coroutines with a way round that never suspends: nothing else runs on that thread, and no deadline around the
//! loop can fire.
//!
//! Two shapes are certain enough to say: a way that blocks the thread in a call that is not the event loop's, and a way
//! that only asks, of state that nothing on it changes.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Constant, Expr, FunctionKind, LoopKind, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::sites::{LoopContext, Site};

/// A way round that does not suspend.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let is_coroutine = cx.function.is_async || cx.function.kind == FunctionKind::AsyncBlock;
    if !is_coroutine || !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let suspending: BlockSet = cx.natural().body.iter().filter(|&block| suspends(cx, block)).collect();
    let (how, call) = blocking_sleep(cx, &suspending).or_else(|| only_asks(cx, suspending))?;
    let file = cx.at.file;
    let mut places = vec![("loop", file, cx.source.head)];
    places.extend(call.map(|site| ("call", file, site.span)));
    places.extend(cx.natural().latches.first().map(|&latch| ("latch", file, cx.function.block(latch).span)));
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("suspends", how)],
        places,
        words: vec![("call", call.map_or_else(String::new, |site| cx.name_of(site)))],
        sureness: Sureness::High,
    })
}

fn suspends(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let data = cx.function.block(block);
    matches!(data.terminator, Terminator::Advance { awaited: true, .. } | Terminator::Select { .. })
        || data.statements.iter().any(|statement| matches!(statement.kind, StatementKind::Yield(_)))
        || cx.sites.iter().any(|site| site.block == block && site_suspends(cx, site))
}

fn site_suspends(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    if !site.call.awaited {
        return false;
    }
    let targets = &site.resolution.targets;
    let is_ready = site.resolution.exact
        && !targets.is_empty()
        && targets.iter().all(|&target| {
            let summary = cx.project.summary(target);
            !summary.waits && !summary.calls_unknown
        });
    !is_ready && !is_sleep_of_nothing(cx, site)
}

/// `sleep(0)`: lets others run, but comes back at once.
fn is_sleep_of_nothing(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    match site.resolution.model {
        Some((model, _)) if model.effect == Effect::Yield => true,
        Some((model, _)) if model.effect == Effect::Sleep => site
            .call
            .arguments
            .first()
            .is_some_and(|amount| matches!(cx.function.expr(amount.value), Expr::Constant(Constant::Int(0)))),
        _ => false,
    }
}

/// `time.sleep(1)` in a coroutine, on a way that never awaits anything.
fn blocking_sleep<'c, 'p>(cx: &'c LoopContext<'p>, suspending: &BlockSet) -> Option<(&'static str, Option<&'c Site<'p>>)> {
    let blocks_thread = |site: &&Site<'_>| {
        let blocks = site.resolution.model.is_some_and(|(model, certainty)| {
            let is_blocking = match model.effect {
                Effect::Sleep => site.call.result.is_none(),
                // What is not awaited and not handed on either was no coroutine.
                Effect::Read | Effect::Receive | Effect::Request => !is_handed_on(cx, site) && is_synchronous(cx, site),
                _ => false,
            };
            is_blocking && model.blocks.unwrap_or(true) && certainty == crate::Certainty::Certain
        });
        blocks && !site.call.awaited && !is_sleep_of_nothing(cx, site)
    };
    let site = cx
        .sites
        .iter()
        .filter(blocks_thread)
        .find(|site| ways::exists_through(&cx.shape.cfg, cx.natural(), site.block, suspending))?;
    Some(("blocked", Some(site)))
}

/// Whether the result of a call goes into another call: `create_task(reader.read())`.
fn is_handed_on(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(result) = site.call.result else { return false };
    let is_it = |expr| *cx.function.expr(expr) == Expr::Local(result);
    cx.sites.iter().any(|other| match other.call.callee {
        unspin_ir::Callee::Value(value) => is_it(value),
        _ => {
            other.call.arguments.iter().any(|a| is_it(a.value))
                && other
                    .resolution
                    .model
                    .is_some_and(|(model, _)| matches!(model.effect, Effect::Spawn | Effect::Deadline | Effect::Wait))
        }
    })
}

/// Whether a call belongs to a library that blocks the thread: requests, sockets, queues of threads.
fn is_synchronous(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    const PYTHON: [&str; 5] = ["requests.", "queue.", "socket.", "urllib.", "multiprocessing."];
    const RUST: [&str; 5] = ["std.sync.mpsc.", "std.net.", "crossbeam_channel.", "reqwest.blocking.", "ureq."];
    let blocking = if crate::sites::is_rust(cx.project, cx.at) { RUST } else { PYTHON };
    let of = |name: &str| blocking.iter().any(|prefix| name.starts_with(prefix));
    match site.call.callee {
        unspin_ir::Callee::Path(path) => of(&path),
        _ => site.resolution.receiver.is_some_and(|ty| of(&ty)),
    }
}

/// A way on which only questions are asked, and nothing that a test of the loop reads changes.
fn only_asks<'c, 'p>(cx: &'c LoopContext<'p>, suspending: BlockSet) -> Option<(&'static str, Option<&'c Site<'p>>)> {
    let mut avoiding = suspending;
    let working: BlockSet = cx.natural().body.iter().filter(|&block| works(cx, block)).collect();
    avoiding.extend(&working);
    let natural = cx.natural();
    if avoiding.contains(natural.header) || !ways::exists_through(&cx.shape.cfg, natural, natural.header, &avoiding) {
        return None;
    }
    // Two tests on the way may contradict each other; with more, some will.
    let on_way = ways::from_header(&cx.shape.cfg, natural, &avoiding);
    let tests = on_way.iter().filter(|&block| matches!(cx.function.block(block).terminator, Terminator::Branch { .. }));
    matches!(tests.count(), 1 | 2).then_some(("never", None))
}

/// Whether a block does anything besides asking, counting and logging.
fn works(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let data = cx.function.block(block);
    let quiet = [Effect::Query, Effect::Pure, Effect::View, Effect::StopCheck, Effect::Log, Effect::Yield];
    let is_leaf = matches!(data.terminator, Terminator::Goto(_) | Terminator::Branch { .. });
    !is_leaf
        || data.statements.iter().any(|statement| !matches!(statement.kind, StatementKind::Call(_) | StatementKind::Leave(_)))
        || cx.sites.iter().filter(|site| site.block == block).any(|site| match site.resolution.model {
            Some((model, _)) => !quiet.contains(&model.effect) && !is_sleep_of_nothing(cx, site),
            None => !crate::loops::is_own_question(cx, site),
        })
}
