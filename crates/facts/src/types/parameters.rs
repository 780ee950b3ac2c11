//! Types of parameters that declare none, by what callers hand them, and of the fields in which methods keep these.
//!
//! Every call that is seen has to agree, `None` aside: a caller of which nothing is known may hand on anything. Calls are
//! found by name, through threads, tasks and other runners that models tell, and count where they lead to the function
//! for certain. Whoever decorates a function may call it with something else.

use rustc_hash::FxHashMap;
use unspin_ir::{
    Aggregate, Argument, BlockId, Call, Callee, Constant, Expr, ExprId, Function, LocalId, LocalKind, Name, Parameter,
    StatementKind,
};

use super::{Inference, Kept, Layer};
use crate::definitions::Definition;
use crate::model::{ArgumentModel, CallModel};
use crate::project::{ClassRef, FunctionRef, Project, Symbol, is_open};

/// Through how many calls a type is followed.
pub(super) const HOPS: usize = 3;

/// What more functions may call is given anything.
const MAX_CALLERS: usize = 24;

/// Values and calls themselves are gone through each time, so of fewer functions.
const FEW_CALLERS: usize = 8;

/// What callers give one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Nothing but `None`.
    Nothing,
    /// Values of one type.
    Only(Name),
    Anything,
}

impl Project {
    /// The type that all callers give a parameter.
    pub(super) fn parameter_type(&self, at: FunctionRef, position: usize, hops: usize) -> Option<Name> {
        let table = self.types.of(at).parameters.get(hops.checked_sub(1)?)?;
        match table.get_or_init(|| self.given_to(at, hops)).get(position) {
            Some(Given::Only(ty)) => Some(*ty),
            _ => None,
        }
    }

    fn given_to(&self, at: FunctionRef, hops: usize) -> Box<[Given]> {
        let function = self.function(at);
        let open = |parameter: &Parameter| if is_open(function, parameter) { Given::Nothing } else { Given::Anything };
        let mut given: Box<[Given]> = function.parameters.iter().map(open).collect();
        let is_known = |given: &[Given]| given.iter().all(|&given| given == Given::Anything);
        if is_known(&given) || !keeps_parameters(function) {
            return Box::default();
        }
        let callers = self.callers_named(at);
        if callers.len() > MAX_CALLERS {
            return Box::default();
        }
        for caller in callers {
            let caller = Caller::new(self, at, caller, hops - 1);
            caller.for_each_call(|arguments, is_bound| caller.give_all(arguments, is_bound, &mut given));
            if is_known(&given) {
                break;
            }
        }
        given
    }

    /// Every value that callers give a parameter, `None` if some of them are not seen, or if nobody calls.
    pub(crate) fn values_given(&self, at: FunctionRef, parameter: LocalId) -> Option<Vec<(FunctionRef, ExprId)>> {
        let function = self.function(at);
        let position = function.parameters.iter().position(|other| other.local == parameter)?;
        let (mut values, mut is_seen) = (Vec::new(), keeps_parameters(function));
        let callers = if is_open(function, &function.parameters[position]) { self.callers_named(at) } else { Vec::new() };
        for &caller in callers.iter().filter(|_| callers.len() <= FEW_CALLERS) {
            let from = Caller::new(self, at, caller, HOPS - 1);
            from.for_each_call(|arguments, is_bound| {
                let value = position.checked_sub(usize::from(is_bound)).filter(|_| is_seen);
                let value = value.and_then(|position| arguments.get(function.local(parameter).name, position));
                values.extend(value.map(|value| (caller, value)));
                is_seen &= value.is_some();
            });
        }
        Some(values).filter(|values| is_seen && !values.is_empty())
    }

    /// Every call of a function, with who makes it and in which block; `None` if some of them are not seen, or there are none.
    pub(crate) fn calls_of(&self, at: FunctionRef) -> Option<Vec<(FunctionRef, BlockId, &Call)>> {
        let callers = self.callers_named(at);
        let (mut calls, mut is_seen) = (Vec::new(), keeps_parameters(self.function(at)));
        if callers.len() > FEW_CALLERS {
            return None;
        }
        for caller in callers {
            let from = Caller::new(self, at, caller, HOPS - 1);
            for (block, data) in self.function(caller).block_ids() {
                for statement in &data.statements {
                    let StatementKind::Call(call) = &statement.kind else { continue };
                    is_seen &= from.handed_on(call).is_none();
                    if from.leads_to(call) {
                        calls.push((caller, block, &**call));
                    }
                }
            }
        }
        Some(calls).filter(|calls| is_seen && !calls.is_empty())
    }

