//! What a call does to a state: by its model, by following the project's function, or by forgetting what it may change.

mod adapters;
mod follow;
mod modelled;

use unspin_ir::{Call, Callee, CompareOp, Constant, Expr, ExprId, Function, Terminator};
use unspin_span::Span;

use super::Mode;
use super::machine::Machine;
use super::state::{Place, Slot, State};
use super::value::{Literal, Node, Operator};
use crate::{Certainty, FunctionRef};

/// A function of more blocks is not followed.
const MAX_INLINED_BLOCKS: usize = 80;

impl<'p> Machine<'p> {
    /// Returns whether the way goes on.
    pub(super) fn call(&mut self, state: &mut State, function: &'p Function, call: &'p Call, span: Span) -> bool {
        let at = state.frame().at;
        let project = self.project;
        let mut resolution = project.resolve(at, call);
        if let Some(target) = self.dispatched(state, function, call) {
            resolution = crate::Resolution { targets: vec![target], exact: true, ..crate::Resolution::default() };
        }
        let receiver = match call.callee {
            Callee::Method(receiver, _) | Callee::Value(receiver) => Some(self.eval(state, function, receiver)),
            Callee::Path(_) => None,
        };
        let arguments: Vec<Slot> = call.arguments.iter().map(|a| self.eval(state, function, a.value)).collect();
        if let Some(class) = self.failed.take() {
            return self.raise(state, &[class, "LookupError"]);
        }
        if let (Callee::Value(_), Some(awaited)) = (call.callee, receiver)
            && call.awaited
            && awaited.from_end
        {
            return self.await_value(state, call, awaited);
        }
        if matches!(call.callee, Callee::Path(path) if matches!(path.as_str(), "std.mem.replace" | "core.mem.replace"))
            && let ([place, _], [old, new]) = (&call.arguments[..], &arguments[..])
        {
            self.assign(state, function, place.value, *new);
            return self.finish(state, call, *old);
        }
        if let Some(failure) = receiver.filter(|slot| slot.from_end && self.is_failure(slot.value))
            && matches!(call.callee, Callee::Method(_, method) if method == "map_err")
        {
            let mapped = self.mapped_failure(state, function, call, failure);
            return self.finish(state, call, mapped);
        }
        // The default of an option that was failed to get, or is none, is none.
        let is_none = |slot: &Slot| self.values.literal_of(slot.value) == Some(&Literal::None);
        if let Some(failure) = receiver.filter(|slot| slot.from_end && (self.is_failure(slot.value) || is_none(slot)))
            && matches!(call.callee, Callee::Method(_, method) if method == "unwrap_or_default")
            && is_asked_for_none(function, call)
        {
            let none = Slot { value: self.values.literal(Literal::None), ..failure };
            return self.finish(state, call, none);
        }
        if let Some(success) = receiver.filter(|slot| self.is_success(slot) && keeps_success(call))
            && !project.files[at.file as usize].module.shares_objects
        {
            return self.finish(state, call, success);
        }
        if let Some(receiver) = receiver.filter(|slot| slot.from_end && is_none(slot))
            && self.refuses_none(at, function, call)
        {
            if call.raises {
                return self.raise(state, &["OSError"]);
            }
            let failure = Slot { from_end: true, ..self.failure(None) };
            return self.finish(state, call, Slot { places: receiver.places, ..failure });
        }
        // What is there now, the end among it.
        if let Some(receiver) = receiver.filter(|slot| slot.from_end)
            && matches!(call.callee, Callee::Method(_, method) if method == "now_or_never")
        {
            let value = if is_asked_for_payload(function, call) {
                self.values.apply(Operator::Variant(unspin_ir::name("Some")), &[receiver.value])
            } else {
                receiver.value
            };
            return self.finish(state, call, Slot { value, ..receiver });
        }
        if let Some(receiver) = receiver.filter(|slot| !self.is_end_itself(slot) && self.adapts(at, function, call)) {
            if self.filters(state, function, call, receiver) {
                return true;
            }
            let adapted = self.adapted(state, function, call, receiver, &arguments);
            return self.finish(state, call, adapted);
        }
        // `result.into_diagnostic()?`: what makes another failure of a failure leaves with it.
        if receiver.is_some_and(|slot| slot.from_end && self.is_failure(slot.value))
            && call.raises
            && resolution.model.is_none()
            && resolution.targets.is_empty()
            && matches!(call.callee, Callee::Method(..))
        {
            return self.raise(state, &["OSError"]);
        }
        // Nothing comes any more: `while channel.recv_ready():`
        if self.mode == Mode::EndOfInput && Self::asks_for_more_of_ended(state, function, call) {
            let nothing = Slot::of(self.values.bool(false));
            return self.finish(state, call, nothing);
        }
        let contract = project.contract(at, call, &resolution).map(|model| (model, Certainty::Name));
        if let Some((model, certainty)) = resolution.model.or(contract) {
            let context = Context { function, call, receiver, arguments: &arguments, at, span };
            return self.modelled(state, &context, model, certainty);
        }
        if !resolution.targets.is_empty() && self.follow_targets(state, function, call, &resolution, &arguments) {
            return !state.frames.is_empty();
        }
        // Whoever makes an object of nothing expects it to fail.
        let is_constructor = call.callee.name().is_some_and(|name| name.starts_with(char::is_uppercase));
        // Deeper in, somebody has made something of it that is not followed.
        let is_own = state.frames.len() == 1 && resolution.targets.is_empty() && !is_constructor;
        if is_own && arguments.iter().any(|slot| self.is_end(slot)) {
            return self.given_nothing(state, function, call, &arguments, span);
        }
        self.unresolved(state, function, call, &arguments)
    }

