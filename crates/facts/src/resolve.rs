//! What a call may be: functions of the project, library models.

mod caught;
mod cuts;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;
use unspin_ir::{Call, Callee, Expr, ExprId, Function, LocalId, LocalKind, Name};

pub(crate) use self::caught::handles_paths;
use crate::definitions::Definition;
use crate::model::{CallModel, Effect, EndValue};
use crate::project::{Certainty, ClassRef, FunctionRef, Project, Resolution, Symbol, Via};

/// How many locals an alias is followed through.
const MAX_HOPS: u32 = 4;

/// How many definitions of a called local are looked at.
const MAX_DEFINITIONS: usize = 16;

impl Project {
    /// What a call in a function may be.
    pub fn resolve(&self, at: FunctionRef, call: &Call) -> Resolution<'_> {
        Resolver { project: self, at, call, with_models: true }.resolve()
    }

    /// What functions of the project a call may run; models are not looked for.
    pub(crate) fn resolve_targets(&self, at: FunctionRef, call: &Call) -> Resolution<'_> {
        Resolver { project: self, at, call, with_models: false }.resolve()
    }

    /// What a method is to do of which no body is known, by how it is used, or by its name.
    pub(crate) fn contract(&self, at: FunctionRef, call: &Call, found: &Resolution<'_>) -> Option<&CallModel> {
        let is_rust = !self.files[at.file as usize].module.shares_objects;
        if !is_rust || found.model.is_some() {
            return None;
        }
        self.contract_by_use(at, call, found).or_else(|| self.contract_by_name(at, call, found))
    }

    /// What is left to the types of a trait of the project, or of which nothing is known, is a read where it is used so.
    fn contract_by_use(&self, at: FunctionRef, call: &Call, found: &Resolution<'_>) -> Option<&CallModel> {
        let Callee::Method(_, method) = call.callee else { return None };
        let is_open = found.targets.is_empty() || self.is_left_to_types(found, method);
        if !is_open || !self.is_cut_read(at, call) {
            return None;
        }
        self.models.by_type(unspin_ir::name("std.io.Read"), unspin_ir::name("read"), self.function(at), call)
    }

    /// Whether a method is one of a trait of the project that gives it no body.
    fn is_left_to_types(&self, found: &Resolution<'_>, method: Name) -> bool {
        let class = found.receiver.and_then(|receiver| self.class(receiver));
        let own = class.map_or(&[][..], |class| self.method(class, method));
        matches!(found.via, Via::Own | Via::Type) && !own.is_empty() && own.iter().all(|&own| self.function(own).is_abstract)
    }

    /// Streams are often told apart by a trait, whose `read_tls` counts as any other does.
    fn contract_by_name(&self, at: FunctionRef, call: &Call, found: &Resolution<'_>) -> Option<&CallModel> {
        let Callee::Method(receiver, method) = call.callee else { return None };
        if !self.is_left_to_types(found, method) {
            return None;
        }
        let class = self.class(found.receiver?)?;
        let label = self.receiver_label(at, receiver).unwrap_or_default();
        let (model, telling) = self.models.by_receiver(&label, method, self.function(at), call)?;
        let counts = model.end == Some(EndValue::Zero);
        let is_about_stream = || self.methods_of(class).any(|method| self.models.counts(self.function(method).name));
        let asks = matches!(model.effect, Effect::Query | Effect::Decode) && is_about_stream();
        (!telling && (counts || asks)).then_some(model)
    }

    /// Methods that a path through a class names: `Client.connect`, also inherited ones.
    pub(crate) fn method_by_path(&self, file: u32, path: Name) -> &[FunctionRef] {
        let found = || {
            let class = self.class_in(file, unspin_ir::parent_path(path)?)?;
            Some(self.method(class, unspin_ir::last_part(path)))
        };
        found().unwrap_or_default()
    }

    /// The last part of the path of a receiver, by which models guess what it is: `conn` of `self.conn`; for the result
    /// of a call the name of what was called.
    pub fn receiver_label(&self, at: FunctionRef, receiver: ExprId) -> Option<Name> {
        let function = self.function(at);
        let mut receiver = receiver;
        for _ in 0..MAX_HOPS {
            match *function.expr(receiver) {
                Expr::Field(_, name) => return Some(name),
                Expr::Global(path) => return Some(unspin_ir::last_part(path)),
                Expr::Index(base, _) | Expr::Slice(base, _, _) | Expr::Payload(base, _, _) => receiver = base,
                Expr::Local(local) if function.local(local).kind != LocalKind::Temporary => {
                    return Some(function.local(local).name);
                }
                Expr::Local(local) => match self.definitions(at).only(function, local)? {
                    Definition::Value(value) => receiver = value,
                    Definition::Call(call) => match call.callee {
                        Callee::Method(_, name) => return Some(name),
                        Callee::Path(path) => return Some(unspin_ir::last_part(path)),
                        Callee::Value(value) => receiver = value,
                    },
                    Definition::Item(_) | Definition::Failure => return None,
                },
                _ => return None,
            }
        }
        None
    }
}

