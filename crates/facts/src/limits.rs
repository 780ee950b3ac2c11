//! Limits that look as if they ended a loop and do not: a step away from the bound, a count that nothing steps, a count
//! or deadline that every round sets anew, a collection that grows as fast as it is walked.
//!
//! Only what the loop's own text proves: locals, fields that no call of the loop can reach, steps by constants.

use unspin_flow::{BlockSet, NaturalLoop, ways};
use unspin_ir::{
    BinaryOp, BlockId, Callee, CompareOp, Constant, Expr, ExprId, Function, LocalId, LoopKind, StatementKind, Terminator,
};
use unspin_span::Span;

use crate::Project;
use crate::gates::{counted_by, grown_by, is_same_place};
use crate::model::{Effect, WordKind};
use crate::observation::{Attribute, Observation, Sureness};
use crate::shape::Shape;
use crate::sites::{LoopContext, is_rust};
use crate::summary::steps_itself;

/// What is wrong with the bound of a loop.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Vec<Observation> {
    let mut found = Vec::new();
    // `while True: if not i < n: break` has its test at the head as well.
    if matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        found.extend(step_away(cx).map(|step| observation(cx, ("step", "away"), step, "the bound".to_owned())));
        found.extend(grows_with_index(cx).map(|(grow, name)| observation(cx, ("walked", "grows"), grow, name)));
    }
    if matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        found.extend(limit(cx));
    }
    found
}

/// Whether a `for` may have no end, by what it walks: something that is appended to in it, or the answers of a function.
pub(crate) fn may_walk_for_ever(project: &Project, function: &Function, shape: &Shape, natural: &NaturalLoop) -> bool {
    let Terminator::Advance { iterable, .. } = function.block(natural.header).terminator else { return false };
    if let Some((_, _, call)) = shape.origin(function, iterable) {
        let polls = project.models.hints(call.callee).is_some_and(|hints| hints.polls);
        if let Some(walked) = counted_by(call) {
            return is_grown(function, natural, walked);
        }
        return polls || call.callee == Callee::Path(unspin_ir::name("iter"));
    }
    let walked = match *function.expr(iterable) {
        Expr::Local(local) => match shape.definitions(local) {
            [definition] => definition.value.unwrap_or(iterable),
            _ => iterable,
        },
        _ => iterable,
    };
    is_grown(function, natural, walked)
}

/// Whether something is appended to a place in a loop.
fn is_grown(function: &Function, natural: &NaturalLoop, walked: ExprId) -> bool {
    let blocks = natural.body.iter();
    blocks.flat_map(|block| &function.block(block).statements).any(|statement| match &statement.kind {
        StatementKind::Call(call) => grown_by(call).is_some_and(|grown| is_same_place(function, grown, walked)),
        _ => false,
    })
}

/// `for x in todo: todo.append(..)`, on every way round.
pub(crate) fn observe_for(cx: &LoopContext<'_>) -> Option<Observation> {
    let Terminator::Advance { iterable, .. } = cx.function.block(cx.natural().header).terminator else { return None };
    if is_rust(cx.project, cx.at) || leaves_inside(cx) {
        return None;
    }
    let walked = walked_place(cx, iterable)?;
    let (grow, _) = grows_each_round(cx, &walked)?;
    Some(observation(cx, ("walked", "grows"), grow, walked))
}

fn observation(cx: &LoopContext<'_>, attribute: Attribute, at: Span, named: String) -> Observation {
    cx.observation(vec![attribute], &[("loop", cx.source.head), ("step", at)], vec![("bound", named)], Sureness::High)
}

/// The place that a loop walks, seen through the temporary that holds it.
fn walked_place(cx: &LoopContext<'_>, iterable: ExprId) -> Option<String> {
    let mut at = iterable;
    for _ in 0..4 {
        match cx.function.expr(at) {
            Expr::Local(local) if cx.function.local(*local).kind == unspin_ir::LocalKind::Temporary => {
                let [definition] = cx.shape.definitions(*local) else { return None };
                let counted = || counted_by(cx.shape.origin(cx.function, at)?.2);
                at = definition.value.or_else(counted)?;
            }
            _ => return cx.function.path(at),
        }
    }
    None
}

