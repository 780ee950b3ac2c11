//! Connections that a loop opens and, on some way round, neither closes nor hands on.
//!
//! Of Python only, and only where another way does close the connection: then somebody meant to. In Rust a connection is
//! closed when it is dropped; a task is not, and one that some ways out of a loop abort goes on after the others.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Callee, Expr, ExprId, LocalId, LocalKind, LoopKind, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Remote, Site, is_rust};

/// A connection that is left open when the loop goes round.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if is_rust(cx.project, cx.at) || !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    cx.sites.iter().find_map(|site| {
        let opens = site.remote == Remote::Yes && site.effect == Some(Effect::Connect) && site.resolution.model.is_some();
        let local = site.call.result.filter(|_| opens)?;
        let held = holder(cx, local)?;
        let releasing: BlockSet = cx.natural().body.iter().filter(|&block| releases(cx, block, held)).collect();
        let closes = cx.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => is_close_of(cx, call, held),
            _ => false,
        });
        let goes_round = reaches_header(cx, site, &releasing);
        (closes && goes_round).then(|| {
            cx.observation(
                vec![("leaks", "connection")],
                &[("call", site.span), ("loop", cx.source.head)],
                vec![("call", cx.name_of(site)), ("place", cx.function.local(held).name.to_string())],
                Sureness::Medium,
            )
        })
    })
}

/// A task that is aborted on one way out of the loop, and goes on when the loop is left by another.
pub(crate) fn observe_task(cx: &LoopContext<'_>) -> Option<Observation> {
    if !is_rust(cx.project, cx.at) {
        return None;
    }
    // Only the ways out are looked at: a function may have as many loops as statements.
    let natural = cx.natural();
    let held = natural.exits.iter().find_map(|&(_, to)| aborted(cx, to).next())?;
    let made = started(cx, held).filter(|_| !is_handed_on(cx, held))?;
    // What is aborted before the loop, or when it has ended, is no concern of the ways out.
    let aborts = |&block: &BlockId| aborted(cx, block).any(|local| local == held);
    let aborting: BlockSet = cx.function.block_ids().map(|(block, _)| block).filter(aborts).collect();
    let open = ways::from_header(&cx.shape.cfg, natural, &aborting);
    let left = cx.sites.iter().find(|site| {
        let leaves = site.call.raises && !site.call.panics && cx.function.block(site.block).unwind.is_none();
        leaves && open.contains(site.block)
    })?;
    Some(cx.observation(
        vec![("leaks", "task")],
        &[("call", made), ("exit", left.span), ("loop", cx.source.head)],
        vec![("call", cx.name_of(left)), ("place", cx.function.local(held).name.to_string())],
        Sureness::Medium,
    ))
}

/// The handles of tasks that a block aborts.
fn aborted<'c>(cx: &'c LoopContext<'_>, block: BlockId) -> impl Iterator<Item = LocalId> + 'c {
    cx.function.block(block).statements.iter().filter_map(|statement| {
        let StatementKind::Call(call) = &statement.kind else { return None };
        match call.callee {
            Callee::Method(receiver, method) if method == "abort" => match *cx.function.expr(receiver) {
                Expr::Local(local) => Some(local),
                _ => None,
            },
            _ => None,
        }
    })
}

/// Where the handle of a task was got, before the loop.
fn started(cx: &LoopContext<'_>, held: LocalId) -> Option<unspin_span::Span> {
    let [definition] = cx.shape.definitions(held) else { return None };
    let span = cx.function.block(definition.block).statements.get(definition.index)?.span;
    (!cx.natural().body.contains(definition.block)).then_some(span)
}

/// Whether a handle goes to anybody who may abort the task later.
fn is_handed_on(cx: &LoopContext<'_>, held: LocalId) -> bool {
    let mentions = |expr: ExprId| crate::shape::mentions(cx.function, expr, held);
    cx.function.blocks.iter().any(|block| {
        let given = block.statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(_, value) => mentions(*value),
            StatementKind::Call(call) => call.arguments.iter().any(|argument| mentions(argument.value)),
            _ => false,
        });
        given || matches!(block.terminator, Terminator::Return(Some(value)) if mentions(value))
    })
}

/// The variable that holds the result of the call.
fn holder(cx: &LoopContext<'_>, local: LocalId) -> Option<LocalId> {
    if cx.function.local(local).kind == LocalKind::Variable {
        return Some(local);
    }
    cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).find_map(|statement| match statement.kind {
        StatementKind::Assign(place, value) if *cx.function.expr(value) == Expr::Local(local) => match *cx.function.expr(place)
        {
            Expr::Local(holder) => Some(holder),
            _ => None,
        },
        _ => None,
    })
}

fn is_close_of(cx: &LoopContext<'_>, call: &unspin_ir::Call, held: LocalId) -> bool {
    match call.callee {
        Callee::Method(receiver, method) => {
            *cx.function.expr(receiver) == Expr::Local(held)
                && matches!(method.as_str(), "close" | "shutdown" | "disconnect" | "quit" | "aclose" | "detach" | "release")
        }
        _ => false,
    }
}

/// Whether a block closes the connection, hands it to anybody, or puts it anywhere.
fn releases(cx: &LoopContext<'_>, block: unspin_ir::BlockId, held: LocalId) -> bool {
    let mentions = |expr: ExprId| crate::shape::mentions(cx.function, expr, held);
    let data = cx.function.block(block);
    let given = data.statements.iter().any(|statement| match &statement.kind {
        StatementKind::Assign(place, value) => {
            // Given up for another value: the last reference is gone, and CPython closes it.
            mentions(*value) || *cx.function.expr(*place) == Expr::Local(held)
        }
        StatementKind::Call(call) => call.arguments.iter().any(|a| mentions(a.value)),
        StatementKind::Yield(Some(value)) => mentions(*value),
        StatementKind::Enter(scope) | StatementKind::Leave(scope) => mentions(cx.function.scope(*scope).manager),
        _ => false,
    });
    given
        || matches!(data.terminator, Terminator::Return(Some(value)) if mentions(value))
        || cx.sites.iter().any(|site| site.block == block && is_close_of(cx, site.call, held))
}

/// Whether the loop comes round after the connection was opened, without releasing it.
fn reaches_header(cx: &LoopContext<'_>, site: &Site<'_>, releasing: &BlockSet) -> bool {
    let natural = cx.natural();
    let unwind = cx.function.block(site.block).unwind;
    let closes_here = |other: &Site<'_>| other.block == site.block && other.index > site.index;
    if releasing.contains(site.block) && cx.sites.iter().any(closes_here) {
        return false;
    }
    let mut avoiding = releasing.clone();
    avoiding.remove(site.block);
    avoiding.insert(natural.header);
    cx.shape.cfg.successors(site.block).iter().filter(|&&next| Some(next) != unwind).any(|&next| {
        let after = ways::reachable(&cx.shape.cfg, next, &natural.body, &avoiding);
        next == natural.header || natural.latches.iter().any(|&latch| after.contains(latch))
    })
}
