//! Progress by an amount that comes from the input and may be zero: `buf = buf[n:]` with `n` read from `buf`.

use unspin_ir::{BinaryOp, CompareOp, Constant, Expr, ExprId, StatementKind, Terminator};
use unspin_span::Span;

use crate::model::Effect;
use crate::sites::LoopContext;
use crate::summary::steps_itself;

const MAX_HOPS: u32 = 5;

/// A statement whose progress may be nothing.
pub(crate) struct DoubtfulStep {
    pub(crate) span: Span,
    pub(crate) place: String,
    /// Whether the amount is an answer about the whole sequence (a count of what was taken), not a field or element of it.
    pub(crate) is_answer: bool,
}

/// The first statement that moves the state of the loop's tests by an untested amount from the input.
pub(crate) fn doubtful_step(cx: &LoopContext<'_>) -> Option<DoubtfulStep> {
    let tests = crate::loops::exit_tests(cx);
    let header_test = match cx.function.block(cx.natural().header).terminator {
        Terminator::Branch { test, .. } => Some(test),
        _ => tests.first().copied(),
    }?;
    for block in cx.natural().body.iter() {
        for statement in &cx.function.block(block).statements {
            let (place, amount) = match &statement.kind {
                StatementKind::Assign(place, value) => match cx.function.expr(*value) {
                    Expr::Slice(base, Some(low), None) if cx.function.path(*base) == cx.function.path(*place) => (*place, *low),
                    _ => continue,
                },
                StatementKind::Delete(place) => match cx.function.expr(*place) {
                    Expr::Slice(base, low, Some(high)) if low.is_none() => (*base, *high),
                    _ => continue,
                },
                _ => continue,
            };
            let Some(path) = cx.function.path(place) else { continue };
            let is_subject = reads_path(cx, header_test, &path) && tests.contains(&header_test);
            if is_subject
                && depends_on(cx, amount, &path, 0)
                && !is_positive(cx, amount, 0)
                && !is_tested(cx, amount, &path)
                && only_subject(cx, &tests, &path)
                && assigned_once(cx, &path)
            {
                let is_answer = is_answer(cx, amount, &path, 0);
                return Some(DoubtfulStep { span: statement.span, place: path, is_answer });
            }
        }
    }
    None
}

fn reads_path(cx: &LoopContext<'_>, expr: ExprId, path: &str) -> bool {
    let mut found = false;
    crate::shape::for_each_part(cx.function, expr, &mut |part| found |= cx.function.path(part).as_deref() == Some(path));
    found
}

/// Whether the amount was taken out of the sequence itself, directly or through calls that are given it.
fn depends_on(cx: &LoopContext<'_>, expr: ExprId, path: &str, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, expr, &mut |part| parts.push(part));
    parts.into_iter().any(|part| {
        if let Expr::Length(_) = cx.function.expr(part) {
            return false;
        }
        if cx.function.path(part).as_deref() == Some(path) {
            return true;
        }
        let Expr::Local(local) = cx.function.expr(part) else { return false };
        if let Some(site) = cx.origin_site(part) {
            return site.call.operands().any(|operand| depends_on(cx, operand, path, hops + 1));
        }
        cx.shape
            .definitions(*local)
            .iter()
            .filter(|definition| cx.natural().body.contains(definition.block))
            .filter_map(|definition| definition.value)
            .any(|value| depends_on(cx, value, path, hops + 1))
    })
}

/// Whether the amount is the result, or a part of the tuple, that a call gave which got the whole sequence.
fn is_answer(cx: &LoopContext<'_>, expr: ExprId, path: &str, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match cx.function.expr(expr) {
        Expr::Index(base, _) => matches!(cx.function.expr(*base), Expr::Local(_)) && is_answer(cx, *base, path, hops + 1),
        Expr::Field(base, _) => cx.origin_site(*base).is_some_and(|site| site.call.awaited),
        Expr::Local(local) => {
            let Some(site) = cx.origin_site(expr) else {
                let values = cx.shape.definitions(*local).iter().filter_map(|definition| definition.value);
                return values.into_iter().any(|value| is_answer(cx, value, path, hops + 1));
            };
            site.call.operands().any(|operand| cx.function.path(operand).as_deref() == Some(path))
        }
        _ => false,
    }
}

