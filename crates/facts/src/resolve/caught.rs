//! What a call on an unknown receiver is, by the library whose failures are caught around it:
//! `except redis.ConnectionError` around `store.ping()`.
//!
//! Only methods that this library's models know as remote count, and those that collections have as well, such as `get`,
//! only where nothing else is called in there.

use unspin_ir::{BlockId, Function, Handler, Name, StatementKind, Terminator};

use super::Resolver;
use crate::model::{CallModel, FailureKind};
use crate::models::library_of;

/// How many blocks lie between a call and the handlers of its failure.
const MAX_STEPS: usize = 4;

/// Whether a function has a handler for a failure that it names by a path.
pub(crate) fn handles_paths(function: &Function) -> bool {
    let of_path = |handler: &Handler| handler.classes.iter().any(|class| class.contains('.'));
    function.blocks.iter().any(|block| match &block.terminator {
        Terminator::Dispatch { handlers, .. } => handlers.iter().any(of_path),
        _ => false,
    })
}

impl<'a> Resolver<'a, '_> {
    pub(super) fn by_caught_failures(self, method: Name) -> Option<&'a CallModel> {
        let (project, function) = (self.project, self.function());
        if !project.outline(self.at).deeds.handles_paths || !project.files[self.at.file as usize].module.shares_objects {
            return None;
        }
        let unwind = self.unwind()?;
        let model = classes_caught(function, unwind).into_iter().find_map(|class| {
            let model = project.models.by_library(library_of(&class), method, function, self.call)?;
            fails_so(project.failure_kind(self.at.file, class), model, class).then_some(model)
        });
        model.filter(|_| !project.models.is_of_collections(method) || is_alone(function, unwind))
    }

    /// Where a failure of the call goes.
    fn unwind(self) -> Option<BlockId> {
        let is_it =
            |kind: &StatementKind| matches!(kind, StatementKind::Call(call) if std::ptr::eq(&raw const **call, self.call));
        let block = self.function().blocks.iter().find(|block| block.statements.iter().any(|statement| is_it(&statement.kind)));
        block?.unwind
    }
}

/// Whether a failure is one of the connection, or of a wait for which the model says that its library raises one: whoever
/// puts a deadline around a call gets a timeout as well.
fn fails_so(kind: Option<FailureKind>, model: &CallModel, class: Name) -> bool {
    let mut raised = model.timeout.iter().flat_map(|timeout| &timeout.raises).chain(&model.end_raises);
    match kind {
        Some(FailureKind::Connection) => true,
        Some(FailureKind::Timeout | FailureKind::Closed) => raised.any(|raised| library_of(raised) == library_of(&class)),
        _ => false,
    }
}

/// The classes of failures that are handled from a block on.
fn classes_caught(function: &Function, from: BlockId) -> Vec<Name> {
    let (mut classes, mut next) = (Vec::new(), Some(from));
    for _ in 0..MAX_STEPS {
        let Some(block) = next else { break };
        next = match &function.block(block).terminator {
            Terminator::Dispatch { handlers, otherwise } => {
                classes.extend(handlers.iter().flat_map(|handler| handler.classes.iter().copied()));
                *otherwise
            }
            Terminator::Goto(block) => Some(*block),
            _ => None,
        };
    }
    classes
}

/// Whether one call alone may fail there.
fn is_alone(function: &Function, unwind: BlockId) -> bool {
    let guarded = function.blocks.iter().filter(|block| block.unwind == Some(unwind));
    let calls = guarded.flat_map(|block| &block.statements).filter(|s| matches!(s.kind, StatementKind::Call(_)));
    calls.count() == 1
}
