//! Failures that a function of the project turns into an answer, `None` or `False` most often, and the loop that tests this
//! answer: reads that timed out, connections that could not be made.
//!
//! Only where the handler of the timeout does nothing but log and return a constant: what counts or closes something
//! has done something about it. The handler of a connection may close what it had; whether the function pauses or counts
//! is asked of all that it calls.

use unspin_ir::{BlockId, Call, CompareOp, Constant, Expr, ExprId, Function, Handler, StatementKind, Terminator, UnaryOp};
use unspin_span::Span;

use super::Failure;
use crate::definitions::Definition;
use crate::model::{Effect, FailureKind};
use crate::sites::{LoopContext, Remote, Site};
use crate::{FunctionRef, Project};

/// How many blocks lie between a handler and its return.
const MAX_BLOCKS: usize = 6;

/// How many functions hand an answer on.
const MAX_HOPS: u32 = 3;

/// `if answer is None` of a function that turns a failure into `None`; the first such test counts.
pub(super) fn answered(cx: &LoopContext<'_>, test: ExprId, arms: (BlockId, BlockId), span: Span, found: &mut Vec<Failure>) {
    let Some((site, kind, nothing, start)) = in_vain(cx, test, arms.0, arms.1) else { return };
    let is_known = found.iter().any(|failure| failure.site == site && failure.kinds.contains(&kind));
    if cx.natural().body.contains(start) && !is_known {
        let told = cx.sites[site].call.result.map(|result| (result, nothing));
        let kinds = vec![kind];
        found.push(Failure {
            site,
            start,
            binding: None,
            kinds,
            span,
            is_item: false,
            is_of_system: false,
            failed: None,
            told,
        });
    }
}

/// The call whose answer a test asks for, by its index, what failed, what it answers then, and where the test goes.
fn in_vain(
    cx: &LoopContext<'_>,
    test: ExprId,
    then: BlockId,
    otherwise: BlockId,
) -> Option<(usize, FailureKind, &'static Constant, BlockId)> {
    let origin = cx.origin_site(asked_for(cx, test))?;
    let (nothing, kind) = answer_in_vain(cx.project, origin)?;
    let index = cx.sites.iter().position(|site| std::ptr::eq(site, origin))?;
    let next = if is_true_of(cx, test, nothing)? { then } else { otherwise };
    Some((index, kind, nothing, next))
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
    let is_nothing = |value: ExprId| matches!(cx.function.expr(value), Expr::Constant(other) if *other == nothing);
    match *cx.function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => is_true_of(cx, inner, nothing).map(|outcome| !outcome),
        Expr::Truth(inner) if matches!(cx.function.expr(inner), Expr::Compare(..)) => is_true_of(cx, inner, nothing),
        Expr::Truth(_) => Some(false),
        Expr::Compare(CompareOp::Eq | CompareOp::Is, _, right) => Some(is_nothing(right)),
        Expr::Compare(CompareOp::Ne | CompareOp::IsNot, _, right) => Some(!is_nothing(right)),
        _ => None,
    }
}

/// What a call answers when its read has timed out, or its connection failed: a constant, if the function that it runs
/// says so.
fn answer_in_vain(project: &Project, site: &Site<'_>) -> Option<(&'static Constant, FailureKind)> {
    let [target] = site.resolution.targets[..] else { return None };
    let is_remote = site.remote != Remote::No;
    if !site.resolution.exact {
        return None;
    }
    match site.effect {
        Some(Effect::Read | Effect::Receive) if is_remote => {
            timed_out(project, target).map(|answer| (answer, FailureKind::Timeout))
        }
        effect if (is_remote && effect == Some(Effect::Connect)) || is_connect(site.call) => {
            let answer = not_connected(project, target, 0).filter(|_| !is_patient(project, target))?;
            Some((answer, FailureKind::Connection))
        }
        _ => None,
    }
}

/// Whether a function says that it connects.
fn is_connect(call: &Call) -> bool {
    call.callee.name().is_some_and(|name| name.contains("connect") && !name.contains("disconnect"))
}

fn timed_out(project: &Project, at: FunctionRef) -> Option<&'static Constant> {
    let function = project.function(at);
    let is_log = |kind: &StatementKind| match kind {
        StatementKind::Call(call) => project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Log),
        _ => false,
    };
    if let Some(handler) = handler_of(project, at, FailureKind::Timeout, |_| true) {
        return constant_returned(function, handler.block, is_log);
    }
    // `if error.errno == ETIMEDOUT: return None`
    let handler = handler_of(project, at, FailureKind::Connection, |_| true)?;
    match function.block(handler.block).terminator {
        Terminator::Branch { test, then, .. }
            if matches!(function.expr(test), Expr::Compare(CompareOp::Eq | CompareOp::In, ..))
                && super::kind_named_in(project, function, test) == Some(FailureKind::Timeout) =>
        {
            constant_returned(function, then, is_log)
        }
        _ => None,
    }
}

