//! What a round of the loop is about: trying again until it works, serving, keeping a session up, or one item after the other.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Expr, ExprId, Terminator};

use super::feasible;
use crate::FunctionRef;
use crate::model::{Effect, WordKind};
use crate::sites::{LoopContext, Site};

/// How many helpers deep a call that waits for anybody is looked for.
const DEPTH: u32 = 2;

/// How many values what a call is about is followed through.
const MAX_PARTS: usize = 16;

/// Whether it waits for whoever sends a datagram or connects, so that nobody is gone when nobody does.
pub(super) fn waits_for_anybody(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let mut targets = site.resolution.targets.iter();
    site.effect == Some(Effect::Accept) || is_open(cx, site.call.callee) || targets.any(|&target| opens(cx, target, DEPTH))
}

/// Whether a function waits for anybody, or calls one that does.
fn opens(cx: &LoopContext<'_>, at: FunctionRef, depth: u32) -> bool {
    let opens_itself = cx.project.function(at).calls().any(|(call, _)| {
        let inside = || cx.project.resolve(at, call).targets.iter().any(|&target| opens(cx, target, depth - 1));
        is_open(cx, call.callee) || (depth > 1 && inside())
    });
    // `|| async { listener.accept().await }`
    let blocks = || cx.project.files[at.file as usize].module.functions.iter().enumerate();
    let is_inside = |function: &unspin_ir::Function| function.parent == Some(at.function) && function.is_async;
    let inner = |index: usize| FunctionRef { function: unspin_ir::FunctionId::new(index), ..at };
    opens_itself
        || cx.project.function(at).parent.is_some()
            && blocks()
                .filter(|(_, function)| is_inside(function))
                .any(|(index, _)| cx.project.function(inner(index)).calls().any(|(call, _)| is_open(cx, call.callee)))
}

/// Whether the name says that whoever connects or sends a datagram is waited for.
pub(super) fn is_open(cx: &LoopContext<'_>, callee: unspin_ir::Callee) -> bool {
    callee.name().is_some_and(|name| cx.project.models.has_word(WordKind::AnyPeer, &name))
}

/// Whether success leaves the loop, goes round, or something was taken before the failure.
pub(super) fn loop_shape(cx: &LoopContext<'_>, site: &Site<'_>, handler_starts: &[BlockId]) -> &'static str {
    if is_after_item(cx, site) {
        return "item";
    }
    // Whoever asks a stream for its next item decides how long it is kept up.
    if matches!(cx.function.name.as_str(), "__next__" | "__anext__") {
        return "service";
    }
    let natural = cx.natural();
    let handlers: BlockSet = handler_starts.iter().copied().collect();
    let unwind = cx.function.block(site.block).unwind;
    let mut round = BlockSet::new(cx.shape.cfg.len());
    for &next in cx.shape.cfg.successors(site.block) {
        if Some(next) == unwind || handlers.contains(next) {
            continue;
        }
        if next == natural.header {
            return "service";
        }
        round.extend(&without_unwinding(cx, next, &handlers));
    }
    let goes_round = natural.latches.iter().any(|latch| round.contains(*latch));
    // A session that only a failure ends has none of these.
    let leaves = |block| leaves_without_failing(cx, block);
    let ends = || leaves(site.block) || round.iter().any(leaves) || (goes_round && leaves(natural.header));
    let is_done_once = matches!(site.effect, Some(Effect::Connect | Effect::Request));
    let repeats = || !is_done_once || feasible::repeats_after_success(cx, site, &handlers);
    let is_service = !ends() || (goes_round && repeats());
    match (is_service, is_service && is_of_item(cx, site)) {
        (_, true) => "item",
        (true, false) if is_done_once && !ends() => "session",
        (true, false) => "service",
        (false, false) => "retry",
    }
}

/// Whether some round sleeps and does not even try, because there is nothing to do: what is tried is tried now and then.
pub(super) fn is_now_and_then(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let natural = cx.natural();
    let header = natural.header;
    let sleeps = |at: BlockId| cx.sites.iter().any(|other| other.block == at && other.effect == Some(Effect::Sleep));
    if header == site.block || !sleeps(header) {
        return false;
    }
    let avoiding = BlockSet::from_iter([site.block]);
    let unwind = cx.function.block(header).unwind;
    let next = cx.shape.cfg.successors(header).iter().filter(|&&next| Some(next) != unwind);
    next.into_iter().any(|&next| {
        let idle = without_unwinding(cx, next, &avoiding);
        next == header || natural.latches.iter().any(|latch| idle.contains(*latch))
    })
}

