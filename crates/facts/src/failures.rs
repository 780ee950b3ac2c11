//! Ways round that go through a failed call: what was caught, what bounds them, whether they pause.
//!
//! For every call of an endless loop whose failure comes back to the loop, the ways from the handler through the header
//! to the call again are looked at as a graph, reduced to the edges that the constants on the way allow
//! ([`feasible`]). "Is there a way without a limit?" is reachability in that graph without the blocks that test one; a
//! limit counts only where it is stepped on the way as well.

mod bounds;
mod feasible;
mod kind_of_round;
mod nothing;
mod waits;

use std::cell::{LazyCell, OnceCell};

use unspin_flow::{BlockSet, Cfg};
use unspin_ir::{BlockId, Constant, Expr, ExprId, Function, Handler, LocalId, LocalKind, StatementKind, Terminator};
use unspin_span::Span;

use self::bounds::{Bounds, OnEveryWay};
use self::feasible::Environment;
use self::kind_of_round::{is_now_and_then, loop_shape, waits_for_anybody};
use crate::model::{Effect, FailureKind};
use crate::observation::{Attribute, Observation, Queries, Subject, Sureness};
use crate::sites::{LoopContext, Remote, Site};
use crate::summary::Effects;
use crate::{Certainty, Project};

/// A failure of a call that arrives at a block of the loop.
pub(crate) struct Failure {
    site: usize,
    start: BlockId,
    binding: Option<LocalId>,
    kinds: Vec<FailureKind>,
    span: Span,
    /// Whether it is an item of a stream: `Some(Err(e)) = stream.next().await`.
    is_item: bool,
    /// Whether the handler names nothing but failures of the system, which files give as well.
    is_of_system: bool,
    /// The variable that holds the failure as a result, where a test has told: `if result.is_err()`.
    failed: Option<LocalId>,
    /// The answer by which the function that was called told it.
    told: Option<(LocalId, &'static Constant)>,
}

/// Observations of every way through a failure.
pub(crate) fn observe(cx: &LoopContext<'_>, queries: &Queries) -> Vec<Observation> {
    let failures = failures(cx);
    let handler_starts: Vec<BlockId> = failures.iter().map(|failure| failure.start).collect();
    let ways: Vec<Way> = failures.iter().map(|failure| way(cx, failure, &handler_starts)).collect();
    // What bounds a way is what costs. One of which nobody asks may still show that its sibling was forgotten.
    if !ways.iter().any(|way| queries.may_fit(Subject::WayRound, &KNOWN_FIRST, &way.attributes)) {
        return Vec::new();
    }
    let tested = OnceCell::new();
    let forgets_stop = LazyCell::new(|| crate::loops::forgets_stop(cx));
    let mut observations: Vec<(OnEveryWay, Observation)> = Vec::new();
    for (failure, way) in failures.iter().zip(ways) {
        if let Some(found) = observe_one(cx, failure, way, &tested, || *forgets_stop) {
            observations.push(found);
        }
    }
    let any_limited = observations.iter().any(|(bounds, _)| bounds.names.contains(&"limit"));
    let may_be_limited = observations.iter().any(|(bounds, _)| bounds.may_count);
    observations
        .into_iter()
        .map(|(bounds, mut observation)| {
            let sibling = any_limited && !bounds.names.contains(&"limit");
            let word = match (sibling, may_be_limited && !bounds.may_count) {
                (true, _) => "yes",
                (false, true) => "optional",
                (false, false) => "no",
            };
            observation.attributes.push(("sibling-limit", word));
            if sibling && observation.sureness == Sureness::Medium {
                observation.sureness = Sureness::High;
            }
            observation
        })
        .collect()
}

/// What is known at each block of a loop, once somebody has asked.
type Tested = OnceCell<Vec<Option<Environment>>>;

/// What is known of a way round before it is followed.
struct Way {
    shape: &'static str,
    remote: Remote,
    /// Those that [`KNOWN_FIRST`] names.
    attributes: Vec<Attribute>,
    is_any: bool,
    is_own: bool,
}

const KNOWN_FIRST: [&str; 5] = ["through", "failure", "effect", "remote", "given"];

fn way(cx: &LoopContext<'_>, failure: &Failure, handler_starts: &[BlockId]) -> Way {
    let site = &cx.sites[failure.site];
    let shape = loop_shape(cx, site, handler_starts);
    let kinds = kinds_of_retry(cx, site, failure, shape);
    let remote = remoteness(cx, site, failure, shape);
    let is_own = site.resolution.model.is_none() && !site.resolution.targets.is_empty();
    // What else a function that sends a request does, such as taking a lock, says nothing.
    let is_local = matches!(site.effect, None | Some(Effect::Wait | Effect::Sleep | Effect::Poll));
    let is_guessed =
        remote == Remote::Likely && (is_local && is_request_name(&cx.name_of(site)) || is_deadline_of_unknown(site));
    // What a function that connects reads and writes, it does in order to connect.
    let name = site.call.callee.name().map(|name| name.trim_start_matches('_').to_owned()).unwrap_or_default();
    let connects = is_own
        && matches!(site.effect, Some(Effect::Read | Effect::Receive | Effect::Write))
        && (name.starts_with("connect") || name.starts_with("reconnect"));
    let effect = if is_guessed || connects { "request" } else { effect_name(site.effect) };
    let mut attributes: Vec<Attribute> = vec![("through", "failure"), ("effect", effect)];
    attributes.extend(kinds.iter().map(|kind| ("failure", kind_name(*kind))));
    attributes.push((
        "remote",
        match remote {
            Remote::Yes => "yes",
            Remote::Likely => "likely",
            Remote::No => "no",
        },
    ));
    attributes.extend(failure.is_item.then_some(("given", "as-item")));
    attributes.extend(is_helper_of_retries(cx, failure).then_some(("calls", "given")));
    Way { shape, remote, attributes, is_any: kinds.contains(&FailureKind::Any), is_own }
}

fn observe_one(
    cx: &LoopContext<'_>,
    failure: &Failure,
    way: Way,
    tested: &Tested,
    forgets_stop: impl Fn() -> bool,
) -> Option<(OnEveryWay, Observation)> {
    let site = &cx.sites[failure.site];
    let Way { mut shape, remote, mut attributes, is_any, is_own } = way;
    let mut graph = feasible::after(cx, failure, site.block, None);
    if !goes_round(cx, failure, &graph) {
        return None;
    }
    let may_be_remote = remote != Remote::No;
    let mut bounds = Bounds::new(cx, site, failure, &graph).on_every_way(may_be_remote);
    if may_be_remote && !(bounds.pauses() && bounds.names.contains(&"limit")) {
        let at_block = tested.get_or_init(|| feasible::tested(cx))[site.block.index()].as_ref();
        let known = at_block.map(|start| feasible::at_call(cx, site, start)).filter(|known| !known.is_empty());
        if known.is_some() {
            graph = feasible::after(cx, failure, site.block, known);
            if !goes_round(cx, failure, &graph) {
                return None;
            }
            bounds = Bounds::new(cx, site, failure, &graph).on_every_way(may_be_remote);
        }
    }
    // Or a connection that serves one round.
    let is_job = if is_own { is_any } else { site.effect == Some(Effect::Connect) };
    if matches!(shape, "service" | "session") && bounds.pauses() && is_job || shape == "retry" && is_now_and_then(cx, site) {
        shape = "job";
    }
    if waits::is_watched(cx, site, &failure.kinds) {
        bounds.names.push("health-check");
    }
    let is_unbounded = may_be_remote && !bounds.names.iter().any(|&name| name == "limit" || name == "deadline");
    if is_unbounded && crate::timeouts::loop_is_bounded(cx) {
        bounds.names.push("deadline");
    }
    attributes.push(("shape", shape));
    attributes.extend(bounds.names.iter().map(|&bound| ("bounded-by", bound)));
    attributes.push(("pause", bounds.pause));
    attributes.extend(bounds.delay.map(|delay| ("delay", delay)));
    attributes.push(("wait", waits::class(cx, site)));
    let after = feasible::reachable(&graph, failure.start, &cx.natural().body, &BlockSet::from_iter([cx.natural().header]));
    attributes.extend(waits::is_tick(cx, site, &after).then_some(("wait", "tick")));
    attributes.extend(waits::is_timeout_of_caller(cx, site).then_some(("timeout", "of-caller")));
    attributes.extend(waits_for_anybody(cx, site).then_some(("from", "anybody")));
    attributes.extend(waits::is_glance_at_child(cx, site).then_some(("from", "own-process")));
    attributes.extend(is_spared_socket(cx, site).then_some(("from", "spared-socket")));
    attributes.extend(waits::is_handed(cx, site).then_some(("peer", "handed")));
    let is_awaited = waits::is_answer(cx, site) && !waits::is_for_endless_loop(cx);
    attributes.extend(is_awaited.then_some(("answer", "awaited")));
    attributes.extend(forgets_stop().then_some(("stop-signal", "forgotten")));
    let file = cx.at.file;
    let latch = latch_span(cx, &graph, failure.start);
    let sureness = match (remote, site.resolution.model.map(|(_, certainty)| certainty)) {
        (Remote::Yes, Some(Certainty::Certain)) => Sureness::High,
        (Remote::No, _) => Sureness::Low,
        // Whatever it waits for, the deadline itself is seen.
        _ if site.is_deadline() => Sureness::High,
        _ => Sureness::Medium,
    };
    let observation = Observation {
        subject: Subject::WayRound,
        function: cx.at,
        around: Some(cx.source.span),
        attributes,
        places: vec![
            ("handler", file, failure.span),
            ("call", file, site.span),
            ("loop", file, cx.source.head),
            ("latch", file, latch),
        ],
        words: vec![("call", cx.name_of(site))],
        sureness,
    };
    Some((bounds, observation))
}

/// Whether the loop can go round a second time, given what the first round assigns: `if tried: raise`, and `tried = True`.
pub(crate) fn goes_round_again(cx: &LoopContext<'_>) -> bool {
    feasible::goes_round_again(cx)
}

/// Whether the function of a loop gives back what a call of the loop gave, or something made of it.
pub(crate) fn is_given_back(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    waits::is_answer(cx, site)
}

/// Whether the loop comes back to the call after the failure.
fn goes_round(cx: &LoopContext<'_>, failure: &Failure, graph: &Cfg) -> bool {
    let nothing = BlockSet::new(cx.shape.cfg.len());
    let around = feasible::reachable(graph, failure.start, &cx.natural().body, &nothing);
    around.contains(cx.natural().header) && around.contains(cx.sites[failure.site].block)
}

/// Every failure of a call of the loop that arrives at a handler, or at a test of a stored result, in the loop.
fn failures(cx: &LoopContext<'_>) -> Vec<Failure> {
    let mut found = Vec::new();
    for (index, site) in cx.sites.iter().enumerate() {
        if site.call.raises && !site.call.panics && !is_made_for_deadline(cx, site) {
            raised(cx, index, site, &mut found);
        }
    }
    for block in cx.natural().body.iter() {
        let data = cx.function.block(block);
        if let Terminator::Branch { test, then, otherwise } = data.terminator {
            stored(cx, test, then, otherwise, data.span, &mut found);
            nothing::answered(cx, test, (then, otherwise), data.span, &mut found);
        }
    }
    found
}

/// `wait_for(stream.read(n), 5)`: what is not awaited here fails where the deadline is awaited.
fn is_made_for_deadline(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(result) = site.call.result.filter(|_| cx.function.is_async && !site.call.awaited) else { return false };
    cx.sites
        .iter()
        .filter(|other| other.is_deadline() && other.call.awaited)
        .any(|deadline| deadline.made.arguments.iter().any(|argument| *cx.function.expr(argument.value) == Expr::Local(result)))
}

fn raised(cx: &LoopContext<'_>, index: usize, site: &Site<'_>, found: &mut Vec<Failure>) {
    let mut at = cx.function.block(site.block).unwind;
    let mut caught: Vec<FailureKind> = Vec::new();
    for _ in 0..cx.function.blocks.len() {
        let Some(block) = at.filter(|&block| cx.natural().body.contains(block)) else { return };
        at = match &cx.function.block(block).terminator {
            Terminator::Goto(next) => Some(*next),
            Terminator::Dispatch { handlers, otherwise } => {
                for handler in handlers {
                    let Some(kinds) = kinds_of_handler(cx, handler) else { continue };
                    let is_broad = kinds.contains(&FailureKind::Any);
                    let kinds = match kinds {
                        _ if is_stale_object(handlers, handler) => vec![FailureKind::Item],
                        kinds if is_broad => kinds_of_anything(cx, site, kinds),
                        kinds => kinds,
                    };
                    if is_peer_gone(cx, site, handler) {
                        continue;
                    }
                    let kinds: Vec<_> =
                        kinds.into_iter().filter(|kind| *kind == FailureKind::Item || !caught.contains(kind)).collect();
                    caught.extend(&kinds);
                    if cx.natural().body.contains(handler.block) && !kinds.is_empty() {
                        split_by_tests(cx, index, (handlers, handler), kinds, found);
                    }
                    if is_broad {
                        return;
                    }
                }
                *otherwise
            }
            _ => return,
        };
    }
}

/// What a handler of everything catches of one call: the end of a deadline; in Rust, where the type says what can fail,
/// a failure of the connection.
fn kinds_of_anything(cx: &LoopContext<'_>, site: &Site<'_>, kinds: Vec<FailureKind>) -> Vec<FailureKind> {
    if site.is_deadline() {
        return vec![FailureKind::Timeout, FailureKind::Any];
    }
    let summaries = || site.resolution.targets.iter().map(|&target| cx.project.summary(target));
    let talks = site.call.awaited && summaries().any(|summary| summary.reads_given && summary.writes_given);
    if !talks && summaries().any(|summary| summary.times_out != Effects::default()) {
        return vec![FailureKind::Timeout, FailureKind::Any];
    }
    let is_modelled = site.resolution.model.is_some();
    let is_direct = site.remote == Remote::Yes && (is_modelled || talks);
    if is_direct && crate::sites::is_rust(cx.project, cx.at) { vec![FailureKind::Connection] } else { kinds }
}

/// A peer that hung up while it waited to be accepted is out of the queue: the next accept is for the next peer. That a
/// datagram did not arrive is told once, by the next read, which takes the failure away.
fn is_peer_gone(cx: &LoopContext<'_>, site: &Site<'_>, handler: &Handler) -> bool {
    let is_of_datagrams = takes_datagrams(cx, site);
    let is_gone = |class: &unspin_ir::Name| {
        let is_of_sending = class.contains("ConnectionRefused") && is_of_datagrams;
        class.contains("ConnectionAborted") || class.contains("ConnectionReset") || is_of_sending
    };
    (site.effect == Some(Effect::Accept) || is_of_datagrams)
        && !handler.classes.is_empty()
        && handler.classes.iter().all(is_gone)
}

/// Whether a call, or a helper that it runs, takes a datagram.
fn takes_datagrams(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let takes = |call: &unspin_ir::Call| {
        matches!(call.callee, unspin_ir::Callee::Method(_, method)
            if matches!(method.as_str(), "recvfrom" | "recvfrom_into" | "recv_from" | "sock_recvfrom"))
    };
    let mut helpers = site.resolution.targets.iter().map(|&target| cx.project.function(target));
    takes(site.call) || helpers.any(|helper| helper.calls().any(|(call, _)| takes(call)))
}

/// Whether datagrams are taken from a socket that nobody else can close, in Rust, under a read timeout, which is how it fails
/// most, or one that the function has bound itself: what else fails then concerns one datagram.
fn is_spared_socket(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let is_bind = |call: &unspin_ir::Call| call.callee.name().is_some_and(|name| unspin_ir::last_part(name) == "bind");
    crate::sites::is_rust(cx.project, cx.at)
        && takes_datagrams(cx, site)
        && (waits::class(cx, site) != "unknown" || cx.function.calls().any(|(call, _)| is_bind(call)))
}

/// Whether it catches the wrong use of a database's object, one that has gone stale above all, while another handler of the
/// same `try` has the failures of the database itself.
fn is_stale_object(handlers: &[Handler], handler: &Handler) -> bool {
    let is_named = |class: &unspin_ir::Name, names: &[&str]| names.contains(&unspin_ir::last_part(*class).as_str());
    let is_of_database = |class: &unspin_ir::Name| is_named(class, &["OperationalError", "DatabaseError"]);
    !handler.classes.is_empty()
        && handler.classes.iter().all(|class| is_named(class, &["InterfaceError"]))
        && handlers.iter().any(|other| other.classes.iter().any(is_of_database))
}

/// What a handler catches; `None` for a context manager that swallows nothing.
fn kinds_of_handler(cx: &LoopContext<'_>, handler: &Handler) -> Option<Vec<FailureKind>> {
    let mut classes = handler.classes.clone();
    if let Some(scope) = handler.manager {
        let (_, _, call) = cx.shape.origin(cx.function, cx.function.scope(scope).manager)?;
        let (model, _) = cx.project.resolve(cx.at, call).model?;
        if model.effect != Effect::Suppress {
            return None;
        }
        classes = call.arguments.iter().filter_map(|a| cx.function.path(a.value)).map(|path| unspin_ir::name(&path)).collect();
    }
    if classes.is_empty() {
        return Some(vec![FailureKind::Any]);
    }
    let mut kinds: Vec<FailureKind> =
        classes.iter().map(|class| cx.project.models.failure_kind(*class).unwrap_or(FailureKind::Item)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    Some(kinds)
}

/// A broad handler that first asks what failed is several: one for each kind that is asked for, one for the rest.
fn split_by_tests(
    cx: &LoopContext<'_>,
    site: usize,
    (handlers, handler): (&[Handler], &Handler),
    kinds: Vec<FailureKind>,
    found: &mut Vec<Failure>,
) {
    let mut start = handler.block;
    // Past tests of which it is not known what they ask for, as long as they only let some failures leave.
    let mut ahead = start;
    for _ in 0..8 {
        let Some((test, then, otherwise)) = next_test(cx, ahead) else { break };
        let stays = |block: BlockId| cx.natural().body.contains(block);
        let of_peer = || asks_for_peer(cx, test).then_some((FailureKind::Connection, true));
        let Some((kind, when)) = kind_asked_for(cx, test).or_else(of_peer) else {
            // `if "timed out" in str(error): return`
            if stays(then) || !asks_of(cx, test, handler) {
                break;
            }
            ahead = otherwise;
            continue;
        };
        let (same, rest) = if when { (then, otherwise) } else { (otherwise, then) };
        let is_harmless =
            kind == FailureKind::Interrupt || (cx.sites[site].effect == Some(Effect::Accept) && asks_for_peer(cx, test));
        if stays(same) && !is_harmless {
            found.push(Failure {
                site,
                start: same,
                binding: handler.binding,
                kinds: vec![kind],
                span: handler.span,
                is_item: false,
                is_of_system: names_system(handler),
                failed: None,
                told: None,
            });
        }
        if !stays(rest) {
            return;
        }
        start = if ahead == start { rest } else { start };
        ahead = rest;
    }
    let span = span_of_arm(cx, handlers, handler, start);
    let is_of_system = names_system(handler);
    found.push(Failure {
        site,
        start,
        binding: handler.binding,
        kinds,
        span,
        is_item: false,
        is_of_system,
        failed: None,
        told: None,
    });
}

fn names_system(handler: &Handler) -> bool {
    let is_of_system = |class: &unspin_ir::Name| matches!(class.as_str(), "OSError" | "IOError" | "EnvironmentError");
    !handler.classes.is_empty() && handler.classes.iter().all(is_of_system)
}

/// Whether a test looks at the failure that a handler caught.
fn asks_of(cx: &LoopContext<'_>, test: ExprId, handler: &Handler) -> bool {
    let mut asks = false;
    crate::shape::for_each_part(cx.function, test, &mut |part| {
        asks |= handler.binding.is_some_and(|local| *cx.function.expr(part) == Expr::Local(local));
    });
    asks
}

/// The test that a handler comes to first, past what it only names.
fn next_test(cx: &LoopContext<'_>, mut at: BlockId) -> Option<(ExprId, BlockId, BlockId)> {
    for _ in 0..8 {
        let data = cx.function.block(at);
        match data.terminator {
            Terminator::Branch { test, then, otherwise } => return Some((test, then, otherwise)),
            Terminator::Goto(next)
                if cx.natural().body.contains(next)
                    && data.statements.iter().all(|statement| matches!(statement.kind, StatementKind::Assign(..))) =>
            {
                at = next;
            }
            _ => return None,
        }
    }
    None
}

/// Where the failure is handled: where the guard of one handler fails, it goes on to another.
fn span_of_arm(cx: &LoopContext<'_>, handlers: &[Handler], handler: &Handler, start: BlockId) -> Span {
    let natural = cx.natural();
    let mut at = start;
    for _ in 0..8 {
        if let Some(other) = handlers.iter().find(|other| other.block == at)
            && other.block != handler.block
        {
            return other.span;
        }
        at = match cx.function.block(at).terminator {
            Terminator::Branch { then, otherwise, .. } => match (natural.body.contains(then), natural.body.contains(otherwise))
            {
                (true, false) => then,
                (false, true) => otherwise,
                _ => break,
            },
            Terminator::Goto(next) if natural.body.contains(next) && next != natural.header => next,
            _ => break,
        };
    }
    handler.span
}

/// Whether a test asks for a peer that hung up before it was accepted.
fn asks_for_peer(cx: &LoopContext<'_>, test: ExprId) -> bool {
    crate::shape::any_part(cx.function, test, |part| {
        matches!(cx.function.expr(part), Expr::Global(name) | Expr::HasVariant(_, name)
            if ["ConnectionAborted", "ECONNABORTED", "ConnectionReset"].iter().any(|gone| name.contains(gone)))
    })
}

/// `e.kind() == ErrorKind::TimedOut`: the kind, and the outcome that means it.
fn kind_asked_for(cx: &LoopContext<'_>, test: ExprId) -> Option<(FailureKind, bool)> {
    use unspin_ir::{CompareOp, UnaryOp};
    match cx.function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => kind_asked_for(cx, *inner).map(|(kind, when)| (kind, !when)),
        Expr::Compare(CompareOp::Ne | CompareOp::NotIn | CompareOp::IsNot, ..) => {
            named_kind(cx, test).map(|kind| (kind, false))
        }
        Expr::Compare(CompareOp::Eq | CompareOp::In | CompareOp::Is, ..) | Expr::HasVariant(..) | Expr::HasType(..) => {
            named_kind(cx, test).map(|kind| (kind, true))
        }
        Expr::Truth(inner) => kind_asked_for(cx, *inner),
        // `error.is_timeout()`
        _ => match cx.origin_site(test)?.call.callee {
            unspin_ir::Callee::Method(_, method) if method.as_str() == "is_timeout" => Some((FailureKind::Timeout, true)),
            unspin_ir::Callee::Method(_, method) if method.as_str() == "is_connect" => Some((FailureKind::Connection, true)),
            _ => None,
        },
    }
}

/// The kind of failure that a test names: `errno.EINTR`, `ErrorKind.WouldBlock`, a variant or class.
pub(crate) fn named_kind(cx: &LoopContext<'_>, test: ExprId) -> Option<FailureKind> {
    kind_named_in(cx.project, cx.function, test)
}

fn kind_named_in(project: &Project, function: &Function, test: ExprId) -> Option<FailureKind> {
    let mut kind = None;
    crate::shape::for_each_part(function, test, &mut |part| {
        let named = match function.expr(part) {
            Expr::Global(name) | Expr::HasVariant(_, name) => Some(*name),
            Expr::HasType(_, types) => types.first().copied(),
            _ => None,
        };
        kind = kind.or_else(|| named.and_then(|name| project.models.failure_kind(name)));
    });
    kind
}

/// `if r.is_err()`, `Some(Err(e)) =>` on the stored result of a call of the loop.
fn stored(cx: &LoopContext<'_>, test: ExprId, then: BlockId, otherwise: BlockId, span: Span, found: &mut Vec<Failure>) {
    use unspin_ir::UnaryOp;
    let (value, failed) = match cx.function.expr(test) {
        Expr::HasVariant(value, variant) if *variant == "Err" => (*value, then),
        Expr::Unary(UnaryOp::Not, inner) => match cx.function.expr(*inner) {
            Expr::HasVariant(value, variant) if *variant == "Err" => (*value, otherwise),
            _ => return,
        },
        _ => return,
    };
    let Some(origin) = cx.origin_site(value) else { return };
    let Some(site) = cx.sites.iter().position(|site| std::ptr::eq(site, origin)) else { return };
    if cx.natural().body.contains(failed) {
        let kinds = kinds_of_anything(cx, origin, vec![FailureKind::Any]);
        let named =
            cx.function.block(failed).statements.first().filter(|first| matches!(first.kind, StatementKind::Assign(..)));
        let span = named.map_or(span, |named| named.span);
        let is_item = origin.call.awaited
            && matches!(origin.call.callee, unspin_ir::Callee::Method(_, method) if matches!(method.as_str(), "next" | "recv"));
        let result = match *cx.function.expr(value) {
            Expr::Local(local) => Some(local),
            _ => None,
        };
        found.push(Failure {
            site,
            start: failed,
            binding: None,
            kinds,
            span,
            is_item,
            is_of_system: false,
            failed: result,
            told: None,
        });
    }
}

/// Whether the call waits for another machine: by its model, or, unresolved, by the library's failure that is caught.
fn remoteness(cx: &LoopContext<'_>, site: &Site<'_>, failure: &Failure, shape: &str) -> Remote {
    let has_kind = |wanted: FailureKind| failure.kinds.contains(&wanted);
    if site.effect == Some(Effect::Connect) && crate::timeouts::is_local(cx.project, cx.at, site.call) {
        return Remote::No;
    }
    if is_deadline_of_unknown(site) {
        // Whoever expects the connection to fail as well waits for no event of this program.
        let is_remote = shape == "retry" && has_kind(FailureKind::Timeout) && has_kind(FailureKind::Connection);
        return if is_remote { Remote::Likely } else { Remote::No };
    }
    let is_known = site.resolution.model.is_some() || !site.resolution.targets.is_empty();
    if site.remote == Remote::No && shape == "retry" && site.call.awaited && is_request_name(&cx.name_of(site)) {
        return Remote::Likely;
    }
    if site.remote != Remote::No || is_known {
        return if failure.told.is_some() { site.remote.max(Remote::Likely) } else { site.remote };
    }
    let names_connection = failure.kinds.iter().any(|kind| matches!(kind, FailureKind::Timeout | FailureKind::Connection));
    if names_connection && !failure.is_of_system && is_alone_in_try(cx, site) { Remote::Likely } else { Remote::No }
}

/// Whether what failed is a function that was handed to this one, as to a decorator, and it is called again whatever happened.
fn is_helper_of_retries(cx: &LoopContext<'_>, failure: &Failure) -> bool {
    let call = cx.sites[failure.site].call;
    let is_given = |local: LocalId| {
        let kind = cx.function.local(local).kind;
        matches!(kind, LocalKind::Parameter | LocalKind::Captured) && cx.function.receiver() != Some(local)
    };
    let calls_given = matches!(call.callee, unspin_ir::Callee::Value(value)
        if matches!(*cx.function.expr(value), Expr::Local(local) if is_given(local)));
    let is_test = |block: BlockId| matches!(cx.function.block(block).terminator, Terminator::Branch { .. });
    calls_given && !cx.natural().body.iter().any(is_test)
}

/// Whether a deadline is put around something that a caller handed over, of which nothing is known.
fn is_deadline_of_unknown(site: &Site<'_>) -> bool {
    site.is_deadline() && site.effect == Some(Effect::Deadline) && site.remote == Remote::No
}

/// Whether a function says that it asks another machine: what is awaited and called so does.
fn is_request_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    ["send_request", "connect", "fetch", "do_request", "reconnect"].iter().any(|word| last.contains(word))
        && !last.contains("disconnect")
}