/// Whether a function pauses or counts in some way, so that it may do so when it fails.
fn is_patient(project: &Project, at: FunctionRef) -> bool {
    let summary = project.summary(at);
    let pauses = [Effect::Sleep, Effect::RetryPolicy, Effect::Wait];
    summary.compares_bound && !summary.steps.is_empty() || summary.effects.contains_any(&pauses)
}

/// What a function answers when the connection that it makes fails.
fn not_connected(project: &Project, at: FunctionRef, hops: u32) -> Option<&'static Constant> {
    let function = project.function(at);
    let connects = |call: &Call| {
        let resolution = project.resolve(at, call);
        let by_target = |&target: &FunctionRef| project.summary(target).remote.contains(Effect::Connect);
        resolution.model.is_some_and(|(model, _)| model.remote && model.effect == Effect::Connect)
            || resolution.targets.iter().any(by_target)
            || is_connect(call)
    };
    let is_left = |kind: &StatementKind| match kind {
        StatementKind::Call(call) => !connects(call),
        StatementKind::Assign(_, value) => matches!(function.expr(*value), Expr::Constant(_)),
        StatementKind::Leave(_) => true,
        _ => false,
    };
    let handled = [FailureKind::Connection, FailureKind::Any].into_iter().find_map(|kind| {
        let handler = handler_of(project, at, kind, connects)?;
        constant_returned(function, handler.block, is_left)
    });
    handled.or_else(|| {
        let mut returned = function.blocks.iter().filter_map(|block| match block.terminator {
            Terminator::Return(value) => value,
            _ => None,
        });
        returned.find_map(|value| match *function.expr(value) {
            // `self.connect().is_ok()`
            Expr::Unary(UnaryOp::Not, failed) => {
                let Expr::HasVariant(result, variant) = *function.expr(failed) else { return None };
                let made = made_by(project, at, result).filter(|call| variant == "Err" && connects(call));
                made.map(|_| &Constant::Bool(false))
            }
            _ if hops < MAX_HOPS => {
                let targets = project.resolve_targets(at, made_by(project, at, value)?).targets;
                targets.iter().find_map(|&target| not_connected(project, target, hops + 1))
            }
            _ => None,
        })
    })
}

/// The call that gave a value.
fn made_by(project: &Project, at: FunctionRef, value: ExprId) -> Option<&Call> {
    let function = project.function(at);
    let Expr::Local(local) = *function.expr(value) else { return None };
    match project.definitions(at).only(function, local)? {
        Definition::Call(call) => Some(call),
        _ => None,
    }
}

/// The first handler of a function for a kind of failure of calls that are meant.
fn handler_of(project: &Project, at: FunctionRef, kind: FailureKind, is_meant: impl Fn(&Call) -> bool) -> Option<&Handler> {
    let function = project.function(at);
    let is_of_kind = |handler: &&Handler| {
        let mut kinds = handler.classes.iter().map(|&class| project.failure_kind(at.file, class));
        let is_broad = handler.classes.is_empty() && kind == FailureKind::Any;
        handler.manager.is_none() && (is_broad || kinds.any(|caught| caught == Some(kind)))
    };
    let leads_to = |mut from: BlockId, to: BlockId| {
        for _ in 0..MAX_BLOCKS {
            match function.block(from).terminator {
                Terminator::Goto(next) if from != to => from = next,
                _ => break,
            }
        }
        from == to
    };
    let guards = |dispatch: BlockId| {
        let guarded = function.blocks.iter().filter(|block| block.unwind.is_some_and(|unwind| leads_to(unwind, dispatch)));
        guarded.flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => is_meant(call),
            _ => false,
        })
    };
    function.block_ids().find_map(|(id, block)| match &block.terminator {
        Terminator::Dispatch { handlers, .. } => handlers.iter().find(is_of_kind).filter(|_| guards(id)),
        _ => None,
    })
}

/// The constant that a function returns from a block on, if all that it does on the way is left out of account and the
/// constant is false.
fn constant_returned(
    function: &Function,
    mut block: BlockId,
    is_left_out: impl Fn(&StatementKind) -> bool,
) -> Option<&'static Constant> {
    for _ in 0..MAX_BLOCKS {
        let data = function.block(block);
        if !data.statements.iter().all(|statement| is_left_out(&statement.kind)) {
            return None;
        }
        match data.terminator {
            Terminator::Goto(next) => block = next,
            Terminator::Return(None) => return Some(&Constant::None),
            Terminator::Return(Some(value)) => match function.expr(value) {
                Expr::Constant(constant @ (Constant::None | Constant::Bool(false))) => return Some(constant),
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}
