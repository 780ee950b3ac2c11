//! All modules of a run, indexed so that names, types and calls can be resolved across files.
//!
//! Names that leave this module are absolute: `package.module.Class`. Names as a file writes them ([`unspin_ir`] keeps
//! what the file itself defines relative to it) are made absolute by [`Project::absolute`]. Whatever costs more than a
//! table look-up is computed on demand, once, and is the same whichever thread asks first.

mod callers;
mod class;
mod family;
mod index;
mod programs;

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;
use unspin_ir::{BlockId, Call, Class, Function, FunctionId, FunctionKind, Module, Name, Problem, StatementKind};

use self::callers::Callers;
pub(crate) use self::callers::is_open;
pub use self::class::ClassRef;
pub(crate) use self::family::{Families, Remark};
use self::index::Index;
use self::programs::Programs;
use crate::model::CallModel;
use crate::outline::{FunctionOutline, Outline};
use crate::types::TypeTables;

/// One file of a project.
#[derive(Debug)]
pub struct SourceFile {
    /// Path as it is reported: relative to the working directory, `/`-separated.
    pub path: String,
    /// Its IR.
    pub module: Arc<Module>,
    outline: OnceLock<Arc<Outline>>,
    pub(crate) families: Families,
}

impl SourceFile {
    /// A file with its IR.
    pub fn new(path: String, module: Module) -> Self {
        Self { path, module: Arc::new(module), outline: OnceLock::new(), families: Families::default() }
    }

    /// The same file as part of another project with the same models: what was found of it alone is kept, what other files
    /// may have a say in is not.
    #[must_use]
    pub fn again(&self) -> Self {
        let (path, module, outline) = (self.path.clone(), self.module.clone(), self.outline.clone());
        Self { path, module, outline, families: Families::default() }
    }

    /// Go through the module once, with the models of the project that it will be part of. Best done by the thread that
    /// has just lowered it.
    pub fn prepare(&self, models: &crate::Models) {
        self.outline(models);
    }

    /// The functions of a class, in the order of the source.
    pub(crate) fn family(&self, owner: Name) -> impl Iterator<Item = (FunctionId, &Function)> {
        self.families.of(&self.module, owner)
    }

    fn outline(&self, models: &crate::Models) -> &Outline {
        self.outline.get_or_init(|| Arc::new(Outline::new(&self.module, models)))
    }
}

/// A function of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionRef {
    /// Index into [`Project::files`].
    pub file: u32,
    /// The function in that file's module.
    pub function: FunctionId,
}

/// All modules of a run.
#[derive(Debug)]
pub struct Project {
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    /// What is known of libraries.
    pub models: Arc<crate::Models>,
    pub(crate) index: Index,
    pub(crate) types: TypeTables,
    pub(crate) constants: crate::constants::Constants,
    pub(crate) summaries: crate::summary::Summaries,
    pub(crate) runners: crate::spawned::Runners,
    pub(crate) graphs: [OnceLock<crate::callgraph::CallGraph>; 2],
    callers: OnceLock<Callers>,
    /// Names of the collections that numbers are read into.
    pub(crate) tables: OnceLock<FxHashSet<Name>>,
    /// Where a timeout is set for all sockets.
    default_timeouts: OnceLock<Vec<String>>,
    /// Functions that all callers run under a deadline.
    in_time: OnceLock<FxHashSet<FunctionRef>>,
    programs: OnceLock<Programs>,
}

/// How sure a resolution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// By the name of a method alone.
    Name,
    /// By the name of a method and a telling name of its receiver.
    Receiver,
    /// By path, or by the type of the receiver.
    Certain,
}

/// How the functions of the project that a call may run were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// None were.
    #[default]
    Nothing,
    /// By path: `helper()`, `module.helper()`, `Class.helper()`.
    Path,
    /// By path, to a class: its `__init__`.
    Constructor,
    /// On the receiver of the method that the call is in: `self.helper()`.
    Own,
    /// On `super()`.
    Super,
    /// By the type of the receiver.
    Type,
    /// Through a local that holds a function.
    Value,
}

/// What a call may be.
#[derive(Clone, Debug, Default)]
pub struct Resolution<'a> {
    /// The library model, if one applies.
    pub model: Option<(&'a CallModel, Certainty)>,
    /// Functions of the project that it may run (several for overrides), in order.
    pub targets: Vec<FunctionRef>,
    /// Whether `targets` is complete and certain: direct call, `self` call without overrides, typed receiver.
    pub exact: bool,
    /// Absolute nominal type of the receiver, if it is known.
    pub receiver: Option<Name>,
    /// How the targets were found.
    pub via: Via,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A function of a module.
    Function(FunctionRef),
    /// A class.
    Class(ClassRef),
}

impl Project {
    /// Index the files of a run.
    pub fn new(files: Vec<SourceFile>, models: Arc<crate::Models>) -> Self {
        let index = Index::new(&files);
        let types = TypeTables::new(&files, index.classes.len());
        let summaries = crate::summary::Summaries::new(files.iter().map(|file| file.module.functions.len()));
        let runners = crate::spawned::Runners::new(files.len());
        let constants = crate::constants::Constants::new(files.len());
        Self {
            files,
            models,
            index,
            types,
            constants,
            summaries,
            runners,
            graphs: Default::default(),
            callers: OnceLock::new(),
            tables: OnceLock::new(),
            default_timeouts: OnceLock::new(),
            in_time: OnceLock::new(),
            programs: OnceLock::new(),
        }
    }