    /// The type of a field in which methods keep nothing but what they are given.
    pub(super) fn kept_field(&self, class: ClassRef, field: Name, hops: usize) -> Option<Name> {
        if hops == 0 {
            return None;
        }
        let kept = self.types.kept[class.0 as usize].get_or_init(|| self.kept_by(class));
        let mut given = kept.get(&field)?.iter().map(|&(method, position)| self.parameter_type(method, position, hops));
        let first = given.next()??;
        given.all(|ty| ty == Some(first)).then_some(first)
    }

    fn kept_by(&self, class: ClassRef) -> FxHashMap<Name, Vec<Kept>> {
        let mut kept: FxHashMap<Name, Option<Vec<Kept>>> = FxHashMap::default();
        if !self.methods_of(class).any(|method| self.outline(method).called.waits) {
            return FxHashMap::default();
        }
        for method in self.methods_of(class).filter(|&method| self.outline(method).deeds.sets_fields) {
            let function = self.function(method);
            let Some(receiver) = function.receiver().map(Expr::Local) else { continue };
            for statement in function.blocks.iter().flat_map(|block| &block.statements) {
                let StatementKind::Assign(place, value) = statement.kind else { continue };
                let Expr::Field(base, field) = *function.expr(place) else { continue };
                if *function.expr(base) != receiver || *function.expr(value) == Expr::Constant(&Constant::None) {
                    continue;
                }
                let known = kept.entry(field).or_insert_with(|| Some(Vec::new()));
                match parameter_of(function, value) {
                    Some(position) => known.iter_mut().for_each(|known| known.push((method, position))),
                    None => *known = None,
                }
            }
        }
        kept.into_iter().filter_map(|(field, kept)| Some((field, kept?))).collect()
    }
}

impl Inference<'_> {
    /// What callers give parameters that are never assigned, where something may wait on them.
    pub(super) fn handed(&self, types: &mut [Option<Name>], wanted: &[LocalId]) {
        if self.hops == 0 {
            return;
        }
        let definitions = self.project.definitions(self.at);
        // Of most parameters the type is of no interest; that of one which is handed on, to whom it is handed.
        let waits_on = &self.project.outline(self.at).called.waits_on;
        for &local in wanted.iter().filter(|local| self.hops < HOPS || waits_on.contains(local)) {
            let index = local.index();
            if self.function.local(local).kind == LocalKind::Parameter
                && types[index].is_none()
                && definitions.of(self.function, local).next().is_none()
            {
                let position = self.function.parameters.iter().position(|parameter| parameter.local == local);
                types[index] = position.and_then(|position| self.project.parameter_type(self.at, position, self.hops));
            }
        }
    }
}

/// Whether a function is called with what its own parameters say, whatever it is decorated with.
fn keeps_parameters(function: &Function) -> bool {
    const KEEPING: [&str; 8] =
        ["staticmethod", "classmethod", "override", "wraps", "contextmanager", "asynccontextmanager", "cache", "lru_cache"];
    function.decorators.iter().all(|&decorator| KEEPING.contains(&unspin_ir::last_part(decorator).as_str()))
}

/// The position of the parameter that a value is.
fn parameter_of(function: &Function, value: ExprId) -> Option<usize> {
    let Expr::Local(local) = *function.expr(value) else { return None };
    function.parameters.iter().position(|parameter| parameter.local == local && !parameter.spread)
}

/// A function that may call another one.
struct Caller<'a> {
    inference: Inference<'a>,
    at: FunctionRef,
    callee: &'a Function,
}

/// What a function is called with.
#[derive(Default)]
struct Arguments {
    positional: Vec<ExprId>,
    named: Vec<(Name, ExprId)>,
    /// Types of what a library gives.
    given: Vec<Name>,
    /// Whether there may be others.
    is_open: bool,
    /// Whether the rest is given later, by somebody else.
    is_part: bool,
}

