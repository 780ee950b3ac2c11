//! Walks to what a value leads to: by a method that looks it up in what it is handed, `entry = entry.next(table)`, or by what any
//! object may have, `error = error.__cause__`.

use unspin_ir::{Callee, Expr, ExprId, LocalId};

use super::{MAX_HOPS, Source, in_loop, source_of};
use crate::sites::{LoopContext, Site};

/// Whether one of the tested locals walks that way.
pub(super) fn walks(cx: &LoopContext<'_>, tested: &[LocalId]) -> bool {
    tested.iter().any(|&walker| {
        in_loop(cx, walker).filter_map(|definition| source_of(cx, definition)).any(|source| leads_on(cx, source, walker, 0))
    })
}

fn leads_on(cx: &LoopContext<'_>, source: Source<'_, '_>, walker: LocalId, hops: u32) -> bool {
    match source {
        Source::Call(site) => is_looked_up(cx, site, walker),
        Source::Value(value) => match *cx.function.expr(value) {
            Expr::Field(of, name) => is_walker(cx, of, walker) && name.starts_with("__") && name.ends_with("__"),
            Expr::Local(local) if local != walker && hops < MAX_HOPS => in_loop(cx, local)
                .filter_map(|definition| source_of(cx, definition))
                .any(|source| leads_on(cx, source, walker, hops + 1)),
            _ => false,
        },
    }
}

/// A method of the project that is asked of the value and handed nothing but what every round hands it. What is compared by
/// order is no link, but stepped.
fn is_looked_up(cx: &LoopContext<'_>, site: &Site<'_>, walker: LocalId) -> bool {
    let is_same = |value: ExprId| {
        crate::shape::root_local(cx.function, value).is_some_and(|root| root != walker && in_loop(cx, root).next().is_none())
    };
    let is_constant = |value: ExprId| matches!(cx.function.expr(value), Expr::Constant(_));
    let mut arguments = site.call.arguments.iter();
    matches!(site.call.callee, Callee::Method(on, _) if is_walker(cx, on, walker))
        && !site.resolution.targets.is_empty()
        && site.call.arguments.iter().any(|argument| is_same(argument.value))
        && arguments.all(|argument| !argument.mutable && (is_same(argument.value) || is_constant(argument.value)))
        && !cx.shape.is_used_as_value(cx.function, walker)
}

fn is_walker(cx: &LoopContext<'_>, value: ExprId, walker: LocalId) -> bool {
    *cx.function.expr(value) == Expr::Local(walker)
}
