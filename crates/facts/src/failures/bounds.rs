//! What bounds the ways round after a failure.

mod asked;
mod helpers;
mod pauses;
mod tested;

use std::collections::BTreeMap;

use unspin_flow::{BlockSet, Cfg};
use unspin_ir::{BlockId, Callee, CompareOp, Expr, ExprId, LocalId, StatementKind, Terminator, UnaryOp};

use super::{Failure, feasible};
use crate::model::{Effect, WordKind};
use crate::sites::{LoopContext, Remote, Site};
use crate::summary::steps_itself;

/// Of a loop with more blocks it is not asked what the constants that a side of a test assigns decide.
const MAX_DECIDED: usize = 400;

/// What every way from a failure back to its call passes.
pub(super) struct OnEveryWay {
    pub(super) names: Vec<&'static str>,
    /// Whether some way tests a count: `if max_retries < 0 or retries < max_retries`.
    pub(super) may_count: bool,
    /// Whether every way pauses: `yes`, `no`; `perhaps` where some do, or the call itself may before it fails.
    pub(super) pause: &'static str,
    /// Whether the pauses always take the same time; `None` where that is not known.
    pub(super) delay: Option<&'static str>,
}

impl OnEveryWay {
    pub(super) fn pauses(&self) -> bool {
        self.pause == "yes"
    }
}

/// Collects the blocks of each kind of bound.
pub(super) struct Bounds<'c, 'p> {
    cx: &'c LoopContext<'p>,
    site: &'c Site<'p>,
    failure: &'c Failure,
    graph: &'c Cfg,
    /// Blocks on the ways from the failure back to the call.
    around: BlockSet,
    /// Blocks from which the loop starts again: in the whole graph, and in the reduced one, which ends at calls that never
    /// return.
    returning: [BlockSet; 2],
    /// Blocks that a way round enters only so many times before it takes another turn.
    passing: BlockSet,
}

impl<'c, 'p> Bounds<'c, 'p> {
    pub(super) fn new(cx: &'c LoopContext<'p>, site: &'c Site<'p>, failure: &'c Failure, graph: &'c Cfg) -> Self {
        let natural = cx.natural();
        let around = feasible::reachable(graph, failure.start, &natural.body, &BlockSet::new(graph.len()));
        let back = unspin_flow::ways::reaching_header(&cx.shape.cfg, natural, &BlockSet::new(graph.len()));
        let returning = [back, feasible::reaching(graph, natural.header, &around)];
        let mut bounds = Self { cx, site, failure, graph, around, returning, passing: BlockSet::new(graph.len()) };
        bounds.passing = bounds.around.iter().filter_map(|block| bounds.next_of_many(block)).collect();
        bounds
    }

    pub(super) fn on_every_way(&self, may_be_remote: bool) -> OnEveryWay {
        let kinds: BTreeMap<&'static str, BlockSet> = self.tests();
        let mut names: Vec<&'static str> =
            kinds.iter().filter(|(_, blocks)| self.cuts(blocks)).map(|(name, _)| *name).collect();
        if self.cuts(&self.fallible_in_handler()) {
            names.push("health-check");
        }
        if self.cuts(&self.unknown_callbacks()) && !names.contains(&"unknown") {
            names.push("unknown");
        }
        // `Err(error) if error.kind() == MaxReconnects => return`: the callee counts.
        let counts = self.site.resolution.targets.iter().any(|&target| self.cx.project.summary(target).compares_bound);
        if counts && names.contains(&"error-test") && !names.contains(&"unknown") {
            names.push("unknown");
        }
        let is_bounding = |name: &&str| matches!(*name, "limit" | "deadline" | "health-check" | "data" | "unknown");
        let bounding = |wanted: &[&str]| {
            let blocks = kinds.iter().filter(|(name, _)| wanted.contains(name)).flat_map(|(_, blocks)| blocks.iter());
            blocks.collect::<BlockSet>()
        };
        // One way counts, the other one looks after the peer.
        if !names.iter().any(is_bounding) && self.cuts(&bounding(&["limit", "deadline", "health-check", "data", "unknown"])) {
            names.push("unknown");
        }
        let pauses = self.pauses();
        let mut paused_or_ended = pauses.clone();
        paused_or_ended.extend(&bounding(&["limit", "health-check", "data", "unknown"]));
        let pause = match () {
            () if self.cuts(&pauses) => "yes",
            () if self.cuts(&paused_or_ended) || self.may_pause(&pauses) => "perhaps",
            () => "no",
        };
        let is_bounded = names.iter().any(|&name| name == "limit" || name == "deadline");
        if may_be_remote && !is_bounded && self.is_bounded_when_asked() {
            names.push("asked-limit");
        }
        if may_be_remote && !names.contains(&"unknown") && self.becomes_end() {
            names.push("unknown");
        }
        let may_count = kinds.contains_key("limit");
        OnEveryWay { names, may_count, pause, delay: if pause == "yes" { self.delay() } else { None } }
    }

