//! Handlers in a loop that swallow the request to stop: a cancellation at an await, an interrupt elsewhere.
//!
//! Silent where the handler's own blocks leave, assign what a test of the loop reads, call something that is named for
//! stopping, or keep the exception; and where what was awaited is a task that the function itself has cancelled.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Callee, CompareOp, Constant, Expr, ExprId, Handler, LocalId, LoopKind, StatementKind, Terminator};

use crate::model::{Effect, FailureKind, WordKind};
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::mentions;
use crate::sites::{LoopContext, Site, is_rust};

/// Every handler of an open-ended loop that swallows a cancellation and goes round.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Vec<Observation> {
    if cx.source.kind == LoopKind::Comprehension {
        return Vec::new();
    }
    // In Rust a task that is cancelled is dropped: there is nothing to catch but a token that it waits for itself.
    if is_rust(cx.project, cx.at) {
        return ignored_token(cx).or_else(|| unheeded_token(cx)).into_iter().collect();
    }
    let mut observations = Vec::new();
    for block in cx.natural().body.iter() {
        let Terminator::Dispatch { handlers, .. } = &cx.function.block(block).terminator else { continue };
        let Some((handler, kind)) = handlers.iter().find_map(|handler| Some((handler, swallowed(cx, handler)?))) else {
            continue;
        };
        if let Some(observation) = observe_handler(cx, block, handler, kind) {
            observations.push(observation);
        }
    }
    observations
}

/// An arm of a `select!` that waits for the request to stop and goes on with the loop, where nothing else of it looks.
fn ignored_token(cx: &LoopContext<'_>) -> Option<Observation> {
    let natural = cx.natural();
    // Whoever asks a generator may stop asking.
    if cx.function.is_generator {
        return None;
    }
    let lets_go = |site: &Site<'_>| {
        let own = cx.shape.only_through(site.block, |from, to| cx.function.block(from).unwind != Some(to));
        let hands_on = cx.sites.iter().any(|other| {
            let named = cx.name_of(other);
            let is_stop = cx.project.models.has_word(WordKind::Stop, named.rsplit('.').next().unwrap_or_default());
            own.contains(&other.block) && !std::ptr::eq(other, site) && (is_stop || other.effect == Some(Effect::Stop))
        });
        let is_other = |block: BlockId| block != site.block && stops(cx, block);
        hands_on
            || tells_loop(cx, &own)
            || own.iter().any(|&block| leaves(cx, block) || is_other(block) || !natural.body.contains(block))
    };
    let waits_for_stop = |site: &&Site<'_>| {
        let stop = site.resolution.model.is_some_and(|(model, _)| model.effect == Effect::StopCheck);
        stop && site.call.awaited && site.call.callee.name().is_some_and(|name| name.contains("cancel"))
    };
    if cx
        .sites
        .iter()
        .any(|site| asks_for_stop(cx, site) && (site.resolution.model.is_none() || !site.call.awaited || lets_go(site)))
    {
        return None;
    }
    let is_arm = |site: &&Site<'_>| {
        natural.body.iter().any(|block| match &cx.function.block(block).terminator {
            Terminator::Select { arms } => arms.len() > 1 && arms.contains(&site.block),
            _ => false,
        })
    };
    let site = cx.sites.iter().filter(waits_for_stop).find(is_arm)?;
    of_token(cx, site, site.block)
}

/// Whether blocks give a variable a value that a test which leaves the loop looks at, by itself or through another variable:
/// `let stop = select! { _ = token.cancelled() => true, .. }`.
fn tells_loop(cx: &LoopContext<'_>, own: &[BlockId]) -> bool {
    let statements = own.iter().flat_map(|&block| &cx.function.block(block).statements);
    let told = statements.filter_map(|statement| match statement.kind {
        StatementKind::Assign(place, _) => match *cx.function.expr(place) {
            Expr::Local(local) => Some(local),
            _ => None,
        },
        _ => None,
    });
    let mut told: Vec<LocalId> = told.collect();
    let all = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements);
    for statement in all {
        if let StatementKind::Assign(place, value) = statement.kind
            && let (Expr::Local(copy), Expr::Local(of)) = (cx.function.expr(place), cx.function.expr(value))
            && told.contains(of)
        {
            told.push(*copy);
        }
    }
    !told.is_empty()
        && crate::loops::exit_tests(cx).into_iter().any(|test| crate::shape::mentions_any(cx.function, test, &told))
}

