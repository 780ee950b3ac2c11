//! What one pass over a module tells of its functions: which facts they can need, and the names of what they call.
//!
//! The passes over a whole project look at outlines alone. A module is gone through once, right after it was lowered and
//! while it is still in the caches of the processor; of most functions the body is never touched again.

use rustc_hash::FxHashMap;
use unspin_ir::{Callee, Module, Name};

use crate::Models;
use crate::callgraph::Called;
use crate::gates::Gates;
use crate::model::WordKind;
use crate::models::Hints;

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
        let mut names = Names { models, known: FxHashMap::default() };
        let outline = |function| FunctionOutline {
            gates: Gates::of(&mut names, module, function),
            called: Called::of(&mut names, function),
            catches_recursion: crate::callgraph::catches_recursion(function),
        };
        Self { functions: module.functions.iter().map(outline).collect() }
    }

    pub(crate) fn function(&self, id: unspin_ir::FunctionId) -> &FunctionOutline {
        &self.functions[id.0 as usize]
    }
}

/// What names of callees tell, each asked of the models once in a module.
pub(crate) struct Names<'m> {
    models: &'m Models,
    known: FxHashMap<Name, KnownName>,
}

/// What the name of a callee tells.
#[derive(Clone, Copy)]
pub(crate) struct KnownName {
    pub(crate) hints: Hints,
    /// Whether it may wait without a bound.
    pub(crate) may_wait: bool,
    /// Whether what it calls has that name: combinators and visitors call what they are given.
    pub(crate) tells: bool,
}

impl Names<'_> {
    pub(crate) fn of(&mut self, callee: Callee) -> Option<KnownName> {
        let (models, name) = (self.models, callee.name()?);
        let known = self.known.entry(name).or_insert_with(|| {
            let word = name.trim_end_matches('!');
            KnownName {
                hints: models.hints_of(name),
                may_wait: crate::timeouts::may_wait(models, name),
                tells: ![WordKind::Combinator, WordKind::Visitor].into_iter().any(|kind| models.has_word(kind, word)),
            }
        });
        Some(*known)
    }
}
