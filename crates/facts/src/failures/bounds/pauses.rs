//! Pauses on the ways round after a failure: whether every way has one, and whether its length ever changes.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Callee, Constant, Expr, ExprId, LocalId, StatementKind, Terminator};

use super::{Bounds, feasible, has};
use crate::model::{Effect, FailureKind, WordKind};
use crate::sites::{Remote, Site};
use crate::{FunctionRef, Project};

/// How many calls deep it is looked for a sleep.
const MAX_DEPTH: u32 = 3;

/// How many parts of a value are looked at for a clock.
const MAX_PARTS: u32 = 64;

impl Bounds<'_, '_> {
    /// Blocks that sleep or wait.
    pub(super) fn pauses(&self) -> BlockSet {
        let waits = |site: &&Site<'_>| !std::ptr::eq(*site, self.site) && self.is_pause(site);
        let mut blocks: BlockSet = self.cx.sites.iter().filter(waits).map(|site| site.block).collect();
        let own = self.cx.sites.iter().filter(|site| site.block == self.site.block && site.index < self.site.index);
        // What the end of a deadline says is that time has passed.
        if self.site.is_deadline() && self.failure.kinds.contains(&FailureKind::Timeout) {
            blocks.insert(self.site.block);
        } else if !own.into_iter().any(|site| self.is_pause(site)) {
            blocks.remove(self.site.block);
        }
        // `for _ in range(seconds): sleep(1)`
        blocks.extend(&self.inner_loops_with(&blocks));
        // `if elapsed < interval: sleep(interval - elapsed)`: too much time has passed, or it is waited for.
        for block in self.around.iter() {
            if let Terminator::Branch { test, then, otherwise } = self.cx.function.block(block).terminator
                && !blocks.is_empty()
                && (self.is_of_clock(test) || self.is_of_count(test))
                && (self.always_enters(then, &blocks) || self.always_enters(otherwise, &blocks))
            {
                blocks.insert(block);
            }
        }
        blocks
    }