/// Whether a call looks at the request to stop.
fn asks_for_stop(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    match site.resolution.model {
        Some((model, _)) => model.effect == Effect::StopCheck,
        None => site.resolution.targets.iter().any(|&t| cx.project.summary(t).effects.contains(Effect::StopCheck)),
    }
}

/// `token.run_until_cancelled(attempt()).await` whose `None`, the request to stop, is taken for anything else, where nothing
/// else of the loop looks.
fn unheeded_token(cx: &LoopContext<'_>) -> Option<Observation> {
    let runs_until = |site: &&Site<'_>| {
        let method = site.call.callee.name();
        site.call.awaited && method.is_some_and(|method| method.starts_with("run_until_cancelled"))
    };
    let site = cx.sites.iter().find(runs_until)?;
    if cx.sites.iter().any(|site| asks_for_stop(cx, site)) {
        return None;
    }
    let is_heeded = |site: &Site<'_>| {
        let Some(arm) = site.call.result.map(|result| arm_of_none(cx, site, result)) else { return false };
        let own = cx.shape.only_through(arm, |from, to| cx.function.block(from).unwind != Some(to));
        let lets_go = |block: BlockId| {
            !cx.natural().body.contains(block) || leaves(cx, block) || stops(cx, block) || names_stop(cx, block)
        };
        own.iter().any(|&block| lets_go(block)) || lets_go(arm)
    };
    if cx.sites.iter().filter(runs_until).any(is_heeded) {
        return None;
    }
    let arm = site.call.result.map_or(site.block, |result| arm_of_none(cx, site, result));
    of_token(cx, site, arm)
}

/// Where the result of a call is nothing: past the tests of it that follow.
fn arm_of_none(cx: &LoopContext<'_>, site: &Site<'_>, result: LocalId) -> BlockId {
    let is_result = |expr: ExprId| *cx.function.expr(expr) == Expr::Local(result);
    let is_none = |expr: ExprId| *cx.function.expr(expr) == Expr::Constant(&Constant::None);
    let mut at = site.block;
    for _ in 0..16 {
        let data = cx.function.block(at);
        if at != site.block && !data.statements.is_empty() {
            break;
        }
        at = match data.terminator {
            Terminator::Goto(next) => next,
            Terminator::Branch { test, then, otherwise } => match *cx.function.expr(test) {
                Expr::Compare(CompareOp::IsNot, value, none) if is_result(value) && is_none(none) => otherwise,
                Expr::Compare(CompareOp::Is, value, none) if is_result(value) && is_none(none) => then,
                Expr::HasVariant(value, _) if is_result(value) => otherwise,
                _ => break,
            },
            _ => break,
        };
    }
    at
}

/// Whether a block makes something that is named for stopping: `Failure::Cancelled`.
fn names_stop(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let speaks = |name: &str| cx.project.models.has_word(WordKind::Stop, name.rsplit('.').next().unwrap_or_default());
    cx.function.block(block).statements.iter().any(|statement| match statement.kind {
        StatementKind::Assign(_, value) => cx.function.expr(value).named().is_some_and(|name| speaks(&name)),
        _ => false,
    })
}

/// The request to stop arrives at a call, and the loop goes round from the block where it is taken for anything else.
fn of_token(cx: &LoopContext<'_>, site: &Site<'_>, arm: BlockId) -> Option<Observation> {
    let natural = cx.natural();
    let header = BlockSet::from_iter([natural.header]);
    let after = ways::reachable(&cx.shape.cfg, arm, &natural.body, &header);
    let latch = natural.latches.iter().find(|&&latch| after.contains(latch))?;
    let file = cx.at.file;
    Some(Observation {
        subject: Subject::WayRound,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("through", "cancellation"), ("cancelled", "coroutine")],
        places: vec![
            ("handler", file, site.span),
            ("loop", file, cx.source.head),
            ("call", file, site.span),
            ("latch", file, cx.function.block(*latch).span),
        ],
        words: vec![("call", cx.name_of(site))],
        sureness: Sureness::Medium,
    })
}

/// What a handler catches besides failures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Swallowed {
    Cancellation,
    /// `KeyboardInterrupt`, `SystemExit`.
    Interrupt,
    /// `except:`, `except BaseException`.
    Everything,
    /// `except Exception` in a generator-based coroutine: a cancellation is one of these before Python 3.8, and from 3.11 on
    /// there are no such coroutines.
    Exception,
}

/// `@asyncio.coroutine`.
fn is_generator_coroutine(cx: &LoopContext<'_>) -> bool {
    cx.function.decorators.iter().any(|decorator| *decorator == "asyncio.coroutine")
}

