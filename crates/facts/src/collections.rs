//! Which places hold nothing but collections that the module puts together itself, so that no method of theirs waits.
//!
//! A local counts if every assignment gives it a literal or a comprehension; a field if every assignment to that name in
//! the module does, whatever the object. Places that are never assigned here may hold anything.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;
use unspin_ir::{Aggregate, Expr, ExprId, Function, LocalId, LocalKind, Module, Name, StatementKind};

use crate::resolve::is_receiver;

/// The places of a module. It is gone through when a field is asked for: few modules call what waits on one.
pub(crate) struct Collections<'m> {
    module: &'m Module,
    /// Whether each field holds collections alone.
    fields: OnceCell<FxHashMap<Name, bool>>,
}

/// What is known of a receiver before any type is inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A collection that the module puts together.
    Collection,
    /// A parameter of that name without a type, which is never assigned.
    Untyped(Name),
    /// Anything else.
    Unknown,
}

impl<'m> Collections<'m> {
    pub(crate) fn new(module: &'m Module) -> Self {
        Self { module, fields: OnceCell::new() }
    }

    /// With the locals of a function.
    pub(crate) fn of<'f>(&'f self, function: &'f Function) -> Held<'f> {
        Held { module: self, function, locals: OnceCell::new() }
    }

    fn holds_collections(&self, field: Name) -> bool {
        self.fields.get_or_init(|| assigned_fields(self.module)).get(&field) == Some(&true)
    }
}

fn assigned_fields(module: &Module) -> FxHashMap<Name, bool> {
    let mut fields = FxHashMap::default();
    for function in &module.functions {
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::Assign(place, value) = statement.kind
                && let Expr::Field(_, field) = *function.expr(place)
            {
                *fields.entry(field).or_insert(true) &= is_collection(function, value);
            }
        }
    }
    fields
}

/// The places of one function.
pub(crate) struct Held<'f> {
    module: &'f Collections<'f>,
    function: &'f Function,
    /// By local: whether what it is assigned are collections alone; `None` if it is not assigned.
    locals: OnceCell<Box<[Option<bool>]>>,
}

impl Held<'_> {
    pub(crate) fn place(&self, receiver: ExprId) -> Place {
        match *self.function.expr(receiver) {
            Expr::Aggregate(..) | Expr::Constant(_) => Place::Collection,
            Expr::Field(_, field) if self.module.holds_collections(field) => Place::Collection,
            Expr::Local(local) if !is_receiver(self.function, receiver) => self.local(local),
            _ => Place::Unknown,
        }
    }

    fn local(&self, local: LocalId) -> Place {
        let data = self.function.local(local);
        match (data.kind, self.locals.get_or_init(|| assigned(self.function))[local.index()]) {
            (LocalKind::Variable | LocalKind::Temporary, Some(true)) => Place::Collection,
            (LocalKind::Parameter, None) if self.function.declared_type(local).is_none() => Place::Untyped(data.name),
            _ => Place::Unknown,
        }
    }
}

fn assigned(function: &Function) -> Box<[Option<bool>]> {
    let mut found = vec![None; function.locals.len()].into_boxed_slice();
    let mut note = |local: LocalId, is_collection: bool| {
        let known = &mut found[local.index()];
        *known = Some(known.unwrap_or(true) && is_collection);
    };
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        match &statement.kind {
            StatementKind::Assign(place, value) => {
                if let Expr::Local(local) = *function.expr(*place) {
                    note(local, is_collection(function, *value));
                }
            }
            StatementKind::Call(call) => {
                if let Some(result) = call.result {
                    note(result, false);
                }
            }
            _ => {}
        }
    }
    for block in &function.blocks {
        if let unspin_ir::Terminator::Advance { item, .. } = block.terminator {
            note(item, false);
        }
    }
    found
}

fn is_collection(function: &Function, value: ExprId) -> bool {
    matches!(function.expr(value), Expr::Aggregate(Aggregate::List | Aggregate::Set | Aggregate::Map, _))
}