/// Whether every round takes something before the call, or the call gives one item after the other.
fn is_after_item(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let natural = cx.natural();
    let takes = |other: &Site<'_>| {
        let is_awaited_here = other.call.result.is_some_and(|result| {
            let is_it = |operand: ExprId| *cx.function.expr(operand) == Expr::Local(result);
            site.call.operands().any(is_it) || site.made.operands().any(is_it)
        });
        let is_started_here = cx.function.is_async && !other.call.awaited && is_awaited_here;
        !std::ptr::eq(other, site)
            && !is_started_here
            && (matches!(other.effect, Some(Effect::Read | Effect::Receive | Effect::Accept))
                || is_open(cx, other.call.callee)
                || takes_by_name(other)
                || awaits_signal(cx, other)
                || (other.effect == Some(Effect::Shrink) && other.call.result.is_some()))
    };
    // What comes over a connection says nothing about opening it, unless opening it is what gives the items.
    let is_given = |iterable: ExprId| {
        site.effect != Some(Effect::Connect)
            || site.call.result.is_some_and(|result| *cx.function.expr(iterable) == Expr::Local(result))
    };
    // `for message in listen(): ..`: what it gives are many items, and the next round has others.
    let is_stream = natural.body.iter().any(|block| match cx.function.block(block).terminator {
        Terminator::Advance { iterable, .. } => {
            let is_it = || cx.origin_site(iterable).is_some_and(|origin| std::ptr::eq(origin, site));
            block != natural.header && is_given(iterable) && is_it()
        }
        _ => false,
    });
    let before_here = |other: &Site<'_>| other.block == site.block && other.index < site.index;
    if is_stream
        || is_of_inner_item(cx, site)
        || is_lent_iterator(cx, site)
        || cx.sites.iter().any(|other| takes(other) && before_here(other))
    {
        return true;
    }
    let taking: BlockSet =
        cx.sites.iter().filter(|other| takes(other) && other.block != site.block).map(|other| other.block).collect();
    !unspin_flow::ways::from_header(&cx.shape.cfg, natural, &taking).contains(site.block)
}

/// Whether the call is about what an inner loop takes from a collection: `for peer in peers: wait_for(peer.drain(), 10)`.
fn is_of_inner_item(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    // Of a failure that leaves the inner loop the next round says what is asked again.
    let stays = |inner: &unspin_flow::NaturalLoop| {
        cx.function.block(site.block).unwind.is_some_and(|unwind| inner.body.contains(unwind))
    };
    let inner = cx.shape.forest.inside(cx.index).filter(|inner| inner.body.contains(site.block) && stays(inner));
    let items = inner.filter_map(|inner| match cx.function.block(inner.header).terminator {
        Terminator::Advance { item, awaited: false, .. } => Some(item),
        _ => None,
    });
    items.into_iter().any(|item| {
        let mut pending: Vec<ExprId> = site.call.operands().chain(site.made.operands()).collect();
        for _ in 0..MAX_PARTS {
            let Some(part) = pending.pop() else { return false };
            if crate::shape::mentions(cx.function, part, item) {
                return true;
            }
            let Some(root) = crate::shape::root_local(cx.function, part) else { continue };
            let [only] = cx.shape.definitions(root) else { continue };
            match only.value {
                Some(value) => pending.push(value),
                None => pending.extend(cx.site_at(only.block, only.index).into_iter().flat_map(|made| made.call.operands())),
            }
        }
        false
    })
}

/// `dial(&mut servers)`, with `servers = list.into_iter()` before the loop: each attempt takes something off it.
fn is_lent_iterator(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let takes_from = |lent: ExprId| {
        let made = cx.shape.origin(cx.function, lent).filter(|(block, ..)| !cx.natural().body.contains(*block));
        let name = made.and_then(|(.., call)| call.callee.name());
        name.is_some_and(|name| matches!(name.as_str(), "into_iter" | "iter" | "drain"))
    };
    let is_lent = |argument: &unspin_ir::Argument| argument.mutable && takes_from(argument.value);
    site.call.arguments.iter().chain(&site.made.arguments).any(is_lent)
}

