//! Loops in coroutines with a way round that never suspends: nothing else runs on that thread, and no deadline around the
//! loop can fire.
//!
//! Three shapes are certain enough to say: a way that blocks the thread in a call that is not the event loop's; a way
//! that only asks, of state that nothing on it changes; and a way on which nothing comes, so that the abstract machine
//! finds the next round the same as this one. A way that only gives others a moment is no better.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Constant, Expr, FunctionKind, LoopKind, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::rounds::{IdleRound, run_idle};
use crate::sites::{LoopContext, Site, is_rust};

/// Ways round that do not suspend, or only for a moment.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let is_coroutine = cx.is_coroutine();
    // A thread that yields to others until a flag is set may be the best that there is: what it locks has no event.
    if !is_coroutine && (is_rust(cx.project, cx.at) || !cx.sites.iter().any(|site| is_sleep_of_nothing(cx, site))) {
        return None;
    }
    // A deadline fires at `sleep(0)`, too.
    let yields = || cx.sites.iter().any(|site| site.call.awaited && is_sleep_of_nothing(cx, site));
    if yields() && crate::timeouts::loop_is_bounded(cx) {
        return None;
    }
    let suspending: BlockSet = cx.natural().body.iter().filter(|&block| suspends(cx, block)).collect();
    let blocks = is_coroutine.then(|| blocking_sleep(cx, &suspending)).flatten();
    let gives_way = cx.sites.iter().any(|site| is_sleep_of_nothing(cx, site));
    let asks = if is_coroutine && !gives_way { only_asks(cx, &suspending) } else { None };
    if blocks.is_none()
        && asks.is_none()
        && let Some(idle) = idles(cx)
    {
        return Some(idle);
    }
    let (how, call) = blocks.or(asks)?;
    let file = cx.at.file;
    let mut places = vec![("loop", file, cx.source.head)];
    places.extend(call.map(|site| ("call", file, site.span)));
    places.extend(cx.natural().latches.first().map(|&latch| ("latch", file, cx.function.block(latch).span)));
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("suspends", how)],
        places,
        words: vec![("call", call.map_or_else(String::new, |site| cx.name_of(site)))],
        sureness: Sureness::High,
    })
}

/// A way round past the blocks that wait on which nothing comes, so that the next round is the same.
pub(crate) fn idle_round(cx: &LoopContext<'_>, waiting: &BlockSet) -> Option<IdleRound> {
    let natural = cx.natural();
    if waiting.contains(natural.header) || !ways::exists_through(&cx.shape.cfg, natural, natural.header, waiting) {
        return None;
    }
    let round = run_idle(cx.project, cx.at, &cx.shape, natural)?;
    // What an inner loop waits for it has got.
    let is_inner = |header: BlockId| round.trail.contains(&header);
    (!cx.shape.forest.inside(cx.index).any(|inner| is_inner(inner.header))).then_some(round)
}

/// A way on which nothing comes, nothing is done and nothing is waited for, so that the next round is the same.
fn idles(cx: &LoopContext<'_>) -> Option<Observation> {
    let natural = cx.natural();
    // What the project's own functions do on which of their ways is for the machine to say.
    let waits = |site: &Site<'_>| site_suspends(cx, site) && site.resolution.targets.is_empty();
    let waiting: BlockSet = natural.body.iter().filter(|&block| suspends_by(cx, block, &waits)).collect();
    let round = idle_round(cx, &waiting)?;
    // Where a queue has nothing, what is reckoned on the way, when to look again above all, is often another thing each time.
    let takes = |site: &Site<'_>| site.effect == Some(Effect::Receive) && round.trail.contains(&site.block);
    if round.handled.is_some() && cx.sites.iter().any(takes) {
        return None;
    }
    // Giving way is how a task that is cancelled lets the cancellation in.
    let asks_for_stop = |block: &BlockId| match cx.function.block(*block).terminator {
        Terminator::Branch { test, .. } => !crate::loops::stop_paths(cx, cx.function, test).is_empty(),
        _ => false,
    };
    if round.yields && (round.trail.iter().any(asks_for_stop) || has_deadline(cx)) {
        return None;
    }
    let file = cx.at.file;
    let latch = round.trail.iter().rev().find(|block| natural.latches.contains(block));
    let mut places = vec![("loop", file, cx.source.head)];
    places.extend(round.handled.map(|handler| ("handler", file, handler)));
    places.extend(latch.map(|&latch| ("latch", file, cx.function.block(latch).span)));
    let how = match round {
        _ if round.handled.is_some() && asks_lock(cx, &round) => "same-state",
        _ if round.handled.is_some() => "same-failure",
        // Another way waits for the same: there this moment comes to an end.
        _ if round.yields && waits_elsewhere(cx) => return None,
        _ if round.yields => "for-a-moment",
        _ if awaits_elsewhere(cx) => "not-always",
        _ => "never",
    };
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("suspends", how)],
        places,
        words: vec![("call", String::new())],
        sureness: Sureness::High,
    })
}

