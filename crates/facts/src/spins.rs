//! Threads that ask at once again: a way round on which nothing has come, nothing is done and nothing is waited for.
//!
//! Whoever takes items from a queue or looks at a flag of another thread, and goes round when there is none, keeps a core
//! busy until there is one. The abstract machine says whether the next round is the same as this one; code that it cannot
//! look into may wait, and is taken to. Coroutines have rules of their own.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Callee, Expr, LocalKind, LoopKind, Terminator};

use crate::Certainty;
use crate::model::{Effect, WordKind};
use crate::observation::{Observation, Sureness};
use crate::rounds::Mode;
use crate::sites::{LoopContext, Site, is_rust};
use crate::suspends::idle_round;

/// The loop as one that asks others at once again where nothing has come.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let is_open = matches!(cx.source.kind, LoopKind::While | LoopKind::Endless);
    if !is_open || cx.is_coroutine() || !cx.sites.iter().any(|site| asks_others(cx, site)) || is_on_purpose(cx) {
        return None;
    }
    let waiting: BlockSet = cx.sites.iter().filter(|site| waits(cx, site)).map(|site| site.block).collect();
    let round = idle_round(cx, &waiting)?;
    let on_way = |site: &&Site<'_>| round.trail.contains(&site.block) && asks_others(cx, site);
    // What would come is better told than the flag that is asked besides.
    let asked = cx.sites.iter().filter(on_way).min_by_key(|site| !takes_item(site));
    let Some(asked) = asked else {
        // `if self.jobs: run(self.jobs.pop())`
        let site = cx.sites.iter().find(|site| asks_others(cx, site) && is_tested_on(cx, site, &round.trail))?;
        return only_looks(cx, &round.trail).then(|| spin(cx, site, &round.trail)).flatten();
    };
    // Without an item that might come it is a flag alone that is asked: then a failure may never come again, and what else
    // is called on the way may go together with the flag.
    let calls_more = || cx.sites.iter().any(|site| round.trail.contains(&site.block) && site.resolution.model.is_none());
    if !takes_item(asked) && (round.handled.is_some() || calls_more()) || is_tested_on(cx, asked, &round.trail) {
        return None;
    }
    // A deadline ends it.
    let reads_clock = |site: &Site<'_>| site.effect == Some(Effect::Clock) && round.trail.contains(&site.block);
    if cx.sites.iter().any(reads_clock) {
        return None;
    }
    // Whoever gives way to others knows that this is no wait.
    if round.yields {
        return None;
    }
    spin(cx, asked, &round.trail)
}

fn spin(cx: &LoopContext<'_>, asked: &Site<'_>, trail: &[BlockId]) -> Option<Observation> {
    let latch = trail.iter().rev().find(|block| cx.natural().latches.contains(block))?;
    Some(cx.observation(
        vec![("asks", "at-once")],
        &[("loop", cx.source.head), ("call", asked.span), ("latch", cx.function.block(*latch).span)],
        vec![("call", cx.name_of(asked))],
        Sureness::High,
    ))
}

/// Whether a way does nothing but look at one or two variables or fields. With more tests they may contradict what the
/// object is known to be in.
fn only_looks(cx: &LoopContext<'_>, trail: &[BlockId]) -> bool {
    let blocks = || trail.iter().map(|&block| cx.function.block(block));
    let tests = blocks().filter(|block| matches!(block.terminator, Terminator::Branch { .. })).count();
    tests <= 2 && blocks().all(|block| block.statements.is_empty())
}

/// Whether a call asks what another thread has put or set, without waiting for it.
fn asks_others(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some((model, certainty)) = site.resolution.model else { return false };
    match model.effect {
        // `get_nowait` and `try_recv` say of anything that it is a queue or channel.
        Effect::Receive => Mode::comes_to_nothing(model),
        _ if certainty != Certainty::Certain => false,
        Effect::Shrink => Mode::comes_to_nothing(model) && is_shared(cx, site),
        Effect::StopCheck | Effect::Query => is_of_threads(site),
        _ => false,
    }
}

/// Whether the loop tells the processor, or its readers, that it spins: `spin_loop()`, `backoff.snooze()`.
fn is_on_purpose(cx: &LoopContext<'_>) -> bool {
    let is_told = |site: &Site<'_>| {
        let models = &cx.project.models;
        site.effect == Some(Effect::Yield) || models.has_word(WordKind::Spin, &cx.name_of(site))
    };
    crate::loops::spins_on_purpose(cx) || cx.sites.iter().any(is_told)
}

/// Whether a call takes an item where there is one.
fn takes_item(site: &Site<'_>) -> bool {
    matches!(site.effect, Some(Effect::Receive | Effect::Shrink))
}

/// Whether a test on the way looks at what an item is taken from: `while len(items) > most: items.pop(0)` finds some.
fn is_tested_on(cx: &LoopContext<'_>, asked: &Site<'_>, trail: &[BlockId]) -> bool {
    let Callee::Method(receiver, _) = asked.call.callee else { return false };
    let Some(path) = cx.function.path(receiver).filter(|_| takes_item(asked)) else { return false };
    let reads = |expr| {
        crate::shape::any_part(cx.function, expr, |part| {
            cx.function.path(part).is_some_and(|read| read == path)
                || cx.origin_site(part).is_some_and(|site| {
                    site.call.operands().any(|operand| cx.function.path(operand).is_some_and(|read| read == path))
                        && !std::ptr::eq(site.call, asked.call)
                })
        })
    };
    trail.iter().any(|&block| match cx.function.block(block).terminator {
        Terminator::Branch { test, .. } => reads(test),
        _ => false,
    })
}

/// Whether what is asked belongs to more than this function: a part of an object, where objects are shared, else what
/// a lock guards.
fn is_shared(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(receiver, _) = site.call.callee else { return false };
    if is_rust(cx.project, cx.at) {
        let locks = |guard: &Site<'_>| matches!(guard.call.callee, Callee::Method(_, method) if method == "lock");
        return cx.origin_site(receiver).is_some_and(locks);
    }
    match cx.function.expr(receiver) {
        Expr::Field(..) => cx.function.path(receiver).is_some(),
        Expr::Local(local) => matches!(cx.function.local(*local).kind, LocalKind::Captured | LocalKind::Shared),
        _ => false,
    }
}

/// Whether a question goes to something that threads share by its nature: an event, a queue.
fn is_of_threads(site: &Site<'_>) -> bool {
    const SHARED: [&str; 4] = ["threading.Event", "queue.Queue", "multiprocessing.Queue", "std.sync.atomic."];
    site.resolution.receiver.is_some_and(|ty| SHARED.iter().any(|shared| ty.starts_with(shared)))
}

/// Whether a call may wait, as far as its model or what it runs says.
fn waits(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    if let Some((model, _)) = site.resolution.model {
        return model.blocks.unwrap_or(model.effect.blocks());
    }
    site.resolution.targets.iter().any(|&target| cx.project.summary(target).waits)
}
