//! Which receivers of a function's calls may have a type, before any is inferred.
//!
//! A parameter that declares no type and is never assigned has none, and a call on it no certain callee: most calls of
//! Python functions without annotations are of that kind.

use std::cell::OnceCell;

use unspin_ir::{Expr, ExprId, Function, LocalId, LocalKind, StatementKind};

use crate::resolve::is_receiver;

/// An upper bound of the values of a function for which inference finds a class of the project.
pub(super) struct Typed<'f> {
    function: &'f Function,
    /// Parameters that are assigned, with repetitions; looked for when it comes to that.
    assigned_parameters: OnceCell<Vec<LocalId>>,
}

impl<'f> Typed<'f> {
    pub(super) fn new(function: &'f Function) -> Self {
        Self { function, assigned_parameters: OnceCell::new() }
    }

    fn is_assigned(&self, parameter: LocalId) -> bool {
        self.assigned_parameters.get_or_init(|| assigned_parameters(self.function)).contains(&parameter)
    }

    /// `super()` is of no class here: what it finds is an override.
    pub(super) fn may_be(&self, value: ExprId) -> bool {
        match *self.function.expr(value) {
            Expr::Local(local) => {
                self.function.local(local).kind != LocalKind::Parameter
                    || self.function.declared_type(local).is_some()
                    || is_receiver(self.function, value)
                    || self.is_assigned(local)
            }
            Expr::Field(base, _) => self.may_be(base),
            Expr::Global(path) => path != "super",
            _ => true,
        }
    }
}

fn assigned_parameters(function: &Function) -> Vec<LocalId> {
    let assigned = function.blocks.iter().flat_map(|block| &block.statements).filter_map(|statement| {
        let StatementKind::Assign(place, _) = statement.kind else { return None };
        match *function.expr(place) {
            Expr::Local(local) if function.local(local).kind == LocalKind::Parameter => Some(local),
            _ => None,
        }
    });
    assigned.collect()
}