    /// Whether some way pauses, or the call itself may before it fails: it sleeps, or it accepts under a time of its own.
    pub(super) fn may_pause(&self, pauses: &BlockSet) -> bool {
        let sleeps = |&target: &FunctionRef| sleeps_by_itself(self.cx.project, target, MAX_DEPTH);
        // What reads sleeps for a deadline.
        let is_started = matches!(self.site.effect, Some(Effect::Connect | Effect::Request | Effect::Accept));
        let is_delay = |site: &&Site<'_>| {
            pauses.contains(site.block)
                && self.around.contains(site.block)
                && (site.effect == Some(Effect::Sleep) && site.remote == Remote::No
                    || has(self.cx, WordKind::Delay, &self.cx.name_of(site)))
        };
        // A deadline around it tells its own end apart.
        let accepts_for_a_time = self.site.effect == Some(Effect::Accept)
            && !self.site.is_deadline()
            && self.site.call.arguments.iter().any(|argument| argument.name.is_some_and(|name| name.contains("timeout")));
        self.cx.sites.iter().any(|site| is_delay(&site))
            || (is_started && self.site.resolution.targets.iter().any(sleeps))
            || accepts_for_a_time
    }

    /// Whether every sleep on the ways takes the same time each round: a constant, or a place that the loop never assigns.
    pub(super) fn delay(&self) -> Option<&'static str> {
        let mut delay = None;
        for site in self.cx.sites.iter().filter(|site| self.around.contains(site.block) && self.is_pause(site)) {
            match site.resolution.model {
                Some((model, _)) if model.effect == Effect::Sleep => {}
                // Taking a lock is no delay, and a round that works may sleep for other reasons.
                Some((model, _)) if model.effect == Effect::Wait => continue,
                None if !site.resolution.targets.is_empty() => continue,
                _ => return None,
            }
            let amount = site.call.arguments.first()?;
            let constant = self.cx.seconds(amount.value).is_some() || self.is_set_outside(amount.value);
            delay = if constant && delay != Some("varies") { Some("constant") } else { Some("varies") };
        }
        delay
    }

    fn is_set_outside(&self, amount: ExprId) -> bool {
        let function = self.cx.function;
        let mut fixed = self.cx.origin_site(amount).is_none_or(|site| site.resolution.model.is_some());
        crate::shape::for_each_part(function, amount, &mut |part| match function.expr(part) {
            Expr::Local(local) => {
                let of_loop = |definition: &crate::shape::Definition| self.cx.natural().body.contains(definition.block);
                fixed &= !self.cx.shape.definitions(*local).iter().any(of_loop);
            }
            Expr::Field(..) => fixed &= function.path(part).is_some_and(|path| !self.is_assigned_in_loop(&path)),
            Expr::Opaque(_) => fixed = false,
            _ => {}
        });
        fixed
    }

    fn is_assigned_in_loop(&self, path: &str) -> bool {
        let field = path.rsplit('.').next().unwrap_or_default();
        let by_callee = |target: &FunctionRef| self.cx.project.summary(*target).writes.iter().any(|write| write == field);
        if self.cx.sites.iter().flat_map(|site| &site.resolution.targets).any(by_callee) {
            return true;
        }
        self.cx.natural().body.iter().any(|block| {
            self.cx.function.block(block).statements.iter().any(|statement| match &statement.kind {
                StatementKind::Assign(place, _) => self.cx.function.path(*place).as_deref() == Some(path),
                _ => false,
            })
        })
    }

    /// Whether every way from a block on to the next round enters one of the others.
    fn always_enters(&self, block: BlockId, others: &BlockSet) -> bool {
        let natural = self.cx.natural();
        let passes =
            |avoiding: &BlockSet| feasible::reachable(self.graph, block, &natural.body, avoiding).contains(natural.header);
        others.contains(block) || (!passes(others) && passes(&BlockSet::new(self.graph.len())))
    }

    /// `if tries > 1: sleep(1)`: the last one needs no pause.
    fn is_of_count(&self, test: ExprId) -> bool {
        let mut sides = Vec::new();
        crate::shape::for_each_part(self.cx.function, test, &mut |part| {
            if let Expr::Compare(_, a, b) = *self.cx.function.expr(part) {
                sides.extend([a, b]);
            }
        });
        sides.iter().any(|&side| self.cx.function.path(side).is_some_and(|path| !self.steps(&path).is_empty()))
    }

    /// Whether a clock that is read in the loop went into a value.
    pub(super) fn is_of_clock(&self, value: ExprId) -> bool {
        let mut pending = vec![value];
        for _ in 0..MAX_PARTS {
            let Some(part) = pending.pop() else { return false };
            if self.cx.origin_site(part).is_some_and(|site| site.effect == Some(Effect::Clock)) {
                return true;
            }
            // `deadline.saturating_duration_since(now)`
            if let Some(site) = self.cx.origin_site(part)
                && site.resolution.model.is_some_and(|(model, _)| matches!(model.effect, Effect::Pure | Effect::View))
            {
                pending.extend(site.call.operands());
            }
            match *self.cx.function.expr(part) {
                Expr::Local(local) => match self.cx.shape.definitions(local) {
                    [only] => pending.extend(only.value),
                    // `now = time()` before the loop, and again at the end of each round
                    several if self.is_always_clock(several) => return true,
                    _ => {}
                },
                ref other => other.for_each_operand(|operand| pending.push(operand)),
            }
        }
        false
    }

    /// Whether whatever the loop assigns to a local is what a clock says.
    fn is_always_clock(&self, definitions: &[crate::shape::Definition]) -> bool {
        let mut assigned = definitions.iter().filter(|definition| self.cx.natural().body.contains(definition.block)).peekable();
        assigned.peek().is_some()
            && assigned.all(|definition| {
                let site = match definition.value {
                    Some(value) => self.cx.origin_site(value),
                    None => self.cx.site_at(definition.block, definition.index),
                };
                site.is_some_and(|site| site.effect == Some(Effect::Clock))
            })
    }

    /// Whether every way from the failure to a pause gives its delay another value first.
    fn is_set_before(&self, local: LocalId, pause: &Site<'_>, is_nothing: &dyn Fn(ExprId) -> bool) -> bool {
        let assigned = self.cx.shape.definitions(local).iter().filter(|definition| !definition.value.is_some_and(is_nothing));
        assigned.into_iter().any(|definition| {
            let here = definition.block == pause.block && definition.index < pause.index;
            let avoiding = BlockSet::from_iter([definition.block]);
            let before = definition.block != pause.block
                && !feasible::reachable(self.graph, self.failure.start, &self.cx.natural().body, &avoiding)
                    .contains(pause.block);
            here || before || (definition.block == self.failure.start && definition.block != pause.block)
        })
    }

    fn is_pause(&self, site: &Site<'_>) -> bool {
        let is_nothing = |value: ExprId| match self.cx.function.expr(value) {
            Expr::Constant(Constant::Int(0)) => true,
            Expr::Constant(Constant::Float(zero)) => *zero == 0.0,
            _ => false,
        };
        // A delay that the loop itself sets back to nothing is none when it matters.
        let is_zero = |value: ExprId| {
            is_nothing(value)
                || matches!(self.cx.function.expr(value), Expr::Local(local) if self.cx.shape.definitions(*local).iter().any(|definition| {
                    self.cx.natural().body.contains(definition.block) && definition.value.is_some_and(is_nothing)
                }) && !self.is_set_before(*local, site, &is_nothing))
        };
        if let Some((model, _)) = site.resolution.model {
            return match model.effect {
                Effect::Sleep => !site.call.arguments.first().is_some_and(|a| is_zero(a.value)),
                Effect::Wait | Effect::RetryPolicy | Effect::Poll => true,
                _ => false,
            };
        }
        // `sleep = sleep(delay)`, and later `sleep.as_mut().await`.
        if let Callee::Value(value) = site.call.callee
            && let Some((_, _, made)) = self.cx.shape.origin(self.cx.function, value)
            && self.cx.project.resolve(self.cx.at, made).model.is_some_and(|(model, _)| model.effect == Effect::Sleep)
        {
            return site.call.awaited;
        }
        // A helper that sleeps through a library that is not modelled says so: `asyncSleep(delay)`.
        let is_named_sleep = site.call.callee.name().is_some_and(|name| name.to_ascii_lowercase().contains("sleep"));
        if !site.resolution.targets.is_empty() && !is_named_sleep {
            let is_named_delay = has(self.cx, WordKind::Delay, &self.cx.name_of(site));
            return site.resolution.targets.iter().any(|&target| {
                let summary = self.cx.project.summary(target);
                summary.effects.contains_any(&[Effect::Sleep, Effect::RetryPolicy, Effect::Wait])
                    || (is_named_delay && summary.calls_unknown && summary.waits)
            });
        }
        has(self.cx, WordKind::Delay, &self.cx.name_of(site))
    }
}

/// Whether a function, or what it calls, sleeps; one that is an arm of a selection is a deadline.
fn sleeps_by_itself(project: &Project, at: FunctionRef, depth: u32) -> bool {
    if !project.summary(at).effects.contains_any(&[Effect::Sleep, Effect::RetryPolicy]) {
        return false;
    }
    let function = project.function(at);
    let is_arm = |of: BlockId| {
        function.blocks.iter().any(|block| matches!(&block.terminator, Terminator::Select { arms } if arms.contains(&of)))
    };
    function.block_ids().any(|(id, block)| {
        block.statements.iter().any(|statement| {
            let StatementKind::Call(call) = &statement.kind else { return false };
            let resolution = project.resolve(at, call);
            match resolution.model {
                Some((model, _)) => matches!(model.effect, Effect::Sleep | Effect::RetryPolicy) && !is_arm(id),
                None => depth > 1 && resolution.targets.iter().any(|&target| sleeps_by_itself(project, target, depth - 1)),
            }
        })
    })
}
