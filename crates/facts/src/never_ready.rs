//! Stop signals that never come: `serve.with_graceful_shutdown(pending())`.

use unspin_ir::{Call, Callee, Function};

use crate::model::WordKind;
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::LazyShape;
use crate::{FunctionRef, Project};

/// Whether a call makes a future that is never ready.
pub(crate) fn may_observe(call: &Call) -> bool {
    matches!(call.callee, Callee::Path(path) if path.ends_with("future.pending") && call.arguments.is_empty())
}

/// Every call that is named for stopping and is given a future that is never ready.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let takes_signal = |call: &Call| {
        let names_stop = call.callee.name().is_some_and(|name| project.models.has_word(WordKind::Stop, &name));
        names_stop && call.arguments.iter().any(|argument| is_never_ready(function, shape, argument.value))
    };
    let calls = function.calls().filter(|(call, _)| takes_signal(call));
    calls
        .map(|(call, span)| Observation {
            subject: Subject::Call,
            function: at,
            around: None,
            attributes: vec![("stop-signal", "never")],
            places: vec![("call", at.file, span)],
            words: vec![("call", crate::sites::shown_callee(function, call))],
            sureness: Sureness::Medium,
        })
        .collect()
}

fn is_never_ready(function: &Function, shape: &LazyShape<'_>, value: unspin_ir::ExprId) -> bool {
    shape.origin(function, value).is_some_and(|(_, _, call)| may_observe(call))
}
