//! Nominal types of locals, fields and globals.
//!
//! Flow-insensitive and cheap: a local has the type that its annotation says, else the first type that one of its
//! definitions gives. What is asked of other functions is layered, so that no table ever waits for itself: globals of
//! modules are typed without looking at other globals or inferred fields, inferred return types may look at globals,
//! inferred fields at both, and locals at all of these. What callers hand a function is a layer for each call that a type
//! goes through: a table at so many hops asks for those at one less. Each table is filled on demand, once.

mod parameters;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustc_hash::FxHashMap;
use unspin_ir::{
    Aggregate, Call, Callee, Constant, Expr, ExprId, Function, FunctionId, FunctionKind, LocalId, LocalKind, Name,
    StatementKind, Terminator,
};

use self::parameters::{Given, HOPS};
use crate::definitions::{Definition, Definitions};
use crate::model::Effect;
use crate::project::{ClassRef, FunctionRef, Project, SourceFile, Symbol};

/// Types that were inferred so far.
#[derive(Debug, Default)]
pub(crate) struct TypeTables {
    /// By file, then by function; of most functions nothing is ever asked.
    functions: Vec<Box<[OnceLock<Box<OfFunction>>]>>,
    /// By file.
    globals: Vec<OnceLock<FxHashMap<Name, Name>>>,
    /// By class.
    fields: Vec<OnceLock<FxHashMap<Name, Name>>>,
    /// By class: the parameters that methods keep in fields, where they keep nothing else there.
    kept: Vec<OnceLock<FxHashMap<Name, Vec<Kept>>>>,
}

/// A parameter of a method, by its position.
type Kept = (FunctionRef, usize);

/// What was inferred of one function.
#[derive(Debug, Default)]
struct OfFunction {
    /// The type of each local.
    locals: OnceLock<Box<[Option<Name>]>>,
    /// How often the type of one value was asked for.
    asked: AtomicU32,
    returns: OnceLock<Option<Name>>,
    definitions: OnceLock<Definitions>,
    /// By one less than the number of hops: what callers give each parameter.
    parameters: [OnceLock<Box<[Given]>>; HOPS],
}

impl TypeTables {
    pub(crate) fn new(files: &[SourceFile], classes: usize) -> Self {
        fn cells<T, C: FromIterator<OnceLock<T>>>(count: usize) -> C {
            std::iter::repeat_with(OnceLock::new).take(count).collect()
        }
        Self {
            functions: files.iter().map(|file| cells(file.module.functions.len())).collect(),
            globals: cells(files.len()),
            fields: cells(classes),
            kept: cells(classes),
        }
    }

    fn of(&self, at: FunctionRef) -> &OfFunction {
        self.functions[at.file as usize][at.function.index()].get_or_init(Box::default)
    }
}

/// What an inference may ask for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    /// Annotations and constructors only.
    Declared,
    /// Also globals.
    Globals,
    /// Also inferred return types.
    Returns,
    /// Also inferred fields and the locals of enclosing functions.
    Fields,
}

/// How often the definitions of a function are gone through, so that a type travels through a chain of locals.
const PASSES: u32 = 2;

/// So often the locals that a value depends on are gone through alone; then it is done for all, once.
const FEW_QUESTIONS: u32 = 4;

/// How long a chain of fields in one expression is followed; deeper ones have no type.
const MAX_CHAIN: u32 = 12;

impl Project {
    /// The absolute nominal type of an expression, if it is known.
    pub fn type_of(&self, at: FunctionRef, expr: ExprId) -> Option<Name> {
        // Only asked of the literal itself: a place that begins as `""` may come to hold anything.
        match self.function(at).expr(expr) {
            Expr::Constant(Constant::Text(_)) | Expr::Aggregate(Aggregate::Text, _) => return Some(unspin_ir::name("str")),
            Expr::Constant(Constant::Bytes(_)) => return Some(unspin_ir::name("bytes")),
            _ => {}
        }
        let inference = Inference::new(self, at, Layer::Fields, HOPS);
        let of = self.types.of(at);
        // Of most functions little is asked, of some everything.
        if of.locals.get().is_none() && of.asked.fetch_add(1, Ordering::Relaxed) < FEW_QUESTIONS {
            return inference.expr(&inference.locals_for(&[expr]), expr, 0);
        }
        inference.expr(self.local_types(at), expr, 0)
    }

