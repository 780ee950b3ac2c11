//! Loops that collect what a peer sends until a mark comes in it, and never look at how much that is.
//!
//! The collection is searched in the loop for a mark (`find`, `in`, `partition`), each round appends to it what was read from
//! another machine, and neither the loop nor what it calls on the way measures it. Whoever reads to the end of the input, or
//! as much as was announced, is not meant.

use unspin_ir::{BinaryOp, Callee, CompareOp, Expr, ExprId, StatementKind, Terminator, UnaryOp};

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Remote, Site};

/// A loop that hoards.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let is_timed = cx.sites.iter().any(|site| site.effect == Some(Effect::Clock));
    if is_timed || !cx.sites.iter().any(reads_from_peer) {
        return None;
    }
    let grown = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements);
    let (read, path, growth) = grown.into_iter().find_map(|statement| {
        let (place, added) = growth(cx, &statement.kind)?;
        let path = cx.function.path(place).filter(|path| !path.starts_with('%'))?;
        let read = read_by(cx, added)?;
        (is_searched(cx, &path) && !is_measured(cx, &path)).then_some((read, path, statement.span))
    })?;
    Some(cx.observation(
        vec![("collects", "until-mark")],
        &[("call", read.span), ("loop", cx.source.head), ("step", growth)],
        vec![("call", cx.name_of(read)), ("place", path)],
        Sureness::Medium,
    ))
}

fn reads_from_peer(site: &Site<'_>) -> bool {
    let fills = site.resolution.model.is_some_and(|(model, _)| model.fills.is_some());
    matches!(site.effect, Some(Effect::Read | Effect::Receive)) && site.remote != Remote::No && !fills
}

/// `buffer += data`, `buffer.extend(data)`: what grows, and by what.
fn growth(cx: &LoopContext<'_>, kind: &StatementKind) -> Option<(ExprId, ExprId)> {
    match kind {
        StatementKind::Assign(place, value) => match *cx.function.expr(*value) {
            Expr::Binary(BinaryOp::Add, before, added) => {
                let is_same = cx.function.path(before).is_some() && cx.function.path(before) == cx.function.path(*place);
                is_same.then_some((*place, added))
            }
            _ => None,
        },
        StatementKind::Call(call) => match (call.callee, &call.arguments[..]) {
            (Callee::Method(on, method), [only]) => {
                let appends = matches!(method.as_str(), "extend" | "extend_from_slice" | "push_str" | "append");
                appends.then_some((on, only.value))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The read from a peer whose result a value is, decoded perhaps.
fn read_by<'c, 'p>(cx: &'c LoopContext<'p>, value: ExprId) -> Option<&'c Site<'p>> {
    let origin = cx.origin_site(value)?;
    match origin.call.callee {
        Callee::Method(on, method) if method == "decode" => cx.origin_site(on).filter(|site| reads_from_peer(site)),
        _ => Some(origin).filter(|site| reads_from_peer(site)),
    }
}

fn names(cx: &LoopContext<'_>, expr: ExprId, path: &str) -> bool {
    cx.function.path(expr).is_some_and(|named| named == path)
}

/// Whether a mark is looked for in the collection.
fn is_searched(cx: &LoopContext<'_>, path: &str) -> bool {
    let by_call = |site: &Site<'_>| match site.call.callee {
        Callee::Method(on, method) => {
            matches!(method.as_str(), "find" | "index" | "partition" | "endswith" | "ends_with" | "rfind")
                && names(cx, on, path)
        }
        _ => false,
    };
    let by_test = |test: ExprId| {
        crate::shape::any_part(
            cx.function,
            test,
            |part| matches!(*cx.function.expr(part), Expr::Compare(CompareOp::In | CompareOp::NotIn, _, within) if names(cx, within, path)),
        )
    };
    cx.sites.iter().any(by_call)
        || cx.natural().body.iter().any(|block| match cx.function.block(block).terminator {
            // `while "\n" in line` goes on where the mark is.
            Terminator::Branch { test, .. } if block == cx.natural().header => {
                matches!(cx.function.expr(test), Expr::Compare(CompareOp::NotIn, ..) | Expr::Unary(UnaryOp::Not, _))
                    && by_test(test)
            }
            Terminator::Branch { test, .. } => by_test(test),
            _ => false,
        })
}

/// Whether anything in the function measures the collection, or what is read is measured as it comes.
fn is_measured(cx: &LoopContext<'_>, path: &str) -> bool {
    let in_exprs = cx.function.exprs.iter().any(|expr| match *expr {
        Expr::Length(of) => names(cx, of, path),
        // `received += len(data)`, compared somewhere; counted rounds.
        Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) => {
            [a, b].into_iter().any(|side| steps(cx, side))
        }
        _ => false,
    });
    let is_handed_on =
        |site: &Site<'_>| !site.resolution.targets.is_empty() && site.call.operands().any(|operand| names(cx, operand, path));
    in_exprs || cx.sites.iter().any(is_handed_on)
}

/// Whether the loop adds to a place.
fn steps(cx: &LoopContext<'_>, place: ExprId) -> bool {
    let Some(path) = cx.function.path(place) else { return false };
    cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).any(|statement| match statement.kind {
        StatementKind::Assign(stepped, value) => {
            names(cx, stepped, &path) && crate::summary::steps_itself(cx.function, stepped, value)
        }
        _ => false,
    })
}
