//! Which places hold nothing but collections that the module puts together itself, so that no method of theirs waits.
//!
//! A local counts if every assignment gives it a literal or a comprehension; a field if every assignment to that name in
//! the module does, whatever the object. Places that are never assigned here may hold anything.

use rustc_hash::FxHashMap;
use unspin_ir::{Aggregate, Expr, ExprId, Function, LocalId, LocalKind, Module, Name, StatementKind};

use crate::resolve::is_receiver;

/// Fields of a module, and whether each holds collections alone.
#[derive(Debug, Default)]
pub(crate) struct Collections {
    fields: FxHashMap<Name, bool>,
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

impl Collections {
    pub(crate) fn new(module: &Module) -> Self {
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
        Self { fields }
    }

    /// With the locals of a function.
    pub(crate) fn of<'f>(&'f self, function: &'f Function) -> Held<'f> {
        Held { module: self, function, locals: std::cell::OnceCell::new() }
    }
}

/// The places of one function.
pub(crate) struct Held<'f> {
    module: &'f Collections,
    function: &'f Function,
    /// By local: whether what it is assigned are collections alone; `None` if it is not assigned.
    locals: std::cell::OnceCell<Box<[Option<bool>]>>,
}

impl Held<'_> {
    pub(crate) fn place(&self, receiver: ExprId) -> Place {
        match *self.function.expr(receiver) {
            Expr::Aggregate(..) | Expr::Constant(_) => Place::Collection,
            Expr::Field(_, field) if self.module.fields.get(&field) == Some(&true) => Place::Collection,
            Expr::Local(local) if !is_receiver(self.function, receiver) => self.local(local),
            _ => Place::Unknown,
        }
    }

    fn local(&self, local: LocalId) -> Place {
        let data = self.function.local(local);
        match (data.kind, self.locals.get_or_init(|| assigned(self.function))[local.0 as usize]) {
            (LocalKind::Variable | LocalKind::Temporary, Some(true)) => Place::Collection,
            (LocalKind::Parameter, None) if data.ty.is_none() => Place::Untyped(data.name),
            _ => Place::Unknown,
        }
    }
}

fn assigned(function: &Function) -> Box<[Option<bool>]> {
    let mut found = vec![None; function.locals.len()].into_boxed_slice();
    let mut note = |local: LocalId, is_collection: bool| {
        let known = &mut found[local.0 as usize];
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