    /// Where the locals of a function get their values.
    pub fn definitions(&self, at: FunctionRef) -> &Definitions {
        self.types.of(at).definitions.get_or_init(|| Definitions::new(self.function(at)))
    }

    /// The absolute nominal type of each local.
    pub fn local_types(&self, at: FunctionRef) -> &[Option<Name>] {
        self.types.of(at).locals.get_or_init(|| Inference::new(self, at, Layer::Fields, HOPS).locals())
    }

    /// The absolute nominal type of what a function returns (awaited): declared, or the same at each `return`.
    pub fn return_type(&self, at: FunctionRef) -> Option<Name> {
        let function = self.function(at);
        if let Some(declared) = function.returns {
            return Some(self.absolute(at.file, declared));
        }
        if function.is_generator || function.is_abstract || function.kind == FunctionKind::Module {
            return None;
        }
        *self.types.of(at).returns.get_or_init(|| {
            let returned = function.blocks.iter().filter_map(|block| match block.terminator {
                Terminator::Return(Some(value)) if !is_none(function, value) => Some(value),
                _ => None,
            });
            let returned = returned.collect::<Vec<_>>();
            if !returned.iter().all(|&value| may_have_type(function, value)) {
                return None;
            }
            let inference = Inference::new(self, at, Layer::Globals, 0);
            let locals = inference.locals_for(&returned);
            let mut types = returned.iter().map(|&value| inference.expr(&locals, value, 0));
            let found = types.next()??;
            types.all(|ty| ty == Some(found)).then_some(found)
        })
    }

    /// The type of a field of a class of the project or of a library type, with what so many calls hand on. Both names are
    /// absolute.
    fn field_type(&self, class: Name, field: Name, hops: usize) -> Option<Name> {
        let Some(class) = self.class(class) else { return self.models.field_type(class, field) };
        let order = self.linearized(class);
        let own = order.iter().find_map(|&class| {
            let declared = self.declared_field(class, field)?;
            Some(self.narrowed_field(class, field, declared).unwrap_or(declared))
        });
        own.or_else(|| order.iter().find_map(|&class| self.inferred_fields(class).get(&field).copied()))
            .or_else(|| order.iter().find_map(|&class| self.kept_field(class, field, hops)))
            .or_else(|| self.foreign_bases(class).find_map(|base| self.models.field_type(base, field)))
    }

    /// What a field is known to hold, where that is a narrower library type than the declared one: a `socket.socket` that was
    /// made for datagrams.
    fn narrowed_field(&self, class: ClassRef, field: Name, declared: Name) -> Option<Name> {
        if !self.models.is_base(declared) || self.class(declared).is_some() {
            return None;
        }
        let held = *self.inferred_fields(class).get(&field)?;
        (held != declared && self.models.bases_of(held).any(|base| base == declared)).then_some(held)
    }

    /// The declared type of a field of a class of the project.
    pub(crate) fn declared_field(&self, class: ClassRef, field: Name) -> Option<Name> {
        let declared = self.class_data(class).fields.iter().find(|declared| declared.name == field);
        declared.map(|declared| self.absolute(self.class_file(class), declared.ty)).or_else(|| {
            let is_property = |method: &&FunctionRef| {
                self.function(**method).decorators.iter().any(|decorator| decorator.ends_with("property"))
            };
            let method = self.index.class(class).by_name.get(&field)?.iter().find(is_property)?;
            Some(self.absolute(method.file, self.function(*method).returns?))
        })
    }

    /// The declared type of a part of what a variant of an enum of the project holds.
    fn payload_type(&self, file: u32, variant: Name, index: u16) -> Option<Name> {
        let class = self.class_in(file, unspin_ir::parent_path(variant)?)?;
        let part = Name::existing(&format!("{}.{index}", unspin_ir::last_part(variant)))?;
        let declared = self.class_data(class).payloads.iter().find(|declared| declared.name == part)?;
        Some(self.absolute(self.class_file(class), declared.ty))
    }

    /// Fields that methods of the class assign something of a known type.
    fn inferred_fields(&self, class: ClassRef) -> &FxHashMap<Name, Name> {
        self.types.fields[class.0 as usize].get_or_init(|| {
            let (mut fields, mut named) = (FxHashMap::default(), Vec::new());
            for method in self.methods_of(class) {
                self.fields_of_method(method, &mut fields, &mut named);
            }
            // `self.socket = MISSING` says less than what is made elsewhere.
            for (field, ty) in named {
                fields.entry(field).or_insert(ty);
            }
            for (field, ty) in self.collection_fields(class) {
                fields.entry(field).or_insert(ty);
            }
            fields
        })
    }