/// A project's own variant of failure says nothing; what is done about it, calling again, says that it was no answer.
fn kinds_of_retry(cx: &LoopContext<'_>, site: &Site<'_>, failure: &Failure, shape: &str) -> Vec<FailureKind> {
    let is_own = matches!(failure.kinds.as_slice(), [FailureKind::Item | FailureKind::Cancellation])
        && site.call.awaited
        && !site.resolution.targets.is_empty();
    if is_own && shape == "retry" && crate::sites::is_rust(cx.project, cx.at) {
        vec![FailureKind::Any]
    } else {
        failure.kinds.clone()
    }
}

/// Whether no other call of the same `try` is known to be the remote one.
fn is_alone_in_try(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let unwind = cx.function.block(site.block).unwind;
    !cx.sites.iter().any(|other| other.remote == Remote::Yes && cx.function.block(other.block).unwind == unwind)
}

fn latch_span(cx: &LoopContext<'_>, graph: &Cfg, start: BlockId) -> Span {
    let nothing = BlockSet::from_iter([cx.natural().header]);
    let around = feasible::reachable(graph, start, &cx.natural().body, &nothing);
    let latch = cx.natural().latches.iter().find(|latch| around.contains(**latch));
    latch.map_or(cx.source.head, |&latch| cx.function.block(latch).span)
}

pub(crate) fn effect_name(effect: Option<Effect>) -> &'static str {
    match effect {
        Some(Effect::Read) => "read",
        Some(Effect::Receive) => "receive",
        Some(Effect::Write) => "write",
        Some(Effect::Connect) => "connect",
        Some(Effect::Accept) => "accept",
        Some(Effect::Request) => "request",
        Some(Effect::Wait | Effect::Sleep) => "wait",
        Some(Effect::Poll) => "poll",
        _ => "other",
    }
}

fn kind_name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Timeout => "timeout",
        FailureKind::Connection => "connection",
        FailureKind::LocalTimeout => "local-timeout",
        FailureKind::Closed => "closed",
        FailureKind::End => "end",
        FailureKind::Interrupt => "interrupt",
        FailureKind::Cancellation => "cancellation",
        FailureKind::Item => "item",
        FailureKind::Any => "any",
    }
}
