//! Pages that are asked for by their number, one after the other, in a loop that nothing leaves.

use unspin_ir::{Expr, ExprId, LocalId, LocalKind, LoopKind, StatementKind, Terminator};

use super::{comes_from, is_made_from, is_request};
use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Site};
use crate::summary::steps_itself;

/// A request with a number that each round counts up, where no answer ends the loop. What it gathers for itself is never
/// used; of a generator somebody else may stop asking.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let is_left = || crate::loops::ends(cx).iter().any(|&end| !matches!(end, "never" | "failure"));
    let pauses = cx.sites.iter().any(|site| matches!(site.effect, Some(Effect::Sleep | Effect::Wait)));
    if pauses || is_left() {
        return None;
    }
    let numbers = numbers(cx);
    let asked_by = |site: &Site<'_>| {
        let is_number = |number: &LocalId| site.call.operands().any(|operand| is_made_from(cx, operand, *number, 0));
        numbers.iter().copied().find(is_number)
    };
    let (site, number) = cx.sites.iter().filter(|site| is_request(cx, site)).find_map(|site| Some((site, asked_by(site)?)))?;
    let kind = if yields(cx) {
        "given-by-number"
    } else if gathers(cx, site) {
        "gathered-by-number"
    } else {
        return None;
    };
    Some(cx.observation(
        vec![("pages", kind)],
        &[("loop", cx.source.head), ("call", site.span)],
        vec![("call", cx.name_of(site)), ("token", cx.function.local(number).name.to_string())],
        Sureness::Medium,
    ))
}

/// Variables that the loop counts up: `page += 1`, `for page in count(1)`.
fn numbers(cx: &LoopContext<'_>) -> Vec<LocalId> {
    let stepped = cx.assignments().filter(|&(place, value, _)| steps_itself(cx.function, place, value));
    let stepped = stepped.filter_map(|(place, ..)| variable(cx, place));
    let counted = match cx.function.block(cx.natural().header).terminator {
        Terminator::Advance { item, .. } if cx.source.kind == LoopKind::For => Some(item),
        _ => None,
    };
    stepped.chain(counted).collect()
}

fn variable(cx: &LoopContext<'_>, place: ExprId) -> Option<LocalId> {
    match *cx.function.expr(place) {
        Expr::Local(local) if cx.function.local(local).kind == LocalKind::Variable => Some(local),
        _ => None,
    }
}

fn yields(cx: &LoopContext<'_>) -> bool {
    let mut statements = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements);
    cx.function.is_generator && statements.any(|statement| matches!(statement.kind, StatementKind::Yield(_)))
}

/// Whether answers are put into a variable of the function: `found.extend(page)`, `found += page`.
fn gathers(cx: &LoopContext<'_>, asked: &Site<'_>) -> bool {
    let is_answer = |value: ExprId| comes_from(cx, value, asked, 0);
    let adds = |site: &Site<'_>| match site.call.callee {
        unspin_ir::Callee::Method(on, _) => {
            site.effect == Some(Effect::Grow)
                && variable(cx, on).is_some()
                && site.call.arguments.iter().any(|argument| is_answer(argument.value))
        }
        _ => false,
    };
    cx.sites.iter().any(adds)
        || cx.assignments().any(|(place, value, _)| {
            steps_itself(cx.function, place, value) && variable(cx, place).is_some() && is_answer(value)
        })
}
