//! Loops around a call: those of its own function, and those of the functions that call it.
//!
//! Callers are looked for in the same file and one call away.

use unspin_ir::{Call, FunctionKind, StatementKind};

use crate::shape::Shape;
use crate::{FunctionRef, Project};

/// Whether another function of the file calls this one in a loop. A script's own loop is not meant.
pub(super) fn is_called_in_loop(project: &Project, at: FunctionRef) -> bool {
    let name = project.function(at).name;
    let file = &project.files[at.file as usize];
    let callers = file.families.callers(&file.module, name).filter(|(caller, _)| *caller != at.function);
    callers.into_iter().any(|(caller, function)| {
        let caller = FunctionRef { file: at.file, function: caller };
        let calls_it =
            |call: &Call| call.callee.name() == Some(name) && project.resolve_targets(caller, call).targets.contains(&at);
        if function.kind == FunctionKind::Module || function.is_test || function.loops.is_empty() {
            return false;
        }
        let shape = Shape::new(function);
        let mut looped = shape.forest.loops.iter().filter(|natural| natural.source.is_some());
        looped.any(|natural| {
            natural.body.iter().flat_map(|block| &function.block(block).statements).any(|statement| match &statement.kind {
                StatementKind::Call(call) => calls_it(call),
                _ => false,
            })
        })
    })
}