impl Arguments {
    fn of(arguments: &[Argument]) -> Self {
        let mut found = Self::default();
        for argument in arguments {
            match argument.name {
                _ if argument.spread => found.is_open = true,
                Some(name) => found.named.push((name, argument.value)),
                None if found.is_open => {}
                None => found.positional.push(argument.value),
            }
        }
        found
    }

    fn get(&self, name: Name, position: usize) -> Option<ExprId> {
        let named = self.named.iter().find(|(given, _)| *given == name).map(|&(_, value)| value);
        named.or_else(|| self.positional.get(position).copied())
    }
}

impl<'a> Caller<'a> {
    fn new(project: &'a Project, at: FunctionRef, caller: FunctionRef, hops: usize) -> Self {
        Self { inference: Inference::new(project, caller, Layer::Fields, hops), at, callee: project.function(at) }
    }

    /// What each call of the function gives it, and whether the receiver is none of that.
    fn for_each_call(&self, mut f: impl FnMut(&Arguments, bool)) {
        for (call, _) in self.inference.function.calls() {
            if self.leads_to(call) {
                f(&Arguments::of(&call.arguments), self.is_bound(call));
            } else if let Some(arguments) = self.handed_on(call) {
                f(&arguments, self.callee.has_receiver);
            }
        }
    }

    fn give_all(&self, arguments: &Arguments, is_bound: bool, given: &mut [Given]) {
        let skipped = usize::from(is_bound);
        let types = self.inference.locals_for(&arguments.positional_and_named());
        for (index, parameter) in self.callee.parameters.iter().enumerate().skip(skipped) {
            let position = index - skipped;
            let name = self.callee.local(parameter.local).name;
            let new = match (arguments.get(name, position), arguments.given.get(position)) {
                (Some(value), _) => self.given_value(&types, index, value),
                (None, Some(&ty)) => Given::Only(ty),
                (None, None) if arguments.is_part => Given::Nothing,
                (None, None) if arguments.is_open => Given::Anything,
                (None, None) => self.given_by_default(parameter),
            };
            given[index] = self.join(given[index], new);
        }
    }

    fn given_value(&self, types: &[Option<Name>], index: usize, value: ExprId) -> Given {
        let function = self.inference.function;
        let is_itself = || self.inference.at == self.at && parameter_of(function, value) == Some(index);
        if *function.expr(value) == Expr::Constant(&Constant::None) || is_itself() {
            return Given::Nothing;
        }
        self.inference.expr(types, value, 0).map_or(Given::Anything, Given::Only)
    }

    fn given_by_default(&self, parameter: &Parameter) -> Given {
        match parameter.default.map(|default| self.callee.expr(default)) {
            None | Some(Expr::Constant(Constant::None)) => Given::Nothing,
            Some(_) => Given::Anything,
        }
    }

    fn join(&self, known: Given, new: Given) -> Given {
        let project = self.inference.project;
        match (known, new) {
            (known, Given::Nothing) => known,
            (Given::Nothing, new) => new,
            (Given::Only(known), Given::Only(new)) if project.is_subclass(new, known) => Given::Only(known),
            (Given::Only(known), Given::Only(new)) if project.is_subclass(known, new) => Given::Only(new),
            _ => Given::Anything,
        }
    }

    /// Whether a call runs the function.
    fn leads_to(&self, call: &Call) -> bool {
        match call.callee {
            Callee::Path(path) => self.may_be_named(path) && self.is_path(path),
            Callee::Method(on, method) => self.is_method(on, method),
            Callee::Value(value) => self.callee.parent.is_some_and(|parent| parent.index() > 0) && self.is_value(value),
        }
    }

    /// A constructor is called by the name of its class.
    fn may_be_named(&self, path: Name) -> bool {
        self.callee.name == "__init__" || unspin_ir::last_part(path) == self.callee.name
    }

    /// Whether the call gives the receiver itself: not so `Base.__init__(self, address)`.
    fn is_bound(&self, call: &Call) -> bool {
        let is_of_class = |path: Name| {
            self.callee.kind == unspin_ir::FunctionKind::Method
                && unspin_ir::last_part(path) == self.callee.name
                && !self.callee.decorators.iter().any(|decorator| decorator.as_str() == "classmethod")
        };
        self.callee.has_receiver && !matches!(call.callee, Callee::Path(path) if is_of_class(path))
    }