fn swallowed(cx: &LoopContext<'_>, handler: &Handler) -> Option<Swallowed> {
    let suppressed = match handler.manager {
        Some(scope) => Some(suppressed_by(cx, scope)?),
        None => None,
    };
    let classes = suppressed.as_deref().unwrap_or(&handler.classes);
    if classes.is_empty() {
        return suppressed.is_none().then_some(Swallowed::Everything);
    }
    let mut found = None;
    for class in classes {
        if *class == "Exception" && is_generator_coroutine(cx) {
            found = found.or(Some(Swallowed::Exception));
        }
        if cx.project.models.failure_kind(*class) != Some(FailureKind::Cancellation) {
            continue;
        }
        found = match class.rsplit('.').next().unwrap_or_default() {
            "GeneratorExit" => found,
            "BaseException" | "BaseExceptionGroup" => Some(Swallowed::Everything),
            "KeyboardInterrupt" | "SystemExit" => found.or(Some(Swallowed::Interrupt)),
            _ => found.or(Some(Swallowed::Cancellation)),
        };
    }
    found
}

/// What `contextlib.suppress(..)` swallows; `None` for any other context manager.
fn suppressed_by(cx: &LoopContext<'_>, scope: unspin_ir::ScopeId) -> Option<Vec<unspin_ir::Name>> {
    let (_, _, call) = cx.shape.origin(cx.function, cx.function.scope(scope).manager)?;
    let (model, _) = cx.project.resolve(cx.at, call).model?;
    let classes = call.arguments.iter().filter_map(|a| cx.function.path(a.value)).map(|path| unspin_ir::name(&path));
    (model.effect == Effect::Suppress).then(|| classes.collect())
}

fn observe_handler(cx: &LoopContext<'_>, dispatch: BlockId, handler: &Handler, kind: Swallowed) -> Option<Observation> {
    let natural = cx.natural();
    let header = BlockSet::from_iter([natural.header]);
    let after = ways::reachable(&cx.shape.cfg, handler.block, &natural.body, &header);
    let goes_round = handler.block == natural.header || natural.latches.iter().any(|&latch| after.contains(latch));
    if !natural.body.contains(handler.block) || !goes_round {
        return None;
    }
    let avoiding = BlockSet::from_iter([handler.block]);
    let elsewhere = ways::from_header(&cx.shape.cfg, natural, &avoiding);
    let own: Vec<BlockId> = after.iter().filter(|block| !elsewhere.contains(*block)).collect();
    let is_kept = || keeps(cx, handler, &own) || notes(cx, &own);
    if kind == Swallowed::Exception {
        let waits = |block: BlockId| {
            let data = cx.function.block(block);
            data.statements.iter().any(|s| matches!(s.kind, StatementKind::Yield(_))) && arrives_at(cx, block, dispatch)
        };
        let leaves = own.iter().any(|&block| {
            let terminator = &cx.function.block(block).terminator;
            matches!(terminator, Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Branch { .. })
        });
        let waits = natural.body.iter().any(waits);
        return (waits && !leaves).then(|| of_handler(cx, handler, kind, "generator-coroutine", None, &after));
    }
    let lets_go = |&block: &BlockId| (leaves(cx, block) && !leaves_at_limit(cx, handler, &own, block)) || stops(cx, block);
    if own.iter().any(lets_go) || is_kept() {
        return None;
    }
    let guarded: Vec<&Site<'_>> = cx.sites.iter().filter(|site| arrives_at(cx, site.block, dispatch)).collect();
    let awaits = guarded.iter().copied().find(|site| site.call.awaited && !is_cancelled_child(cx, site));
    let awaits_item = natural.body.iter().find(|&block| {
        matches!(cx.function.block(block).terminator, Terminator::Advance { awaited: true, .. })
            && arrives_at(cx, block, dispatch)
    });
    let (who, call) = match (cx.function.is_async, kind) {
        (true, Swallowed::Interrupt) => return None,
        (true, _) if awaits.is_some() => ("coroutine", awaits),
        (true, _) if awaits_item.is_some() => ("coroutine", None),
        (true, _) => return None,
        (false, Swallowed::Cancellation) => return None,
        (false, _) => ("thread", Some(guarded.iter().copied().find(|site| site.effect.is_some_and(Effect::blocks))?)),
    };
    Some(of_handler(cx, handler, kind, who, call, &after))
}