    /// Whether a value is what an end gave, and not something that was made of it.
    fn is_end_itself(&self, slot: &Slot) -> bool {
        slot.from_end && matches!(self.values.node(slot.value), Node::Literal(_) | Node::Apply(Operator::Variant(_), _))
    }

    /// Whether a value is a count of nothing, or nothing itself, which a read gave without a failure.
    fn is_success(&self, slot: &Slot) -> bool {
        let is_it = |literal: &Literal| matches!(literal, Literal::Int(_)) || literal.is_empty_sequence();
        slot.from_end && self.values.literal_of(slot.value).is_some_and(is_it)
    }

    /// Whether a value is the nothing that a read gave.
    pub(super) fn is_end(&self, slot: &Slot) -> bool {
        slot.from_end && self.values.literal_of(slot.value).is_some_and(Literal::is_empty_sequence)
    }

    /// What takes nothing gives the same when it takes nothing again; or else it fails. Its object may take note.
    fn given_nothing(
        &mut self,
        state: &mut State,
        function: &'p Function,
        call: &'p Call,
        arguments: &[Slot],
        span: Span,
    ) -> bool {
        state.end_escaped |= !self.is_swallowed(state);
        if call.awaited {
            state.excused = true;
        }
        if let Callee::Method(receiver, _) = call.callee {
            self.touch(state, function, receiver);
        }
        let values: Vec<_> = arguments.iter().map(|slot| slot.value).collect();
        let number = 1 << 62 | u64::from(state.frame().at.file) << 32 | u64::from(span.start);
        let value = self.values.apply(Operator::Opaque(number), &values);
        let places = arguments.iter().fold(0, |places, slot| places | slot.places);
        self.finish(state, call, Slot { value, places, from_end: true })
    }

    /// `let read = stream.read(..);` and later `read.await`: the end was met where the call stands.
    fn await_value(&mut self, state: &mut State, call: &Call, awaited: Slot) -> bool {
        if let Some(site) = state.awaited_end.take() {
            self.note_end(state, site);
        }
        let failed =
            matches!(self.values.node(awaited.value), Node::Apply(Operator::Variant(variant), _) if variant.as_str() == "Err");
        if failed && call.raises {
            return self.raise(state, &["OSError"]);
        }
        self.finish(state, call, awaited)
    }

