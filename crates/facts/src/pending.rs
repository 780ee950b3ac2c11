//! Futures that are not ready and are asked again at once: `Poll::Pending => {}` within the loop of a `poll` function.
//!
//! A task that goes on asking is never put to sleep, so it takes a whole core until the answer is another one. Says nothing
//! where anything but a look is called between the answer and the next question, where a count goes on, or where a state is
//! set in which something else is asked.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Callee, Expr, LoopKind, Statement, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::shape::{mentions, without_negation};
use crate::sites::{LoopContext, Site, is_rust};

/// How many blocks lie between a question and the end of the tests of its answer.
const MAX_BLOCKS: usize = 16;

/// The loop as one that asks a future again that was not ready.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let is_open = matches!(cx.source.kind, LoopKind::While | LoopKind::Endless);
    if !is_open || !is_rust(cx.project, cx.at) || !is_polled(cx) {
        return None;
    }
    let polls = cx.sites.iter().filter(|site| is_poll(site));
    let site = polls.into_iter().find(|site| after_pending(cx, site).is_some_and(|next| comes_back(cx, site, next)))?;
    Some(cx.observation(
        vec![("asks", "pending")],
        &[("loop", cx.source.head), ("call", site.span), ("latch", cx.source.head)],
        vec![("call", cx.name_of(site))],
        Sureness::High,
    ))
}

/// Whether the function is itself polled, so that it can answer that it is not ready.
fn is_polled(cx: &LoopContext<'_>) -> bool {
    let is_context = |parameter: &unspin_ir::Parameter| {
        cx.function.declared_type(parameter.local).is_some_and(|ty| unspin_ir::last_part(ty) == "Context")
    };
    cx.function.name.starts_with("poll") || cx.function.parameters.iter().any(is_context)
}

fn is_poll(site: &Site<'_>) -> bool {
    matches!(site.call.callee, Callee::Method(_, method) if method.starts_with("poll"))
}

/// Where the tests of an answer, which come next, lead to if it is not ready.
fn after_pending(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<BlockId> {
    let function = cx.function;
    let answer = site.call.result?;
    let (mut at, mut is_asked) = (site.block, false);
    for _ in 0..MAX_BLOCKS {
        let data = function.block(at);
        let asked = if at == site.block { &data.statements[site.index + 1..] } else { &data.statements[..] };
        match data.terminator {
            Terminator::Goto(next) if !is_asked && asked.is_empty() => at = next,
            Terminator::Branch { test, then, otherwise } if asked.is_empty() && mentions(function, test, answer) => {
                let (test, outcome) = without_negation(function, test, true);
                let Expr::HasVariant(value, variant) = *function.expr(test) else { return None };
                let is_pending = match unspin_ir::last_part(variant).as_str() {
                    "Pending" | "NotReady" => true,
                    "Ready" => false,
                    _ => return None,
                };
                if *function.expr(value) != Expr::Local(answer) {
                    return None;
                }
                is_asked = true;
                at = if outcome == is_pending { then } else { otherwise };
                if at == cx.natural().header {
                    break;
                }
            }
            _ => break,
        }
    }
    is_asked.then_some(at)
}

/// Whether the same question comes next on the one way that there is from a block, and nothing has happened since.
fn comes_back(cx: &LoopContext<'_>, site: &Site<'_>, pending: BlockId) -> bool {
    let natural = cx.natural();
    let is_quiet = |block: BlockId| cx.function.block(block).statements.iter().all(|statement| is_quiet(cx, site, statement));
    let mut at = pending;
    for _ in 0..MAX_BLOCKS {
        match cx.function.block(at).terminator {
            _ if at == natural.header => break,
            Terminator::Goto(next) if is_quiet(at) => at = next,
            _ => return false,
        }
    }
    let before = &cx.function.block(site.block).statements[..site.index];
    let is_loud = |block: &BlockId| *block != site.block && !is_quiet(*block);
    let loud: BlockSet = natural.body.iter().filter(is_loud).collect();
    at == natural.header
        && before.iter().all(|statement| self::is_quiet(cx, site, statement))
        && unspin_flow::ways::reachable(&cx.shape.cfg, at, &natural.body, &loud).contains(site.block)
}

/// Whether a statement changes nothing that decides what is asked next.
fn is_quiet(cx: &LoopContext<'_>, site: &Site<'_>, statement: &Statement) -> bool {
    let function = cx.function;
    match &statement.kind {
        StatementKind::Call(call) => {
            let looks = |effect: Effect| matches!(effect, Effect::View | Effect::Pure | Effect::Query | Effect::Log);
            let model = cx.project.resolve(cx.at, call).model;
            model.is_some_and(|(model, _)| looks(model.effect)) || call.callee.name().is_some_and(is_look)
        }
        StatementKind::Assign(place, value) => match *function.expr(*value) {
            Expr::Variant(ref state) if !matches!(function.expr(*place), Expr::Local(_)) => is_state_of(cx, site, state.name),
            Expr::Local(_) | Expr::Payload(..) => true,
            Expr::Field(..) => matches!(function.expr(*place), Expr::Local(_)),
            _ => false,
        },
        StatementKind::Leave(_) => true,
        _ => false,
    }
}

/// Whether something is taken out of where it is kept or looked at in another way.
fn is_look(name: unspin_ir::Name) -> bool {
    const LOOKS: [&str; 12] = [
        "as_mut",
        "as_pin_mut",
        "get_mut",
        "project",
        "take",
        "replace",
        "unwrap",
        "expect",
        "new",
        "new_unchecked",
        "borrow_mut",
        "lock",
    ];
    LOOKS.contains(&unspin_ir::last_part(name).as_str())
}

/// Whether a test for a state decides that the question is asked.
fn is_state_of(cx: &LoopContext<'_>, site: &Site<'_>, state: unspin_ir::Name) -> bool {
    let natural = cx.natural();
    let header = BlockSet::from_iter([natural.header]);
    let leads =
        |start: BlockId| unspin_flow::ways::reachable(&cx.shape.cfg, start, &natural.body, &header).contains(site.block);
    natural.body.iter().any(|block| match cx.function.block(block).terminator {
        Terminator::Branch { test, then, otherwise } => {
            let is_state = |of: unspin_ir::Name| unspin_ir::last_part(of) == unspin_ir::last_part(state);
            matches!(*cx.function.expr(test), Expr::HasVariant(_, of) if is_state(of)) && leads(then) && !leads(otherwise)
        }
        _ => false,
    })
}