    /// Whether every way from the failure through the head of the loop to the call enters one of the blocks. A way that comes
    /// to the call without the head is one round an inner loop.
    fn cuts(&self, blocks: &BlockSet) -> bool {
        if blocks.is_empty() {
            return false;
        }
        let mut blocks = blocks.clone();
        blocks.extend(&self.passing);
        // The call's own block ends the way; what comes before the call in it was looked at when it was collected.
        if blocks.contains(self.site.block) {
            return true;
        }
        blocks.remove(self.site.block);
        let natural = self.cx.natural();
        let passes = |from: BlockId, to: BlockId| feasible::reachable(self.graph, from, &natural.body, &blocks).contains(to);
        !passes(self.failure.start, natural.header) || !passes(natural.header, self.site.block)
    }

    /// Whether a branch goes back on one side alone.
    fn leaves(&self, then: BlockId, otherwise: BlockId) -> bool {
        let header = self.cx.natural().header;
        self.returning.iter().any(|returning| {
            let returns = |block: BlockId| block == header || returning.contains(block);
            returns(then) != returns(otherwise)
        })
    }

    /// Whether what a side of a branch assigns may decide that the loop is left: `if closed: n = -1`, and a later
    /// `if n < 0: raise`.
    fn may_decide(&self, side: BlockId) -> bool {
        let natural = self.cx.natural();
        let is_inside = natural.body.contains(side) && side != natural.header;
        is_inside && natural.body.len() <= MAX_DECIDED && self.assigns_what_is_tested(side)
    }

    /// Whether it does.
    fn decides(&self, side: BlockId) -> bool {
        let natural = self.cx.natural();
        let graph = feasible::from_block(self.cx, side, self.site.block);
        let around = feasible::reachable(&graph, side, &natural.body, &BlockSet::new(self.graph.len()));
        !around.contains(natural.header) && !around.contains(self.site.block)
    }

    /// Whether a block assigns a constant to what some test of the loop is about.
    fn assigns_what_is_tested(&self, block: BlockId) -> bool {
        let function = self.cx.function;
        let is_tested = |local: LocalId| {
            self.cx.natural().body.iter().any(|other| match function.block(other).terminator {
                Terminator::Branch { test, .. } => crate::shape::mentions(function, test, local),
                _ => false,
            })
        };
        function.block(block).statements.iter().any(|statement| match statement.kind {
            StatementKind::Assign(place, value) => {
                matches!(function.expr(value), Expr::Constant(_) | Expr::Unary(UnaryOp::Negate, _))
                    && crate::shape::root_local(function, place).is_some_and(is_tested)
            }
            _ => false,
        })
    }