/// A call that makes a collection grow, if every way round passes one and none takes from it or gives it a new value.
fn grows_each_round(cx: &LoopContext<'_>, walked: &str) -> Option<(Span, BlockId)> {
    let is_on = |call: &unspin_ir::Call| matches!(call.callee, Callee::Method(receiver, _) if cx.function.path(receiver).as_deref() == Some(walked));
    let grows = |site: &&crate::sites::Site<'_>| is_on(site.call) && grown_by(site.call).is_some();
    let first = cx.sites.iter().find(grows)?;
    let others = cx.sites.iter().filter(|site| is_on(site.call) && !grows(site));
    let is_harmless = |site: &crate::sites::Site<'_>| {
        site.resolution.model.is_some_and(|(model, _)| matches!(model.effect, Effect::Query | Effect::Pure | Effect::View))
    };
    let blocks: BlockSet = cx.sites.iter().filter(grows).map(|site| site.block).collect();
    let always = !ways::exists_through(&cx.shape.cfg, cx.natural(), cx.natural().header, &blocks);
    let is_deque = first.resolution.receiver.is_some_and(|ty| ty.ends_with("deque"));
    (always && !is_deque && others.into_iter().all(is_harmless) && !is_assigned(cx, walked))
        .then_some((first.span, first.block))
}

/// `while i < len(v): v.append(..); i += 1`.
fn grows_with_index(cx: &LoopContext<'_>) -> Option<(Span, String)> {
    let (test, stays) = head_test(cx)?;
    let (low, high) = match cx.function.expr(test) {
        Expr::Compare(CompareOp::Lt | CompareOp::Ne, a, b) if stays => (*a, *b),
        Expr::Compare(CompareOp::Gt, a, b) if stays => (*b, *a),
        _ => return None,
    };
    let Expr::Length(walked) = cx.function.expr(high) else { return None };
    let walked = cx.function.path(*walked)?;
    let steps = steps_of(cx, &cx.function.path(low)?)?;
    if leaves_inside(cx) || !steps.iter().all(|&(step, _)| step == 1) || steps.len() != 1 {
        return None;
    }
    grows_each_round(cx, &walked).map(|(grow, _)| (grow, walked))
}

/// `while i < n: i -= 1`: the place of a step away from the bound.
fn step_away(cx: &LoopContext<'_>) -> Option<Span> {
    let (test, stays) = head_test(cx)?;
    let Expr::Compare(op, a, b) = *cx.function.expr(test) else { return None };
    let rises = match (op, stays) {
        (CompareOp::Lt | CompareOp::Le, true) | (CompareOp::Gt | CompareOp::Ge, false) => true,
        (CompareOp::Gt | CompareOp::Ge, true) | (CompareOp::Lt | CompareOp::Le, false) => false,
        _ => return None,
    };
    if leaves_inside(cx) {
        return None;
    }
    [(a, b, rises), (b, a, !rises)].into_iter().find_map(|(stepped, bound, should_rise)| {
        let path = cx.function.path(stepped)?;
        let steps = steps_of(cx, &path)?;
        let away = steps.iter().all(|&(step, _)| step != 0 && (step > 0) != should_rise);
        (away && is_fixed(cx, bound) && is_out_of_reach(cx, stepped)).then(|| steps.first().map(|&(_, span)| span))?
    })
}

/// The test at the head, if it is the only one, and whether the loop goes on when it holds.
fn head_test(cx: &LoopContext<'_>) -> Option<(ExprId, bool)> {
    let header = cx.natural().header;
    let Terminator::Branch { test, then, otherwise } = cx.function.block(header).terminator else { return None };
    let inside = |block: BlockId| cx.natural().body.contains(block);
    (inside(then) != inside(otherwise)).then(|| crate::shape::without_negation(cx.function, test, inside(then)))
}

/// Whether anything but the head leaves the loop: a `break`, a `return`, a failure, a call that may not come back.
fn leaves_inside(cx: &LoopContext<'_>) -> bool {
    let header = cx.natural().header;
    let exits = cx.natural().exits.iter().any(|&(from, _)| from != header);
    let returns = cx.natural().body.iter().any(|block| {
        let terminator = &cx.function.block(block).terminator;
        matches!(
            terminator,
            Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Unreachable | Terminator::Select { .. }
        )
    });
    let yields = cx.natural().body.iter().any(|block| {
        cx.function.block(block).statements.iter().any(|statement| matches!(statement.kind, StatementKind::Yield(_)))
    });
    let never_returns = |site: &crate::sites::Site<'_>| {
        site.effect == Some(Effect::Exit)
            || site.resolution.targets.iter().any(|&target| {
                let summary = cx.project.summary(target);
                summary.never_returns || summary.raises
            })
    };
    exits || returns || yields || cx.sites.iter().any(never_returns)
}

