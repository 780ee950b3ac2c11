//! Loops that search until something is good enough, and nothing counts how often they try.
//!
//! Four shapes: an interval that is halved and need not shrink; numbers that come closer to each other and, by rounding or
//! for NaN, may never be close enough; random values, tried until one passes; rounds that go on as long as one of them
//! changes something. For a review by hand, all but the interval whose one test cannot see that it does not shrink.

use unspin_ir::{BinaryOp, CompareOp, Constant, Expr, ExprId, LocalId, LoopKind};
use unspin_span::Span;

use crate::model::Effect;
use crate::observation::{Observation, Queries, Sureness};
use crate::shape::without_negation;
use crate::sites::{LoopContext, Site};

/// What a loop searches in, and the step that need not bring it nearer.
pub(crate) fn observe(cx: &LoopContext<'_>, queries: &Queries) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let others = || {
        if !queries.ask_for("searches", "random") {
            return None;
        }
        let tested = crate::walks::tested_locals(cx);
        let found = draws(cx, &tested).or_else(|| comes_closer(cx, &tested)).or_else(|| until_no_change(cx));
        found.filter(|_| crate::loops::waits(cx) != "yes")
    };
    let (shape, span, place) = halves(cx).or_else(others)?;
    Some(cx.observation(
        vec![("searches", shape)],
        &[("loop", cx.source.head), ("step", span)],
        vec![("place", cx.function.local(place).name.to_string())],
        Sureness::Medium,
    ))
}

type Found = (&'static str, Span, LocalId);

/// `middle = (low + high) // 2` and then `low = middle`: of two that are next to each other it is the lower one again.
fn halves(cx: &LoopContext<'_>) -> Option<Found> {
    let (middle, low, high) = cx.assignments().find_map(|(place, value, _)| {
        let Expr::Local(middle) = *cx.function.expr(place) else { return None };
        let (low, high) = halved(cx, value)?;
        Some((middle, low, high))
    })?;
    let moves = |end: LocalId| {
        cx.assignments()
            .find(|&(place, value, _)| is_local(cx, place, end) && is_local(cx, value, middle))
            .map(|(.., span)| span)
    };
    let tests = crate::loops::exit_tests(cx);
    let ends = [(low, high), (high, low)].into_iter().filter_map(|(end, other)| Some((end, other, moves(end)?)));
    let ends: Vec<(LocalId, LocalId, Span)> = ends.collect();
    // Rounded down, only the lower end stays; which one that is, a test of the loop says.
    let lower = ends.iter().find(|(end, other, _)| tests.iter().any(|&test| is_below(cx, test, *end, *other)));
    let &(stuck, other, span) = lower.or(if ends.len() == 2 { ends.first() } else { None })?;
    let is_only_test = |&test: &ExprId| is_below(cx, test, stuck, other);
    let is_seen = |test: ExprId| !is_only_test(&test) && compares_ends(cx, test, &[low, high, middle]);
    let shape = if tests.iter().all(is_only_test) { "interval" } else { "perhaps-interval" };
    let is_bounded = crate::loops::all_tests(cx).any(is_seen) || crate::walks::counts(cx);
    (!is_bounded).then_some((shape, span, stuck))
}

/// Whether a test goes on while one end is below the other.
fn is_below(cx: &LoopContext<'_>, test: ExprId, low: LocalId, high: LocalId) -> bool {
    match *cx.function.expr(without_negation(cx.function, test, true).0) {
        Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Ne, a, b) => is_local(cx, a, low) && is_local(cx, b, high),
        Expr::Compare(CompareOp::Gt | CompareOp::Ge, a, b) => is_local(cx, b, low) && is_local(cx, a, high),
        _ => false,
    }
}

/// The ends of an interval whose middle a value is: `(low + high) // 2`, `low + (high - low) // 2`.
fn halved(cx: &LoopContext<'_>, value: ExprId) -> Option<(LocalId, LocalId)> {
    let local = |expr: ExprId| match *cx.function.expr(expr) {
        Expr::Local(local) => Some(local),
        _ => None,
    };
    let half = |expr: ExprId| {
        let Expr::Binary(op @ (BinaryOp::FloorDivide | BinaryOp::Divide | BinaryOp::ShiftRight), whole, by) =
            *cx.function.expr(expr)
        else {
            return None;
        };
        let rounds = op != BinaryOp::Divide || crate::sites::is_rust(cx.project, cx.at);
        let half = if op == BinaryOp::ShiftRight { 1 } else { 2 };
        let by_two = matches!(*cx.function.expr(by), Expr::Constant(&Constant::Int(by)) if by == half);
        (rounds && by_two).then_some(whole)
    };
    if let Some(whole) = half(value) {
        let Expr::Binary(BinaryOp::Add, a, b) = *cx.function.expr(whole) else { return None };
        return Some((local(a)?, local(b)?));
    }
    let Expr::Binary(BinaryOp::Add, low, rest) = *cx.function.expr(value) else { return None };
    let Expr::Binary(BinaryOp::Subtract, high, from) = *cx.function.expr(half(rest)?) else { return None };
    (local(from) == local(low)).then_some((local(low)?, local(high)?))
}

