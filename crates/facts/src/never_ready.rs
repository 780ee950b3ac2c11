//! Stop signals that never come: `serve.with_graceful_shutdown(pending())`.

use unspin_ir::{Call, Callee, Expr, Function, FunctionId, LocalId, LocalKind};

use crate::model::WordKind;
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::LazyShape;
use crate::spawned::Runner;
use crate::{FunctionRef, Project};

/// How many such futures of one function are looked at.
const MAX_CALLS: usize = 8;

/// Whether a call makes a future that is never ready.
pub(crate) fn may_observe(call: &Call) -> bool {
    matches!(call.callee, Callee::Path(path) if path.ends_with("future.pending") && call.arguments.is_empty())
}

/// Every future that is never ready and is handed to a call named for stopping, or kept in an object of a file in which a
/// task that nobody holds waits for what it was given.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let is_signal = |result: LocalId| {
        let value = Expr::Local(result);
        let given = |call: &Call| call.arguments.iter().any(|argument| *function.expr(argument.value) == value);
        let stops = |call: &Call| call.callee.name().is_some_and(|name| project.models.has_word(WordKind::Stop, &name));
        let is_kept = || {
            let parts = |expr: &Expr| matches!(expr, Expr::Aggregate(_, parts) if parts.iter().any(|&part| *function.expr(part) == value));
            function.exprs.iter().any(parts) && waits_for_given(project, at.file)
        };
        function.calls().any(|(call, _)| given(call) && stops(call)) || is_kept()
    };
    let calls = function.calls().filter(|(call, _)| may_observe(call) && !call.awaited);
    let held = |result: LocalId| std::iter::once(result).chain(aliases(function, shape, result)).any(is_signal);
    calls
        .take(MAX_CALLS)
        .filter(|(call, _)| call.result.is_some_and(held))
        .map(|(_, span)| Observation {
            subject: Subject::Call,
            function: at,
            around: None,
            attributes: vec![("stop-signal", "never")],
            places: vec![("call", at.file, span)],
            words: Vec::new(),
            sureness: Sureness::Medium,
        })
        .collect()
}

/// Variables that hold a value and nothing else.
fn aliases(function: &Function, shape: &LazyShape<'_>, value: LocalId) -> Vec<LocalId> {
    let locals = (0..function.locals.len()).map(LocalId::new);
    let is_alias = |local: &LocalId| {
        matches!(shape.definitions(*local), [definition]
            if definition.value.is_some_and(|held| *function.expr(held) == Expr::Local(value)))
    };
    locals.filter(is_alias).collect()
}

/// Whether a task of the file whose handle is dropped waits for a value that it captured.
fn waits_for_given(project: &Project, file: u32) -> bool {
    let functions = project.files[file as usize].module.functions.iter().enumerate();
    let waits = |function: &Function| {
        function.calls().any(|(call, _)| {
            let captured = |value| matches!(*function.expr(value), Expr::Local(local) if function.local(local).kind == LocalKind::Captured);
            call.awaited && matches!(call.callee, Callee::Value(value) if captured(value))
        })
    };
    functions.filter(|(_, function)| waits(function)).any(|(index, _)| {
        let at = FunctionRef { file, function: FunctionId::new(index) };
        project.runner(at) == Some(Runner::DetachedTask)
    })
}