    /// What is done here is more than to ask.
    fn work(&self, state: &mut State) {
        state.works = true;
        state.excused |= self.mode == Mode::Idle;
    }

    /// Whether a closure that changes nothing of its own is told that something happened, and nothing else: `heard()` of
    /// `heard: impl Fn()`.
    fn is_only_told(&self, at: FunctionRef, function: &Function, call: &Call) -> bool {
        let Callee::Value(callee) = call.callee else { return false };
        let ty = || self.project.type_of(at, callee).map(unspin_ir::last_part);
        matches!(function.expr(callee), Expr::Local(_)) && call.arguments.is_empty() && ty().is_some_and(|ty| ty == "Fn")
    }

    /// Nothing is known of the callee: it may change its receiver and what it can reach through its arguments.
    fn unresolved(&mut self, state: &mut State, function: &'p Function, call: &'p Call, arguments: &[Slot]) -> bool {
        let shares = self.project.files[state.frame().at.file as usize].module.shares_objects;
        // Of whatever it is, waiting for it is no spin: `self.ready.wait()`, `pollable.block()`.
        if let Callee::Method(_, method) = call.callee
            && call.arguments.is_empty()
            && matches!(method.as_str(), "wait" | "block" | "sleep" | "join" | "park" | "tick")
        {
            state.excused = true;
            return true;
        }
        // Of what else is awaited nobody knows how long it takes: what comes from a peer paces the loop.
        let is_paced = self.mode == Mode::Closed && call.awaited && !arguments.iter().any(|slot| slot.from_end);
        if is_paced && !shares && matches!(call.callee, Callee::Method(..)) {
            state.excused = true;
            return true;
        }
        if !self.is_only_told(state.frame().at, function, call) {
            self.work(state);
        }
        if let Some(owner) = self.bound_to(state.frame().at, function, call) {
            self.touch(state, function, owner);
        }
        if let Callee::Method(receiver, _) = call.callee {
            // `self.out.write(x)` may change `self.out`, not `self`.
            self.touch(state, function, receiver);
            if state.end.is_some() {
                // What has met the end here may be opened again or filled by that: `self.read_frame()`.
                let changed = self.eval(state, function, receiver);
                state.fresh_objects.insert(changed.value);
            }
        }
        for (argument, slot) in call.arguments.iter().zip(arguments) {
            if slot.from_end && !self.is_swallowed(state) {
                state.end_escaped = true;
            }
            if argument.mutable || (shares && self.may_be_object(state.frame().at, function, argument.value, slot)) {
                self.touch(state, function, argument.value);
            }
        }
        if call.awaited && shares {
            state.store.epoch = Some(self.values.fresh());
        }
        let result = self.values.fresh();
        // Perhaps a stream that was opened just now.
        state.fresh_objects.insert(result);
        self.finish(state, call, Slot::of(result))
    }

    /// The object whose method a variable holds: `pop = stack.pop`, and then `pop()`.
    fn bound_to(&mut self, at: FunctionRef, function: &Function, call: &Call) -> Option<ExprId> {
        let Callee::Value(value) = call.callee else { return None };
        let Expr::Local(local) = *function.expr(value) else { return None };
        let shape = self.shape(at);
        let [definition] = shape.definitions(local) else { return None };
        match *function.expr(definition.value?) {
            Expr::Field(owner, _) => Some(owner),
            _ => None,
        }
    }

