//! Questions that a method answers from fields of its receiver: `parser.peek()`.
//!
//! A method that first fills a field which is empty, and then answers from it, answers the same when it is asked again.

use std::collections::BTreeSet;

use unspin_ir::{BlockId, Callee, CompareOp, Constant, Expr, ExprId, Function, LocalId, Name, StatementKind, Terminator};

use crate::model::Effect;
use crate::shape::without_negation;
use crate::sites::Site;
use crate::{FunctionRef, Project};

/// How many methods ask each other.
const MAX_HOPS: u32 = 3;

/// The fields of its receiver from which a call of the project is answered, if all that it does is to look at them.
pub(super) fn fields_asked(project: &Project, site: &Site<'_>) -> Option<BTreeSet<Name>> {
    let targets = &site.resolution.targets;
    let is_method = matches!(site.call.callee, Callee::Method(..)) && !site.call.awaited;
    if !is_method || !site.resolution.exact || targets.is_empty() {
        return None;
    }
    let mut fields = BTreeSet::new();
    for &target in targets {
        fields.extend(fields_of(project, target, MAX_HOPS)?);
    }
    Some(fields)
}

fn fields_of(project: &Project, at: FunctionRef, hops: u32) -> Option<BTreeSet<Name>> {
    let function = project.function(at);
    let receiver = function.receiver().filter(|_| hops > 0 && !function.is_async && !function.is_generator)?;
    let filled = filled(function, receiver);
    let mut fields = BTreeSet::new();
    for (block, data) in function.block_ids() {
        if filled.is_some_and(|(filling, _)| filling == block) {
            continue;
        }
        for statement in &data.statements {
            match &statement.kind {
                StatementKind::Call(call) => match call.callee {
                    Callee::Method(on, _) if *function.expr(on) == Expr::Local(receiver) => {
                        for target in project.resolve_targets(at, call).targets {
                            fields.extend(fields_of(project, target, hops - 1)?);
                        }
                    }
                    _ => {
                        let (model, _) = project.resolve(at, call).model?;
                        let looks = matches!(model.effect, Effect::View | Effect::Pure | Effect::Query);
                        looks.then_some(())?;
                    }
                },
                StatementKind::Assign(place, _) => matches!(function.expr(*place), Expr::Local(_)).then_some(())?,
                StatementKind::Leave(_) => {}
                _ => return None,
            }
        }
    }
    match filled {
        Some((_, field)) => fields.extend([field]),
        None => fields.extend(function.exprs.iter().filter_map(|expr| match *expr {
            Expr::Field(base, field) if *function.expr(base) == Expr::Local(receiver) => Some(field),
            _ => None,
        })),
    }
    Some(fields).filter(|fields| !fields.is_empty())
}

/// The block that fills a field of the receiver where it is empty, and that field: `if self.next is None: self.next = …`.
fn filled(function: &Function, receiver: LocalId) -> Option<(BlockId, Name)> {
    let field_of = |place: ExprId| match *function.expr(place) {
        Expr::Field(base, field) if *function.expr(base) == Expr::Local(receiver) => Some(field),
        _ => None,
    };
    function.blocks.iter().find_map(|block| {
        let Terminator::Branch { test, then, otherwise } = block.terminator else { return None };
        let (test, outcome) = without_negation(function, test, true);
        let Expr::Compare(op, place, none) = *function.expr(test) else { return None };
        let is_none = matches!(op, CompareOp::Is | CompareOp::Eq);
        let asks_for_none = is_none || matches!(op, CompareOp::IsNot | CompareOp::Ne);
        let field = field_of(place).filter(|_| asks_for_none && *function.expr(none) == Expr::Constant(&Constant::None))?;
        let filling = if is_none == outcome { then } else { otherwise };
        let fills = function
            .block(filling)
            .statements
            .iter()
            .any(|statement| matches!(statement.kind, StatementKind::Assign(place, _) if field_of(place) == Some(field)));
        fills.then_some((filling, field))
    })
}