    /// Fields to which the methods of a class assign nothing but lists, or nothing but mappings, that are written down there:
    /// `self.jobs = []`.
    fn collection_fields(&self, class: ClassRef) -> Vec<(Name, Name)> {
        let mut found: Vec<(Name, Option<Name>)> = Vec::new();
        if !self.files[self.class_file(class) as usize].module.shares_objects {
            return Vec::new();
        }
        for method in self.methods_of(class).filter(|&method| self.outline(method).deeds.sets_fields) {
            let function = self.function(method);
            for statement in function.blocks.iter().flat_map(|block| &block.statements) {
                let StatementKind::Assign(place, value) = statement.kind else { continue };
                let Expr::Field(base, field) = *function.expr(place) else { continue };
                if function.receiver().map(Expr::Local).as_ref() != Some(function.expr(base)) {
                    continue;
                }
                let ty = match function.expr(value) {
                    Expr::Aggregate(Aggregate::List, _) => Some(unspin_ir::name("list")),
                    Expr::Aggregate(Aggregate::Map, _) => Some(unspin_ir::name("dict")),
                    _ => None,
                };
                match found.iter_mut().find(|(known, _)| *known == field) {
                    Some((_, known)) if *known != ty => *known = None,
                    Some(_) => {}
                    None => found.push((field, ty)),
                }
            }
        }
        found.into_iter().filter_map(|(field, ty)| Some((field, ty?))).collect()
    }

    fn fields_of_method(&self, at: FunctionRef, fields: &mut FxHashMap<Name, Name>, named: &mut Vec<(Name, Name)>) {
        if !self.outline(at).deeds.sets_fields {
            return;
        }
        let function = self.function(at);
        let Some(receiver) = function.receiver() else { return };
        let field_of = |place: ExprId| match *function.expr(place) {
            Expr::Field(base, field) if *function.expr(base) == Expr::Local(receiver) => Some(field),
            _ => None,
        };
        let assignments = function.blocks.iter().flat_map(|block| &block.statements);
        let assignments = assignments.filter_map(|statement| match statement.kind {
            StatementKind::Assign(place, value) if may_have_type(function, value) => Some((field_of(place)?, value)),
            _ => None,
        });
        let (assigned, values): (Vec<Name>, Vec<ExprId>) = assignments.unzip();
        if values.is_empty() {
            return;
        }
        let inference = Inference::new(self, at, Layer::Returns, 0);
        let locals = inference.locals_for(&values);
        for (field, value) in assigned.into_iter().zip(values) {
            let Some(ty) = inference.expr(&locals, value, 0) else { continue };
            if let Expr::Global(_) = function.expr(value) {
                named.push((field, ty));
            } else {
                fields.entry(field).or_insert(ty);
            }
        }
    }

    /// Variables of a module that hold something of a known type.
    fn globals(&self, file: u32) -> &FxHashMap<Name, Name> {
        self.types.globals[file as usize].get_or_init(|| {
            let at = FunctionRef { file, function: FunctionId::new(0) };
            let mut globals = FxHashMap::default();
            if self.files[file as usize].module.functions.is_empty() {
                return globals;
            }
            let function = self.function(at);
            let inference = Inference::new(self, at, Layer::Declared, 0);
            let locals = inference.locals();
            for statement in function.blocks.iter().flat_map(|block| &block.statements) {
                if let StatementKind::Assign(place, value) = statement.kind
                    && let Some(variable) = inference.global_name(place)
                    && let Some(ty) = inference.expr(&locals, value, 0)
                {
                    globals.entry(variable).or_insert(ty);
                }
            }
            for (local, ty) in function.locals.iter().zip(&locals) {
                if let (LocalKind::Variable, Some(ty)) = (local.kind, ty) {
                    globals.entry(local.name).or_insert(*ty);
                }
            }
            globals
        })
    }

    fn global_type(&self, file: u32, name: Name) -> Option<Name> {
        if let Some(&ty) = self.globals(file).get(&name) {
            return Some(ty);
        }
        let (module, variable) = (unspin_ir::parent_path(name)?, unspin_ir::last_part(name));
        match self.index.modules.get(&module) {
            Some(&file) => self.globals(file).get(&variable).copied(),
            // `sys.stdin`
            None => self.models.field_type(module, variable),
        }
    }
}

