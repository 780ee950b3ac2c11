//! Timeouts that a function of the project turns into an answer, `None` most often, and the loop that tests this answer.
//!
//! Only where the handler of the timeout does nothing but log and return a constant: what counts or closes something
//! has done something about it.

use unspin_ir::{BlockId, CompareOp, Constant, Expr, ExprId, Handler, StatementKind, Terminator, UnaryOp};
use unspin_span::Span;

use super::Failure;
use crate::model::{Effect, FailureKind};
use crate::sites::{LoopContext, Remote, Site};
use crate::{FunctionRef, Project};

/// How many blocks lie between a handler and its return.
const MAX_BLOCKS: usize = 6;

/// `if answer is None` of a function that turns a timeout into `None`; the first such test counts.
pub(super) fn answered(cx: &LoopContext<'_>, test: ExprId, arms: (BlockId, BlockId), span: Span, found: &mut Vec<Failure>) {
    let Some((site, start)) = in_time(cx, test, arms.0, arms.1) else { return };
    let is_known = found.iter().any(|failure| failure.site == site && failure.kinds.contains(&FailureKind::Timeout));
    if cx.natural().body.contains(start) && !is_known {
        let kinds = vec![FailureKind::Timeout];
        found.push(Failure { site, start, binding: None, kinds, span, is_item: false, is_of_system: false, failed: None });
    }
}

/// The call whose answer a test asks for, by its index, and where the test goes if nothing came in time.
fn in_time(cx: &LoopContext<'_>, test: ExprId, then: BlockId, otherwise: BlockId) -> Option<(usize, BlockId)> {
    let origin = cx.origin_site(asked_for(cx, test))?;
    let nothing = answer_in_vain(cx.project, origin)?;
    let index = cx.sites.iter().position(|site| std::ptr::eq(site, origin))?;
    Some((index, if is_true_of(cx, test, &nothing)? { then } else { otherwise }))
}

/// The value that a test is about: the left side of a comparison.
fn asked_for(cx: &LoopContext<'_>, test: ExprId) -> ExprId {
    match *cx.function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) | Expr::Truth(inner) => asked_for(cx, inner),
        Expr::Compare(_, left, _) => left,
        _ => test,
    }
}

/// How a test comes out for a constant that is false.
fn is_true_of(cx: &LoopContext<'_>, test: ExprId, nothing: &Constant) -> Option<bool> {
    // Whatever has a name stands for an answer.
    let is_nothing = |value: ExprId| matches!(cx.function.expr(value), Expr::Constant(other) if other == nothing);
    match *cx.function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => is_true_of(cx, inner, nothing).map(|outcome| !outcome),
        Expr::Truth(inner) if matches!(cx.function.expr(inner), Expr::Compare(..)) => is_true_of(cx, inner, nothing),
        Expr::Truth(_) => Some(false),
        Expr::Compare(CompareOp::Eq | CompareOp::Is, _, right) => Some(is_nothing(right)),
        Expr::Compare(CompareOp::Ne | CompareOp::IsNot, _, right) => Some(!is_nothing(right)),
        _ => None,
    }
}

/// What a call answers when its read has timed out: a constant, if the function that it runs says so.
fn answer_in_vain(project: &Project, site: &Site<'_>) -> Option<Constant> {
    let [target] = site.resolution.targets[..] else { return None };
    let reads = matches!(site.effect, Some(Effect::Read | Effect::Receive)) && site.remote != Remote::No;
    if !reads || !site.resolution.exact {
        return None;
    }
    let function = project.function(target);
    let is_of_timeout = |handler: &Handler| {
        let kinds = handler.classes.iter().map(|&class| project.failure_kind(target.file, class));
        handler.manager.is_none() && kinds.into_iter().any(|kind| kind == Some(FailureKind::Timeout))
    };
    function.blocks.iter().find_map(|block| match &block.terminator {
        Terminator::Dispatch { handlers, .. } => {
            let handler = handlers.iter().find(|handler| is_of_timeout(handler))?;
            constant_returned(project, target, handler.block)
        }
        _ => None,
    })
}

/// The constant that a function returns from a block on, if it does nothing else on the way and the constant is false.
fn constant_returned(project: &Project, at: FunctionRef, mut block: BlockId) -> Option<Constant> {
    let function = project.function(at);
    let is_log = |kind: &StatementKind| match kind {
        StatementKind::Call(call) => project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Log),
        _ => false,
    };
    for _ in 0..MAX_BLOCKS {
        let data = function.block(block);
        if !data.statements.iter().all(|statement| is_log(&statement.kind)) {
            return None;
        }
        match data.terminator {
            Terminator::Goto(next) => block = next,
            Terminator::Return(None) => return Some(Constant::None),
            Terminator::Return(Some(value)) => match function.expr(value) {
                Expr::Constant(constant @ (Constant::None | Constant::Bool(false))) => return Some(constant.clone()),
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}
