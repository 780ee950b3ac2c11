//! What one pass over a module tells of its functions: which facts they can need, and the names of what they call.
//!
//! The passes over a whole project look at outlines alone. A module is gone through once, right after it was lowered and
//! while it is still in the caches of the processor; of most functions the body is never touched again.

use unspin_ir::Module;

use crate::Models;
use crate::callgraph::Called;
use crate::gates::Gates;

/// The outline of one module.
#[derive(Debug)]
pub(crate) struct Outline {
    functions: Box<[FunctionOutline]>,
}

/// The outline of one function.
#[derive(Debug)]
pub(crate) struct FunctionOutline {
    pub(crate) gates: Gates,
    pub(crate) called: Called,
    /// Whether it has a handler for recursion that went too deep.
    pub(crate) catches_recursion: bool,
}

impl Outline {
    pub(crate) fn new(module: &Module, models: &Models) -> Self {
        let outline = |function| FunctionOutline {
            gates: Gates::of(models, module, function),
            called: Called::of(models, function),
            catches_recursion: crate::callgraph::catches_recursion(function),
        };
        Self { functions: module.functions.iter().map(outline).collect() }
    }

    pub(crate) fn function(&self, id: unspin_ir::FunctionId) -> &FunctionOutline {
        &self.functions[id.0 as usize]
    }
}
