//! Closed channels that are harmless where nobody closes them before the loop has ended: what says that this is so.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Callee, Expr, Statement, StatementKind, Terminator};

use crate::definitions::Definition;
use crate::model::Effect;
use crate::observation::Attribute;
use crate::observe::call_at;
use crate::rounds::Spin;
use crate::sites::LoopContext;

/// Through how many locks and options the receiver of a call is followed.
const MAX_VIEWS: usize = 8;

pub(crate) fn attributes(cx: &LoopContext<'_>, spin: &Spin) -> Vec<Attribute> {
    let is_mailbox = || !spin.remote && crate::sites::is_rust(cx.project, cx.at) && is_of_object(cx, spin);
    let mut attributes = Vec::new();
    attributes.extend(is_passed_over(cx, spin).then_some(("channel", "passed-over")));
    attributes.extend(is_stopped(cx, spin).then_some(("channel", "stopped")));
    attributes.extend(is_mailbox().then_some(("channel", "of-object")));
    attributes
}

/// Whether a `select!` receives, and nothing is done in the closed case alone: `job = jobs.recv() => if let Some(job) = job {..}`.
/// Who holds the sender mostly lives as long as such a task does, and ends it by another arm; who expects a closed channel
/// says so, or takes another step then.
fn is_passed_over(cx: &LoopContext<'_>, spin: &Spin) -> bool {
    let natural = cx.natural();
    let terminator = |block: BlockId| &cx.function.block(block).terminator;
    let Some(select) = spin.trail.iter().rposition(|&block| matches!(terminator(block), Terminator::Select { .. })) else {
        return false;
    };
    let header = BlockSet::from_iter([natural.header]);
    let is_call = |statement: &Statement| matches!(statement.kind, StatementKind::Call(_));
    let is_own_step = |pair: &[BlockId]| {
        let Terminator::Branch { then, otherwise, .. } = *terminator(pair[0]) else { return false };
        let next = pair[1];
        let other = if next == then { otherwise } else { then };
        cx.function.block(next).statements.iter().any(is_call)
            && !ways::reachable(&cx.shape.cfg, other, &natural.body, &header).contains(next)
    };
    !spin.trail[select..].windows(2).any(is_own_step)
}

/// Whether a stop signal ends the loop when a channel was closed: whoever finds nothing looks at one and may leave, or another
/// arm waits for one and leaves. Who stops the task mostly drops the senders then, and not before.
fn is_stopped(cx: &LoopContext<'_>, spin: &Spin) -> bool {
    let natural = cx.natural();
    let is_outside = |block: &BlockId| !natural.body.contains(*block);
    let asks = |block: BlockId| match cx.function.block(block).terminator {
        Terminator::Branch { test, then, otherwise } => {
            (is_outside(&then) || is_outside(&otherwise)) && !crate::loops::stop_paths(cx, cx.function, test).is_empty()
        }
        _ => false,
    };
    let is_signal = |statement: &Statement| match &statement.kind {
        StatementKind::Call(call) => {
            cx.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::StopCheck)
        }
        _ => false,
    };
    let waits = |arm: &BlockId| is_outside(arm) && cx.function.block(*arm).statements.iter().any(is_signal);
    let is_raced = |block: BlockId| match &cx.function.block(block).terminator {
        Terminator::Select { arms } => arms.iter().any(waits),
        _ => false,
    };
    // The head is asked in every round, whatever came.
    spin.trail.iter().any(|&block| block != natural.header && asks(block)) || natural.body.iter().any(is_raced)
}

/// Whether what met its end is a part of the object whose method this is, as the mailbox of an actor is; also inside of an
/// option: `if let Some(commands) = self.commands.as_mut()`. A queue under a lock is what workers share, unless it is that of
/// another object, which the loop only asks.
fn is_of_object(cx: &LoopContext<'_>, spin: &Spin) -> bool {
    const VIEWS: [&str; 6] = ["as_mut", "as_deref_mut", "get_mut", "unwrap", "expect", "deref_mut"];
    const LOCKS: [&str; 3] = ["lock", "write", "borrow_mut"];
    let project = cx.project;
    let function = project.function(spin.at);
    let is_asked = project.owner(spin.at) != project.owner(cx.at);
    let is_view = |method: &str| VIEWS.contains(&method) || is_asked && LOCKS.contains(&method);
    let Some(Callee::Method(mut part, _)) = call_at(function, spin).map(|call| call.callee) else { return false };
    let is_self = |root: unspin_ir::LocalId| {
        let local = function.local(root);
        let is_outer = matches!(local.kind, unspin_ir::LocalKind::Captured | unspin_ir::LocalKind::Shared);
        Some(root) == function.receiver() || is_outer && local.name == "self"
    };
    // `let this = self.get_mut();`
    let is_alias = |root: unspin_ir::LocalId| match project.definitions(spin.at).only(function, root) {
        Some(Definition::Value(value)) => matches!(*function.expr(value), Expr::Local(whole) if is_self(whole)),
        _ => false,
    };
    for _ in 0..MAX_VIEWS {
        part = match *function.expr(part) {
            Expr::Field(..) => {
                return crate::shape::root_local(function, part).is_some_and(|root| is_self(root) || is_alias(root));
            }
            Expr::Payload(base, ..) => base,
            Expr::Local(local) => match project.definitions(spin.at).only(function, local) {
                Some(Definition::Value(value)) => value,
                Some(Definition::Call(call)) => match call.callee {
                    Callee::Method(on, method) if is_view(&method) => on,
                    _ => return false,
                },
                _ => return false,
            },
            _ => return false,
        };
    }
    false
}