/// Whether a function of the project that is asked on the way looks at what others change under a lock, in Rust: it fails for
/// as long as the program is in that state.
fn asks_lock(cx: &LoopContext<'_>, round: &IdleRound) -> bool {
    let locks = |call: &unspin_ir::Call| match call.callee {
        unspin_ir::Callee::Method(_, method) => {
            call.arguments.is_empty() && matches!(method.as_str(), "lock" | "read" | "write" | "borrow")
        }
        _ => false,
    };
    let asks = |site: &&Site<'_>| !site.call.awaited && round.trail.contains(&site.block);
    let mut targets = cx.sites.iter().filter(asks).flat_map(|site| &site.resolution.targets);
    is_rust(cx.project, cx.at) && targets.any(|&target| cx.project.function(target).calls().any(|(call, _)| locks(call)))
}

/// Whether anything at all is awaited in the loop: then its author knows when nothing comes, better than this analysis.
fn awaits_elsewhere(cx: &LoopContext<'_>) -> bool {
    let awaits = |block: BlockId| {
        let terminator = &cx.function.block(block).terminator;
        matches!(terminator, Terminator::Advance { awaited: true, .. } | Terminator::Select { .. })
    };
    cx.sites.iter().any(|site| site.call.awaited) || cx.natural().body.iter().any(awaits)
}

/// Whether another way round, also one within what the loop calls, awaits what a test of the loop reads.
fn waits_elsewhere(cx: &LoopContext<'_>) -> bool {
    let body = cx.natural().body.iter();
    let tests: Vec<_> = body
        .filter_map(|block| match cx.function.block(block).terminator {
            Terminator::Branch { test, .. } => Some(test),
            _ => None,
        })
        .collect();
    let is_tested = |path: &str| {
        tests.iter().any(|&test| {
            crate::shape::any_part(cx.function, test, |part| cx.function.path(part).is_some_and(|tested| tested == path))
        })
    };
    cx.sites.iter().filter(|site| site.call.awaited).any(|site| {
        let receives = |&target: &crate::FunctionRef| cx.project.summary(target).effects.contains(Effect::Receive);
        if site.resolution.targets.iter().any(receives) {
            return true;
        }
        // What others clear is a part of an object.
        let unspin_ir::Callee::Value(value) = site.call.callee else { return false };
        cx.function.path(value).is_some_and(|path| path.contains('.') && is_tested(&path))
    })
}

/// Whether a test that leaves the loop looks at a clock.
fn has_deadline(cx: &LoopContext<'_>) -> bool {
    crate::loops::exit_tests(cx).into_iter().any(|test| {
        crate::shape::any_part(cx.function, test, |part| {
            cx.origin_site(part).is_some_and(|site| {
                let asks = |&target: &crate::FunctionRef| cx.project.summary(target).effects.contains(Effect::Clock);
                site.effect == Some(Effect::Clock) || site.resolution.targets.iter().any(asks)
            })
        })
    })
}

/// How many methods of one name may be meant by a call on something of unknown type.
const MAX_NAMED: usize = 4;

/// A `select!` that goes round, in which an arm may be ready at once: the pause beside it never comes to its end.
pub(crate) fn ready_arm(cx: &LoopContext<'_>) -> Option<Observation> {
    let natural = cx.natural();
    let nothing = BlockSet::new(cx.shape.cfg.len());
    natural.body.iter().find_map(|block| {
        let Terminator::Select { arms } = &cx.function.block(block).terminator else { return None };
        let waits = |arm: BlockId| cx.sites.iter().find(|site| site.block == arm && site.call.awaited);
        let pauses = |site: &Site<'_>| site.effect == Some(Effect::Sleep) && !is_sleep_of_nothing(cx, site);
        let ready = arms
            .iter()
            .filter_map(|&arm| waits(arm))
            .find(|site| may_be_ready(cx, site) && ways::exists_through(&cx.shape.cfg, natural, site.block, &nothing))?;
        arms.iter().filter_map(|&arm| waits(arm)).any(pauses).then(|| {
            cx.observation(
                vec![("suspends", "ready-arm")],
                &[("loop", cx.source.head), ("call", ready.span)],
                vec![("call", cx.name_of(ready))],
                Sureness::Medium,
            )
        })
    })
}