fn is_none(function: &Function, value: ExprId) -> bool {
    *function.expr(value) == Expr::Constant(&Constant::None)
}

/// Whether an expression is of a kind that inference can tell the type of.
fn may_have_type(function: &Function, value: ExprId) -> bool {
    matches!(function.expr(value), Expr::Local(_) | Expr::Global(_) | Expr::Field(..) | Expr::Index(..) | Expr::Payload(..))
}

/// Locals whose types others follow from.
struct Needed<'a> {
    function: &'a Function,
    seen: Vec<bool>,
    locals: Vec<LocalId>,
}

impl<'a> Needed<'a> {
    fn new(function: &'a Function) -> Self {
        Self { function, seen: vec![false; function.locals.len()], locals: Vec::new() }
    }

    /// Those from which the type of an expression follows.
    fn add(&mut self, value: ExprId, depth: u32) {
        match self.function.expr(value) {
            Expr::Local(local) => self.add_local(*local),
            Expr::Field(base, _) | Expr::Index(base, _) if depth <= MAX_CHAIN => self.add(*base, depth + 1),
            Expr::Aggregate(Aggregate::Tuple, parts) if depth <= MAX_CHAIN => {
                parts.iter().for_each(|&part| self.add(part, depth + 1));
            }
            _ => {}
        }
    }

    fn add_local(&mut self, local: LocalId) {
        if !std::mem::replace(&mut self.seen[local.index()], true) {
            self.locals.push(local);
        }
    }

    fn add_call(&mut self, call: &Call) {
        if let Callee::Value(value) = call.callee {
            self.add(value, 0);
        }
        call.operands().for_each(|operand| self.add(operand, 0));
    }
}

/// Types of one function, as far as a layer can see.
struct Inference<'a> {
    project: &'a Project,
    at: FunctionRef,
    layer: Layer,
    /// How many calls up callers are asked what they hand on.
    hops: usize,
    function: &'a Function,
}

impl<'a> Inference<'a> {
    fn new(project: &'a Project, at: FunctionRef, layer: Layer, hops: usize) -> Self {
        Self { project, at, layer, hops, function: project.function(at) }
    }

    fn locals(&self) -> Box<[Option<Name>]> {
        let all = (0..self.function.locals.len()).map(LocalId::new).collect::<Vec<_>>();
        self.types_of(&all)
    }

    /// The types that the types of some expressions follow from: the others are left out.
    fn locals_for(&self, values: &[ExprId]) -> Box<[Option<Name>]> {
        let mut needed = Needed::new(self.function);
        for &value in values {
            needed.add(value, 0);
        }
        self.types_needed(needed)
    }

    /// The types of some locals and of those from which these follow.
    fn types_needed(&self, mut needed: Needed<'_>) -> Box<[Option<Name>]> {
        let definitions = self.project.definitions(self.at);
        let mut next = 0;
        while let Some(&local) = needed.locals.get(next) {
            for definition in definitions.of(self.function, local) {
                match definition {
                    Definition::Value(value) | Definition::Item(value) => needed.add(value, 0),
                    Definition::Call(call) => needed.add_call(call),
                    Definition::Failure => {}
                }
            }
            next += 1;
        }
        needed.locals.sort_unstable();
        self.types_of(&needed.locals)
    }

    /// The types of some locals, in order, that depend on no others.
    fn types_of(&self, wanted: &[LocalId]) -> Box<[Option<Name>]> {
        let function = self.function;
        let mut types = vec![None; function.locals.len()].into_boxed_slice();
        for &local in wanted {
            types[local.index()] = function.declared_type(local).map(|ty| self.absolute(ty));
        }
        if let Some(receiver) = function.receiver()
            && let Some(owner) = self.project.owner(self.at)
        {
            types[receiver.index()] = Some(self.project.class_name(owner));
        }
        if self.layer == Layer::Fields {
            self.captured(&mut types, wanted);
            self.handed(&mut types, wanted);
        }
        let definitions = self.project.definitions(self.at);
        for _ in 0..PASSES {
            let mut changed = false;
            for &local in wanted {
                let index = local.index();
                if types[index].is_none() {
                    types[index] = definitions.of(function, local).find_map(|definition| self.definition(&types, definition));
                    changed |= types[index].is_some();
                }
            }
            if !changed {
                break;
            }
        }
        types
    }

