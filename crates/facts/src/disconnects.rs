//! Handlers of a peer's disconnect that write to the same peer: the write fails as well, and now outside of any handler.

use rustc_hash::FxHashSet;
use unspin_ir::{BlockId, Call, Callee, CompareOp, Expr, Function, Handler, Name, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::LazyShape;
use crate::{FunctionRef, Project};

/// A handler that names nothing but the peer's going.
pub(crate) fn is_of_disconnect(handler: &Handler) -> bool {
    handler.manager.is_none() && !handler.classes.is_empty() && handler.classes.iter().copied().all(is_disconnect)
}

/// Whether a test asks what failed and names the peer's going: `error.kind() == ErrorKind::BrokenPipe`.
pub(crate) fn asks_for_disconnect(function: &Function, terminator: &Terminator) -> bool {
    let Terminator::Branch { test, .. } = *terminator else { return false };
    match *function.expr(test) {
        Expr::Compare(CompareOp::Eq, _, kind) => matches!(function.expr(kind), Expr::Global(name) if is_disconnect(*name)),
        Expr::HasVariant(_, name) => is_disconnect(name),
        _ => false,
    }
}

fn is_disconnect(class: Name) -> bool {
    let last = class.rsplit('.').next().unwrap_or_default();
    ["ConnectionReset", "BrokenPipe", "ConnectionAborted", "Disconnect", "ConnectionClosed"]
        .iter()
        .any(|word| last.contains(word))
}

/// Every write to a peer in the handler of its disconnect.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    for (dispatch, block) in function.block_ids() {
        let Terminator::Dispatch { handlers, .. } = &block.terminator else { continue };
        for handler in handlers {
            for arm in arms(function, shape, handler) {
                found.extend(of_arm(project, at, shape, dispatch, handler, arm));
            }
        }
    }
    found
}

/// Where a handler knows that the peer has gone.
fn arms(function: &Function, shape: &LazyShape<'_>, handler: &Handler) -> Vec<BlockId> {
    if is_of_disconnect(handler) {
        return vec![handler.block];
    }
    if handler.manager.is_some() || !handler.classes.is_empty() {
        return Vec::new();
    }
    let own = shape.only_through(handler.block, |from, to| function.block(from).unwind != Some(to));
    let then = own.into_iter().filter_map(|block| match function.block(block).terminator {
        Terminator::Branch { then, .. } if asks_for_disconnect(function, &function.block(block).terminator) => Some(then),
        _ => None,
    });
    then.collect()
}

fn of_arm(
    project: &Project,
    at: FunctionRef,
    shape: &LazyShape<'_>,
    dispatch: BlockId,
    handler: &Handler,
    arm: BlockId,
) -> Option<Observation> {
    let function = project.function(at);
    let guarded: Vec<&Call> = guarded(function, dispatch).collect();
    let talks = guarded.iter().filter(|call| writes(project, at, call) || reads(project, at, call));
    let peers: FxHashSet<String> = talks.filter_map(|call| peer(function, call)).collect();
    // Up to another handler: its code is not this one's.
    let own = shape.only_through(arm, |from, to| function.block(from).unwind != Some(to));
    let is_new = |peer: &String| own.iter().any(|&block| assigns(function, block, peer));
    let is_same = |call: &Call| {
        peer(function, call).is_some_and(|peer| {
            let is_peer = peers.contains(&peer) && writes(project, at, call);
            (is_peer || guarded.iter().any(|other| writes_again(project, at, other, call))) && !is_new(&peer)
        })
    };
    let (call, span) = own.iter().find_map(|&block| {
        function.block(block).statements.iter().find_map(|statement| match &statement.kind {
            StatementKind::Call(call) if function.block(block).unwind.is_none() && call.raises => {
                is_same(call).then_some((call, statement.span))
            }
            _ => None,
        })
    })?;
    Some(Observation {
        subject: Subject::Call,
        function: at,
        around: None,
        attributes: vec![("after", "disconnect")],
        places: vec![("call", at.file, span), ("handler", at.file, handler.span)],
        words: vec![("call", crate::sites::shown_callee(function, call))],
        sureness: Sureness::High,
    })
}

fn assigns(function: &Function, block: BlockId, peer: &str) -> bool {
    function.block(block).statements.iter().any(|statement| match &statement.kind {
        StatementKind::Call(call) if connects(call) => true,
        StatementKind::Assign(place, _) => function.path(*place).as_deref() == Some(peer),
        StatementKind::Call(call) => call.result.is_some_and(|local| function.local(local).name == peer),
        _ => false,
    })
}

/// Whether a call opens a connection anew: what follows it has another peer.
fn connects(call: &Call) -> bool {
    call.callee.name().is_some_and(|name| {
        let last = unspin_ir::last_part(name).to_ascii_lowercase();
        (last.contains("connect") || last.contains("reopen")) && !last.contains("disconnect")
    })
}

fn peer(function: &Function, call: &Call) -> Option<String> {
    match call.callee {
        Callee::Method(receiver, _) => function.path(receiver).filter(|path| !path.starts_with('%')),
        _ => None,
    }
}

/// The calls whose failures arrive at a dispatch.
fn guarded(function: &Function, dispatch: BlockId) -> impl Iterator<Item = &Call> {
    let blocks = function.blocks.iter().filter(move |block| block.unwind == Some(dispatch));
    blocks.flat_map(|block| &block.statements).filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) => Some(&**call),
        _ => None,
    })
}

/// Whether a call runs the same function of the project, on the same object, as one that has just failed to write.
fn writes_again(project: &Project, at: FunctionRef, failed: &Call, call: &Call) -> bool {
    let function = project.function(at);
    let (Callee::Method(on, method), Callee::Method(again, same)) = (failed.callee, call.callee) else { return false };
    method == same
        && function.path(on).is_some()
        && function.path(on) == function.path(again)
        && matches!(project.resolve(at, call).targets[..], [target] if project.summary(target).effects.contains(Effect::Write))
}

fn writes(project: &Project, at: FunctionRef, call: &Call) -> bool {
    match project.resolve(at, call).model {
        Some((model, _)) => model.effect == Effect::Write && model.remote,
        None => {
            matches!(call.callee, Callee::Method(_, method) if matches!(method.as_str(), "send_text" | "send_json" | "send_bytes" | "send_str"))
        }
    }
}

fn reads(project: &Project, at: FunctionRef, call: &Call) -> bool {
    match project.resolve(at, call).model {
        Some((model, _)) => matches!(model.effect, Effect::Read | Effect::Receive | Effect::Request),
        None => matches!(call.callee, Callee::Method(_, method) if method.starts_with("receive")),
    }
}
