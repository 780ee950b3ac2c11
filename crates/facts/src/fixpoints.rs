//! Loops that go on until nothing changes any more, or until a value that the same step may never reach: `x = f(x)`.
//!
//! Three shapes: a number that is divided or lessened and may be infinite, a path that is its own parent, and a search for
//! a fixpoint. A counter silences the last two.

use unspin_ir::{BinaryOp, Callee, CompareOp, Constant, Expr, ExprId, LocalId, LoopKind, StatementKind, Terminator};
use unspin_span::Span;

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, is_rust};

/// What keeps a loop from its end.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let counts = crate::walks::counts(cx);
    let others = || if counts { None } else { own_parent(cx).or_else(|| until_unchanged(cx)) };
    let (shape, span, name) = infinite_number(cx).or_else(others)?;
    Some(cx.observation(
        vec![("fixpoint", shape)],
        &[("loop", cx.source.head), ("step", span)],
        vec![("place", name)],
        Sureness::Medium,
    ))
}

type Found = (&'static str, Span, String);

/// `while x > limit: x /= 1000` with a float that nobody has found to be finite.
fn infinite_number(cx: &LoopContext<'_>) -> Option<Found> {
    let mut compared = None;
    for test in crate::loops::exit_tests(cx) {
        let Expr::Compare(op @ (CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le), a, b) = *cx.function.expr(test)
        else {
            return None;
        };
        let (large, small) = if matches!(op, CompareOp::Gt | CompareOp::Ge) { (a, b) } else { (b, a) };
        compared = Some((measured(cx, large)?, small));
    }
    let (local, limit) = compared?;
    let is_float_limit = matches!(cx.function.expr(limit), Expr::Constant(Constant::Float(_)));
    let is_float = cx.function.declared_type(local).is_some_and(|ty| matches!(ty.as_str(), "f64" | "f32" | "float"));
    let mut step = None;
    for (place, value, span) in cx.assignments() {
        if *cx.function.expr(place) != Expr::Local(local) {
            continue;
        }
        let Expr::Binary(op, a, b) = *cx.function.expr(value) else { return None };
        let by_number = matches!(cx.function.expr(b), Expr::Constant(Constant::Int(_) | Constant::Float(_)));
        let sticks = match op {
            // True division: what it gives is a float.
            BinaryOp::Divide => by_number && (!is_rust(cx.project, cx.at) || is_float || is_float_limit),
            // Taken away until nothing is left; any other limit is a matter of what the numbers mean.
            BinaryOp::Subtract => is_float_limit,
            _ => false,
        };
        if !sticks || *cx.function.expr(a) != Expr::Local(local) || step.is_some() {
            return None;
        }
        step = Some(span);
    }
    let asks_finite = cx.function.exprs.iter().any(|expr| matches!(expr, Expr::Global(name) if speaks_of_finite(name)))
        || cx.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => match call.callee {
                Callee::Path(name) | Callee::Method(_, name) => speaks_of_finite(&name),
                Callee::Value(_) => false,
            },
            _ => false,
        });
    (starts_unknown(cx, local) && !is_checked_before(cx, local) && !asks_finite && !counts_units(cx, local))
        .then(|| step.map(|span| ("infinite-number", span, cx.function.local(local).name.to_string())))?
}

/// Whether the loop finds the unit or the number of digits in which something is shown, so that the number is a size that
/// the program has measured: besides the step, it counts. Nor does a caller give a number that is reckoned here.
fn counts_units(cx: &LoopContext<'_>, local: LocalId) -> bool {
    let is_given = matches!(cx.function.local(local).kind, unspin_ir::LocalKind::Parameter);
    let counts = cx.assignments().any(|(place, value, _)| {
        *cx.function.expr(place) != Expr::Local(local) && crate::summary::steps_itself(cx.function, place, value)
    });
    let takes = cx.sites.iter().any(|site| site.effect == Some(Effect::Shrink));
    // What is taken away by what the caller says: `while left > 0.0 { left -= page; pages += 1 }`.
    let divides = cx.assignments().any(|(place, value, _)| {
        *cx.function.expr(place) == Expr::Local(local) && matches!(cx.function.expr(value), Expr::Binary(BinaryOp::Divide, ..))
    });
    if is_rust(cx.project, cx.at) { counts && divides } else { !is_given || counts || takes }
}