    /// Whether a failure here is caught on the way out of the loop by a handler of everything that only goes on: then it
    /// does not matter whether an unknown callee takes the end for a failure.
    fn is_swallowed(&self, state: &State) -> bool {
        state.frames.iter().enumerate().rev().any(|(depth, frame)| {
            let function = self.project.function(frame.at);
            let mut at = function.block(frame.block).unwind;
            for _ in 0..function.blocks.len() {
                let Some(block) = at.filter(|&block| depth > 0 || self.body.contains(block)) else { return false };
                at = match &function.block(block).terminator {
                    Terminator::Goto(next) => Some(*next),
                    Terminator::Dispatch { handlers, otherwise } => {
                        let is_broad = |handler: &&unspin_ir::Handler| {
                            let catches = |class: &unspin_ir::Name| matches!(class.as_str(), "Exception" | "BaseException");
                            handler.manager.is_none() && (handler.classes.is_empty() || handler.classes.iter().any(catches))
                        };
                        if let Some(handler) = handlers.iter().find(is_broad) {
                            return self.goes_on(function, handler.block, depth == 0);
                        }
                        *otherwise
                    }
                    _ => return false,
                };
            }
            false
        })
    }

    /// Whether every way from a block goes on: none raises, and in the loop's own function none leaves the loop.
    fn goes_on(&self, function: &Function, start: unspin_ir::BlockId, in_loop: bool) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut pending = vec![start];
        while let Some(block) = pending.pop() {
            if (in_loop && block == self.header) || !seen.insert(block) {
                continue;
            }
            let leaves = match function.block(block).terminator {
                Terminator::Raise { .. } => true,
                Terminator::Return(_) => in_loop,
                _ => in_loop && !self.body.contains(block),
            };
            if leaves || seen.len() > MAX_INLINED_BLOCKS {
                return false;
            }
            let unwind = function.block(block).unwind;
            pending.extend(function.block(block).successors().into_iter().filter(|&next| Some(next) != unwind));
        }
        true
    }

    /// Numbers, text and what is used as such cannot be changed by the callee.
    fn may_be_object(&mut self, at: FunctionRef, function: &Function, expr: ExprId, slot: &Slot) -> bool {
        let is_value = match self.values.node(slot.value) {
            Node::Literal(literal) => !matches!(literal, Literal::Empty),
            Node::Apply(
                Operator::Binary(_)
                | Operator::Compare(_)
                | Operator::Length
                | Operator::Truth
                | Operator::Not
                | Operator::Slice { .. },
                _,
            ) => true,
            _ => false,
        };
        let Expr::Local(local) = function.expr(expr) else { return !is_value };
        !is_value && !self.shape(at).is_used_as_value(function, *local)
    }

    pub(super) fn finish(&mut self, state: &mut State, call: &Call, slot: Slot) -> bool {
        if let Some(result) = call.result {
            let place = Place::Local(state.frame().id, result);
            state.store.slots.insert(place, slot);
        }
        true
    }
}

/// A call with its operands.
pub(super) struct Context<'c, 'p> {
    pub(super) function: &'p Function,
    pub(super) call: &'p Call,
    pub(super) receiver: Option<Slot>,
    pub(super) arguments: &'c [Slot],
    pub(super) at: FunctionRef,
    pub(super) span: Span,
}

/// Whether the source asks whether what a call gives is none.
pub(super) fn is_asked_for_none(function: &Function, call: &Call) -> bool {
    let is_result = |expr: ExprId| call.result.is_some_and(|result| *function.expr(expr) == Expr::Local(result));
    function.exprs.iter().any(|expr| match *expr {
        Expr::Compare(CompareOp::Is | CompareOp::IsNot, value, none) => {
            is_result(value) && *function.expr(none) == Expr::Constant(&Constant::None)
        }
        _ => false,
    })
}

/// Whether the source asks for what lies in the option that a call gives: `Some(None) =>`.
fn is_asked_for_payload(function: &Function, call: &Call) -> bool {
    function.exprs.iter().any(|expr| match *expr {
        Expr::Payload(value, variant, _) => {
            variant == "Some" && call.result.is_some_and(|result| *function.expr(value) == Expr::Local(result))
        }
        _ => false,
    })
}

/// Whether a method only says what stands for a failure: `read(..).ok()?`, `read(..).unwrap_or(0)`.
fn keeps_success(call: &Call) -> bool {
    matches!(call.callee, Callee::Method(_, method) if matches!(method.as_str(), "ok" | "unwrap_or" | "unwrap_or_default"))
}