fn of_handler(
    cx: &LoopContext<'_>,
    handler: &Handler,
    kind: Swallowed,
    who: &'static str,
    call: Option<&Site<'_>>,
    after: &BlockSet,
) -> Observation {
    let file = cx.at.file;
    let mut places = vec![("handler", file, handler.span), ("loop", file, cx.source.head)];
    places.extend(call.map(|site| ("call", file, site.span)));
    places.extend(
        cx.natural()
            .latches
            .iter()
            .find(|latch| after.contains(**latch))
            .map(|&latch| ("latch", file, cx.function.block(latch).span)),
    );
    Observation {
        subject: Subject::WayRound,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("through", "cancellation"), ("cancelled", who)],
        places,
        words: vec![("call", call.map_or_else(|| "the next item".to_owned(), |site| cx.name_of(site)))],
        sureness: if kind == Swallowed::Cancellation { Sureness::High } else { Sureness::Medium },
    }
}

/// Whether a failure in a block comes to a dispatch first.
fn arrives_at(cx: &LoopContext<'_>, block: BlockId, dispatch: BlockId) -> bool {
    let mut at = cx.function.block(block).unwind;
    for _ in 0..8 {
        let Some(block) = at else { return false };
        if block == dispatch {
            return true;
        }
        at = match &cx.function.block(block).terminator {
            Terminator::Goto(next) => Some(*next),
            // What an inner handler names does not arrive; a cancellation passes it.
            Terminator::Dispatch { handlers, otherwise } if !handlers.iter().any(|h| swallowed(cx, h).is_some()) => *otherwise,
            _ => return false,
        };
    }
    false
}

fn leaves(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let data = cx.function.block(block);
    matches!(data.terminator, Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Unreachable)
        || cx.natural().exits.iter().any(|&(from, to)| from == block && data.unwind != Some(to))
        || cx.sites.iter().any(|site| {
            site.block == block
                && (site.effect == Some(Effect::Exit)
                    || site.resolution.targets.iter().any(|&target| {
                        let summary = cx.project.summary(target);
                        summary.never_returns || summary.raises
                    }))
        })
}

/// Whether a block leaves under a test of a count alone: what was caught has no say in that.
fn leaves_at_limit(cx: &LoopContext<'_>, handler: &Handler, own: &[BlockId], leaving: BlockId) -> bool {
    let mut at = leaving;
    for _ in 0..own.len() {
        if let Terminator::Branch { test, .. } = cx.function.block(at).terminator {
            let is_count =
                |side: ExprId| matches!(cx.function.expr(side), Expr::Constant(_)) || cx.function.path(side).is_some();
            let is_caught = handler.binding.is_some_and(|binding| mentions(cx.function, test, binding));
            return !is_caught
                && matches!(*cx.function.expr(test), Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b)
                    if is_count(a) && is_count(b));
        }
        let mut before = own.iter().copied().filter(|&block| cx.shape.cfg.successors(block).contains(&at));
        let (Some(only), None) = (before.next(), before.next()) else { return false };
        at = only;
    }
    false
}

/// Whether a block assigns what a test of the loop reads, or calls something that is named for stopping.
fn stops(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let tests = crate::loops::exit_tests(cx);
    let is_tested = |place: ExprId| {
        let path = cx.function.path(place);
        path.is_some()
            && tests.iter().any(|&test| crate::shape::any_part(cx.function, test, |part| cx.function.path(part) == path))
    };
    cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
        StatementKind::Assign(place, _) => is_tested(*place),
        StatementKind::Call(call) => {
            let named = crate::sites::shown_callee(cx.function, call);
            let last = named.rsplit('.').next().unwrap_or_default();
            cx.project.models.has_word(WordKind::Stop, last) || matches!(last, "set" | "uncancel" | "exc_info")
        }
        _ => false,
    })
}

/// Whether the exception is stored or handed to anything but a log.
fn keeps(cx: &LoopContext<'_>, handler: &Handler, own: &[BlockId]) -> bool {
    let Some(binding) = handler.binding else { return false };
    own.iter().flat_map(|&block| &cx.function.block(block).statements).any(|statement| match &statement.kind {
        StatementKind::Assign(_, value) => mentions(cx.function, *value, binding),
        StatementKind::Call(call) => {
            let is_text = matches!(call.callee, Callee::Path(path) if matches!(path.as_str(), "str" | "repr" | "type" | "isinstance" | "format"));
            call.operands().any(|operand| mentions(cx.function, operand, binding))
                && !is_text
                && !is_log(cx, call)
        }
        _ => false,
    })
}