/// Every assignment of a place in the loop as a step by a constant; `None` if one is something else, or there is none.
fn steps_of(cx: &LoopContext<'_>, path: &str) -> Option<Vec<(i64, Span)>> {
    let mut steps = Vec::new();
    for block in cx.natural().body.iter() {
        for statement in &cx.function.block(block).statements {
            match &statement.kind {
                StatementKind::Assign(place, value) if cx.function.path(*place).as_deref() == Some(path) => {
                    let Expr::Binary(op, a, b) = cx.function.expr(*value) else { return None };
                    let Expr::Constant(Constant::Int(by)) = cx.function.expr(*b) else { return None };
                    let by = match op {
                        BinaryOp::Add => *by,
                        BinaryOp::Subtract => by.checked_neg()?,
                        _ => return None,
                    };
                    if cx.function.path(*a).as_deref() != Some(path) {
                        return None;
                    }
                    steps.push((by, statement.span));
                }
                StatementKind::Call(call) => {
                    let result = call.result.map(|local| cx.function.local(local).name);
                    if result.is_some_and(|name| name == path) {
                        return None;
                    }
                }
                _ => {}
            }
        }
        if let Terminator::Advance { item, .. } = cx.function.block(block).terminator
            && cx.function.local(item).name == path
        {
            return None;
        }
    }
    (!steps.is_empty()).then_some(steps)
}

/// Whether the loop never changes what an expression is made of.
fn is_fixed(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    let mut fixed = true;
    crate::shape::for_each_part(cx.function, expr, &mut |part| match cx.function.expr(part) {
        Expr::Constant(_) | Expr::Binary(..) | Expr::Global(_) => {}
        Expr::Local(local) => {
            fixed &= !cx.shape.definitions(*local).iter().any(|d| cx.natural().body.contains(d.block)) && is_plain(cx, *local);
        }
        Expr::Field(..) => fixed &= cx.sites.is_empty() && cx.function.path(part).is_some_and(|path| !is_assigned(cx, &path)),
        Expr::Length(inner) => {
            let path = cx.function.path(*inner);
            fixed &= path.is_some_and(|path| !is_assigned(cx, &path))
                && cx.sites.iter().all(|site| {
                    !site.call.operands().any(|operand| {
                        crate::shape::root_local(cx.function, operand) == crate::shape::root_local(cx.function, *inner)
                    })
                });
        }
        _ => fixed = false,
    });
    fixed
}

/// Whether no call of the loop can change a place.
fn is_out_of_reach(cx: &LoopContext<'_>, place: ExprId) -> bool {
    match cx.function.expr(place) {
        Expr::Local(local) => {
            let is_lent = |site: &crate::sites::Site<'_>| {
                site.call.arguments.iter().any(|a| a.mutable && crate::shape::root_local(cx.function, a.value) == Some(*local))
            };
            is_plain(cx, *local) && !cx.sites.iter().any(is_lent)
        }
        Expr::Field(..) => cx.sites.is_empty(),
        _ => false,
    }
}

/// A variable or parameter that no closure shares.
fn is_plain(cx: &LoopContext<'_>, local: LocalId) -> bool {
    use unspin_ir::LocalKind;
    let data = cx.function.local(local);
    matches!(data.kind, LocalKind::Variable | LocalKind::Parameter)
        && !cx.project.files[cx.at.file as usize].module.functions.iter().any(|inner| {
            inner.parent == Some(cx.at.function)
                && inner.locals.iter().any(|l| l.name == data.name && l.kind == LocalKind::Shared)
        })
}

fn is_assigned(cx: &LoopContext<'_>, path: &str) -> bool {
    cx.natural().body.iter().any(|block| {
        cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(place, _) | StatementKind::Delete(place) => cx.function.path(*place).as_deref() == Some(path),
            StatementKind::Call(call) => call.result.is_some_and(|local| cx.function.local(local).name == path),
            _ => false,
        })
    })
}

/// A test that should bound the loop, and whose count or deadline never comes to that.
fn limit(cx: &LoopContext<'_>) -> Option<Observation> {
    let tests = crate::loops::exit_tests(cx);
    for block in cx.natural().body.iter().filter(|&block| !cx.is_in_inner_loop(block)) {
        let data = cx.function.block(block);
        let Terminator::Branch { test, .. } = data.terminator else { continue };
        if !tests.contains(&test) {
            continue;
        }
        let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) = *cx.function.expr(test) else {
            continue;
        };
        for (counted, other) in [(a, b), (b, a)] {
            let Expr::Local(local) = *cx.function.expr(counted) else { continue };
            let Some(state) = state_of(cx, local, other) else { continue };
            let name = cx.function.local(local).name.to_string();
            return Some(observation(cx, ("limit", state), data.span, name));
        }
    }
    None
}

