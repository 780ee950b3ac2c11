//! Which files are part of a program in Rust, and whether that program serves others.
//!
//! A crate has a program if it defines `main` at its root or below `bin`. A program serves if something that is no test
//! waits for connections from other machines.

use rustc_hash::FxHashSet;
use unspin_ir::{Call, Function, FunctionKind, Module, Name};

use super::SourceFile;
use crate::model::Effect;
use crate::{FunctionRef, Project};

/// The programs of a project in Rust.
#[derive(Debug)]
pub(super) struct Programs {
    /// The crates that define `main`, without those that only help to work on the project.
    with_main: FxHashSet<&'static str>,
    with_library: FxHashSet<&'static str>,
    serve: bool,
}

impl Programs {
    fn new(project: &Project) -> Self {
        let crates = |wanted: fn(&SourceFile) -> bool| project.files.iter().filter(move |&source| wanted(source)).map(crate_of);
        let with_main: FxHashSet<_> = crates(has_main).collect();
        let serve = !with_main.is_empty() && project.serves();
        Self { with_main, with_library: crates(|source| source.path.ends_with("lib.rs")).collect(), serve }
    }
}

impl Project {
    /// Whether a file is part of a program in Rust and not of a library: of a crate with a `main`, or of a binary beside a
    /// library. What such code writes to it has opened itself.
    pub(crate) fn is_program(&self, file: u32) -> bool {
        let source = &self.files[file as usize];
        let has_main = |name: &str| Name::existing(&format!("{name}.main")).is_some_and(|main| self.index.defines(main));
        !source.module.shares_objects && (has_main(&source.module.name) || has_main(crate_of(source)))
    }

    /// Whether only a program of the project uses a file in Rust, as far as the project says, and the program serves nobody:
    /// what it reads is given by whoever runs it. A library beside its own program has other users.
    pub(crate) fn is_for_its_user(&self, file: u32) -> bool {
        let source = &self.files[file as usize];
        let own = crate_of(source);
        let programs = self.programs.get_or_init(|| Programs::new(self));
        let is_of_program = if programs.with_main.contains(own) {
            is_of_binary(source) || !programs.with_library.contains(own)
        } else {
            !programs.with_main.is_empty()
        };
        !source.module.shares_objects && is_of_program && !programs.serve
    }

    /// Whether the project waits for connections from other machines: outside of tests, and where something of it calls
    /// what waits.
    fn serves(&self) -> bool {
        let functions = self.functions().filter(|&at| !self.function(at).is_test);
        let mut accepting = functions.filter(|&at| self.function(at).calls().any(|(call, _)| self.accepts(at, call)));
        accepting.any(|at| self.is_called_by_name(at))
    }

    fn accepts(&self, at: FunctionRef, call: &Call) -> bool {
        let may_accept = |name| self.models.hints_of(name).accepts;
        call.callee.name().is_some_and(|name| may_accept(unspin_ir::last_part(name)))
            && self.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Accept && model.remote)
            && !crate::timeouts::is_local(self, at, call)
    }

    /// Whether a function, or the one that it is a closure of, is `main`, or something outside of tests calls or hands on what
    /// has its name.
    fn is_called_by_name(&self, at: FunctionRef) -> bool {
        let name = self.function(self.named(at)).name;
        let is_it = |known: &Name| *known == name;
        name == "main"
            || self.functions().filter(|&caller| !self.function(caller).is_test).any(|caller| {
                let called = &self.outline(caller).called;
                called.names.iter().any(|(known, _)| is_it(known)) || called.handed.iter().any(is_it)
            })
    }
}

/// Whether a file defines the `main` of a crate, or of a binary of it.
fn has_main(source: &SourceFile) -> bool {
    let Module { name, is_test, shares_objects, ref functions, .. } = *source.module;
    let is_root = name.as_str() == crate_of(source) || is_of_binary(source);
    let is_main = |function: &Function| function.kind == FunctionKind::Function && function.name == "main";
    !shares_objects && !is_test && is_root && !crate_of(source).starts_with("xtask") && functions.iter().any(is_main)
}

/// Whether a file is a binary beside a library, or a part of one.
fn is_of_binary(source: &SourceFile) -> bool {
    source.module.name.split('.').nth(1) == Some("bin")
}

/// The first part of a module's name: in Rust, its crate.
fn crate_of(source: &SourceFile) -> &'static str {
    source.module.name.as_str().split('.').next().unwrap_or_default()
}