/// Whether the handler sets a variable that is tested after the loop: `cancelled = True`, and then `if cancelled: raise`.
fn notes(cx: &LoopContext<'_>, own: &[BlockId]) -> bool {
    let statements = own.iter().flat_map(|&block| &cx.function.block(block).statements);
    let mut noted = statements.filter_map(|statement| match statement.kind {
        StatementKind::Assign(place, _) => match *cx.function.expr(place) {
            Expr::Local(local) => Some(local),
            _ => None,
        },
        _ => None,
    });
    noted.any(|local| {
        cx.function.block_ids().any(|(block, data)| match data.terminator {
            Terminator::Branch { test, .. } => !cx.natural().body.contains(block) && mentions(cx.function, test, local),
            _ => false,
        })
    })
}

fn is_log(cx: &LoopContext<'_>, call: &unspin_ir::Call) -> bool {
    let named = crate::sites::shown_callee(cx.function, call);
    cx.project.models.has_word(WordKind::Log, named.rsplit('.').next().unwrap_or_default())
        || cx.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::Log)
}

/// `task.cancel()` and then `await task`: the cancellation is the one that was asked for.
fn is_cancelled_child(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let awaited: Vec<String> = match site.call.callee {
        Callee::Value(value) => cx.function.path(value).into_iter().collect(),
        _ => paths_in(cx, site.call.arguments.iter().map(|argument| argument.value)),
    };
    let calls = || cx.function.calls().map(|(call, _)| call);
    let cancelled = || {
        calls().filter_map(|call| match call.callee {
            Callee::Method(on, method) if method == "cancel" => Some(on),
            _ => None,
        })
    };
    // `_, pending = await asyncio.wait([task, ..])`, and then `for task in pending: task.cancel()`.
    let is_item = |on: ExprId| {
        cx.function.blocks.iter().any(|block| match (&block.terminator, cx.function.expr(on)) {
            (Terminator::Advance { item, .. }, Expr::Local(local)) => item == local,
            _ => false,
        })
    };
    let is_among_others = || {
        calls().filter(|call| !std::ptr::eq(*call, site.call)).any(|call| {
            let lists =
                call.arguments.iter().map(|a| a.value).filter(|&value| matches!(cx.function.expr(value), Expr::Aggregate(..)));
            paths_in(cx, lists).iter().any(|path| awaited.contains(path))
        })
    };
    let is_asked =
        |on: ExprId| cx.function.path(on).is_some_and(|path| awaited.contains(&path)) || (is_item(on) && is_among_others());
    is_protected(site)
        || is_awaited_to_its_end(cx, &awaited)
        || is_cancelled_by_others(cx, &awaited)
        || (!awaited.is_empty() && cancelled().any(is_asked))
}

/// Whether another method of the class cancels the task that is awaited: then it is the task that was to end, not the loop.
fn is_cancelled_by_others(cx: &LoopContext<'_>, awaited: &[String]) -> bool {
    let Some(owner) = cx.function.owner.filter(|_| awaited.iter().any(|path| path.contains('.'))) else { return false };
    let mut family = cx.project.files[cx.at.file as usize].family(owner).map(|(_, function)| function);
    family.any(|function| {
        function.calls().any(|(call, _)| match call.callee {
            Callee::Method(on, method) => {
                method == "cancel" && function.path(on).is_some_and(|path| path.contains('.') && awaited.contains(&path))
            }
            _ => false,
        })
    })
}

/// The places that expressions are made of.
fn paths_in(cx: &LoopContext<'_>, exprs: impl Iterator<Item = ExprId>) -> Vec<String> {
    let mut paths = Vec::new();
    for expr in exprs {
        crate::shape::for_each_part(cx.function, expr, &mut |part| paths.extend(cx.function.path(part)));
    }
    paths
}

/// `while not task.done(): await asyncio.wait({task})`: the loop ends with what it waits for, whatever happens.
fn is_awaited_to_its_end(cx: &LoopContext<'_>, awaited: &[String]) -> bool {
    let asks = |test: ExprId| {
        crate::shape::any_part(cx.function, test, |part| {
            cx.origin_site(part).is_some_and(|origin| match origin.call.callee {
                Callee::Method(on, method) => {
                    method == "done" && cx.function.path(on).is_some_and(|path| awaited.contains(&path))
                }
                _ => false,
            })
        })
    };
    match cx.function.block(cx.natural().header).terminator {
        Terminator::Branch { test, .. } => asks(test),
        _ => false,
    }
}

/// Whether what is awaited must come to its end whatever happens: `while not task.done(): await asyncio.shield(task)`.
fn is_protected(site: &Site<'_>) -> bool {
    site.call.callee.name().is_some_and(|name| name.as_str() == "shield")
}