/// Whether the number comes from outside: a length, a constant and what the program counted are finite.
fn starts_unknown(cx: &LoopContext<'_>, local: LocalId) -> bool {
    let is_finite = |value: ExprId| match cx.function.expr(value) {
        Expr::Constant(_) | Expr::Length(_) => true,
        Expr::Local(other) => match cx.shape.definitions(*other) {
            [definition] => definition.value.is_some_and(|value| matches!(cx.function.expr(value), Expr::Length(_))),
            _ => false,
        },
        _ => false,
    };
    let outside = cx.shape.definitions(local).iter().filter(|d| !cx.natural().body.contains(d.block));
    outside.into_iter().all(|definition| !definition.value.is_some_and(is_finite))
}

/// Whether a test outside of the loop compares the number with a bound.
fn is_checked_before(cx: &LoopContext<'_>, local: LocalId) -> bool {
    cx.function.block_ids().any(|(block, data)| {
        let Terminator::Branch { test, .. } = data.terminator else { return false };
        if cx.natural().body.contains(block) {
            return false;
        }
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) = *cx.function.expr(part)
            else {
                return;
            };
            found |= [a, b].into_iter().any(|side| *cx.function.expr(side) == Expr::Local(local));
        });
        found
    })
}

fn speaks_of_finite(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    ["isinf", "isfinite", "is_finite", "is_infinite", "isnan", "is_nan"].contains(&last)
}

/// The local of `x` or `abs(x)`.
fn measured(cx: &LoopContext<'_>, expr: ExprId) -> Option<LocalId> {
    match *cx.function.expr(expr) {
        Expr::Local(local) => match cx.origin_site(expr) {
            Some(site) => match site.call.callee {
                Callee::Path(path) if path == "abs" => measured(cx, site.call.arguments.first()?.value),
                Callee::Method(receiver, method) if method == "abs" => measured(cx, receiver),
                _ => None,
            },
            None => Some(local),
        },
        _ => None,
    }
}

/// A walk to the parent that goes on at the root.
fn own_parent(cx: &LoopContext<'_>) -> Option<Found> {
    let climb = crate::parents::own_parent(cx)?;
    let shape = if climb.looks_for_file { "own-parent" } else { "perhaps-own-parent" };
    Some((shape, climb.step, cx.function.local(climb.path).name.to_string()))
}

/// `new = f(old)`, `if new == old: break`, `old = new`.
fn until_unchanged(cx: &LoopContext<'_>) -> Option<Found> {
    crate::loops::exit_tests(cx).into_iter().find_map(|test| unchanged_by(cx, test))
}

fn unchanged_by(cx: &LoopContext<'_>, test: ExprId) -> Option<Found> {
    let Expr::Compare(CompareOp::Eq | CompareOp::Ne, a, b) = *cx.function.expr(test) else { return None };
    let (Expr::Local(first), Expr::Local(second)) = (cx.function.expr(a), cx.function.expr(b)) else { return None };
    [(*first, *second), (*second, *first)].into_iter().find_map(|(new, old)| {
        let is_made_from = cx.sites.iter().any(|site| {
            let gives = site.call.result.is_some_and(|result| {
                result == new
                    || cx
                        .shape
                        .definitions(new)
                        .iter()
                        .any(|d| d.value.is_some_and(|v| *cx.function.expr(v) == Expr::Local(result)))
            });
            let is_given = site.call.operands().any(|o| *cx.function.expr(o) == Expr::Local(old));
            gives && is_given && !crate::parents::is_parent_call(cx, site.call, old)
        });
        let kept = cx.assignments().find(|&(place, value, _)| {
            *cx.function.expr(place) == Expr::Local(old) && *cx.function.expr(value) == Expr::Local(new)
        });
        kept.filter(|_| is_made_from).map(|(.., span)| ("until-unchanged", span, cx.function.local(old).name.to_string()))
    })
}
