//! Coroutines that take their own cancellation for something else: for one of the task that they were handed to wait for, or
//! for the end of what they generate.
//!
//! Only a handler that names the cancellation counts, outside of loops. Silent where it raises on some way, and where the
//! function itself cancels the task that it waits for.

use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, Function, Handler, LocalId, LocalKind, Name, StatementKind, Terminator};
use unspin_span::Span;

use crate::observation::{Observation, Subject, Sureness};
use crate::shape::LazyShape;
use crate::{FunctionRef, Project};

/// Whether a handler names the cancellation of a coroutine.
pub(crate) fn may_observe(handler: &Handler) -> bool {
    handler.manager.is_none() && handler.classes.iter().any(|class| unspin_ir::last_part(*class) == "CancelledError")
}

/// Every handler of a coroutine that ends a cancellation there.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    for (dispatch, data) in function.block_ids() {
        let Terminator::Dispatch { handlers, .. } = &data.terminator else { continue };
        let Some(handler) = handlers.iter().find(|handler| may_observe(handler)) else { continue };
        if shape.forest.loops.iter().any(|natural| natural.body.contains(handler.block)) || raises(function, shape, handler) {
            continue;
        }
        let Some((taken_for, span)) = what_it_is_taken_for(project, at, dispatch) else { continue };
        found.push(Observation {
            subject: Subject::Call,
            function: at,
            around: None,
            attributes: vec![("cancelled", taken_for)],
            places: vec![("handler", at.file, handler.span), ("call", at.file, span)],
            words: Vec::new(),
            sureness: Sureness::Medium,
        });
    }
    found
}

fn raises(function: &Function, shape: &LazyShape<'_>, handler: &Handler) -> bool {
    let follows = |from: BlockId, to: BlockId| function.block(from).unwind != Some(to);
    let own = shape.only_through(handler.block, follows);
    own.iter().any(|&block| matches!(function.block(block).terminator, Terminator::Raise { .. }))
}

/// What a cancellation that comes to a dispatch is taken for, and where it arrives.
fn what_it_is_taken_for(project: &Project, at: FunctionRef, dispatch: BlockId) -> Option<(&'static str, Span)> {
    let function = project.function(at);
    let guarded = || {
        let blocks = function.blocks.iter().filter(|block| block.unwind == Some(dispatch));
        blocks.flat_map(|block| &block.statements)
    };
    let mut awaited = guarded().filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) if call.awaited => Some((&**call, statement.span)),
        _ => None,
    });
    if function.is_generator {
        // What a context manager yields to may be cancelled as well, and comes back here.
        let is_context = function.decorators.iter().any(|name| unspin_ir::last_part(*name).ends_with("contextmanager"));
        let gives = guarded().any(|statement| matches!(statement.kind, StatementKind::Yield(_)));
        return awaited.next().filter(|_| gives && !is_context).map(|(_, span)| ("as-done", span));
    }
    let is_of_task = |call: &Call| handed_task(project, at, call).is_some_and(|task| !cancels(function, task));
    awaited.find(|(call, _)| is_of_task(call)).map(|(_, span)| ("as-awaited", span))
}

/// The parameter with a task that is awaited: `await task`, `await wait_for(task, 5)`.
fn handed_task(project: &Project, at: FunctionRef, call: &Call) -> Option<LocalId> {
    let function = project.function(at);
    let awaited: ExprId = match call.callee {
        Callee::Value(value) => value,
        _ => project.resolve(at, call).model.and_then(|(model, _)| model.wrapped(call))?,
    };
    let is_task = |ty: Name| matches!(unspin_ir::last_part(ty).as_str(), "Task" | "Future");
    match *function.expr(awaited) {
        Expr::Local(local) if function.local(local).kind == LocalKind::Parameter => {
            project.type_of(at, awaited).is_some_and(is_task).then_some(local)
        }
        _ => None,
    }
}

fn cancels(function: &Function, task: LocalId) -> bool {
    function.calls().any(|(call, _)| match call.callee {
        Callee::Method(on, method) => {
            matches!(method.as_str(), "cancel" | "cancelled" | "cancelling" | "done") && *function.expr(on) == Expr::Local(task)
        }
        _ => false,
    })
}
