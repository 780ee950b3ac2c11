//! Which functions may call or hand on a function with parameters that declare no type, by its name.
//!
//! Made of outlines alone, once for a project, when it is first asked for. Tests call with stand-ins, so they are left out.

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::{Function, FunctionId, FunctionKind, Name, Parameter};

use crate::{FunctionRef, Project};

/// Callers by the name that they call.
#[derive(Debug)]
pub(super) struct Callers {
    by_name: FxHashMap<Name, Vec<FunctionRef>>,
}

impl Callers {
    fn new(project: &Project) -> Self {
        let mut by_name: FxHashMap<Name, Vec<FunctionRef>> = FxHashMap::default();
        let wanted = names_of_open(project);
        for at in functions(project).filter(|&at| !project.function(at).is_test) {
            let called = &project.outline(at).called;
            let names = called.names.iter().map(|&(name, _)| name).chain(called.handed.iter().copied());
            for name in names.filter(|name| wanted.contains(name)) {
                let callers = by_name.entry(name).or_default();
                if callers.last() != Some(&at) {
                    callers.push(at);
                }
            }
        }
        Self { by_name }
    }
}

/// Functions of languages whose parameters need no type.
fn functions(project: &Project) -> impl Iterator<Item = FunctionRef> + '_ {
    project.functions().filter(|at| project.files[at.file as usize].module.shares_objects)
}

/// The names by which functions with open parameters are called; a constructor has that of its class.
fn names_of_open(project: &Project) -> FxHashSet<Name> {
    let mut names = FxHashSet::default();
    for at in functions(project) {
        let function = project.function(at);
        if function.parameters.iter().any(|parameter| is_open(function, parameter)) {
            names.insert(function.name);
        }
    }
    if names.contains(&unspin_ir::name("__init__")) {
        names.extend(project.classes().map(|class| unspin_ir::last_part(project.class_data(class).name)));
    }
    names
}

/// Whether callers alone can say what a parameter is.
pub(crate) fn is_open(function: &Function, parameter: &Parameter) -> bool {
    let is_named = matches!(function.kind, FunctionKind::Function | FunctionKind::Method);
    is_named
        && !parameter.spread
        && function.declared_type(parameter.local).is_none()
        && function.receiver() != Some(parameter.local)
}

impl Project {
    /// The functions that may call a function or hand it on, in order.
    pub(crate) fn callers_named(&self, at: FunctionRef) -> Vec<FunctionRef> {
        if let Some(parent) = self.function(at).parent.filter(|parent| parent.index() > 0) {
            return self.within(at.file, parent);
        }
        let callers = self.callers.get_or_init(|| Callers::new(self));
        let named = |name: Name| callers.by_name.get(&name).map_or(&[][..], Vec::as_slice);
        let function = self.function(at);
        let Some(class) = self.owner(at).filter(|_| function.name == "__init__") else { return named(function.name).to_vec() };
        let mut found = Vec::new();
        for class in std::iter::once(class).chain(self.subclasses(class)) {
            found.extend(named(unspin_ir::last_part(self.class_data(class).name)));
            // `super().__init__(address)`
            found.extend(self.own_method(class, function.name).iter().filter(|&&own| own != at));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A function and those that are defined in its body.
    fn within(&self, file: u32, parent: FunctionId) -> Vec<FunctionRef> {
        let is_within = |at: &FunctionRef| at.function == parent || self.function(*at).parent == Some(parent);
        self.functions_of(file).filter(is_within).collect()
    }
}