fn state_of(cx: &LoopContext<'_>, counted: LocalId, other: ExprId) -> Option<&'static str> {
    let name = cx.function.local(counted).name;
    let models = &cx.project.models;
    let is_count = models.has_word(WordKind::Limit, &name);
    let is_deadline = models.has_word(WordKind::Deadline, &name);
    if !is_plain(cx, counted) || !(is_count || is_deadline) {
        return None;
    }
    let definitions = cx.shape.definitions(counted);
    let (inside, outside): (Vec<&crate::shape::Definition>, Vec<&crate::shape::Definition>) =
        definitions.iter().partition(|d| cx.natural().body.contains(d.block));
    let is_number =
        |value: Option<ExprId>| value.is_some_and(|value| matches!(cx.function.expr(value), Expr::Constant(Constant::Int(_))));
    // `add_digit!(c, value, counter)` may step what it is given.
    let is_given_to_macro = |site: &crate::sites::Site<'_>| {
        matches!(site.call.callee, Callee::Path(path) if path.ends_with('!') && site.effect != Some(Effect::Log))
            && site.call.arguments.iter().any(|a| *cx.function.expr(a.value) == Expr::Local(counted))
    };
    if inside.is_empty() && cx.sites.iter().any(is_given_to_macro) {
        return None;
    }
    if inside.is_empty() {
        let starts_fixed = outside.len() == 1 && outside.iter().all(|d| is_number(d.value));
        let is_parameter = cx.function.local(counted).kind == unspin_ir::LocalKind::Parameter;
        return (is_count && starts_fixed && !is_parameter && is_fixed(cx, other) && !is_maximum(cx, counted, other))
            .then_some("never-stepped");
    }
    // `deadline = now() + 30`; the time that has passed, `now() - started`, is another matter.
    let is_clock = |value: ExprId| {
        let mut found = false;
        if !matches!(cx.function.expr(value), Expr::Binary(BinaryOp::Add, ..)) {
            return false;
        }
        crate::shape::for_each_part(cx.function, value, &mut |part| {
            found |= cx.origin_site(part).is_some_and(|site| site.effect == Some(Effect::Clock));
        });
        found
    };
    let sets = |d: &&&crate::shape::Definition| {
        !cx.is_in_inner_loop(d.block) && (is_number(d.value) || (is_deadline && d.value.is_some_and(is_clock)))
    };
    // `n = 0` after a call that may fail: the failure goes round without it.
    let is_skipped = |d: &&&crate::shape::Definition| {
        let data = cx.function.block(d.block);
        let fails = |statement: &unspin_ir::Statement| matches!(&statement.kind, StatementKind::Call(call) if call.raises);
        data.unwind.is_some_and(|unwind| cx.natural().body.contains(unwind)) && data.statements.iter().take(d.index).any(fails)
    };
    if inside.iter().filter(sets).any(|d| is_skipped(&d)) {
        return None;
    }
    let setting: BlockSet = inside.iter().filter(sets).map(|d| d.block).collect();
    let others_step = inside.iter().filter(|d| !setting.contains(d.block)).all(|d| {
        let place = cx.function.block(d.block).statements.get(d.index).map(|statement| &statement.kind);
        !cx.is_in_inner_loop(d.block)
            && matches!(place, Some(&StatementKind::Assign(place, value)) if steps_itself(cx.function, place, value))
    });
    let every_way = !setting.is_empty() && !ways::exists_through(&cx.shape.cfg, cx.natural(), cx.natural().header, &setting);
    let is_stepped = inside.iter().any(|d| !setting.contains(d.block));
    (every_way && others_step && (is_stepped || (is_deadline && !is_count))).then_some("set-anew")
}

/// Whether what is compared is the maximum, and the other side the count, which somebody else steps: by its name, or by a
/// step of the other side outside of this loop.
fn is_maximum(cx: &LoopContext<'_>, compared: LocalId, other: ExprId) -> bool {
    let name = cx.function.local(compared).name.to_ascii_lowercase();
    let is_stepped_elsewhere = || {
        let Expr::Local(count) = *cx.function.expr(other) else { return false };
        cx.shape.definitions(count).iter().any(|definition| {
            let statement = cx.function.block(definition.block).statements.get(definition.index);
            matches!(statement.map(|statement| &statement.kind), Some(&StatementKind::Assign(place, value))
                if steps_itself(cx.function, place, value))
        })
    };
    name.contains("max") || name.contains("limit") || is_stepped_elsewhere()
}
