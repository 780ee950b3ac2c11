//! What one pass over a module tells of its functions: which facts they can need, the names of what they call, and what
//! they do that others ask about.
//!
//! The passes over a whole project look at outlines alone. A module is gone through once, right after it was lowered and
//! while it is still in the caches of the processor; of most functions the body is never touched again.

use std::cell::Cell;

use rustc_hash::FxHashMap;
use unspin_ir::{Callee, Expr, Function, Module, Name, StatementKind};

use crate::Models;
use crate::callgraph::Called;
use crate::collections::Collections;
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
    pub(crate) deeds: Deeds,
    /// Whether it has a handler for recursion that went too deep.
    pub(crate) catches_recursion: bool,
}

impl Outline {
    pub(crate) fn new(module: &Module, models: &Models) -> Self {
        let mut names = Names::new(models);
        let held = Collections::new(module);
        let mut callees = Vec::new();
        let outline = |function: &Function| {
            callees.clear();
            callees.extend(function.calls().map(|(call, _)| names.of(call.callee)));
            FunctionOutline {
                gates: Gates::of(&mut names, &callees, &held, module, function),
                called: Called::of(&callees, function),
                deeds: Deeds::of(&callees, function),
                catches_recursion: crate::callgraph::catches_recursion(function),
            }
        };
        let functions = module.functions.iter().map(outline).collect();
        names.keep();
        Self { functions }
    }

    pub(crate) fn function(&self, id: unspin_ir::FunctionId) -> &FunctionOutline {
        &self.functions[id.index()]
    }
}

/// What a function does that the analysis of others asks about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deeds {
    /// It assigns a field of its receiver.
    pub(crate) sets_fields: bool,
    /// It assigns a global.
    pub(crate) sets_globals: bool,
    /// It may hand a function to a thread or task.
    pub(crate) spawns: bool,
    /// It handles failures by their path: those of a library, most likely.
    pub(crate) handles_paths: bool,
}

impl Deeds {
    fn of(callees: &[Option<KnownName>], function: &Function) -> Self {
        let spawns = callees.iter().any(|known| known.is_none_or(|known| known.hints.spawns));
        let mut deeds = Self { spawns, handles_paths: crate::resolve::handles_paths(function), ..Self::default() };
        let receiver = function.receiver().map(Expr::Local);
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            let StatementKind::Assign(place, _) = statement.kind else { continue };
            match function.expr(place) {
                Expr::Global(_) => deeds.sets_globals = true,
                Expr::Field(base, _) => deeds.sets_fields |= receiver.as_ref() == Some(function.expr(*base)),
                _ => {}
            }
        }
        deeds
    }
}

/// What names of callees tell, each asked of the models once in a thread.
pub(crate) struct Names<'m> {
    models: &'m Models,
    answers: Answers,
}

/// What models said, by their [`Models::id`].
#[derive(Default)]
struct Answers {
    known: FxHashMap<(u64, Name), KnownName>,
    receivers: FxHashMap<(u64, Name, Name), bool>,
}

thread_local! {
    static ANSWERS: Cell<Answers> = Cell::default();
}

/// How many answers a thread keeps.
const MAX_ANSWERS: usize = 200_000;

/// What the name of a callee tells.
#[derive(Clone, Copy)]
pub(crate) struct KnownName {
    pub(crate) name: Name,
    pub(crate) hints: Hints,
    /// Whether it may wait without a bound.
    pub(crate) may_wait: bool,
    /// Whether what it calls has that name: combinators and visitors call what they are given.
    pub(crate) tells: bool,
}

impl<'m> Names<'m> {
    fn new(models: &'m Models) -> Self {
        Self { models, answers: ANSWERS.take() }
    }

    fn keep(self) {
        if self.answers.known.len() + self.answers.receivers.len() < MAX_ANSWERS {
            ANSWERS.set(self.answers);
        }
    }

    /// `None` for a callee without a name.
    fn of(&mut self, callee: Callee) -> Option<KnownName> {
        callee.name().map(|name| self.of_name(name))
    }

    /// Whether a path without a library in front of it, which the file itself or the language defines, has a model.
    pub(crate) fn knows_path(&self, path: Name) -> bool {
        self.models.knows_path(path)
    }

    /// Whether some model of the method takes a receiver of that name.
    pub(crate) fn fits_receiver(&mut self, label: Name, method: Name) -> bool {
        let models = self.models;
        let answer = self.answers.receivers.entry((models.id(), label, method));
        *answer.or_insert_with(|| models.fits_receiver(&label, method))
    }

    pub(crate) fn of_name(&mut self, name: Name) -> KnownName {
        let models = self.models;
        let known = self.answers.known.entry((models.id(), name)).or_insert_with(|| KnownName {
            name,
            hints: models.hints_of(name),
            may_wait: crate::timeouts::may_wait(models, name),
            tells: tells(models, name),
        });
        *known
    }
}

/// Whether what has that name is what is called: combinators and visitors call what they are given.
pub(crate) fn tells(models: &Models, name: Name) -> bool {
    let words = models.kinds_of_words(name.trim_end_matches('!'));
    !words.has(WordKind::Combinator) && !words.has(WordKind::Visitor)
}