    /// Blocks that test each kind of bound.
    fn tests(&self) -> BTreeMap<&'static str, BlockSet> {
        let mut kinds: BTreeMap<&'static str, BlockSet> = BTreeMap::new();
        for block in self.around.iter() {
            let Terminator::Branch { test, then, otherwise } = self.cx.function.block(block).terminator else { continue };
            if block == self.site.block {
                continue;
            }
            let leaves = self.leaves(then, otherwise);
            let mut deciding = [then, otherwise].into_iter().filter(|&side| self.may_decide(side)).peekable();
            // Most tests do neither, and what a test is about is asked for word by word.
            if !leaves && deciding.peek().is_none() {
                continue;
            }
            let found = self.kinds_of_test(block, test);
            if !found.is_empty() && (leaves || deciding.any(|side| self.decides(side))) {
                for kind in found {
                    kinds.entry(kind).or_default().insert(block);
                }
            }
        }
        let leaving = self.around.iter().filter(|&block| self.lets_others_end(block));
        kinds.entry("stop-signal").or_default().extend(&leaving.collect());
        for site in self.cx.sites.iter().filter(|site| self.around.contains(site.block) && !std::ptr::eq(*site, self.site)) {
            if let Some(kind) = self.bounding_helper(site).or_else(|| self.stopping(site)) {
                kinds.entry(kind).or_default().insert(site.block);
            }
        }
        kinds
    }

    /// Whether an arm of a `select!` leaves the loop when something else than the network is ready.
    fn lets_others_end(&self, block: BlockId) -> bool {
        let Terminator::Select { arms } = &self.cx.function.block(block).terminator else { return false };
        arms.iter().any(|&arm| {
            let is_remote = self.cx.sites.iter().any(|site| site.block == arm && site.remote != Remote::No);
            let leaves = !self.cx.natural().body.contains(arm) || self.always_leaves(arm);
            leaves && !is_remote
        })
    }

    /// Whether the loop never starts again from a block.
    fn always_leaves(&self, block: BlockId) -> bool {
        block != self.cx.natural().header && !self.returning[0].contains(block)
    }

    fn kinds_of_test(&self, block: BlockId, test: ExprId) -> Vec<&'static str> {
        let (cx, function) = (self.cx, self.cx.function);
        let mut kinds = Vec::new();
        if self.is_limit(test) {
            kinds.push("limit");
        }
        let mut add = |kind: &'static str| {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        };
        if self.moving_cursor(test).is_some() {
            add("data");
        }
        crate::shape::for_each_part(function, test, &mut |part| {
            if let Some(path) = function.path(part) {
                // There are only so many kept connections that can fail.
                if has(cx, WordKind::Reused, &path) {
                    add("data");
                }
                if has(cx, WordKind::Deadline, &path) {
                    add("deadline");
                }
                if self.is_stop_name(&path) || (self.site.remote != Remote::No && self.is_set_by_others(part)) {
                    add("stop-signal");
                }
                if self.is_shrunk(&path) {
                    add("data");
                }
            }
            if self.is_of_failure(part) {
                add("error-test");
            }
            match function.expr(part) {
                Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b)
                    if self.is_of_clock(*a) || self.is_of_clock(*b) =>
                {
                    add("deadline");
                }
                // Whoever is asked says when it is no longer so.
                Expr::Constant(unspin_ir::Constant::Text(named)) if named.contains("pending") => add("health-check"),
                _ => {}
            }
            let Some(origin) = cx.origin_site(part).filter(|origin| !std::ptr::eq(*origin, self.site)) else { return };
            if let Some(kind) = self.kind_of_result(origin, block) {
                add(kind);
            }
        });
        kinds
    }

    /// What a test on the result of another call of the loop means.
    fn kind_of_result(&self, origin: &Site<'p>, tested_in: BlockId) -> Option<&'static str> {
        let cx = self.cx;
        let gets_failure = origin.call.arguments.iter().any(|a| self.mentions_failure(a.value))
            || matches!(origin.call.callee, Callee::Method(receiver, _) if self.mentions_failure(receiver));
        let named = match origin.call.callee {
            Callee::Path(path) => unspin_ir::last_part(path),
            Callee::Method(_, method) => method,
            Callee::Value(value) => unspin_ir::name(cx.function.path(value).as_deref().unwrap_or_default()),
        };
        if self.fetches_items(origin) {
            return Some("data");
        }
        if let Some((model, _)) = origin.resolution.model {
            return match model.effect {
                Effect::StopCheck => Some("stop-signal"),
                Effect::Clock => Some("deadline"),
                Effect::RetryPolicy => Some("limit"),
                Effect::Query if self.is_handed_flag(origin) => Some("stop-signal"),
                Effect::Wait | Effect::Query | Effect::Pure | Effect::View if self.is_stop_name(&cx.name_of(origin)) => {
                    Some("stop-signal")
                }
                Effect::Read | Effect::Receive | Effect::Connect | Effect::Request | Effect::Write => {
                    self.is_after_failure(origin).then_some("health-check")
                }
                _ if gets_failure => Some("error-test"),
                // `deadline.saturating_duration_since(now).is_zero()`
                Effect::Pure | Effect::View if origin.call.operands().any(|operand| self.is_of_clock(operand)) => {
                    Some("deadline")
                }
                _ => None,
            };
        }
        if gets_failure {
            return Some(if self.is_classifier(origin) { "error-test" } else { "unknown" });
        }
        if self.is_stop_name(&named) {
            return Some("stop-signal");
        }
        if has(cx, WordKind::Deadline, &named) {
            return Some("deadline");
        }
        for &target in &origin.resolution.targets {
            let summary = cx.project.summary(target);
            if summary.compares_bound || summary.effects.contains(Effect::Clock) {
                return Some("limit");
            }
            if summary.effects.contains(Effect::StopCheck) {
                return Some("stop-signal");
            }
        }
        // In the loop's own condition a helper is a stop test at most.
        Some(if tested_in == cx.natural().header { "stop-signal" } else { "unknown" })
    }

    /// Whether a call fetches what an inner loop goes through, in which the failure was: the next round is of other items.
    fn fetches_items(&self, origin: &Site<'p>) -> bool {
        let cx = self.cx;
        // `session.get(url).json()`
        let fetched = match origin.call.callee {
            Callee::Method(receiver, _)
                if origin.effect.is_none_or(|effect| matches!(effect, Effect::View | Effect::Pure | Effect::Decode)) =>
            {
                cx.origin_site(receiver).unwrap_or(origin)
            }
            _ => origin,
        };
        fetched.remote != Remote::No
            && matches!(fetched.effect, Some(Effect::Request | Effect::Read | Effect::Receive | Effect::Query))
            && cx.is_in_inner_loop(self.site.block)
            && !cx.is_in_inner_loop(fetched.block)
    }

    fn is_stop_name(&self, name: &str) -> bool {
        // `retry_canceled` speaks of what is retried.
        has(self.cx, WordKind::Stop, name) && !has(self.cx, WordKind::NotStop, name) && !name.contains("retry")
    }

    /// `is_fatal(e)`, `e.is_timeout()`: asks what failed, counts nothing.
    fn is_classifier(&self, origin: &Site<'_>) -> bool {
        match origin.resolution.targets.as_slice() {
            [] => matches!(origin.call.callee, Callee::Method(receiver, _) if self.mentions_failure(receiver)),
            targets => targets.iter().all(|&target| {
                let summary = self.cx.project.summary(target);
                !summary.compares_bound && summary.steps.is_empty() && summary.writes.is_empty()
            }),
        }
    }

    fn mentions_failure(&self, expr: ExprId) -> bool {
        self.failure.binding.is_some_and(|binding| crate::shape::mentions(self.cx.function, expr, binding))
    }

    /// A count that is stepped on every way and compared, or a comparison whose words speak of a limit.
    fn is_limit(&self, test: ExprId) -> bool {
        let function = self.cx.function;
        let mut found = false;
        crate::shape::for_each_part(function, test, &mut |part| {
            let Expr::Compare(op, a, b) = function.expr(part) else { return };
            let ordering = matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge);
            if !ordering && !matches!(op, CompareOp::Eq | CompareOp::Ne) {
                return;
            }
            for (side, other) in [(*a, *b), (*b, *a)] {
                // `for attempt in itertools.count(): .. if attempt == 5: raise`
                if self.is_item(side) && self.is_number(other) {
                    found = true;
                }
                // `if attempt + 1 == attempts`
                let counted = match *function.expr(side) {
                    Expr::Binary(unspin_ir::BinaryOp::Add | unspin_ir::BinaryOp::Subtract, count, by)
                        if matches!(function.expr(by), Expr::Constant(_)) =>
                    {
                        count
                    }
                    _ => side,
                };
                let Some(path) = function.path(counted).or_else(|| self.key_of(side)) else { continue };
                let steps = self.steps(&path);
                if !steps.is_empty() {
                    found |= self.cuts(&steps);
                } else if ordering && has(self.cx, WordKind::Limit, &path) {
                    found |= !self.is_stepped_in_loop(&path);
                }
            }
        });
        crate::shape::for_each_part(function, test, &mut |part| {
            // `if retries:`, `while attempts_left:`
            if let Some(path) = function.path(part) {
                let steps = self.steps(&path);
                found |= !steps.is_empty() && self.cuts(&steps) && has(self.cx, WordKind::Limit, &path);
            }
        });
        found
    }

    /// `options["max_tries"]`: the text.
    fn key_of(&self, expr: ExprId) -> Option<String> {
        let Expr::Index(_, key) = self.cx.function.expr(expr) else { return None };
        match self.cx.function.expr(*key) {
            Expr::Constant(unspin_ir::Constant::Text(key)) => Some(key.to_string()),
            _ => None,
        }
    }

    /// Whether it is what a `for` takes in each round.
    fn is_item(&self, expr: ExprId) -> bool {
        let function = self.cx.function;
        match (&function.block(self.cx.natural().header).terminator, function.expr(expr)) {
            (Terminator::Advance { item, .. }, Expr::Local(local)) => item == local,
            _ => false,
        }
    }

    fn is_number(&self, expr: ExprId) -> bool {
        let constant = match self.cx.function.expr(expr) {
            Expr::Constant(constant) => Some(*constant),
            Expr::Global(name) => self.cx.project.constant(self.cx.at.file, *name),
            _ => None,
        };
        matches!(constant, Some(unspin_ir::Constant::Int(_)))
    }

    /// Blocks on the ways that add to or subtract from a place, by themselves or through a helper.
    fn steps(&self, path: &str) -> BlockSet {
        let assigning = self.around.iter().filter(|&block| self.assigns_step(block, path));
        assigning.chain(self.stepping_helpers(path).filter(|&block| self.around.contains(block))).collect()
    }

    fn is_stepped_in_loop(&self, path: &str) -> bool {
        let assigns = self.cx.natural().body.iter().any(|block| self.assigns_step(block, path));
        assigns || self.stepping_helpers(path).next().is_some()
    }

    fn assigns_step(&self, block: BlockId, path: &str) -> bool {
        let function = self.cx.function;
        function.block(block).statements.iter().any(|statement| match statement.kind {
            StatementKind::Assign(place, value) => {
                steps_itself(function, place, value) && function.path(place).as_deref() == Some(path)
            }
            _ => false,
        })
    }

    /// Blocks of the loop with a call that steps a field of what it is called on.
    fn stepping_helpers(&self, path: &str) -> impl Iterator<Item = BlockId> {
        let place = path.rsplit_once('.');
        self.cx.sites.iter().filter_map(move |site| {
            let (receiver, field) = place?;
            let Callee::Method(target, _) = site.call.callee else { return None };
            let mut targets = site.resolution.targets.iter();
            let steps = targets.any(|&target| self.cx.project.summary(target).steps.iter().any(|step| step == field));
            (steps && self.cx.function.path(target).as_deref() == Some(receiver)).then_some(site.block)
        })
    }

    /// The `next` of `while next < servers.len()`, where every way gives it another value that is computed.
    fn moving_cursor(&self, test: ExprId) -> Option<LocalId> {
        let function = self.cx.function;
        let is_length = |expr: ExprId| {
            matches!(function.expr(expr), Expr::Length(_))
                || self.cx.origin_site(expr).is_some_and(|site| site.call.callee.name().is_some_and(|name| name == "len"))
        };
        let (Expr::Compare(CompareOp::Lt, cursor, end) | Expr::Compare(CompareOp::Gt, end, cursor)) = *function.expr(test)
        else {
            return None;
        };
        let Expr::Local(local) = *function.expr(cursor) else { return None };
        let is_computed = |definition: &&crate::shape::Definition| {
            let is_constant = |value: ExprId| matches!(function.expr(value), Expr::Constant(_));
            self.around.contains(definition.block) && !definition.value.is_some_and(is_constant)
        };
        let definitions = self.cx.shape.definitions(local);
        let computed: BlockSet = definitions.iter().filter(is_computed).map(|definition| definition.block).collect();
        (is_length(end) && self.cuts(&computed)).then_some(local)
    }

    /// `next += 1; if next < servers.len() { continue }`: the block of `continue`, where only the other side starts again
    /// from the first.
    fn next_of_many(&self, block: BlockId) -> Option<BlockId> {
        let function = self.cx.function;
        let natural = self.cx.natural();
        let Terminator::Branch { test, then, .. } = function.block(block).terminator else { return None };
        let only_then_enters = natural.body.contains(then) && self.cx.shape.cfg.predecessors(then) == [block];
        let cursor = if only_then_enters { self.moving_cursor(test) } else { None }?;
        let header = BlockSet::from_iter([natural.header]);
        let in_round = |from: BlockId| feasible::reachable(self.graph, from, &natural.body, &header);
        let starts_again = |definition: &&crate::shape::Definition| {
            natural.body.contains(definition.block)
                && definition.value.is_none_or(|value| !crate::shape::mentions(function, value, cursor))
        };
        let mut definitions = self.cx.shape.definitions(cursor).iter().filter(starts_again);
        let is_next = !in_round(then).contains(self.site.block)
            && definitions.all(|again| {
                !in_round(again.block).contains(block) && !in_round(then).contains(again.block) && again.block != natural.header
            });
        is_next.then_some(then)
    }

    /// Whether a collection is taken from on the ways.
    fn is_shrunk(&self, path: &str) -> bool {
        let is_it = |expr: ExprId| self.cx.function.path(expr).as_deref() == Some(path);
        let takes = |site: &Site<'_>| match site.call.callee {
            Callee::Method(receiver, _) if site.effect == Some(Effect::Shrink) && is_it(receiver) => true,
            // `pop_interleaved(addresses, 2)`
            callee => {
                callee.name().is_some_and(takes_by_name) && site.call.arguments.iter().any(|argument| is_it(argument.value))
            }
        };
        self.cx.sites.iter().any(takes)
            || self.around.iter().any(|block| {
                self.cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
                    StatementKind::Delete(place) => crate::shape::root_local(self.cx.function, *place)
                        .is_some_and(|root| self.cx.function.local(root).name.as_str() == path),
                    _ => false,
                })
            })
    }

    fn is_after_failure(&self, site: &Site<'_>) -> bool {
        let header = BlockSet::from_iter([self.cx.natural().header]);
        feasible::reachable(self.graph, self.failure.start, &self.cx.natural().body, &header).contains(site.block)
    }
}

fn has(cx: &LoopContext<'_>, kind: WordKind, path: &str) -> bool {
    cx.project.models.has_word(kind, path)
}

/// Whether what has that name takes something away from what it is given.
fn takes_by_name(name: unspin_ir::Name) -> bool {
    let starts_with = |word: &str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    ["pop", "remove", "discard"].into_iter().any(starts_with)
}
