//! How long a call that failed had waited: short timeouts only serve to look at something else from time to time.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, FunctionId, LocalId, LocalKind, Statement, StatementKind, Terminator};

use crate::FunctionRef;
use crate::definitions::Definition;
use crate::model::{Bound, CallModel, Effect, FailureKind, WordKind};
use crate::shape::Shape;
use crate::sites::{LoopContext, Site};

/// Through how many variables a value is followed.
const MAX_HOPS: u32 = 6;

/// The timeout of the call: short ones only serve to look at something else from time to time.
pub(super) fn class(cx: &LoopContext<'_>, site: &Site<'_>) -> &'static str {
    match timeout_of(cx, site) {
        Some(0.0) => "none",
        Some(seconds) if seconds <= 5.0 => "short",
        Some(_) => "long",
        None => "unknown",
    }
}

/// Whether a parameter that is named for it says how long it waits, or something that was reckoned from one before the loop.
pub(super) fn is_timeout_of_caller(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(timeout) = site.resolution.model.and_then(|(model, _)| model.timeout.as_ref()) else { return false };
    let position = timeout.position.map(|position| position as usize);
    let Some(Expr::Local(local)) = site.made.argument(timeout.keyword, position).map(|told| cx.function.expr(told)) else {
        return false;
    };
    if cx.shape.definitions(*local).iter().any(|definition| cx.natural().body.contains(definition.block)) {
        return false;
    }
    let is_parameter = |local: LocalId| {
        let data = cx.function.local(local);
        data.kind == LocalKind::Parameter && cx.project.models.has_word(WordKind::Deadline, &data.name)
    };
    let is_given = |expr: ExprId| {
        crate::shape::any_part(
            cx.function,
            expr,
            |part| matches!(*cx.function.expr(part), Expr::Local(local) if is_parameter(local)),
        )
    };
    let is_reckoned = |definition: Definition<'_>| match definition {
        Definition::Value(value) => is_given(value),
        Definition::Call(call) => call.arguments.iter().any(|argument| is_given(argument.value)),
        Definition::Item(_) | Definition::Failure => false,
    };
    is_parameter(*local) || cx.project.definitions(cx.at).of(cx.function, *local).any(is_reckoned)
}

/// Whether it waits up to a second for the output of a process, in Rust, where the pipe has a type of its own: the end of
/// that process is its end, and so short a wait is for something else.
pub(super) fn is_glance_at_child(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let is_pipe = |ty: unspin_ir::Name| unspin_ir::last_part(ty).starts_with("ChildStd");
    let Some(inner) = site.wrapped().and_then(|inner| cx.origin_site(inner)) else { return false };
    let Callee::Method(mut part, _) = inner.call.callee else { return false };
    for _ in 0..MAX_HOPS {
        if cx.project.type_of(cx.at, part).is_some_and(is_pipe) {
            return timeout_of(cx, site).is_some_and(|seconds| seconds <= 1.0);
        }
        // `BufReader::new(stdout).lines()`
        part = match cx.shape.origin(cx.function, part) {
            Some((.., Call { callee: Callee::Method(on, _), .. })) => *on,
            Some((.., call)) => match call.arguments.first() {
                Some(argument) => argument.value,
                None => return false,
            },
            None => return false,
        };
    }
    false
}

/// Whether a short deadline around a wait, in Rust, is a tick: when it has passed the loop does something else before it waits on.
pub(super) fn is_tick(cx: &LoopContext<'_>, site: &Site<'_>, after: &BlockSet) -> bool {
    let is_log = |call: &Call| {
        call.panics || cx.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::Log)
    };
    let is_local = |place: ExprId| matches!(cx.function.expr(place), Expr::Local(_));
    let works = |statement: &Statement| match &statement.kind {
        StatementKind::Assign(place, _) => !is_local(*place),
        StatementKind::Call(call) => !is_log(call),
        _ => false,
    };
    crate::sites::is_rust(cx.project, cx.at)
        && site.is_deadline()
        && class(cx, site) == "short"
        && after.iter().any(|block| cx.function.block(block).statements.iter().any(works))
}

