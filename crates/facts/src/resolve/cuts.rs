//! Reads by whatever name: a method that fills the buffer it is handed, and says how much of it is filled.

use unspin_ir::{Call, Callee, Constant, Expr, ExprId, LocalId};

use crate::definitions::Definition;
use crate::model::Effect;
use crate::project::{FunctionRef, Project};

impl Project {
    /// Whether a call gives a number, alone or as the first of several, by which the one buffer that it is handed is cut for
    /// a collection: `let n = self.link.fetch(&mut buffer)?; data.extend(&buffer[..n])`.
    pub(crate) fn is_cut_read(&self, at: FunctionRef, call: &Call) -> bool {
        let function = self.function(at);
        let (Callee::Method(..), true, Some(result), [only]) = (call.callee, call.raises, call.result, &call.arguments[..])
        else {
            return false;
        };
        let Expr::Local(buffer) = *function.expr(only.value) else { return false };
        let is_cut = |value: ExprId| match *function.expr(value) {
            Expr::Slice(base, None, Some(high)) => {
                *function.expr(base) == Expr::Local(buffer) && self.is_count(at, high, result)
            }
            _ => false,
        };
        let collects = |call: &Call| self.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Grow);
        only.mutable
            && function
                .calls()
                .any(|(other, _)| other.arguments.iter().any(|argument| is_cut(argument.value)) && collects(other))
    }

    /// Whether a value is the result of a call, or the first part of that.
    fn is_count(&self, at: FunctionRef, value: ExprId, result: LocalId) -> bool {
        let function = self.function(at);
        let is_result = |value: ExprId| *function.expr(value) == Expr::Local(result);
        let named = match *function.expr(value) {
            Expr::Local(local) if local != result => match self.definitions(at).only(function, local) {
                Some(Definition::Value(value)) => value,
                _ => return false,
            },
            _ => value,
        };
        match *function.expr(named) {
            Expr::Index(base, first) => is_result(base) && *function.expr(first) == Expr::Constant(&Constant::Int(0)),
            _ => is_result(named),
        }
    }
}