/// Whether a value is the receiver of the method, or of the one around this closure.
pub(crate) fn is_receiver(function: &Function, value: ExprId) -> bool {
    let Expr::Local(local) = *function.expr(value) else { return false };
    let captured = || {
        let data = function.local(local);
        function.owner.is_none() && data.kind == LocalKind::Captured && data.name == "self"
    };
    function.receiver() == Some(local) || captured()
}

fn certain(model: Option<&CallModel>) -> Option<(&CallModel, Certainty)> {
    model.map(|model| (model, Certainty::Certain))
}

/// One call to be resolved.
#[derive(Clone, Copy)]
struct Resolver<'a, 'c> {
    project: &'a Project,
    at: FunctionRef,
    call: &'c Call,
    with_models: bool,
}

impl<'a> Resolver<'a, '_> {
    fn resolve(self) -> Resolution<'a> {
        match self.call.callee {
            Callee::Path(path) => self.path(path),
            Callee::Method(receiver, method) => self.method(receiver, method),
            Callee::Value(value) => self.value(value, 0),
        }
    }

    fn function(self) -> &'a Function {
        self.project.function(self.at)
    }

    fn model_of_type(self, ty: Name, method: Name) -> Option<&'a CallModel> {
        if self.with_models { self.project.models.by_type(ty, method, self.function(), self.call) } else { None }
    }

    fn path(self, path: Name) -> Resolution<'a> {
        let project = self.project;
        let model = if self.with_models { project.models.by_path(path, self.function(), self.call) } else { None };
        let mut resolution = Resolution { model: certain(model), ..Resolution::default() };
        match self.nested_symbol(path).or_else(|| project.symbol(self.at.file, path)) {
            Some(Symbol::Function(function)) => {
                resolution.targets.push(function);
                resolution.via = Via::Path;
            }
            Some(Symbol::Class(class)) => {
                resolution.targets.extend(project.method(class, unspin_ir::name("__init__")));
                resolution.via = Via::Constructor;
            }
            None => {
                resolution.targets.extend(project.method_by_path(self.at.file, path));
                resolution.via = Via::Path;
            }
        }
        resolution.exact = resolution.targets.len() == 1 && !project.function(resolution.targets[0]).is_abstract;
        if resolution.targets.is_empty() {
            resolution.via = Via::Nothing;
        }
        resolution
    }

    /// A function defined in the body of this one or of one around it.
    fn nested_symbol(self, name: Name) -> Option<Symbol> {
        let mut parent = Some(self.at.function);
        while let Some(id) = parent {
            if let Some(function) = self.project.index.nested(self.at.file, id, name) {
                return Some(Symbol::Function(function));
            }
            let outer = self.project.function(FunctionRef { file: self.at.file, function: id }).parent;
            parent = outer.filter(|&outer| outer < id);
        }
        None
    }

    fn method(self, receiver: ExprId, method: Name) -> Resolution<'a> {
        if matches!(self.function().expr(receiver), Expr::Global(name) if name.as_str() == "super") {
            return self.super_method(method);
        }
        let project = self.project;
        let own = if is_receiver(self.function(), receiver) { project.owner(self.at) } else { None };
        let ty = own.map(|class| project.class_name(class)).or_else(|| project.type_of(self.at, receiver));
        let mut resolution = Resolution { receiver: ty, ..Resolution::default() };
        if let Some(class) = own.or_else(|| ty.and_then(|ty| project.class(ty))) {
            let via = if own.is_some() { Via::Own } else { Via::Type };
            self.in_class(class, via, method, &mut resolution);
            if !resolution.targets.is_empty() || resolution.model.is_some() {
                return resolution;
            }
        } else if let Some(ty) = ty {
            resolution.model = certain(self.model_of_type(ty, method));
            if resolution.model.is_some() || project.models.knows_type(ty) {
                return resolution;
            }
        } else if self.is_global(receiver)
            && let Some(path) = self.function().path(receiver)
        {
            // `module.Class.method()` and `CONSTANT.method()` reach here where the frontend saw no import.
            let found = self.path(unspin_ir::name(&format!("{path}.{method}")));
            if found.model.is_some() || !found.targets.is_empty() {
                return found;
            }
        }
        if self.with_models {
            resolution.model = self.guess(receiver, method);
        }
        resolution
    }

    /// What a method of an unknown receiver may be: by the name of the receiver, by the failures that are caught around it,
    /// or by its own name alone.
    fn guess(self, receiver: ExprId, method: Name) -> Option<(&'a CallModel, Certainty)> {
        let label = self.project.receiver_label(self.at, receiver).unwrap_or_default();
        let named = self.project.models.by_receiver(&label, method, self.function(), self.call);
        if let Some((model, true)) = named {
            return Some((model, Certainty::Receiver));
        }
        let caught = self.by_caught_failures(method).map(|model| (model, Certainty::Receiver));
        caught.or_else(|| named.map(|(model, _)| (model, Certainty::Name)))
    }

    fn in_class(self, class: ClassRef, via: Via, method: Name, into: &mut Resolution<'a>) {
        let project = self.project;
        let own = project.method(class, method);
        let overrides = project.overrides_in(class, method);
        let is_abstract = own.iter().all(|&own| project.function(own).is_abstract);
        into.exact = own.len() == 1 && overrides.is_empty() && !is_abstract;
        if !is_abstract || overrides.is_empty() {
            into.targets.extend(own);
        }
        if !overrides.is_empty() {
            into.targets.extend(overrides);
            let mut seen = FxHashSet::default();
            into.targets.retain(|&target| seen.insert(target));
        }
        if into.targets.is_empty() {
            let types = std::iter::once(project.class_name(class)).chain(project.foreign_bases(class));
            into.model = certain(types.into_iter().find_map(|ty| self.model_of_type(ty, method)));
        } else {
            into.via = via;
        }
    }

    fn super_method(self, method: Name) -> Resolution<'a> {
        let project = self.project;
        let mut resolution = Resolution::default();
        let Some(owner) = project.owner(self.at) else { return resolution };
        resolution.targets.extend(project.inherited_method(owner, method));
        resolution.exact = resolution.targets.len() == 1;
        if resolution.exact {
            resolution.via = Via::Super;
        } else {
            let mut foreign = project.foreign_bases(owner);
            resolution.model = certain(foreign.find_map(|base| self.model_of_type(base, method)));
        }
        resolution
    }

    fn value(self, value: ExprId, hops: u32) -> Resolution<'a> {
        if hops > MAX_HOPS {
            return Resolution::default();
        }
        match *self.function().expr(value) {
            Expr::Function(function) => Resolution {
                targets: vec![FunctionRef { file: self.at.file, function }],
                exact: true,
                via: Via::Value,
                ..Resolution::default()
            },
            Expr::Global(path) => self.path(path),
            // `(self.handler)()` calls what the field holds, whatever the methods are called; `f = self.m; f()` a method.
            Expr::Field(base, method) if hops > 0 => self.method(base, method),
            Expr::Local(local) => self.local(local, hops),
            _ => Resolution::default(),
        }
    }

    /// Calling a local: a nested function, a bound method (`recv = conn.recv`), a function of the module.
    fn local(self, local: LocalId, hops: u32) -> Resolution<'a> {
        let function = self.function();
        if matches!(function.local(local).kind, LocalKind::Captured | LocalKind::Shared) {
            return self.captured(local, hops).unwrap_or_default();
        }
        let mut joined = Resolution::default();
        let definitions = self.project.definitions(self.at);
        for (count, definition) in definitions.of(function, local).take(MAX_DEFINITIONS).enumerate() {
            let Definition::Value(value) = definition else { continue };
            if *function.expr(value) == Expr::Local(local) {
                continue;
            }
            let found = self.value(value, hops + 1);
            joined.exact = count == 0 && found.exact;
            joined.model = joined.model.or(found.model);
            joined.receiver = joined.receiver.or(found.receiver);
            joined.via = Via::Value;
            joined.targets.extend(found.targets);
        }
        if joined.targets.is_empty() {
            joined.via = Via::Nothing;
        }
        joined
    }

    fn captured(self, local: LocalId, hops: u32) -> Option<Resolution<'a>> {
        let function = self.function();
        let parent = function.parent.filter(|&parent| parent < self.at.function && hops < MAX_HOPS)?;
        let outer = Self { at: FunctionRef { file: self.at.file, function: parent }, ..self };
        let name = function.local(local).name;
        let local = outer.function().locals.iter().position(|outer| outer.name == name)?;
        Some(outer.local(LocalId::new(local), hops + 1))
    }

    fn is_global(self, expr: ExprId) -> bool {
        let mut expr = expr;
        loop {
            match *self.function().expr(expr) {
                Expr::Global(_) => return true,
                Expr::Field(base, _) => expr = base,
                _ => return false,
            }
        }
    }
}