    /// Where a timeout is set for all sockets: folders and files.
    pub(crate) fn default_timeouts(&self) -> &[String] {
        self.default_timeouts.get_or_init(|| crate::timeouts::default_timeouts(&self.files))
    }

    /// The functions that all callers in the program run under a deadline.
    pub(crate) fn functions_in_time(&self) -> &FxHashSet<FunctionRef> {
        self.in_time.get_or_init(|| crate::timeouts::functions_in_time(self))
    }

    /// Whether a part of a function could not be read: what is left of it may be in other blocks than its author meant.
    pub fn is_misread(&self, at: FunctionRef) -> bool {
        let function = self.function(at);
        let is_in = |problem: &Problem| function.kind == FunctionKind::Module || function.span.covers(problem.span);
        self.files[at.file as usize].module.problems.iter().any(is_in)
    }

    /// A function.
    pub fn function(&self, at: FunctionRef) -> &Function {
        &self.files[at.file as usize].module.functions[at.function.index()]
    }

    /// The function that a closure is part of.
    pub(crate) fn named(&self, at: FunctionRef) -> FunctionRef {
        let mut at = at;
        loop {
            let function = self.function(at);
            let is_part = matches!(function.kind, FunctionKind::Closure | FunctionKind::AsyncBlock);
            let Some(parent) = function.parent.filter(|&parent| is_part && parent < at.function) else { return at };
            at.function = parent;
        }
    }

    pub(crate) fn outline(&self, at: FunctionRef) -> &FunctionOutline {
        self.files[at.file as usize].outline(&self.models).function(at.function)
    }

    /// Every function, files in order, functions in the order of the source.
    pub fn functions(&self) -> impl Iterator<Item = FunctionRef> + '_ {
        self.files.iter().enumerate().flat_map(|(file, source)| {
            let ids = 0..source.module.functions.len();
            ids.map(move |function| FunctionRef { file: file as u32, function: FunctionId::new(function) })
        })
    }

    /// The functions of one file, in the order of the source.
    pub fn functions_of(&self, file: u32) -> impl Iterator<Item = FunctionRef> + '_ {
        let ids = 0..self.files[file as usize].module.functions.len();
        ids.map(move |function| FunctionRef { file, function: FunctionId::new(function) })
    }

    /// The calls of a function in its own file, with who makes each and in which of its blocks. What other files call is not
    /// looked for: that would cost the whole project for each function.
    pub(crate) fn calls_in_file(&self, at: FunctionRef) -> impl Iterator<Item = (FunctionRef, BlockId, &Call)> {
        let file = &self.files[at.file as usize];
        let name = self.function(at).name;
        file.families.callers(&file.module, name).flat_map(move |(caller, function)| {
            let caller = FunctionRef { file: at.file, function: caller };
            let calls = function.block_ids().flat_map(|(block, data)| {
                data.statements.iter().filter_map(move |statement| match &statement.kind {
                    StatementKind::Call(call) => Some((block, &**call)),
                    _ => None,
                })
            });
            let is_it = move |call: &Call| call.callee.name() == Some(name) && self.resolve(caller, call).targets.contains(&at);
            calls.filter(move |(_, call)| is_it(call)).map(move |(block, call)| (caller, block, call))
        })
    }

    /// The class of a method; for closures and nested functions, that of the method around them.
    pub fn owner(&self, at: FunctionRef) -> Option<ClassRef> {
        let mut at = at;
        loop {
            let function = self.function(at);
            if function.owner.is_some() {
                return self.index.owners[at.file as usize][at.function.index()];
            }
            // A parent comes from the same file and encloses its child, so this ends.
            at = FunctionRef { file: at.file, function: function.parent.filter(|&parent| parent != at.function)? };
        }
    }

    /// What a class says of itself.
    pub fn class_data(&self, class: ClassRef) -> &Class {
        let entry = self.index.class(class);
        &self.files[entry.file as usize].module.classes[entry.class as usize]
    }

    /// The file in which a class is.
    pub fn class_file(&self, class: ClassRef) -> u32 {
        self.index.class(class).file
    }

    /// The absolute name of a class.
    pub fn class_name(&self, class: ClassRef) -> Name {
        self.index.class(class).name
    }

    /// A class by its absolute name.
    pub fn class(&self, name: Name) -> Option<ClassRef> {
        match self.index.global.get(&name) {
            Some(&Symbol::Class(class)) => Some(class),
            _ => None,
        }
    }

    /// What a name stands for, as a file writes it: what the file defines, else what another file of the project does.
    pub fn symbol(&self, file: u32, name: Name) -> Option<Symbol> {
        self.index.symbol(file, name)
    }

    /// The class that a file means by a name.
    pub fn class_in(&self, file: u32, name: Name) -> Option<ClassRef> {
        match self.symbol(file, name)? {
            Symbol::Class(class) => Some(class),
            Symbol::Function(_) => None,
        }
    }

    /// The absolute name of a type that a file names; a library's types keep the first of their modelled names.
    pub fn absolute(&self, file: u32, name: Name) -> Name {
        match self.class_in(file, name) {
            Some(class) => self.class_name(class),
            None => self.models.canonical_type(name),
        }
    }

    /// Functions of a name that are methods of some class, in order.
    pub fn methods_named(&self, name: Name) -> &[FunctionRef] {
        self.index.methods_named.get(&name).map_or(&[], Vec::as_slice)
    }
}
