//! Which facts a function can need, by the names of what it calls and the kinds of its loops: one pass over its statements.
//!
//! Most functions need none, and resolving calls and looking at the shape of a function is what costs. Every answer is an
//! upper bound: what a gate lets through is looked at again, what it holds back has nothing to report.

use unspin_ir::{Call, Callee, Expr, ExprId, Function, LocalId, LocalKind, LoopKind, Module, StatementKind, Terminator};

use crate::collections::{Collections, Held, Place};
use crate::outline::{KnownName, Names};

/// What there may be to observe in a function.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(crate) struct Gates {
    /// A loop that may have no end of its own.
    pub(crate) open_ended: bool,
    /// A loop over something that may grow in it, or over answers of a function.
    pub(crate) walks: bool,
    /// A call that may wait without a bound.
    pub(crate) timed: bool,
    /// A write that waits.
    pub(crate) writes: bool,
    /// A retry policy.
    pub(crate) policy: bool,
    /// A handler that names a disconnect.
    pub(crate) disconnect: bool,
    /// A handler of a coroutine that names its cancellation.
    pub(crate) cancelled: bool,
    /// An adaptor that drops failures.
    pub(crate) drops: bool,
    /// A read of a line or body.
    pub(crate) reads: bool,
    /// A program that is started.
    pub(crate) programs: bool,
    /// A call of the function itself.
    pub(crate) again: bool,
    /// A task that wakes itself.
    pub(crate) wakes: bool,
    /// The items of an iterator.
    pub(crate) items: bool,
    /// An answer that says that something is not ready.
    pub(crate) disguises: bool,
    /// A future that is never ready.
    pub(crate) never_ready: bool,
}

impl Gates {
    /// The gates of a function, given what the names of its callees tell.
    pub(crate) fn of(
        names: &mut Names<'_>,
        callees: &[Option<KnownName>],
        held: &Collections<'_>,
        module: &Module,
        function: &Function,
    ) -> Self {
        let has = |kind: LoopKind| function.loops.iter().any(|l| l.kind == kind);
        let is_rust = !module.shares_objects;
        let mut gates = Self::default();
        let held = held.of(function);
        gates.policy = function.decorators.iter().any(|&decorator| names.of_name(unspin_ir::last_part(decorator)).hints.policy);
        gates.open_ended = has(LoopKind::While) || has(LoopKind::Endless);
        let has_for = has(LoopKind::For);
        for ((call, _), &known) in function.calls().zip(callees) {
            let hints = known.map(|known| known.hints);
            gates.open_ended |= has_for && hints.is_none_or(|hints| hints.endless);
            gates.walks |= has_for && !is_rust && matches!(call.callee, Callee::Path(path) if path == "iter");
            gates.timed = gates.timed || known.is_some_and(|known| known.may_wait) && may_be_modelled(names, &held, call);
            gates.policy |= hints.is_some_and(|hints| hints.policy);
            gates.walks |= has_for && hints.is_some_and(|hints| hints.polls);
            gates.writes |= crate::timeouts::writes::may_observe(call);
            gates.reads |= crate::reads::may_observe(call);
            gates.programs |= crate::tunnels::may_observe(call);
            gates.wakes |= is_rust && crate::wakes::may_observe(call);
            gates.again |= known.is_some_and(|known| known.name == function.name) && crate::again::may_observe(function, call);
            gates.never_ready |= is_rust && crate::never_ready::may_observe(call);
            gates.disguises |= is_rust && crate::disguised::may_observe(function, call);
            gates.drops |= is_rust && crate::iterators::may_drop_failures(call);
        }
        for block in &function.blocks {
            gates.disguises |= crate::disguised::may_leave(&block.terminator);
            gates.disconnect |= is_rust && crate::disconnects::asks_for_disconnect(function, &block.terminator);
            if let Terminator::Dispatch { handlers, .. } = &block.terminator {
                gates.disconnect |= handlers.iter().any(crate::disconnects::is_of_disconnect);
                gates.cancelled |= function.is_async && handlers.iter().any(crate::cancelled::may_observe);
            }
        }
        gates.walks |= has_for && !is_rust && grows_what_it_walks(function);
        gates.items = is_rust && crate::iterators::gives_items(function);
        gates
    }

    /// Whether there is nothing to observe.
    pub(crate) fn are_closed(self) -> bool {
        let any = [
            self.open_ended,
            self.walks,
            self.timed,
            self.writes,
            self.policy,
            self.disconnect,
            self.cancelled,
            self.drops,
            self.reads,
            self.programs,
            self.again,
            self.wakes,
            self.items,
            self.disguises,
            self.never_ready,
        ];
        !any.contains(&true)
    }
}

/// Whether a call that is named like one that waits may be it: `list(..)` of the language is not the `list` of a mailbox,
/// nor is `found.append(..)` its `append`, if `found` is a list.
fn may_be_modelled(names: &mut Names<'_>, held: &Held<'_>, call: &Call) -> bool {
    match call.callee {
        Callee::Path(path) => unspin_ir::last_part(path) != path || path.contains("connect") || names.knows_path(path),
        Callee::Method(receiver, method) => match held.place(receiver) {
            Place::Collection => false,
            Place::Untyped(label) => names.fits_receiver(label, method),
            Place::Unknown => true,
        },
        Callee::Value(_) => true,
    }
}

/// Whether something is appended to what a loop walks.
fn grows_what_it_walks(function: &Function) -> bool {
    let mut grown: Vec<ExprId> = Vec::new();
    let mut held: Vec<(LocalId, ExprId)> = Vec::new();
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        match &statement.kind {
            StatementKind::Call(call) => {
                grown.extend(grown_by(call));
                held.extend(call.result.zip(counted_by(call)));
            }
            StatementKind::Assign(place, value) => {
                if let Expr::Local(local) = function.expr(*place)
                    && function.local(*local).kind == LocalKind::Temporary
                {
                    held.push((*local, *value));
                }
            }
            _ => {}
        }
    }
    !grown.is_empty()
        && function.blocks.iter().any(|block| {
            let Terminator::Advance { iterable, .. } = block.terminator else { return false };
            let walked = match function.expr(iterable) {
                Expr::Local(local) => {
                    held.iter().find(|(temporary, _)| temporary == local).map_or(iterable, |(_, value)| *value)
                }
                _ => iterable,
            };
            grown.iter().any(|&grown| is_same_place(function, grown, walked))
        })
}

/// What `enumerate` walks.
pub(crate) fn counted_by(call: &Call) -> Option<ExprId> {
    match call.callee {
        Callee::Path(path) if path == "enumerate" => call.arguments.first().map(|argument| argument.value),
        _ => None,
    }
}

/// What a call appends to.
pub(crate) fn grown_by(call: &Call) -> Option<ExprId> {
    match call.callee {
        Callee::Method(receiver, method) if matches!(method.as_str(), "append" | "insert" | "push" | "push_back") => {
            Some(receiver)
        }
        _ => None,
    }
}

/// Whether two expressions name the same place.
pub(crate) fn is_same_place(function: &Function, a: ExprId, b: ExprId) -> bool {
    match (function.expr(a), function.expr(b)) {
        (Expr::Local(a), Expr::Local(b)) => a == b,
        (Expr::Global(a), Expr::Global(b)) => a == b,
        (Expr::Field(a, first), Expr::Field(b, second)) => first == second && is_same_place(function, *a, *b),
        (Expr::Index(a, first), Expr::Index(b, second)) => {
            is_same_place(function, *a, *b) && function.expr(*first) == function.expr(*second)
        }
        _ => false,
    }
}
