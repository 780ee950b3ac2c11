//! Retry policies of libraries that nothing bounds: no limit given where the default is none, or one that is no limit.
//!
//! What a model says of a policy decides. A policy that is put together elsewhere, or from parts that are not known,
//! says nothing.

use unspin_ir::{Call, Callee, Constant, Expr, ExprId, Function, StatementKind};
use unspin_span::Span;

use crate::model::{CallModel, Effect};
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::{LazyShape, Shape};
use crate::{FunctionRef, Project};

const MAX_HOPS: u32 = 8;

/// Every policy of a function, and the one that decorates it.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    found.extend(bare_decorator(project, at, function));
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        let StatementKind::Call(call) = &statement.kind else { continue };
        if !project.models.hints(call.callee).is_some_and(|hints| hints.policy) {
            continue;
        }
        let Some((model, certainty)) = project.resolve(at, call).model else { continue };
        // A telling receiver is not enough: Django's connections have an `ensure_connection` as well.
        let is_told = certainty != crate::Certainty::Receiver;
        if is_told && is_policy(model) && is_endless(project, at, shape, call, model) {
            let named = crate::sites::shown_callee(function, call);
            let state = if is_declared(project, at, shape, call, model) { "declared" } else { "endless" };
            let mut policy = observation(at, statement.span, state, named);
            policy.attributes.extend(is_choosy(function, shape, call).then_some(("retries", "chosen")));
            found.push(policy);
        }
    }
    found
}

fn observation(at: FunctionRef, span: Span, state: &'static str, named: String) -> Observation {
    Observation {
        subject: Subject::Call,
        function: at,
        around: None,
        attributes: vec![("policy", state)],
        places: vec![("call", at.file, span)],
        words: vec![("call", named)],
        sureness: Sureness::High,
    }
}

/// Whether a function chooses which failures are tried again: `retry_on_exception=is_write_conflict`,
/// `retry=retry_if_exception(is_write_conflict)`. Such a failure may be sure to pass, as a conflict is that another writer has won.
fn is_choosy(function: &Function, shape: &Shape, call: &Call) -> bool {
    const CHOOSERS: [&str; 3] = ["retry_if_exception", "retry_if_result", "retry_if_exception_message"];
    call.arguments.iter().any(|argument| {
        let made = || shape.origin(function, argument.value).and_then(|(_, _, made)| made.callee.name());
        match argument.name.as_ref().map(unspin_ir::Name::as_str) {
            Some("retry_on_exception" | "retry_on_result") => true,
            Some("retry") => made().is_some_and(|name| CHOOSERS.contains(&unspin_ir::last_part(name).as_str())),
            _ => false,
        }
    })
}

pub(crate) fn is_policy(model: &CallModel) -> bool {
    model.effect == Effect::RetryPolicy && !model.limits.is_empty()
}

/// `@retry` without arguments: the same as `@retry()`.
fn bare_decorator(project: &Project, at: FunctionRef, function: &Function) -> Option<Observation> {
    let around = function.parent.unwrap_or(unspin_ir::FunctionId::new(0));
    let around = project.function(FunctionRef { file: at.file, function: around });
    let decorator = function.decorators.iter().copied().find(|decorator| {
        let call = Call {
            callee: Callee::Path(*decorator),
            arguments: Box::default(),
            result: None,
            awaited: false,
            raises: true,
            panics: false,
        };
        project.models.by_path(*decorator, function, &call).is_some_and(|model| {
            is_policy(model) && model.limited_by_default.is_empty() && !is_called(around, at.function, *decorator)
        })
    })?;
    Some(observation(at, function.name_span, "endless", format!("@{decorator}")))
}

/// Whether a function is decorated with what a call of the decorator gave: `@retry(..)`, perhaps above other decorators.
fn is_called(around: &Function, decorated: unspin_ir::FunctionId, decorator: unspin_ir::Name) -> bool {
    around.calls().any(|(applied, _)| {
        let Callee::Value(value) = applied.callee else { return false };
        is_given(around, applied, decorated)
            && around.calls().any(|(made, _)| {
                made.callee == Callee::Path(decorator)
                    && made.result.is_some_and(|result| *around.expr(value) == Expr::Local(result))
            })
    })
}