    fn absolute(&self, name: Name) -> Name {
        self.project.absolute(self.at.file, name)
    }

    /// What the function around this one knows of its variables.
    fn captured(&self, types: &mut [Option<Name>], wanted: &[LocalId]) {
        let Some(parent) = self.function.parent.filter(|&parent| parent < self.at.function) else { return };
        let is_captured = |&local: &LocalId| {
            let kind = self.function.local(local).kind;
            matches!(kind, LocalKind::Captured | LocalKind::Shared) && types[local.index()].is_none()
        };
        let captured = wanted.iter().copied().filter(is_captured).collect::<Vec<_>>();
        if captured.is_empty() {
            return;
        }
        let outer = Inference::new(self.project, FunctionRef { file: self.at.file, function: parent }, self.layer, self.hops);
        let name = |local: LocalId| self.function.local(local).name;
        let inferred;
        let known = if self.hops == HOPS {
            self.project.local_types(outer.at)
        } else {
            inferred = outer.types_named(|outer| captured.iter().any(|&local| name(local) == outer));
            &inferred
        };
        for &local in &captured {
            let mut same = outer.function.locals.iter().zip(known).filter(|(other, _)| other.name == name(local));
            types[local.index()] = same.find_map(|(_, ty)| *ty);
        }
    }

    /// The types of the locals with some names.
    fn types_named(&self, is_wanted: impl Fn(Name) -> bool) -> Box<[Option<Name>]> {
        let mut needed = Needed::new(self.function);
        for (index, local) in self.function.locals.iter().enumerate() {
            if is_wanted(local.name) {
                needed.add_local(LocalId::new(index));
            }
        }
        self.types_needed(needed)
    }

    fn definition(&self, types: &[Option<Name>], definition: Definition<'_>) -> Option<Name> {
        match definition {
            Definition::Value(value) => self.expr(types, value, 0),
            Definition::Call(call) => self.call(types, call),
            Definition::Item(walked) => {
                let items = self.project.models.item_type(self.expr(types, walked, 0)?)?;
                Some(self.absolute(items))
            }
            Definition::Failure => None,
        }
    }

    fn expr(&self, types: &[Option<Name>], expr: ExprId, depth: u32) -> Option<Name> {
        if depth > MAX_CHAIN {
            return None;
        }
        match *self.function.expr(expr) {
            Expr::Local(local) => types[local.index()],
            Expr::Global(name) if self.layer >= Layer::Globals => self.project.global_type(self.at.file, name),
            Expr::Field(base, field) => self.field(types, base, field, depth),
            Expr::Index(base, index) => {
                self.tuple_part(types, base, index, depth).or_else(|| self.numbered_field(types, base, index, depth))
            }
            Expr::Payload(_, variant, index) => self.project.payload_type(self.at.file, variant, index),
            _ => None,
        }
    }

    fn field(&self, types: &[Option<Name>], base: ExprId, field: Name, depth: u32) -> Option<Name> {
        let class = self.expr(types, base, depth + 1)?;
        if self.layer == Layer::Fields {
            return self.project.field_type(class, field, self.hops);
        }
        match self.project.class(class) {
            Some(class) => {
                let order = self.project.linearized(class);
                order.iter().find_map(|&class| self.project.declared_field(class, field))
            }
            None => self.project.models.field_type(class, field),
        }
    }

    /// The type of a field without a name: `self.0`.
    fn numbered_field(&self, types: &[Option<Name>], base: ExprId, index: ExprId, depth: u32) -> Option<Name> {
        let Expr::Constant(Constant::Int(index)) = self.function.expr(index) else { return None };
        self.field(types, base, Name::existing(&index.to_string())?, depth)
    }