/// Whether a method that a call may run is there for those types alone that have nothing to wait for.
fn may_be_ready(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let targets = &site.resolution.targets;
    let named = match site.call.callee {
        unspin_ir::Callee::Method(_, method) if targets.is_empty() && site.resolution.model.is_none() => {
            cx.project.methods_named(method)
        }
        _ => &targets[..],
    };
    named.len() <= MAX_NAMED && named.iter().any(|&target| is_ready_at_once(cx, target))
}

/// `async fn wait(&self) {}`, `fn wait(&self) -> impl Future { async {} }`.
fn is_ready_at_once(cx: &LoopContext<'_>, at: crate::FunctionRef) -> bool {
    let function = cx.project.function(at);
    let [block] = &function.blocks[..] else { return false };
    if !block.statements.is_empty() || function.is_abstract {
        return false;
    }
    match block.terminator {
        Terminator::Return(Some(value)) if !function.is_async => match *function.expr(value) {
            Expr::Function(inner) => is_empty_block(cx, crate::FunctionRef { file: at.file, function: inner }),
            _ => false,
        },
        Terminator::Return(_) => function.is_async,
        _ => false,
    }
}

fn is_empty_block(cx: &LoopContext<'_>, at: crate::FunctionRef) -> bool {
    let function = cx.project.function(at);
    let [block] = &function.blocks[..] else { return false };
    function.kind == FunctionKind::AsyncBlock
        && block.statements.is_empty()
        && matches!(block.terminator, Terminator::Return(_))
}

fn suspends(cx: &LoopContext<'_>, block: BlockId) -> bool {
    suspends_by(cx, block, &|site| site_suspends(cx, site))
}

fn suspends_by(cx: &LoopContext<'_>, block: BlockId, waits: &dyn Fn(&Site<'_>) -> bool) -> bool {
    let data = cx.function.block(block);
    matches!(data.terminator, Terminator::Advance { awaited: true, .. } | Terminator::Select { .. })
        || data.statements.iter().any(|statement| matches!(statement.kind, StatementKind::Yield(_)))
        || cx.sites.iter().any(|site| site.block == block && waits(site))
}

fn site_suspends(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    if !site.call.awaited {
        return false;
    }
    let targets = &site.resolution.targets;
    let is_ready = site.resolution.exact
        && !targets.is_empty()
        && targets.iter().all(|&target| {
            let summary = cx.project.summary(target);
            !summary.waits && !summary.calls_unknown
        });
    !is_ready && !is_sleep_of_nothing(cx, site)
}

/// `sleep(0)`: lets others run, but comes back at once.
fn is_sleep_of_nothing(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    match site.resolution.model {
        Some((model, _)) if model.effect == Effect::Yield => true,
        // By name alone it may run what is waited for: `connection.sleep(0)`.
        Some((model, crate::Certainty::Certain)) if model.effect == Effect::Sleep => {
            site.call.arguments.first().is_some_and(|amount| match cx.function.expr(amount.value) {
                Expr::Constant(Constant::Int(0)) => true,
                Expr::Constant(Constant::Float(seconds)) => *seconds == 0.0,
                _ => false,
            })
        }
        _ => false,
    }
}

/// `time.sleep(1)` in a coroutine, on a way that never awaits anything.
fn blocking_sleep<'c, 'p>(cx: &'c LoopContext<'p>, suspending: &BlockSet) -> Option<(&'static str, Option<&'c Site<'p>>)> {
    let blocks_thread = |site: &&Site<'_>| {
        let blocks = site.resolution.model.is_some_and(|(model, certainty)| {
            let is_blocking = match model.effect {
                Effect::Sleep => site.call.result.is_none(),
                // What is not awaited and not handed on either was no coroutine.
                Effect::Read | Effect::Receive | Effect::Request => !is_handed_on(cx, site) && is_synchronous(cx, site),
                _ => false,
            };
            is_blocking && model.blocks.unwrap_or(true) && certainty == crate::Certainty::Certain
        });
        blocks && !site.call.awaited && !is_sleep_of_nothing(cx, site) && !is_known_filled(cx, site) && !only_looks(cx, site)
    };
    let site = cx
        .sites
        .iter()
        .filter(blocks_thread)
        .find(|site| ways::exists_through(&cx.shape.cfg, cx.natural(), site.block, suspending))?;
    Some(("blocked", Some(site)))
}

