//! What a call may be: functions of the project, library models.

#[cfg(test)]
mod tests;

use unspin_ir::{Call, Callee, Expr, ExprId, LocalId, LocalKind, Name};

use crate::definitions::Definition;
use crate::project::{Certainty, ClassRef, FunctionRef, Project, Resolution, Symbol, Via};

/// How many locals an alias is followed through.
const MAX_HOPS: u32 = 4;

/// How many definitions of a called local are looked at.
const MAX_DEFINITIONS: usize = 16;

impl Project {
    /// What a call in a function may be.
    pub fn resolve(&self, at: FunctionRef, call: &Call) -> Resolution<'_> {
        match call.callee {
            Callee::Path(path) => self.resolve_path(at, path, call),
            Callee::Method(receiver, method) => self.resolve_method(at, receiver, method, call),
            Callee::Value(value) => self.resolve_value(at, value, call, 0),
        }
    }

    /// Methods that a path through a class names: `Client.connect`, also inherited ones.
    pub(crate) fn method_by_path(&self, file: u32, path: Name) -> Vec<FunctionRef> {
        let found = || {
            let (class, method) = path.rsplit_once('.')?;
            let class = self.class_in(file, ustr::existing_ustr(class)?)?;
            Some(self.method(class, ustr::existing_ustr(method)?))
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
                Expr::Global(path) => return Some(unspin_ir::name(path.rsplit('.').next().unwrap_or_default())),
                Expr::Index(base, _) | Expr::Slice(base, _, _) | Expr::Payload(base, _, _) => receiver = base,
                Expr::Local(local) if function.local(local).kind != LocalKind::Temporary => {
                    return Some(function.local(local).name);
                }
                Expr::Local(local) => match self.definitions(at).only(function, local)? {
                    Definition::Value(value) => receiver = value,
                    Definition::Call(call) => match call.callee {
                        Callee::Method(_, name) => return Some(name),
                        Callee::Path(path) => return Some(unspin_ir::name(path.rsplit('.').next().unwrap_or_default())),
                        Callee::Value(value) => receiver = value,
                    },
                    Definition::Item(_) | Definition::Failure => return None,
                },
                _ => return None,
            }
        }
        None
    }

    fn resolve_path(&self, at: FunctionRef, path: Name, call: &Call) -> Resolution<'_> {
        let model = self.models.by_path(path, self.function(at), call).map(|model| (model, Certainty::Certain));
        let mut resolution = Resolution { model, ..Resolution::default() };
        let symbol = self.nested_symbol(at, path).or_else(|| self.symbol(at.file, path));
        match symbol {
            Some(Symbol::Function(function)) => {
                resolution.targets.push(function);
                resolution.via = Via::Path;
            }
            Some(Symbol::Class(class)) => {
                resolution.targets = self.method(class, unspin_ir::name("__init__"));
                resolution.via = Via::Constructor;
            }
            None => {
                resolution.targets = self.method_by_path(at.file, path);
                resolution.via = Via::Path;
            }
        }
        resolution.exact = resolution.targets.len() == 1 && !self.function(resolution.targets[0]).is_abstract;
        if resolution.targets.is_empty() {
            resolution.via = Via::Nothing;
        }
        resolution
    }

    /// A function defined in the body of this one or of one around it.
    fn nested_symbol(&self, at: FunctionRef, name: Name) -> Option<Symbol> {
        let mut parent = Some(at.function);
        while let Some(id) = parent {
            if let Some(function) = self.index.nested(at.file, id, name) {
                return Some(Symbol::Function(function));
            }
            let outer = self.function(FunctionRef { file: at.file, function: id }).parent;
            parent = outer.filter(|&outer| outer < id);
        }
        None
    }

    fn resolve_method(&self, at: FunctionRef, receiver: ExprId, method: Name, call: &Call) -> Resolution<'_> {
        if *self.function(at).expr(receiver) == Expr::Global(unspin_ir::name("super")) {
            return self.resolve_super(at, method, call);
        }
        let own = if self.is_receiver(at, receiver) { self.owner(at) } else { None };
        let ty = own.map(|class| self.class_name(class)).or_else(|| self.type_of(at, receiver));
        let mut resolution = Resolution { receiver: ty, ..Resolution::default() };
        if let Some(class) = own.or_else(|| ty.and_then(|ty| self.class(ty))) {
            let via = if own.is_some() { Via::Own } else { Via::Type };
            self.resolve_in_class(at, class, via, &mut resolution, method, call);
            if !resolution.targets.is_empty() || resolution.model.is_some() {
                return resolution;
            }
        } else if let Some(ty) = ty {
            let model = self.models.by_type(ty, method, self.function(at), call);
            resolution.model = model.map(|model| (model, Certainty::Certain));
            if model.is_some() || self.models.knows_type(ty) {
                return resolution;
            }
        } else if let Some(path) = self.function(at).path(receiver).filter(|_| self.is_global(at, receiver)) {
            // `module.Class.method()` and `CONSTANT.method()` reach here where the frontend saw no import.
            let path = unspin_ir::name(&format!("{path}.{method}"));
            let found = self.resolve_path(at, path, call);
            if found.model.is_some() || !found.targets.is_empty() {
                return found;
            }
        }
        let label = self.receiver_label(at, receiver).unwrap_or_default();
        let guess = self.models.by_receiver(&label, method, self.function(at), call);
        resolution.model =
            guess.map(|(model, telling)| (model, if telling { Certainty::Receiver } else { Certainty::Name }));
        resolution
    }

    fn resolve_in_class<'a>(
        &'a self,
        at: FunctionRef,
        class: ClassRef,
        via: Via,
        into: &mut Resolution<'a>,
        method: Name,
        call: &Call,
    ) {
        let own = self.method(class, method);
        let overrides = self.overrides_in(class, method);
        let is_abstract = own.iter().all(|&own| self.function(own).is_abstract);
        into.exact = own.len() == 1 && overrides.is_empty() && !is_abstract;
        if !is_abstract || overrides.is_empty() {
            into.targets.extend(own);
        }
        into.targets.extend(overrides);
        let mut seen = rustc_hash::FxHashSet::default();
        into.targets.retain(|&target| seen.insert(target));
        if into.targets.is_empty() {
            let types = std::iter::once(self.class_name(class)).chain(self.foreign_bases(class));
            let model = types.into_iter().find_map(|ty| self.models.by_type(ty, method, self.function(at), call));
            into.model = model.map(|model| (model, Certainty::Certain));
        } else {
            into.via = via;
        }
    }

    fn resolve_super(&self, at: FunctionRef, method: Name, call: &Call) -> Resolution<'_> {
        let mut resolution = Resolution::default();
        let Some(owner) = self.owner(at) else { return resolution };
        let bases = self.linearized(owner);
        let found = bases.iter().skip(1).map(|&base| self.own_method(base, method)).find(|found| !found.is_empty());
        resolution.targets = found.unwrap_or_default();
        resolution.exact = resolution.targets.len() == 1;
        if resolution.exact {
            resolution.via = Via::Super;
        } else {
            let foreign = self.foreign_bases(owner);
            let model = foreign.iter().find_map(|&base| self.models.by_type(base, method, self.function(at), call));
            resolution.model = model.map(|model| (model, Certainty::Certain));
        }
        resolution
    }

    fn resolve_value(&self, at: FunctionRef, value: ExprId, call: &Call, hops: u32) -> Resolution<'_> {
        if hops > MAX_HOPS {
            return Resolution::default();
        }
        match *self.function(at).expr(value) {
            Expr::Function(function) => Resolution {
                targets: vec![FunctionRef { file: at.file, function }],
                exact: true,
                via: Via::Value,
                ..Resolution::default()
            },
            Expr::Global(path) => self.resolve_path(at, path, call),
            // `(self.handler)()` calls what the field holds, whatever the methods are called; `f = self.m; f()` a method.
            Expr::Field(base, method) if hops > 0 => self.resolve_method(at, base, method, call),
            Expr::Local(local) => self.resolve_local(at, local, call, hops),
            _ => Resolution::default(),
        }
    }

    /// Calling a local: a nested function, a bound method (`recv = conn.recv`), a function of the module.
    fn resolve_local(&self, at: FunctionRef, local: LocalId, call: &Call, hops: u32) -> Resolution<'_> {
        let function = self.function(at);
        if matches!(function.local(local).kind, LocalKind::Captured | LocalKind::Shared) {
            let found = || {
                let parent = function.parent.filter(|&parent| parent < at.function && hops < MAX_HOPS)?;
                let parent = FunctionRef { file: at.file, function: parent };
                let name = function.local(local).name;
                let outer = self.function(parent).locals.iter().position(|outer| outer.name == name)?;
                Some(self.resolve_local(parent, LocalId(outer as u32), call, hops + 1))
            };
            return found().unwrap_or_default();
        }
        let definitions = self.definitions(at);
        let mut joined = Resolution::default();
        for (count, definition) in definitions.of(function, local).take(MAX_DEFINITIONS).enumerate() {
            let Definition::Value(value) = definition else { continue };
            if *function.expr(value) == Expr::Local(local) {
                continue;
            }
            let found = self.resolve_value(at, value, call, hops + 1);
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

    fn is_receiver(&self, at: FunctionRef, expr: ExprId) -> bool {
        let function = self.function(at);
        let Expr::Local(local) = *function.expr(expr) else { return false };
        let own = function.parameters.first().filter(|_| function.has_receiver);
        let captured = || matches!(function.local(local).kind, LocalKind::Captured) && function.local(local).name == "self";
        own.is_some_and(|own| own.local == local) || captured()
    }

    fn is_global(&self, at: FunctionRef, expr: ExprId) -> bool {
        match *self.function(at).expr(expr) {
            Expr::Global(_) => true,
            Expr::Field(base, _) => self.is_global(at, base),
            _ => false,
        }
    }
}