    /// A part of a tuple that is written out, or that a modelled call gives: `reader, writer = await asyncio.open_connection(..)`.
    fn tuple_part(&self, types: &[Option<Name>], base: ExprId, index: ExprId, depth: u32) -> Option<Name> {
        let (Expr::Local(tuple), Expr::Constant(Constant::Int(index))) = (self.function.expr(base), self.function.expr(index))
        else {
            return None;
        };
        let call = match self.project.definitions(self.at).only(self.function, *tuple)? {
            Definition::Call(call) => call,
            // `lines, checker = Lines(reader), Checker()`
            Definition::Value(value) => {
                let Expr::Aggregate(Aggregate::Tuple, parts) = self.function.expr(value) else { return None };
                return self.expr(types, *parts.get(usize::try_from(*index).ok()?)?, depth + 1);
            }
            _ => return None,
        };
        let models = &self.project.models;
        let mut model = match call.callee {
            Callee::Path(path) => models.by_path(path, self.function, call)?,
            // `stream, peer = listener.accept()`
            Callee::Method(on, method) => models.by_type(self.expr(types, on, depth + 1)?, method, self.function, call)?,
            Callee::Value(_) => return None,
        };
        // `await asyncio.wait_for(asyncio.open_connection(..), 3)` gives what it wraps.
        if let Some(wrapped) = model.wrapped(call)
            && let Expr::Local(local) = self.function.expr(wrapped)
            && let Some(Definition::Call(inner)) = self.project.definitions(self.at).only(self.function, *local)
            && let Callee::Path(path) = inner.callee
        {
            model = self.project.models.by_path(path, self.function, inner)?;
        }
        let part = model.returns_tuple.get(usize::try_from(*index).ok()?).filter(|part| part.as_str() != "_")?;
        Some(self.absolute(*part))
    }

    fn global_name(&self, place: ExprId) -> Option<Name> {
        match *self.function.expr(place) {
            Expr::Global(name) => Some(name),
            _ => None,
        }
    }

    /// The type of a call's result, awaited and unwrapped.
    fn call(&self, types: &[Option<Name>], call: &Call) -> Option<Name> {
        match call.callee {
            Callee::Value(value) => self.expr(types, value, 0).filter(|_| call.awaited && call.arguments.is_empty()),
            Callee::Path(path) => self.path_call(types, path, call),
            Callee::Method(receiver, method) => {
                let class = self.expr(types, receiver, 0)?;
                if let Some(known) = self.project.class(class) {
                    let found = self.project.method(known, method);
                    if let Some(&found) = found.first() {
                        return self.returned(found, call);
                    }
                }
                let model = self.project.models.by_type(class, method, self.function, call)?;
                let is_own = model.effect == Effect::View || model.returns.is_some_and(|ty| ty.as_str() == "Self");
                let ty = if is_own { model.returns.filter(|ty| ty.as_str() != "Self").or(Some(class)) } else { model.returns };
                ty.map(|ty| self.absolute(ty))
            }
        }
    }

    fn path_call(&self, types: &[Option<Name>], path: Name, call: &Call) -> Option<Name> {
        match self.project.symbol(self.at.file, path) {
            Some(Symbol::Class(class)) => return Some(self.project.class_name(class)),
            Some(Symbol::Function(function)) => return self.returned(function, call),
            None => {}
        }
        if let Some(&method) = self.project.method_by_path(self.at.file, path).first() {
            return self.returned(method, call);
        }
        if let Some(model) = self.project.models.by_path(path, self.function, call) {
            let viewed = || call.arguments.first().and_then(|argument| self.expr(types, argument.value, 0));
            let ty = model.returns.or_else(|| if model.effect == Effect::View { viewed() } else { None });
            if ty.is_some() {
                return ty.map(|ty| self.absolute(ty));
            }
        }
        constructed(path).map(|class| self.absolute(class))
    }

    fn returned(&self, function: FunctionRef, call: &Call) -> Option<Name> {
        // What is not awaited is a coroutine or future, whose methods are others.
        if self.project.function(function).is_async && !call.awaited {
            return None;
        }
        if self.layer >= Layer::Returns {
            return self.project.return_type(function);
        }
        self.project.function(function).returns.map(|ty| self.project.absolute(function.file, ty))
    }
}

/// The class that a path constructs by the customs of both languages: `queue.Queue()`, `Vec.new()`.
fn constructed(path: Name) -> Option<Name> {
    let is_class = |part: &str| part.starts_with(|c: char| c.is_uppercase()) && part.contains(|c: char| c.is_lowercase());
    let (parent, last) = path.rsplit_once('.').unwrap_or(("", &path));
    if is_class(last) {
        return Some(path);
    }
    let is_constructor = matches!(last, "new" | "default" | "with_capacity" | "from");
    let class = parent.rsplit('.').next().unwrap_or_default();
    (is_constructor && is_class(class)).then(|| unspin_ir::name(parent))
}