/// `queue.get(False)`, `queue.get(block=False)`: what is not there is a failure at once.
fn only_looks(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let block = site.call.argument(Some(unspin_ir::name("block")), Some(0));
    block.is_some_and(|block| *cx.function.expr(block) == Expr::Constant(&Constant::Bool(false)))
}

/// `while not queue.empty(): queue.get()`: there is something to take.
fn is_known_filled(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let unspin_ir::Callee::Method(taken_from, _) = site.call.callee else { return false };
    cx.sites.iter().any(|other| match other.call.callee {
        unspin_ir::Callee::Method(asked, method) => {
            method == "empty" && other.block == cx.natural().header && cx.function.path(asked) == cx.function.path(taken_from)
        }
        _ => false,
    })
}

/// Whether the result of a call goes into another call: `create_task(reader.read())`.
fn is_handed_on(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(result) = site.call.result else { return false };
    let is_it = |expr| *cx.function.expr(expr) == Expr::Local(result);
    cx.sites.iter().any(|other| match other.call.callee {
        unspin_ir::Callee::Value(value) => is_it(value),
        _ => {
            other.call.arguments.iter().any(|a| is_it(a.value))
                && other
                    .resolution
                    .model
                    .is_some_and(|(model, _)| matches!(model.effect, Effect::Spawn | Effect::Deadline | Effect::Wait))
        }
    })
}

/// Whether a call belongs to a library that blocks the thread: requests, sockets, queues of threads.
fn is_synchronous(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    const PYTHON: [&str; 5] = ["requests.", "queue.", "socket.", "urllib.", "multiprocessing."];
    const RUST: [&str; 5] = ["std.sync.mpsc.", "std.net.", "crossbeam_channel.", "reqwest.blocking.", "ureq."];
    let blocking = if is_rust(cx.project, cx.at) { RUST } else { PYTHON };
    let of = |name: &str| blocking.iter().any(|prefix| name.starts_with(prefix));
    match site.call.callee {
        unspin_ir::Callee::Path(path) => of(&path),
        _ => site.resolution.receiver.is_some_and(|ty| of(&ty)),
    }
}

/// A way on which only questions are asked, and nothing that a test of the loop reads changes.
fn only_asks<'c, 'p>(cx: &'c LoopContext<'p>, suspending: &BlockSet) -> Option<(&'static str, Option<&'c Site<'p>>)> {
    let mut avoiding = suspending.clone();
    let working: BlockSet = cx.natural().body.iter().filter(|&block| works(cx, block)).collect();
    avoiding.extend(&working);
    let natural = cx.natural();
    if avoiding.contains(natural.header) || !ways::exists_through(&cx.shape.cfg, natural, natural.header, &avoiding) {
        return None;
    }
    // Two tests on the way may contradict each other; with more, some will.
    let on_way = ways::from_header(&cx.shape.cfg, natural, &avoiding);
    let tests: Vec<_> = on_way.iter().filter_map(|block| cx.function.block(block).terminator.operand()).collect();
    // A field that is tested on the way may have been set long before: `if self.connection:`.
    let is_question =
        |test: &unspin_ir::ExprId| crate::shape::any_part(cx.function, *test, |part| cx.origin_site(part).is_some());
    (matches!(tests.len(), 1 | 2) && tests.iter().any(is_question)).then_some(("only-asks", None))
}

/// Whether a block does anything besides asking, counting and logging.
fn works(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let data = cx.function.block(block);
    let quiet = [Effect::Query, Effect::Pure, Effect::View, Effect::StopCheck, Effect::Log, Effect::Yield];
    let is_leaf = matches!(data.terminator, Terminator::Goto(_) | Terminator::Branch { .. });
    !is_leaf
        || data.statements.iter().any(|statement| !matches!(statement.kind, StatementKind::Call(_) | StatementKind::Leave(_)))
        || cx.sites.iter().filter(|site| site.block == block).any(|site| match site.resolution.model {
            Some((model, _)) => !quiet.contains(&model.effect) && !is_sleep_of_nothing(cx, site),
            None => !crate::loops::is_own_question(cx, site),
        })
        // `node = getattr(node, "parent", None)`, `text = text.rstrip().rstrip(end)`
        || cx.sites.iter().filter(|site| site.block == block).any(|site| {
            let is_variable = |local| cx.function.local(local).kind != unspin_ir::LocalKind::Temporary;
            site.call.result.filter(|&result| is_variable(result)).is_some_and(|result| {
                let reads = |other: &Site<'_>| other.call.operands().any(|operand| *cx.function.expr(operand) == Expr::Local(result));
                reads(site) || cx.sites.iter().any(|other| other.block == block && reads(other))
            })
        })
}