/// Whether a test looks at how far the ends are from each other, or at whether one is the middle.
fn compares_ends(cx: &LoopContext<'_>, test: ExprId, ends: &[LocalId]) -> bool {
    let mut found = false;
    crate::shape::for_each_part(cx.function, test, &mut |part| {
        if let Expr::Compare(_, a, b) = *cx.function.expr(part) {
            let mentioned = ends
                .iter()
                .filter(|&&end| crate::shape::mentions(cx.function, a, end) || crate::shape::mentions(cx.function, b, end));
            found |= mentioned.count() > 1;
        }
    });
    found
}

/// `while True: x = random(); if fits(x): return x`
fn draws(cx: &LoopContext<'_>, tested: &[LocalId]) -> Option<Found> {
    let is_random = |site: &&Site<'_>| {
        let draws = |&target: &crate::FunctionRef| {
            let summary = cx.project.summary(target);
            summary.effects.contains(Effect::Random) && !summary.waits && !summary.changes
        };
        site.effect == Some(Effect::Random) || site.resolution.targets.iter().any(draws)
    };
    let drawn = cx.sites.iter().filter(is_random).find_map(|site| Some((site, site.call.result?)));
    let (site, result) = drawn.filter(|(_, result)| tested.contains(result) && !crate::walks::counts(cx))?;
    Some(("random", site.span, result))
}

/// A comparison of order between numbers with a point that each round multiplies or divides.
fn comes_closer(cx: &LoopContext<'_>, tested: &[LocalId]) -> Option<Found> {
    let is_order = |&test: &ExprId| {
        matches!(
            cx.function.expr(without_negation(cx.function, test, true).0),
            Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, ..)
        )
    };
    let by_whole = |value: ExprId| has(cx, value, &|part| matches!(part, Expr::Constant(Constant::Int(_))));
    if !crate::loops::exit_tests(cx).iter().any(is_order) || crate::walks::counts_by(cx, |_, value| by_whole(value)) {
        return None;
    }
    let is_float = |local: LocalId| {
        let declared = cx.function.declared_type(local).is_some_and(|ty| matches!(ty.as_str(), "f64" | "f32" | "float"));
        let mut values = cx.shape.definitions(local).iter().filter_map(|definition| definition.value);
        declared || values.any(|value| has(cx, value, &|part| matches!(part, Expr::Constant(Constant::Float(_)))))
    };
    let is_scaled = |part: &Expr| matches!(part, Expr::Binary(BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Power, ..));
    cx.assignments().find_map(|(place, value, span)| {
        let Expr::Local(local) = *cx.function.expr(place) else { return None };
        let is_number = tested.contains(&local) && tested.iter().any(|&tested| is_float(tested));
        // `size /= 1000` comes to any bound.
        let by_constant = matches!(*cx.function.expr(value), Expr::Binary(_, of, by)
            if is_local(cx, of, local) && matches!(cx.function.expr(by), Expr::Constant(_)));
        (is_number && !by_constant && has(cx, value, &is_scaled)).then_some(("close-enough", span, local))
    })
}

/// `while changed: changed = False; ..; changed = True`
fn until_no_change(cx: &LoopContext<'_>) -> Option<Found> {
    let asked = crate::loops::exit_tests(cx).into_iter().find_map(|test| flag_of(cx, test))?;
    let name = cx.function.local(asked).name;
    if crate::walks::counts_by(cx, |path, _| path != name.as_str()) {
        return None;
    }
    let is_nothing =
        |value: ExprId| matches!(cx.function.expr(value), Expr::Constant(Constant::Bool(false) | Constant::Int(0)));
    let in_loop = || cx.assignments().filter(|&(place, ..)| is_local(cx, place, asked));
    let says_so = in_loop().find(|&(place, value, _)| {
        let is_set = matches!(cx.function.expr(value), Expr::Constant(Constant::Bool(true)));
        is_set || crate::summary::steps_itself(cx.function, place, value)
    });
    let (.., span) = says_so.filter(|_| in_loop().any(|(_, value, _)| is_nothing(value)))?;
    Some(("no-change", span, asked))
}

/// The local of `changed`, `not changed`, `changes > 0`.
fn flag_of(cx: &LoopContext<'_>, test: ExprId) -> Option<LocalId> {
    match *cx.function.expr(test) {
        Expr::Truth(inner) | Expr::Unary(unspin_ir::UnaryOp::Not, inner) => flag_of(cx, inner),
        Expr::Compare(CompareOp::Gt | CompareOp::Ne | CompareOp::Eq, a, b) => {
            flag_of(cx, a).filter(|_| *cx.function.expr(b) == Expr::Constant(&Constant::Int(0)))
        }
        Expr::Local(local) => Some(local),
        _ => None,
    }
}

fn has(cx: &LoopContext<'_>, value: ExprId, is_it: &dyn Fn(&Expr) -> bool) -> bool {
    crate::shape::any_part(cx.function, value, |part| is_it(cx.function.expr(part)))
}

fn is_local(cx: &LoopContext<'_>, expr: ExprId, local: LocalId) -> bool {
    *cx.function.expr(expr) == Expr::Local(local)
}