/// Whether the library looks after the peer by itself, so that one that is gone ends the wait in another way.
pub(super) fn is_watched(cx: &LoopContext<'_>, site: &Site<'_>, kinds: &[FailureKind]) -> bool {
    let watches = |model: &CallModel| {
        let ends_by_itself =
            |timeout: &crate::model::TimeoutModel| matches!(timeout.default, Bound::Seconds(_)) && timeout.raises.is_empty();
        matches!(model.effect, Effect::Receive) && model.timeout.as_ref().is_some_and(ends_by_itself)
    };
    let inner = site.wrapped().and_then(|inner| cx.origin_site(inner));
    // A timeout that the call itself fails with is that of a connection which it makes anew.
    let is_told = || kinds.iter().all(|kind| matches!(kind, FailureKind::Timeout | FailureKind::Item));
    let waiting = inner.or_else(|| Some(site).filter(|_| is_told()));
    waiting.and_then(|waiting| waiting.resolution.model).is_some_and(|(model, _)| watches(model)) || has_heartbeat(cx, site)
}

/// Whether the connection was asked for with a heartbeat: `with connect(url, heartbeat=10) as connection`.
fn has_heartbeat(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(on, _) = site.call.callee else { return false };
    let is_heartbeat = |name: unspin_ir::Name| {
        ["heartbeat", "keepalive", "keep_alive", "ping_interval"].iter().any(|word| name.contains(word))
    };
    let asks = |call: &Call| call.arguments.iter().any(|argument| argument.name.is_some_and(is_heartbeat));
    let Some((.., mut made)) = cx.shape.origin(cx.function, on) else { return false };
    for _ in 0..MAX_HOPS {
        if asks(made) {
            return true;
        }
        // What a context manager gives is mostly what it was made as.
        let Callee::Method(manager, _) = made.callee else { return false };
        let Some((.., call)) = cx.shape.origin(cx.function, manager) else { return false };
        made = call;
    }
    false
}

/// Whether the connection was handed to the function, and is no part of its object: that of one peer.
pub(super) fn is_handed(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let receiver = cx.function.receiver();
    let call = match site.wrapped().and_then(|inner| cx.shape.origin(cx.function, inner)) {
        Some((.., call)) => call,
        None => site.call,
    };
    let is_other = |expr: ExprId| crate::shape::root_local(cx.function, expr).is_some_and(|root| Some(root) != receiver);
    // What the function itself has connected to is the connection of its client.
    let connects = |on: ExprId| {
        cx.shape.origin(cx.function, on).is_some_and(|(.., made)| {
            let model = cx.project.resolve(cx.at, made).model;
            model.is_some_and(|(model, _)| model.effect == Effect::Connect)
        })
    };
    match call.callee {
        Callee::Method(on, _) if is_other(on) => !connects(on),
        // `self.next_message(socket)`
        Callee::Method(on, _) if !matches!(cx.function.expr(on), Expr::Local(_)) => false,
        _ => call.arguments.iter().any(|argument| is_other(argument.value)),
    }
}

/// Whether the function gives back what the call reads, or something made of it: then somebody waits for it.
pub(super) fn is_answer(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let function = cx.function;
    let receiver = function.receiver();
    let mut holding: Vec<LocalId> = site.call.result.into_iter().collect();
    holding.extend(lent(function, site.call).filter(|&local| Some(local) != receiver));
    let is_held = |holding: &[LocalId], expr: ExprId| crate::shape::mentions_any(function, expr, holding);
    for _ in 0..MAX_HOPS {
        let statements = function.blocks.iter().flat_map(|block| &block.statements);
        let gets = statements.filter_map(|statement| match &statement.kind {
            StatementKind::Assign(place, value) if is_held(&holding, *value) => crate::shape::root_local(function, *place),
            // `parts.append(data)`, `joined = join(parts)`
            StatementKind::Call(call) if call.operands().any(|operand| is_held(&holding, operand)) => {
                let on = match call.callee {
                    Callee::Method(on, _) => crate::shape::root_local(function, on).filter(|&on| Some(on) != receiver),
                    _ => None,
                };
                call.result.or(on)
            }
            _ => None,
        });
        let gets: Vec<LocalId> = gets.filter(|&local| Some(local) != receiver && !holding.contains(&local)).collect();
        if gets.is_empty() {
            break;
        }
        holding.extend(gets);
    }
    function.blocks.iter().any(|block| match block.terminator {
        Terminator::Return(Some(value)) => is_held(&holding, value),
        _ => false,
    })
}

