//! `poll` functions that wake themselves and return `Pending` on every way that is not ready: a busy loop in disguise.

use unspin_ir::{Call, Callee, Expr, Function, StatementKind, Terminator};

use crate::observation::{Observation, Subject, Sureness};
use crate::{FunctionRef, Project};

/// Whether a call may be a task's waking of itself.
pub(crate) fn may_observe(call: &Call) -> bool {
    matches!(call.callee, Callee::Method(_, method) if method == "wake_by_ref")
}

/// The waking of a poll function that asks nothing else and keeps no account of it.
pub(crate) fn observe(project: &Project, at: FunctionRef) -> Option<Observation> {
    let function = project.function(at);
    if !function.name.starts_with("poll") {
        return None;
    }
    let wake = function.calls().find(|(call, _)| may_observe(call)).map(|(_, span)| span)?;
    // What it polls, or hands its context to, wakes it as well; what it assigns may make the next round different.
    let asks = function.calls().any(|(call, _)| {
        let gets_context = call.arguments.iter().any(|a| is_context(function, a.value));
        gets_context || matches!(call.callee, Callee::Method(_, method) if method.starts_with("poll"))
    });
    let changes = function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Assign(place, _) => !matches!(function.expr(*place), Expr::Local(_)),
        _ => false,
    });
    let steps = function.calls().any(|(call, _)| match call.callee {
        Callee::Method(receiver, method) => {
            let name = method.as_str();
            !may_observe(call)
                && !matches!(name, "waker" | "is_ready" | "load" | "is_some" | "is_none" | "is_empty" | "elapsed" | "lock")
                && crate::shape::root_local(function, receiver).is_some_and(|root| function.local(root).name == "self")
        }
        _ => false,
    });
    if asks || changes || steps || !returns_pending(function) {
        return None;
    }
    Some(Observation {
        subject: Subject::Call,
        function: at,
        around: None,
        attributes: vec![("wakes", "itself")],
        places: vec![("call", at.file, wake), ("function", at.file, function.name_span)],
        words: Vec::new(),
        sureness: Sureness::High,
    })
}

fn is_context(function: &Function, value: unspin_ir::ExprId) -> bool {
    match function.expr(value) {
        Expr::Local(local) => function.declared_type(*local).is_some_and(|ty| ty.ends_with("Context")),
        _ => false,
    }
}

fn returns_pending(function: &Function) -> bool {
    function.blocks.iter().any(|block| match block.terminator {
        Terminator::Return(Some(value)) => {
            matches!(function.expr(value), Expr::Variant(variant) if variant.name.ends_with("Pending"))
        }
        _ => false,
    })
}