/// `await self.wanted.wait()`, with `self.wanted.clear()` further down: somebody asks for each round.
fn awaits_signal(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let waited_for = |site: &Site<'_>, wanted: &str| match site.call.callee {
        unspin_ir::Callee::Method(on, method) if method == wanted => cx.function.path(on),
        _ => None,
    };
    let Some(signal) = waited_for(site, "wait").filter(|_| site.call.arguments.is_empty()) else { return false };
    cx.sites.iter().any(|other| waited_for(other, "clear").is_some_and(|cleared| cleared == signal))
}

/// `x = jobs.get()`: a mapping is asked for a key.
fn takes_by_name(site: &Site<'_>) -> bool {
    let takes = matches!(site.call.callee, unspin_ir::Callee::Method(_, method)
        if matches!(method.as_str(), "get" | "get_nowait" | "popleft" | "pop" | "pop_front" | "dequeue"));
    takes && site.call.arguments.is_empty() && site.call.result.is_some()
}

/// Whether something else is worked on in the next round: each has a connection of its own, what the call is given was
/// awaited in this one, or what it calls begins with taking something from a queue.
fn is_of_item(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    // `item = cast(Item, await updates())`
    let holds = |argument: &unspin_ir::Argument, result| {
        let is_it = |expr: ExprId| *cx.function.expr(expr) == Expr::Local(result);
        let cast = || cx.shape.origin(cx.function, argument.value).filter(|(.., call)| !call.awaited);
        is_it(argument.value) || cast().is_some_and(|(.., call)| call.arguments.iter().any(|inner| is_it(inner.value)))
    };
    let is_given = |other: &Site<'_>| {
        other.call.result.is_some_and(|result| site.call.arguments.iter().any(|argument| holds(argument, result)))
    };
    let is_awaited = |other: &&Site<'_>| other.call.awaited && !matches!(other.effect, Some(Effect::Connect | Effect::Request));
    let takes = |target: &crate::FunctionRef| {
        let receives = |call| {
            cx.project.resolve(*target, call).model.is_some_and(|(model, _)| model.effect == Effect::Receive && !model.remote)
        };
        cx.project.function(*target).calls().any(|(call, _)| receives(call))
    };
    // Each round has a peer of its own.
    let connecting = |other: &&Site<'_>| other.effect == Some(Effect::Connect) && !std::ptr::eq(*other, site);
    let connecting: BlockSet = cx.sites.iter().filter(connecting).map(|other| other.block).collect();
    let natural = cx.natural();
    let reconnects = !unspin_flow::ways::from_header(&cx.shape.cfg, natural, &connecting).contains(site.block);
    if reconnects && site.effect != Some(Effect::Connect) {
        return true;
    }
    let is_asked = site.effect == Some(Effect::Request) && cx.sites.iter().filter(is_awaited).any(is_given);
    is_asked || site.resolution.targets.iter().any(takes)
}

/// Whether a block leaves the loop when nothing fails.
fn leaves_without_failing(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let data = cx.function.block(block);
    let leaves = |&&next: &&BlockId| Some(next) != data.unwind && !cx.natural().body.contains(next);
    matches!(data.terminator, Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Unreachable)
        || cx.shape.cfg.successors(block).iter().any(|next| leaves(&next))
}

/// Blocks that can be reached in the loop when nothing fails.
fn without_unwinding(cx: &LoopContext<'_>, start: BlockId, avoiding: &BlockSet) -> BlockSet {
    let natural = cx.natural();
    let mut seen = BlockSet::new(cx.shape.cfg.len());
    let mut pending = vec![start];
    while let Some(block) = pending.pop() {
        if !natural.body.contains(block) || avoiding.contains(block) || block == natural.header || !seen.insert(block) {
            continue;
        }
        let unwind = cx.function.block(block).unwind;
        pending.extend(cx.shape.cfg.successors(block).iter().copied().filter(|&next| Some(next) != unwind));
    }
    seen
}