/// Whether every call of the function in its file stands in a loop that nothing but a failure leaves: what it gives back keeps a service
/// up, which would ask for it again.
pub(super) fn is_for_endless_loop(cx: &LoopContext<'_>) -> bool {
    let is_within = |(caller, block): (FunctionRef, BlockId)| {
        let function = cx.project.function(caller);
        let shape = Shape::new(function);
        shape
            .forest
            .loops
            .iter()
            .filter(|natural| natural.body.contains(block))
            .any(|natural| natural.exits.iter().all(|&(from, to)| function.block(from).unwind == Some(to)))
    };
    let mut calls = cx.project.calls_in_file(cx.at).map(|(caller, block, _)| (caller, block)).peekable();
    calls.peek().is_some() && calls.all(is_within)
}

/// What a call may fill: `stream.read(&mut buffer)`.
fn lent<'f>(function: &'f unspin_ir::Function, call: &'f Call) -> impl Iterator<Item = LocalId> + 'f {
    let lent = call.arguments.iter().filter(|argument| argument.mutable);
    lent.filter_map(|argument| crate::shape::root_local(function, argument.value))
}

fn timeout_of(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<f64> {
    match (site.resolution.model, site.resolution.targets.as_slice()) {
        (Some((model, _)), _) => timeout_in(cx, cx.at, &cx.shape, site.made, model),
        (None, &[helper]) => timeout_in_helper(cx, helper),
        (None, _) => None,
    }
}

/// A helper waits as long as the one call in it that can time out.
fn timeout_in_helper(cx: &LoopContext<'_>, helper: FunctionRef) -> Option<f64> {
    let function = cx.project.function(helper);
    let timed = function.calls().filter_map(|(call, _)| {
        let (model, _) = cx.project.resolve(helper, call).model?;
        model.timeout.as_ref().map(|_| (call, model))
    });
    let mut timed = timed.take(2);
    match (timed.next(), timed.next()) {
        (Some((call, model)), None) => timeout_in(cx, helper, &Shape::new(function), call, model),
        _ => None,
    }
}

fn timeout_in(cx: &LoopContext<'_>, at: FunctionRef, shape: &Shape, call: &Call, model: &CallModel) -> Option<f64> {
    let timeout = model.timeout.as_ref()?;
    let position = timeout.position.map(|position| position as usize);
    if let Some(argument) = call.argument(timeout.keyword, position) {
        return crate::sites::seconds(cx.project, at, shape, argument);
    }
    if let Some(seconds) = set_timeout(cx, at, call, &timeout.set_by) {
        return Some(seconds);
    }
    match timeout.default {
        Bound::Seconds(seconds) => Some(seconds),
        Bound::Word(_) => None,
    }
}

/// `sock.settimeout(1.0)` in the same function, in that of the loop, or in a method of the same class.
fn set_timeout(cx: &LoopContext<'_>, own: FunctionRef, call: &Call, set_by: &[unspin_ir::Name]) -> Option<f64> {
    let Callee::Method(receiver, _) = call.callee else { return None };
    let project = cx.project;
    let function = project.function(own);
    let receiver = function.path(receiver)?;
    let owner = function.owner;
    let count = project.files[own.file as usize].module.functions.len();
    let of_file = (0..count).map(|index| FunctionRef { file: own.file, function: FunctionId::new(index) });
    for at in [own, cx.at].into_iter().chain(of_file) {
        let function = project.function(at);
        let related = at == own || (owner.is_some() && function.owner == owner && receiver.contains('.'));
        if !related {
            continue;
        }
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::Call(call) = &statement.kind
                && let Callee::Method(other, method) = call.callee
                && set_by.contains(&method)
                && function.path(other).as_deref() == Some(&receiver)
                && let Some(argument) = call.arguments.first()
            {
                return crate::sites::seconds(project, at, &Shape::new(function), argument.value);
            }
        }
    }
    None
}
