//! Handlers of a peer's disconnect that write to the same peer: the write fails as well, and now outside of any handler.

use rustc_hash::FxHashSet;
use unspin_ir::{BlockId, Call, Callee, Function, Handler, Name, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::LazyShape;
use crate::{FunctionRef, Project};

/// A handler that names nothing but the peer's going.
pub(crate) fn is_of_disconnect(handler: &Handler) -> bool {
    let is_disconnect = |class: &Name| {
        let last = class.rsplit('.').next().unwrap_or_default();
        ["ConnectionReset", "BrokenPipe", "ConnectionAborted", "Disconnect", "ConnectionClosed"]
            .iter()
            .any(|word| last.contains(word))
    };
    handler.manager.is_none() && !handler.classes.is_empty() && handler.classes.iter().all(is_disconnect)
}

/// Every write to a peer in the handler of its disconnect.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    for (dispatch, block) in function.block_ids() {
        let Terminator::Dispatch { handlers, .. } = &block.terminator else { continue };
        for handler in handlers.iter().filter(|handler| is_of_disconnect(handler)) {
            let peers = peers_of(project, at, function, dispatch);
            // Up to another handler: its code is not this one's.
            let own = shape.only_through(handler.block, |from, to| function.block(from).unwind != Some(to));
            let is_new = |peer: &String| own.iter().any(|&block| assigns(function, block, peer));
            let write = own.iter().find_map(|&block| {
                function.block(block).statements.iter().find_map(|statement| match &statement.kind {
                    StatementKind::Call(call) if function.block(block).unwind.is_none() => {
                        let peer = peer(function, call)?;
                        let is_same = peers.contains(&peer) && !is_new(&peer);
                        (is_same && writes(project, at, call)).then_some((call, statement.span))
                    }
                    _ => None,
                })
            });
            if let Some((call, span)) = write {
                found.push(Observation {
                    subject: Subject::Call,
                    function: at,
                    around: None,
                    attributes: vec![("after", "disconnect")],
                    places: vec![("call", at.file, span), ("handler", at.file, handler.span)],
                    words: vec![("call", crate::sites::shown_callee(function, call))],
                    sureness: Sureness::High,
                });
            }
        }
    }
    found
}

fn assigns(function: &Function, block: BlockId, peer: &str) -> bool {
    function.block(block).statements.iter().any(|statement| match &statement.kind {
        StatementKind::Assign(place, _) => function.path(*place).as_deref() == Some(peer),
        StatementKind::Call(call) => call.result.is_some_and(|local| function.local(local).name == peer),
        _ => false,
    })
}

fn peer(function: &Function, call: &Call) -> Option<String> {
    match call.callee {
        Callee::Method(receiver, _) => function.path(receiver).filter(|path| !path.starts_with('%')),
        _ => None,
    }
}

/// What the guarded calls read from and write to.
fn peers_of(project: &Project, at: FunctionRef, function: &Function, dispatch: BlockId) -> FxHashSet<String> {
    let guarded = function.blocks.iter().filter(|block| block.unwind == Some(dispatch));
    let calls = guarded.flat_map(|block| &block.statements).filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) => Some(call),
        _ => None,
    });
    calls.filter(|call| writes(project, at, call) || reads(project, at, call)).filter_map(|call| peer(function, call)).collect()
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
