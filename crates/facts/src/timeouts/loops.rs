//! Loops around a call: those of its own function, and those of the functions that call it.
//!
//! Callers are looked for in the same file and a few calls away.

use unspin_ir::{BlockId, Call, FunctionKind, StatementKind};

use crate::shape::Shape;
use crate::{FunctionRef, Project};

/// How many calls away a loop is looked for.
const MAX_CALLERS: u32 = 2;

/// Whether other functions of the file call this one in a loop. A script's own loop is not meant.
pub(super) fn is_called_in_loop(project: &Project, at: FunctionRef) -> bool {
    is_looped(project, at, MAX_CALLERS)
}

fn is_looped(project: &Project, at: FunctionRef, depth: u32) -> bool {
    let name = project.function(at).name;
    let file = &project.files[at.file as usize];
    let callers = file.families.callers(&file.module, name).filter(|(caller, _)| *caller != at.function);
    callers.into_iter().any(|(caller, function)| {
        let caller = FunctionRef { file: at.file, function: caller };
        let calls_it =
            |call: &Call| call.callee.name() == Some(name) && project.resolve_targets(caller, call).targets.contains(&at);
        if function.kind == FunctionKind::Module || function.is_test {
            return false;
        }
        let calls = |blocks: &mut dyn Iterator<Item = BlockId>| {
            blocks.flat_map(|block| &function.block(block).statements).any(|statement| match &statement.kind {
                StatementKind::Call(call) => calls_it(call),
                _ => false,
            })
        };
        if !function.loops.is_empty() {
            let shape = Shape::new(function);
            let mut looped = shape.forest.loops.iter().filter(|natural| natural.source.is_some());
            if looped.any(|natural| calls(&mut natural.body.iter())) {
                return true;
            }
        }
        depth > 1 && calls(&mut function.block_ids().map(|(block, _)| block)) && is_looped(project, caller, depth - 1)
    })
}