/// Whether the amount is certainly more than nothing.
fn is_positive(cx: &LoopContext<'_>, expr: ExprId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match cx.function.expr(expr) {
        Expr::Constant(Constant::Int(value)) => *value > 0,
        Expr::Binary(BinaryOp::Add, a, b) => is_positive(cx, *a, hops + 1) || is_positive(cx, *b, hops + 1),
        Expr::Binary(BinaryOp::Multiply, a, b) => is_positive(cx, *a, hops + 1) && is_positive(cx, *b, hops + 1),
        Expr::Length(_) => true,
        Expr::Global(name) => name.rsplit('.').next().is_some_and(|last| last.chars().all(|c| !c.is_lowercase())),
        Expr::Field(_, name) => name.chars().all(|c| !c.is_lowercase()),
        Expr::Local(local) => {
            if let Some(site) = cx.origin_site(expr) {
                let named = cx.name_of(site);
                let last = named.rsplit('.').next().unwrap_or_default();
                return match last {
                    "max" => site.call.arguments.iter().any(|a| is_positive(cx, a.value, hops + 1)),
                    "calcsize" | "len" | "end" | "find" | "index" | "size" | "send" | "write" => true,
                    "int" => site.call.arguments.first().is_some_and(|a| is_positive(cx, a.value, hops + 1)),
                    _ => site.effect == Some(Effect::Write),
                };
            }
            let definitions = cx.shape.definitions(*local);
            !definitions.is_empty()
                && definitions.iter().all(|definition| definition.value.is_some_and(|value| is_positive(cx, value, hops + 1)))
        }
        _ => false,
    }
}

/// Whether some test of the loop says that the amount, or a part of it, is more than nothing. A comparison with the
/// length of the sequence is an upper bound and says nothing of that.
fn is_tested(cx: &LoopContext<'_>, amount: ExprId, path: &str) -> bool {
    let mut addends = Vec::new();
    collect_paths(cx, amount, &mut addends, 0);
    // Asking whether anything is left says nothing of the amount.
    addends.retain(|addend| addend != path);
    cx.natural().body.iter().any(|block| {
        let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        let mut found = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| match cx.function.expr(part) {
            Expr::Compare(op, a, b) if *op != CompareOp::In && *op != CompareOp::NotIn => {
                let mentions = |side: ExprId| addends.iter().any(|addend| reads_path(cx, side, addend));
                let is_length = |side: ExprId| is_length_of(cx, side, path, 0);
                found |= (mentions(*a) && !is_length(*b)) || (mentions(*b) && !is_length(*a));
            }
            Expr::Truth(inner) => found |= cx.function.path(*inner).is_some_and(|p| addends.contains(&p)),
            _ => {}
        });
        found
    })
}

fn is_length_of(cx: &LoopContext<'_>, expr: ExprId, path: &str, hops: u32) -> bool {
    let mut found = false;
    crate::shape::for_each_part(cx.function, expr, &mut |part| match cx.function.expr(part) {
        Expr::Length(inner) => found |= depends_on(cx, *inner, path, 0),
        Expr::Local(local) if hops < 2 => {
            found |= cx
                .shape
                .definitions(*local)
                .iter()
                .filter_map(|d| d.value)
                .any(|value| is_length_of(cx, value, path, hops + 1));
        }
        _ => {}
    });
    found
}

fn collect_paths(cx: &LoopContext<'_>, expr: ExprId, paths: &mut Vec<String>, hops: u32) {
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, expr, &mut |part| parts.push(part));
    for part in parts {
        let Some(path) = cx.function.path(part) else { continue };
        if !paths.contains(&path) {
            paths.push(path);
            if let Expr::Local(local) = cx.function.expr(part)
                && hops < 3
            {
                for value in cx.shape.definitions(*local).iter().filter_map(|definition| definition.value) {
                    collect_paths(cx, value, paths, hops + 1);
                }
            }
        }
    }
}

/// Whether no test that leaves reads something else that the loop steps.
fn only_subject(cx: &LoopContext<'_>, tests: &[ExprId], path: &str) -> bool {
    !cx.natural().body.iter().any(|block| {
        cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(place, value) => {
                let stepped =
                    cx.function.path(*place).filter(|other| other != path && steps_itself(cx.function, *place, *value));
                stepped.is_some_and(|other| tests.iter().any(|&test| reads_path(cx, test, &other)))
            }
            _ => false,
        })
    })
}

/// Whether the sequence is cut in one place only.
fn assigned_once(cx: &LoopContext<'_>, path: &str) -> bool {
    let blocks = cx.natural().body.iter();
    let statements = blocks.flat_map(|block| &cx.function.block(block).statements);
    let cuts = statements.filter(|statement| match &statement.kind {
        StatementKind::Assign(place, _) => cx.function.path(*place).as_deref() == Some(path),
        StatementKind::Delete(place) => match cx.function.expr(*place) {
            Expr::Slice(base, ..) | Expr::Index(base, _) => cx.function.path(*base).as_deref() == Some(path),
            _ => false,
        },
        _ => false,
    });
    cuts.count() == 1
}
