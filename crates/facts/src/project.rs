//! All modules of a run, indexed so that names, types and calls can be resolved across files.

use unspin_ir::{Call, Function, FunctionId, Module, Name};

use crate::model::CallModel;

/// One file of a project.
#[derive(Debug)]
pub struct SourceFile {
    /// Path as it is reported: relative to the working directory, `/`-separated.
    pub path: String,
    /// Its IR.
    pub module: Module,
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
    pub models: crate::Models,
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

/// What a call may be.
#[derive(Clone, Debug, Default)]
pub struct Resolution<'a> {
    /// The library model, if one applies.
    pub model: Option<(&'a CallModel, Certainty)>,
    /// Functions of the project that it may run (several for overrides), in order.
    pub targets: Vec<FunctionRef>,
    /// Whether `targets` is complete and certain: direct call, `self` call without overrides, typed receiver.
    pub exact: bool,
    /// Nominal type of the receiver, if it is known.
    pub receiver: Option<Name>,
}

impl Project {
    /// Index the files of a run.
    pub fn new(files: Vec<SourceFile>, models: crate::Models) -> Self {
        Self { files, models }
    }

    /// A function.
    pub fn function(&self, at: FunctionRef) -> &Function {
        &self.files[at.file as usize].module.functions[at.function.0 as usize]
    }

    /// What a call in a function may be.
    pub fn resolve(&self, _at: FunctionRef, _call: &Call) -> Resolution<'_> {
        Resolution::default()
    }
}