    fn is_path(&self, path: Name) -> bool {
        let Inference { project, at, .. } = self.inference;
        match project.symbol(at.file, path) {
            Some(Symbol::Function(function)) => function == self.at,
            Some(Symbol::Class(class)) => project.method(class, unspin_ir::name("__init__")).contains(&self.at),
            None => project.method_by_path(at.file, path).contains(&self.at),
        }
    }

    fn is_method(&self, on: ExprId, method: Name) -> bool {
        let Inference { project, at, function, .. } = self.inference;
        if method != self.callee.name {
            return false;
        }
        if matches!(function.expr(on), Expr::Global(name) if name.as_str() == "super") {
            return project.owner(at).is_some_and(|owner| project.inherited_method(owner, method).contains(&self.at));
        }
        let own = || project.owner(at).filter(|_| crate::resolve::is_receiver(function, on));
        let typed = || project.class(self.type_of(on)?);
        own().or_else(typed).is_some_and(|class| {
            project.method(class, method).contains(&self.at) || project.overrides_in(class, method).contains(&self.at)
        })
    }

    /// Whether a value is the function: nested, of a module, or bound to its object.
    fn is_value(&self, value: ExprId) -> bool {
        let Inference { project, at, function, .. } = self.inference;
        match *function.expr(value) {
            Expr::Function(id) => self.at == FunctionRef { file: at.file, function: id },
            Expr::Global(path) => unspin_ir::last_part(path) == self.callee.name && self.is_path(path),
            Expr::Field(base, method) => self.is_method(base, method),
            Expr::Local(local) if function.local(local).kind == LocalKind::Captured => {
                function.local(local).name == self.callee.name && function.parent == self.callee.parent
            }
            Expr::Local(local) => match project.definitions(at).only(function, local) {
                Some(Definition::Value(value)) => !matches!(function.expr(value), Expr::Local(_)) && self.is_value(value),
                _ => false,
            },
            _ => false,
        }
    }

    /// What the function is called with by something that is given it: `Thread(target=handle, args=(conn,))`.
    fn handed_on(&self, call: &Call) -> Option<Arguments> {
        let runs = self.inference.project.models.hints(call.callee).is_some_and(|hints| hints.runs);
        let is_mentioned = runs && call.arguments.iter().any(|argument| self.is_value(argument.value));
        let model = self.model(call).filter(|_| is_mentioned)?;
        let runs = model.spawns.as_ref().or(model.runs.as_ref())?;
        let function = given(call, runs).filter(|&value| self.is_value(value))?;
        let mut arguments = if let Some(packed) = &model.packed {
            given(call, packed).map(|packed| self.unpacked(packed)).unwrap_or_default()
        } else {
            let behind = call.arguments.iter().position(|argument| argument.value == function)? + 1;
            Arguments::of(&call.arguments[behind..])
        };
        arguments.given.clone_from(&model.given);
        arguments.is_part = model.spawns.is_none();
        Some(arguments)
    }

    fn unpacked(&self, packed: ExprId) -> Arguments {
        match self.inference.function.expr(packed) {
            Expr::Aggregate(Aggregate::Tuple | Aggregate::List, parts) => {
                Arguments { positional: parts.to_vec(), ..Arguments::default() }
            }
            _ => Arguments { is_open: true, ..Arguments::default() },
        }
    }

    /// The model of what is given a function.
    fn model(&self, call: &Call) -> Option<&CallModel> {
        let Inference { project, at, function, .. } = self.inference;
        let models = &project.models;
        let (on, method) = match call.callee {
            Callee::Path(path) => return models.by_path(path, function, call),
            Callee::Method(on, method) => (on, method),
            Callee::Value(_) => return None,
        };
        if let Some(ty) = self.type_of(on) {
            return models.by_type(ty, method, function, call);
        }
        let label = project.receiver_label(at, on).unwrap_or_default();
        models.by_receiver(&label, method, function, call).map(|(model, _)| model)
    }

    fn type_of(&self, value: ExprId) -> Option<Name> {
        self.inference.expr(&self.inference.locals_for(&[value]), value, 0)
    }
}

fn given(call: &Call, argument: &ArgumentModel) -> Option<ExprId> {
    call.argument(argument.keyword, argument.position.map(|position| position as usize))
}

impl Arguments {
    fn positional_and_named(&self) -> Vec<ExprId> {
        self.positional.iter().copied().chain(self.named.iter().map(|&(_, value)| value)).collect()
    }
}
