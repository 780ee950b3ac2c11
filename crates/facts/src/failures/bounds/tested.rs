//! What a test on the way round looks at: the failure or something made of it, a flag that others set.

use unspin_ir::{Callee, Constant, Expr, ExprId, LocalId, LocalKind, StatementKind};

use super::Bounds;
use crate::sites::Site;

/// Through how many variables a failure is followed.
const MAX_HOPS: u32 = 2;

impl Bounds<'_, '_> {
    /// Whether another method sets a field to a constant, which is tested here: whoever calls it ends the loop.
    pub(super) fn is_set_by_others(&self, place: ExprId) -> bool {
        let (cx, function) = (self.cx, self.cx.function);
        let Expr::Field(base, field) = *function.expr(place) else { return false };
        let Some(owner) =
            function.owner.filter(|_| matches!(*function.expr(base), Expr::Local(l) if Some(l) == function.receiver()))
        else {
            return false;
        };
        let sets = |other: &unspin_ir::Function| {
            other.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
                StatementKind::Assign(place, value) => {
                    let is_flag = matches!(other.expr(value), Expr::Constant(Constant::Bool(_) | Constant::None));
                    is_flag
                        && matches!(*other.expr(place), Expr::Field(base, set)
                            if set == field && matches!(*other.expr(base), Expr::Local(l) if Some(l) == other.receiver()))
                }
                _ => false,
            })
        };
        let mut others = cx.project.files[cx.at.file as usize].family(owner).map(|(_, other)| other);
        others.any(|other| {
            !matches!(other.name.as_str(), "__init__" | "new") && other.name_span != function.name_span && sets(other)
        })
    }

    /// Whether a call looks at a flag that the function was handed, and that others set: `signal.load(Relaxed)`.
    pub(super) fn is_handed_flag(&self, origin: &Site<'_>) -> bool {
        let Callee::Method(on, _) = origin.call.callee else { return false };
        let is_handed = |local: LocalId| {
            matches!(self.cx.function.local(local).kind, LocalKind::Parameter | LocalKind::Captured | LocalKind::Shared)
        };
        origin.resolution.receiver.is_some_and(|ty| ty.starts_with("std.sync.atomic."))
            && matches!(*self.cx.function.expr(on), Expr::Local(local) if is_handed(local))
    }

    /// Whether something is the failure, or a variable that was made of it: `code = error.errno`.
    pub(super) fn is_of_failure(&self, part: ExprId) -> bool {
        self.made_of_failure(part, MAX_HOPS)
    }

    fn made_of_failure(&self, part: ExprId, hops: u32) -> bool {
        let function = self.cx.function;
        // `Err(error) => ..` of a result that was told apart by a test.
        if let (Some(failed), &Expr::Payload(of, variant, _)) = (self.failure.failed, function.expr(part)) {
            return variant == "Err" && *function.expr(of) == Expr::Local(failed);
        }
        let &Expr::Local(local) = function.expr(part) else { return false };
        if self.failure.binding == Some(local) {
            return true;
        }
        let made_of = |expr: ExprId| crate::shape::any_part(function, expr, |part| self.made_of_failure(part, hops - 1));
        hops > 0
            && (self.failure.binding.is_some() || self.failure.failed.is_some())
            && self.cx.shape.definitions(local).iter().filter(|definition| self.around.contains(definition.block)).any(
                |definition| match (definition.value, self.cx.site_at(definition.block, definition.index)) {
                    // A plain copy, kept for later, may be that of another round.
                    (Some(value), _) => !matches!(function.expr(value), Expr::Local(_)) && made_of(value),
                    (None, Some(site)) => site.resolution.targets.is_empty() && site.call.operands().any(made_of),
                    (None, None) => false,
                },
            )
    }
}
