//! Requests whose options say where to go on: `params["offset"] = last`, `query.cursor = answer.next`.

use unspin_ir::{Constant, Expr, ExprId, LocalId, LoopKind};

use super::is_request;
use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::shape::mentions;
use crate::sites::{LoopContext, Site};

/// A request in a loop without a count of its own, one of whose options is set from something that the round has found.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let set = options_set(cx);
    let takes = |site: &Site<'_>, options: LocalId| site.call.operands().any(|operand| mentions(cx.function, operand, options));
    let requests = || cx.sites.iter().filter(|site| !cx.is_in_inner_loop(site.block) && is_request(cx, site));
    let (site, option) =
        set.iter().find_map(|(options, option)| requests().find(|site| takes(site, *options)).map(|site| (site, option)))?;
    let asks_the_time = || cx.sites.iter().any(|site| site.effect == Some(Effect::Clock));
    if counts_rounds(cx) || asks_the_time() {
        return None;
    }
    Some(cx.observation(
        vec![("pages", "by-option")],
        &[("loop", cx.source.head), ("call", site.span)],
        vec![("call", cx.name_of(site)), ("token", option.to_string())],
        Sureness::Medium,
    ))
}

/// Tables and keys to which the loop gives something that gets its value in the loop.
fn options_set<'c>(cx: &'c LoopContext<'_>) -> Vec<(LocalId, &'c str)> {
    let is_found = |value: ExprId| {
        crate::shape::any_part(cx.function, value, |part| {
            matches!(*cx.function.expr(part), Expr::Local(local)
                if cx.shape.definitions(local).iter().any(|definition| cx.natural().body.contains(definition.block)))
        })
    };
    let set = cx.assignments().filter(|&(_, value, _)| is_found(value)).filter_map(|(place, ..)| {
        let (table, key) = match *cx.function.expr(place) {
            Expr::Index(table, key) => match cx.function.expr(key) {
                Expr::Constant(Constant::Text(key)) => (table, key.as_str()),
                _ => return None,
            },
            Expr::Field(table, ref key) => (table, key.as_str()),
            _ => return None,
        };
        match *cx.function.expr(table) {
            Expr::Local(options) if Some(options) != cx.function.receiver() => Some((options, key)),
            _ => None,
        }
    });
    set.collect()
}

/// Whether a count is compared that every round steps.
fn counts_rounds(cx: &LoopContext<'_>) -> bool {
    let is_of_round = |path: &str| {
        let inner = cx.shape.forest.inside(cx.index).flat_map(|inner| inner.body.iter());
        !inner.flat_map(|block| &cx.function.block(block).statements).any(|statement| match statement.kind {
            unspin_ir::StatementKind::Assign(place, _) => cx.function.path(place).as_deref() == Some(path),
            _ => false,
        })
    };
    crate::walks::counts_by(cx, |path, _| is_of_round(path))
}
