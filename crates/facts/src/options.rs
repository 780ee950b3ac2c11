//! What may stand in options that a call is handed on as a whole: `get(url, **options)`.
//!
//! Those that a function puts together itself are looked through; those that it is given, where its callers are seen.
//! Whatever else is done with them may put anything there.

use unspin_ir::{Aggregate, Call, Callee, Constant, Expr, ExprId, Function, LocalId, LocalKind, Name, StatementKind};

use crate::definitions::Definition;
use crate::{FunctionRef, Project};

/// How many functions hand options on to each other.
const MAX_HOPS: u32 = 2;

/// Whether one of the spread arguments of a call may hold an option of this name.
pub(crate) fn may_hold(project: &Project, at: FunctionRef, call: &Call, option: Name) -> bool {
    call.arguments.iter().filter(|argument| argument.spread).any(|a| may_be_in(project, at, a.value, option, MAX_HOPS))
}

/// Whether anything in a file names an option, as a key or by keyword.
pub(crate) fn are_spoken_of(project: &Project, at: FunctionRef, option: Name) -> bool {
    let is_key = |expr: &Expr| matches!(expr, Expr::Constant(Constant::Text(text)) if text.as_str() == option.as_str());
    project.files[at.file as usize].module.functions.iter().any(|function| {
        function.exprs.iter().any(is_key)
            || function.calls().any(|(call, _)| call.arguments.iter().any(|argument| argument.name == Some(option)))
    })
}

/// Whether the function puts together itself what it hands on as a whole.
pub(crate) fn are_own(function: &Function, call: &Call) -> bool {
    call.arguments.iter().filter(|argument| argument.spread).all(|argument| match *function.expr(argument.value) {
        Expr::Local(local) => matches!(function.local(local).kind, LocalKind::Variable | LocalKind::Temporary),
        Expr::Aggregate(Aggregate::Map, _) => true,
        _ => false,
    })
}

fn may_be_in(project: &Project, at: FunctionRef, options: ExprId, option: Name, hops: u32) -> bool {
    let function = project.function(at);
    let Expr::Local(local) = *function.expr(options) else { return may_name(function, options, option) };
    if is_touched(function, local, option) {
        return true;
    }
    match function.local(local).kind {
        LocalKind::Parameter => may_come(project, at, local, option, hops),
        LocalKind::Variable | LocalKind::Temporary => {
            let mut definitions = project.definitions(at).of(function, local);
            definitions.any(|definition| match definition {
                Definition::Value(value) => may_name(function, value, option),
                // `dict(headers=headers)`
                Definition::Call(call) => {
                    !matches!(call.callee, Callee::Path(path) if path == "dict")
                        || call.arguments.iter().any(|argument| argument.name.is_none_or(|name| name == option))
                }
                Definition::Item(_) | Definition::Failure => true,
            })
        }
        LocalKind::Captured | LocalKind::Shared | LocalKind::Exposed => true,
    }
}

/// Whether an expression is anything but a table without this key.
fn may_name(function: &Function, table: ExprId, option: Name) -> bool {
    match function.expr(table) {
        Expr::Aggregate(Aggregate::Map, parts) => {
            let mut keys = parts.chunks(2).map(|pair| pair.len() < 2 || may_be_key(function, pair[0], option));
            keys.any(|may_be| may_be)
        }
        _ => true,
    }
}

fn may_be_key(function: &Function, key: ExprId, option: Name) -> bool {
    match function.expr(key) {
        Expr::Constant(Constant::Text(text)) => text.as_str() == option.as_str(),
        _ => true,
    }
}

/// Whether the function does anything with a table but hand it on and look at or set other keys.
fn is_touched(function: &Function, table: LocalId, option: Name) -> bool {
    let is_it = |value: ExprId| *function.expr(value) == Expr::Local(table);
    let is_other_key = |key: Option<ExprId>| key.is_some_and(|key| !may_be_key(function, key, option));
    function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Call(call) => match call.callee {
            Callee::Method(on, method) if is_it(on) => {
                let is_of_key = matches!(method.as_str(), "setdefault" | "get" | "pop");
                !is_of_key || !is_other_key(call.argument(None, Some(0)))
            }
            _ => call.arguments.iter().any(|argument| !argument.spread && is_it(argument.value)),
        },
        StatementKind::Assign(place, value) => match *function.expr(*place) {
            Expr::Index(on, key) if is_it(on) => !is_other_key(Some(key)),
            Expr::Local(other) => other != table && is_it(*value),
            _ => is_it(*value),
        },
        _ => false,
    })
}

/// Whether a caller may give an option of this name; where none is seen, anybody may.
fn may_come(project: &Project, at: FunctionRef, options: LocalId, option: Name, hops: u32) -> bool {
    let function = project.function(at);
    let is_spread = function.parameters.iter().any(|parameter| parameter.local == options && parameter.spread);
    let Some(calls) = project.calls_of(at).filter(|_| is_spread && hops > 0) else { return true };
    calls.iter().any(|(caller, _, call)| {
        call.arguments.iter().any(|argument| {
            argument.name == Some(option) || argument.spread && may_be_in(project, *caller, argument.value, option, hops - 1)
        })
    })
}
