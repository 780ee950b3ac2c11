//! Loops that start connection attempts on a clock, without waiting for the last one.

use unspin_ir::{Expr, ExprId, FunctionId, LoopKind};

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Site};
use crate::{FunctionRef, spawned};

/// The place where a round starts another attempt.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let mut spawns =
        cx.sites.iter().filter(|site| site.resolution.model.is_some_and(|(model, _)| model.effect == Effect::Spawn));
    let site = spawns.find(|site| starts_attempt(cx, site))?;
    // `create_task(open_once(host))`: the call only makes the coroutine.
    let is_made_for = |other: &Site<'_>| {
        let given = |result| site.call.arguments.iter().any(|a| *cx.function.expr(a.value) == Expr::Local(result));
        !other.call.awaited && other.call.result.is_some_and(given)
    };
    if cx.sites.iter().any(|other| !is_made_for(other) && is_paced(cx, other)) || is_awaited(cx, site) {
        return None;
    }
    Some(cx.observation(
        vec![("starts", "connections")],
        &[("call", site.span), ("loop", cx.source.head)],
        vec![("call", cx.name_of(site))],
        Sureness::High,
    ))
}

/// Whether what is spawned connects, with nothing that bounds how long it tries, or how long it stays.
fn starts_attempt(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some((model, _)) = site.resolution.model else { return false };
    let Some(spawns) = &model.spawns else { return false };
    let Some(argument) = site.call.argument(spawns.keyword, spawns.position.map(|position| position as usize)) else {
        return false;
    };
    spawned_function(cx, argument).is_some_and(|target| {
        let summary = cx.project.summary(target);
        // A session that goes on after the attempt lasts, however soon that is given up.
        let goes_on = || crate::loops::has_open_loop(cx.project.function(target));
        summary.remote.contains(Effect::Connect) && (!summary.effects.contains(Effect::Deadline) || goes_on())
    })
}

fn spawned_function(cx: &LoopContext<'_>, argument: ExprId) -> Option<FunctionRef> {
    let function: FunctionId = match cx.function.expr(argument) {
        Expr::Function(id) => *id,
        _ => spawned::function_of(cx.project, cx.at, cx.function, argument)?,
    };
    Some(FunctionRef { file: cx.at.file, function })
}

/// Whether a call makes the round wait for something besides the clock, or counts the attempts in flight.
fn is_paced(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let named = cx.name_of(site).to_ascii_lowercase();
    let counts = ["acquire", "semaphore", "permit", "join", "wait"].iter().any(|word| named.contains(word));
    counts
        || matches!(
            site.effect,
            Some(
                Effect::Accept
                    | Effect::Receive
                    | Effect::Read
                    | Effect::Wait
                    | Effect::Poll
                    | Effect::Request
                    | Effect::Connect
            )
        ) && site.resolution.model.is_none_or(|(model, _)| model.effect != Effect::Spawn)
}

/// Whether the handle is looked at in the loop.
fn is_awaited(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(handle) = site.call.result else { return false };
    let mentions = |expr: ExprId| crate::shape::mentions(cx.function, expr, handle);
    let starts = |other: &Site<'_>| matches!(other.call.callee, unspin_ir::Callee::Method(_, method) if method == "start");
    let awaits = |other: &Site<'_>| match other.call.callee {
        unspin_ir::Callee::Value(value) => other.call.awaited && mentions(value),
        _ => false,
    };
    cx.sites.iter().any(|other| awaits(other) || !starts(other) && other.call.operands().any(mentions))
        || cx.natural().body.iter().any(|block| match cx.function.block(block).terminator {
            unspin_ir::Terminator::Branch { test, .. } => mentions(test),
            _ => false,
        })
        || cx.natural().body.iter().any(|block| {
            cx.function
                .block(block)
                .statements
                .iter()
                .any(|statement| matches!(&statement.kind, unspin_ir::StatementKind::Assign(_, value) if mentions(*value)))
        })
}