/// Whether a decorator is given a function, or what another decorator made of it.
fn is_given(around: &Function, applied: &Call, decorated: unspin_ir::FunctionId) -> bool {
    let mut applied = applied;
    for _ in 0..MAX_HOPS {
        let Some(given) = applied.arguments.first().map(|argument| around.expr(argument.value)) else { return false };
        let Expr::Local(made) = *given else { return *given == Expr::Function(decorated) };
        let Some((inner, _)) = around.calls().find(|(call, _)| call.result == Some(made)) else { return false };
        applied = inner;
    }
    false
}

fn is_endless(project: &Project, at: FunctionRef, shape: &Shape, call: &Call, model: &CallModel) -> bool {
    if call.has_spread() || is_limited_before(project, at, shape, call, model) || is_limited_later(project, at, call, model) {
        return false;
    }
    model.limits.iter().all(|limit| {
        let position = limit.position.map(|position| position as usize);
        match call.argument(limit.keyword, position) {
            None => !limit.keyword.is_some_and(|keyword| model.limited_by_default.contains(&keyword)),
            Some(value) => is_no_limit(project, at, shape, value, model),
        }
    })
}

/// Whether somebody took away the limit that there is by default: `timeout=None`, `without_max_times()`.
fn is_declared(project: &Project, at: FunctionRef, shape: &Shape, call: &Call, model: &CallModel) -> bool {
    let takes_away = call.callee.name().is_some_and(|name| model.unlimited.contains(&name));
    let has_default = !model.limited_by_default.is_empty() || matches!(call.callee, Callee::Method(..));
    takes_away
        || has_default
            && model.limits.iter().any(|limit| {
                let given = call.argument(limit.keyword, limit.position.map(|position| position as usize));
                given.is_some_and(|value| says_no_limit(project.function(at), shape, value, model))
            })
}

/// `None`, or a value that the model names.
fn says_no_limit(function: &Function, shape: &Shape, value: ExprId, model: &CallModel) -> bool {
    let is_named = |name: &str| model.unlimited.iter().any(|unlimited| unlimited == name);
    match function.expr(value) {
        Expr::Constant(Constant::None) => true,
        Expr::Constant(Constant::Int(number)) => is_named(&number.to_string()),
        Expr::Global(name) => is_named(name),
        _ => match shape.origin(function, value) {
            Some((_, _, Call { callee: Callee::Path(path), .. })) => is_named(path),
            _ => false,
        },
    }
}

/// A value that says so, or a strategy without an end.
fn is_no_limit(project: &Project, at: FunctionRef, shape: &Shape, value: ExprId, model: &CallModel) -> bool {
    let function = project.function(at);
    if says_no_limit(function, shape, value, model) {
        return true;
    }
    let mut at_value = value;
    for _ in 0..MAX_HOPS {
        let Some((_, _, call)) = shape.origin(function, at_value) else { return false };
        match call.callee {
            Callee::Method(_, method) if model.limited_by.contains(&method) => return false,
            Callee::Method(receiver, _) => at_value = receiver,
            Callee::Path(path) => {
                let is_named = model.unlimited.contains(&path);
                let made = || project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::EndlessIterator);
                return is_named || made();
            }
            Callee::Value(_) => return false,
        }
    }
    false
}

/// `builder.with_total_delay(..).without_max_times()`.
fn is_limited_before(project: &Project, at: FunctionRef, shape: &Shape, call: &Call, model: &CallModel) -> bool {
    let mut made = call;
    for _ in 0..MAX_HOPS {
        let Callee::Method(receiver, _) = made.callee else { return false };
        let Some((_, _, earlier)) = shape.origin(project.function(at), receiver) else { return false };
        if earlier.callee.name().is_some_and(|method| model.limited_by.contains(&method)) {
            return true;
        }
        made = earlier;
    }
    false
}

/// `builder.without_max_times().with_total_delay(..)`.
fn is_limited_later(project: &Project, at: FunctionRef, call: &Call, model: &CallModel) -> bool {
    let function = project.function(at);
    let mut made = call.result;
    for _ in 0..MAX_HOPS {
        let Some(local) = made else { return false };
        let next = function.blocks.iter().flat_map(|block| &block.statements).find_map(|statement| match &statement.kind {
            StatementKind::Call(call) => match call.callee {
                Callee::Method(on, method) if *function.expr(on) == Expr::Local(local) => Some((call, method)),
                _ => None,
            },
            _ => None,
        });
        let Some((call, method)) = next else { return false };
        if model.limited_by.contains(&method) {
            return true;
        }
        made = call.result;
    }
    false
}
