//! Calls on the ways round after a failure that may end the loop: helpers that count, raise or check, callbacks, policies.
//!
//! A helper counts as if it were written inline; of what cannot be seen it is only said that it may end the loop.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Callee, Expr, ExprId, StatementKind, Terminator};

use super::{Bounds, has};
use crate::model::{Effect, WordKind};
use crate::sites::{Remote, Site};
use crate::summary::steps_itself;

impl<'p> Bounds<'_, 'p> {
    /// Remote calls made because of the failure, whose own failure leaves the loop.
    pub(super) fn fallible_in_handler(&self) -> BlockSet {
        let leaves = |site: &&Site<'_>| {
            let unwind = self.cx.function.block(site.block).unwind;
            site.call.raises
                && (site.remote != Remote::No
                    || site.effect == Some(Effect::Write)
                    || is_sign_of_life(site)
                    || self.writes_to_same(site))
                && !std::ptr::eq(*site, self.site)
                && unwind.is_none_or(|unwind| !self.cx.natural().body.contains(unwind))
                && self.is_after_failure(site)
                || self.is_made_anew(site)
        };
        let mut blocks: BlockSet = self.cx.sites.iter().filter(leaves).map(|site| site.block).collect();
        blocks.extend(&self.inner_loops_with(&blocks));
        blocks
    }

    /// `Request::Ping.write_to(&self.stream)?`, where `self.stream` is what was read from.
    fn writes_to_same(&self, site: &Site<'p>) -> bool {
        let function = self.cx.function;
        let Callee::Method(read, _) = self.site.call.callee else { return false };
        let Some(stream) = function.path(read) else { return false };
        let is_unknown = site.resolution.model.is_none() && site.resolution.targets.is_empty();
        let writes = site.call.callee.name().is_some_and(|name| name.starts_with("write") || name.starts_with("send"));
        let mut given = site.call.arguments.iter().filter_map(|argument| function.path(argument.value));
        is_unknown && writes && given.any(|path| path == stream)
    }

    /// Whether every round makes the listener anew, and leaves when that fails: without descriptors it does.
    fn is_made_anew(&self, site: &Site<'p>) -> bool {
        let function = self.cx.function;
        let Callee::Method(on, _) = self.site.call.callee else { return false };
        let Some(root) = crate::shape::root_local(function, on).filter(|_| self.site.effect == Some(Effect::Accept)) else {
            return false;
        };
        let definitions = self.cx.shape.definitions(root);
        let made = definitions.iter().all(|definition| self.cx.natural().body.contains(definition.block));
        let is_it = || match definitions {
            [only] => match only.value {
                Some(value) => self.cx.origin_site(value).is_some_and(|origin| std::ptr::eq(origin, site)),
                None => only.block == site.block && site.call.result == Some(root),
            },
            _ => false,
        };
        let unwind = function.block(site.block).unwind;
        let leaves = unwind.is_none_or(|unwind| !self.cx.natural().body.contains(unwind));
        site.call.raises && leaves && !std::ptr::eq(site, self.site) && made && is_it()
    }

    /// The heads of inner loops without the call that have one of the blocks: `for session in sessions: session.ping()`.
    pub(super) fn inner_loops_with(&self, blocks: &BlockSet) -> BlockSet {
        let inner = self.cx.shape.forest.inside(self.cx.index).filter(|inner| !inner.body.contains(self.site.block));
        inner.filter(|inner| inner.body.iter().any(|block| blocks.contains(block))).map(|inner| inner.header).collect()
    }

    /// A helper that raises when a limit, deadline or stop signal says so; a helper that never returns ended the way
    /// already.
    pub(super) fn bounding_helper(&self, site: &Site<'p>) -> Option<&'static str> {
        let unwind = self.cx.function.block(site.block).unwind;
        let escapes = site.call.raises && unwind.is_none_or(|unwind| self.always_leaves(unwind));
        if !escapes {
            return self.is_let_go(site).then_some("unknown");
        }
        // `delay = match self.next_delay() { Ok(delay) => delay, Err(_) => return .. }`
        let targets = &site.resolution.targets;
        let may_fail = |&target: &crate::FunctionRef| self.cx.project.summary(target).raises;
        let fails = !targets.is_empty() && (crate::sites::is_rust(self.cx.project, self.cx.at) || targets.iter().any(may_fail));
        let gives_delay = || has(self.cx, WordKind::Delay, &self.cx.name_of(site));
        // `servers = self.servers_left()?`, with `*attempts += 1` further down.
        let looks_at_count = || targets.iter().any(may_fail) && self.counts_something();
        if fails && site.remote == Remote::No && (gives_delay() || looks_at_count()) {
            return Some("unknown");
        }
        // What a deadline broke off got to no end; it bounds the next attempt only if it counts the attempts.
        let is_broken_off = self.site.is_deadline()
            && site.call.result.is_some_and(|result| {
                self.site.made.arguments.iter().any(|argument| *self.cx.function.expr(argument.value) == Expr::Local(result))
            });
        site.resolution.targets.iter().find_map(|&target| {
            let summary = self.cx.project.summary(target);
            let looks = summary.compares_bound || summary.effects.contains(Effect::Clock);
            let bounds = if is_broken_off { looks && !summary.steps.is_empty() } else { looks };
            (summary.raises && bounds).then_some("limit")
        })
    }

    /// Whether every way steps a number that somebody else holds.
    fn counts_something(&self) -> bool {
        let function = self.cx.function;
        let is_held = |place: ExprId| match *function.expr(place) {
            Expr::Local(local) => self.cx.shape.definitions(local).iter().any(|definition| definition.value.is_none()),
            Expr::Field(..) | Expr::Index(..) => true,
            _ => false,
        };
        let counts = |statement: &unspin_ir::Statement| match statement.kind {
            StatementKind::Assign(place, value) => steps_itself(function, place, value) && is_held(place),
            _ => false,
        };
        self.cuts(&self.around.iter().filter(|&block| function.block(block).statements.iter().any(counts)).collect())
    }

    /// Whether a handler of the loop can leave it with a failure that a helper raises of its own: `except NoServers: raise`.
    fn is_let_go(&self, site: &Site<'p>) -> bool {
        let mut at = self.cx.function.block(site.block).unwind;
        let raised = || {
            let targets = site.resolution.targets.iter().map(|&target| self.cx.project.function(target));
            targets.flat_map(|function| &function.blocks).filter_map(|block| match &block.terminator {
                Terminator::Raise { class, .. } => class.map(unspin_ir::last_part),
                _ => None,
            })
        };
        // Of another handler than that of the failure.
        let leaves = |block: BlockId| {
            let own = self.cx.shape.only_through(block, |_, to| to != self.cx.natural().header);
            let is_out = |&block: &BlockId| !self.cx.natural().body.contains(block) || self.always_leaves(block);
            !own.contains(&self.failure.start) && own.iter().any(is_out)
        };
        for _ in 0..8 {
            let Some(block) = at.filter(|&block| self.cx.natural().body.contains(block)) else { return false };
            at = match &self.cx.function.block(block).terminator {
                Terminator::Goto(next) => Some(*next),
                Terminator::Dispatch { handlers, otherwise } => {
                    let catches = |class: &unspin_ir::Name| raised().any(|raised| raised == unspin_ir::last_part(*class));
                    if let Some(handler) = handlers.iter().find(|handler| handler.classes.iter().any(catches)) {
                        return handler.classes.len() == 1 && leaves(handler.block);
                    }
                    *otherwise
                }
                _ => return false,
            };
        }
        false
    }

    /// `wait_for(stopped.wait(), 5)` pauses and looks at the stop signal; `stopped.set()` ends the loop at its test.
    pub(super) fn stopping(&self, site: &Site<'p>) -> Option<&'static str> {
        let (model, _) = site.resolution.model?;
        if model.effect == Effect::Stop {
            return Some("unknown");
        }
        let wrapped = model.wraps.and_then(|index| site.call.arguments.get(index as usize));
        let inner = wrapped.and_then(|wrapped| self.cx.origin_site(wrapped.value));
        let waits = |site: &Site<'_>| site.effect == Some(Effect::Wait) && self.is_stop_name(&self.cx.name_of(site));
        (waits(site) || inner.is_some_and(waits)).then_some("stop-signal")
    }

    /// A call of something unknown that is given the failure: a callback of the user, which may raise.
    pub(super) fn unknown_callbacks(&self) -> BlockSet {
        // A method that keeps the failure may change what the loop tests.
        let keeps = |site: &&Site<'_>| {
            let writes = |&target: &crate::FunctionRef| {
                let summary = self.cx.project.summary(target);
                !summary.writes.is_empty() || summary.effects.contains(Effect::Stop) || summary.calls_unknown
            };
            site.call.arguments.iter().any(|a| self.mentions_failure(a.value))
                && site.resolution.targets.iter().any(writes)
                && !has(self.cx, WordKind::Log, &self.cx.name_of(site))
        };
        let is_callback = |site: &&Site<'_>| {
            let unwind = self.cx.function.block(site.block).unwind;
            site.call.raises
                && site.resolution.model.is_none()
                && site.resolution.targets.is_empty()
                && unwind.is_none_or(|unwind| !self.cx.natural().body.contains(unwind))
                && site.call.arguments.iter().any(|a| self.mentions_failure(a.value))
                && !has(self.cx, WordKind::Log, &self.cx.name_of(site))
                && !self.is_text_of_failure(site)
        };
        self.cx
            .sites
            .iter()
            .filter(|site| is_callback(site) || keeps(site) || self.follows_policy(site))
            .filter(|site| self.is_after_failure(site))
            .map(|site| site.block)
            .collect()
    }

    /// `wait_for_reconnection(&mut schedule)`, where somebody else's policy made the schedule.
    fn follows_policy(&self, site: &Site<'_>) -> bool {
        let mut operands = site.call.operands();
        operands.any(|operand| {
            let made = self.cx.shape.origin(self.cx.function, operand);
            made.is_some_and(|(block, _, made)| {
                let named = crate::sites::shown_callee(self.cx.function, made).to_ascii_lowercase();
                !self.cx.natural().body.contains(block) && named.contains("policy") && made.callee.name().is_some()
            })
        })
    }

    /// `str(e)`, `repr(e)`, `type(e)`.
    fn is_text_of_failure(&self, site: &Site<'_>) -> bool {
        matches!(site.call.callee, Callee::Path(path) if matches!(path.as_str(), "str" | "repr" | "type" | "print" | "format"))
    }
}

/// `socket.pong()`: to a peer that is gone it fails sooner or later.
fn is_sign_of_life(site: &Site<'_>) -> bool {
    let named = site.call.callee.name().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let is_unknown = site.resolution.model.is_none() && site.resolution.targets.is_empty();
    is_unknown && ["ping", "pong", "heartbeat", "keepalive", "keep_alive"].iter().any(|word| named.contains(word))
}
