//! What a call does to a state: by its model, by following the project's function, or by forgetting what it may change.

use std::collections::BTreeSet;

use unspin_ir::{BlockId, Call, Callee, CompareOp, Constant, Expr, ExprId, Function, Name, Terminator};
use unspin_span::Span;

use super::Mode;
use super::machine::Machine;
use super::nothing::fails_of_nothing;
use super::state::{Frame, Place, Slot, State};
use super::value::{Literal, Node, Operator};
use crate::model::{CallModel, Effect, EndValue};
use crate::{Certainty, ClassRef, FunctionRef};

/// Of an abstract method with more overrides none is followed.
const MAX_OVERRIDES: usize = 8;

/// A function of more blocks is not followed.
const MAX_INLINED_BLOCKS: usize = 80;

/// How many calls deep it is looked for what a closure reads.
const MAX_READ_DEPTH: u32 = 2;

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

    /// Step into the project's functions, if they are small and few; one way for each.
    fn follow_targets(
        &mut self,
        state: &mut State,
        function: &'p Function,
        call: &'p Call,
        resolution: &crate::Resolution<'_>,
        arguments: &[Slot],
    ) -> bool {
        let may_follow = |target: &FunctionRef| {
            let callee = self.project.function(*target);
            callee.blocks.len() <= MAX_INLINED_BLOCKS && !callee.is_generator && !state.frames.iter().any(|f| f.at == *target)
        };
        let concrete: Vec<FunctionRef> =
            resolution.targets.iter().copied().filter(|target| !self.project.function(*target).is_abstract).collect();
        // What a base class leaves to its subclasses is one of theirs.
        let is_left_to_others = || {
            resolution.targets.len() > concrete.len() || concrete.iter().all(|&target| self.project.implements_abstract(target))
        };
        // What `__init__` returns is not the object.
        let is_init = |target: &FunctionRef| self.project.function(*target).name == "__init__";
        let makes = resolution.via == crate::project::Via::Constructor && concrete.iter().all(is_init);
        let few = concrete.len() == 1 && resolution.exact || (concrete.len() <= MAX_OVERRIDES && is_left_to_others());
        if concrete.is_empty() || !few || state.frames.len() >= self.max_frames || !concrete.iter().all(may_follow) {
            return false;
        }
        let Some((&first, others)) = concrete.split_first() else { return false };
        for &target in others {
            let mut other = state.clone();
            self.push_frame(&mut other, function, call, target, arguments);
            other.frame_mut().is_one_of_many = true;
            self.push(other);
        }
        self.push_frame(state, function, call, first, arguments);
        state.frame_mut().is_one_of_many = !others.is_empty();
        if makes {
            let made = self.values.fresh();
            state.fresh_objects.insert(made);
            let caller = state.frames.len() - 2;
            state.frame_mut().result = None;
            if let Some(result) = call.result {
                let place = Place::Local(state.frames[caller].id, result);
                state.store.slots.insert(place, Slot::of(made));
            }
        }
        true
    }

    fn push_frame(
        &mut self,
        state: &mut State,
        function: &'p Function,
        call: &'p Call,
        target: FunctionRef,
        arguments: &[Slot],
    ) {
        let callee = self.project.function(target);
        let id = self.next_frame_id();
        let mut write_back = Vec::new();
        let mut parameters = callee.parameters.iter();
        if callee.has_receiver
            && let Some(parameter) = parameters.next()
        {
            let receiver = match call.callee {
                Callee::Method(receiver, _) => Some(receiver),
                _ => None,
            };
            let slot = match receiver {
                Some(receiver) if *function.expr(receiver) == Expr::Global(unspin_ir::name("super")) => {
                    self.own_receiver(state)
                }
                Some(receiver) => {
                    let slot = self.eval(state, function, receiver);
                    write_back.push((parameter.local, slot.value, receiver));
                    slot
                }
                None => Slot::of(self.values.fresh()),
            };
            state.store.slots.insert(Place::Local(id, parameter.local), slot);
        }
        let parameters: Vec<_> = parameters.collect();
        for (index, parameter) in parameters.iter().enumerate() {
            let own_name = callee.local(parameter.local).name;
            let by_name = call.arguments.iter().position(|a| a.name == Some(own_name));
            let by_position = call.arguments.get(index).filter(|a| a.name.is_none() && !a.spread).map(|_| index);
            let slot = match by_name.or(by_position) {
                Some(position) if !parameter.spread => {
                    if call.arguments[position].mutable {
                        write_back.push((parameter.local, arguments[position].value, call.arguments[position].value));
                    }
                    arguments[position]
                }
                _ => match parameter.default.map(|value| callee.expr(value)) {
                    Some(Expr::Constant(constant)) if !call.has_spread() => {
                        Slot::of(self.values.literal(Literal::of(constant)))
                    }
                    _ => Slot::of(self.values.fresh()),
                },
            };
            state.store.slots.insert(Place::Local(id, parameter.local), slot);
        }
        let class = self.class_of_receiver(state, function, call);
        state.frames.push(Frame {
            class,
            result: call.result,
            raises: call.raises,
            write_back,
            keeps_failure: call.awaited && !call.raises,
            ..Frame::new(target, id, BlockId::new(0))
        });
    }

    /// The method that a call on the own receiver runs, where the class of that is known from the call that led here.
    fn dispatched(&self, state: &State, function: &Function, call: &Call) -> Option<FunctionRef> {
        let class = state.frame().class?;
        let Callee::Method(receiver, method) = call.callee else { return None };
        let own = function.receiver()?;
        if *function.expr(receiver) != Expr::Local(own) || !self.project.overrides_in(class, method).is_empty() {
            return None;
        }
        match *self.project.method(class, method) {
            [target] if !self.project.function(target).is_abstract => Some(target),
            _ => None,
        }
    }

    /// The class of the object on which a method is called.
    fn class_of_receiver(&self, state: &State, function: &Function, call: &Call) -> Option<ClassRef> {
        let Callee::Method(receiver, _) = call.callee else { return None };
        let own = function.receiver();
        let is_own = match *function.expr(receiver) {
            Expr::Local(local) => Some(local) == own,
            Expr::Global(name) => name == "super",
            _ => false,
        };
        if is_own {
            return state.frame().class;
        }
        self.project.class(self.project.type_of(state.frame().at, receiver)?)
    }

    fn own_receiver(&mut self, state: &State) -> Slot {
        let frame = state.frame();
        match self.project.function(frame.at).parameters.first() {
            Some(parameter) => self.read_place(state, Place::Local(frame.id, parameter.local)),
            None => Slot::of(self.values.fresh()),
        }
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

    /// `map_err(|_| Error::Disconnected)` of a failure: another one.
    fn mapped_failure(&mut self, state: &State, function: &Function, call: &Call, failure: Slot) -> Slot {
        let class = call.arguments.first().and_then(|argument| match *function.expr(argument.value) {
            Expr::Function(closure) => {
                let closure = self.project.function(FunctionRef { file: state.frame().at.file, function: closure });
                let [block] = &closure.blocks[..] else { return None };
                match block.terminator {
                    Terminator::Return(Some(value)) => match *closure.expr(value) {
                        Expr::Global(class) => Some(class),
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        });
        let what = match class {
            Some(class) => self.values.apply(Operator::Variant(class), &[]),
            None => self.values.fresh(),
        };
        Slot { value: self.values.apply(Operator::Variant(unspin_ir::name("Err")), &[what]), ..failure }
    }

    /// Whether a result is handed to a closure that makes a failure of none: `result.and_then(|item| item.ok_or(Ended))`.
    fn refuses_none(&self, at: FunctionRef, function: &Function, call: &Call) -> bool {
        let [only] = &call.arguments[..] else { return false };
        let Expr::Function(inner) = *function.expr(only.value) else { return false };
        let closure = self.project.function(FunctionRef { file: at.file, function: inner });
        let is_item = |expr: ExprId| closure.parameters.iter().any(|item| *closure.expr(expr) == Expr::Local(item.local));
        let refuses = |call: &Call| matches!(call.callee, Callee::Method(on, method) if matches!(method.as_str(), "ok_or" | "ok_or_else") && is_item(on));
        matches!(call.callee, Callee::Method(_, method) if method == "and_then")
            && closure.calls().any(|(call, _)| refuses(call))
    }

    /// Whether a call gives its receiver, an option, a result or an iterator, as seen through functions that only ask.
    fn adapts(&self, at: FunctionRef, function: &Function, call: &Call) -> bool {
        const ADAPTORS: [&str; 16] = [
            "map",
            "filter",
            "and_then",
            "or_else",
            "unwrap_or_else",
            "map_or",
            "map_or_else",
            "is_some_and",
            "is_ok_and",
            "is_none_or",
            "find",
            "find_map",
            "any",
            "all",
            "position",
            "rposition",
        ];
        let only_asks = |target: FunctionRef| {
            let summary = self.project.summary(target);
            !summary.calls_unknown && !summary.waits && !summary.changes && summary.effects.only_ask()
        };
        let is_known = |argument: &unspin_ir::Argument| match *function.expr(argument.value) {
            Expr::Function(inner) => only_asks(FunctionRef { file: at.file, function: inner }),
            Expr::Constant(_) | Expr::Local(_) | Expr::Length(_) => !argument.mutable,
            // `PoisonError::into_inner`
            Expr::Global(path) => {
                self.project.symbol(at.file, path).is_none() && self.project.method_by_path(at.file, path).is_empty()
            }
            _ => false,
        };
        let is_function = |a: &unspin_ir::Argument| matches!(function.expr(a.value), Expr::Function(_) | Expr::Global(_));
        matches!(call.callee, Callee::Method(_, method) if ADAPTORS.contains(&method.as_str()))
            && !call.awaited
            && !self.project.files[at.file as usize].module.shares_objects
            && call.arguments.iter().any(is_function)
            && call.arguments.iter().all(is_known)
    }

    /// Follow the closure of a `filter` whose result is compared with `None`: then it is one of an option.
    fn filters(&mut self, state: &mut State, function: &'p Function, call: &'p Call, receiver: Slot) -> bool {
        let (Callee::Method(_, method), Some(result), [only]) = (call.callee, call.result, &call.arguments[..]) else {
            return false;
        };
        let Expr::Function(closure) = *function.expr(only.value) else { return false };
        let compares = |expr: &Expr| match *expr {
            Expr::Compare(CompareOp::Is | CompareOp::IsNot, side, none) => {
                *function.expr(side) == Expr::Local(result) && *function.expr(none) == Expr::Constant(&Constant::None)
            }
            _ => false,
        };
        let target = FunctionRef { file: state.frame().at.file, function: closure };
        let callee = self.project.function(target);
        let [parameter] = &callee.parameters[..] else { return false };
        if method != "filter"
            || self.adapted_nothing("filter", receiver).is_some()
            || callee.blocks.len() > MAX_INLINED_BLOCKS
            || state.frames.len() >= self.max_frames
            || !function.exprs.iter().any(compares)
        {
            return false;
        }
        let id = self.next_frame_id();
        state.store.slots.insert(Place::Local(id, parameter.local), receiver);
        let frame = Frame::new(target, id, BlockId::new(0));
        state.frames.push(Frame { result: call.result, filters: Some(receiver), ..frame });
        true
    }

    /// A value of its own for each state that a closure may look at.
    fn adapted(&mut self, state: &State, function: &Function, call: &Call, receiver: Slot, arguments: &[Slot]) -> Slot {
        let Callee::Method(_, method) = call.callee else { return receiver };
        if let Some(folded) = self.adapted_nothing(method.as_str(), receiver) {
            return folded;
        }
        let mut names = BTreeSet::new();
        for argument in &call.arguments {
            if let Expr::Function(inner) = *function.expr(argument.value) {
                self.fields_read(FunctionRef { file: state.frame().at.file, function: inner }, MAX_READ_DEPTH, &mut names);
            }
        }
        let fields =
            state.store.slots.iter().filter(|(place, _)| matches!(place, Place::Field(_, name) if names.contains(name)));
        let seen = fields.map(|(_, slot)| slot.value);
        let operands: Vec<_> =
            std::iter::once(receiver.value).chain(arguments.iter().map(|slot| slot.value)).chain(seen).collect();
        let places = arguments.iter().fold(receiver.places, |places, slot| places | slot.places) | self.fields(&names);
        let value = self.values.apply(Operator::Call(method), &operands);
        Slot { value, places, from_end: receiver.from_end }
    }

    /// What an adaptor gives of nothing.
    fn adapted_nothing(&mut self, method: &str, receiver: Slot) -> Option<Slot> {
        let literal = self.values.literal_of(receiver.value)?;
        let (is_none, is_empty) = (*literal == Literal::None, literal.is_empty_sequence());
        let value = match method {
            "map" | "filter" | "and_then" if is_none || is_empty => receiver.value,
            "position" | "rposition" | "find" | "find_map" if is_empty => self.values.literal(Literal::None),
            "any" | "is_some_and" | "is_ok_and" if is_none || is_empty => self.values.bool(false),
            "all" | "is_none_or" if is_none || is_empty => self.values.bool(true),
            _ => return None,
        };
        Some(Slot { value, ..receiver })
    }

    /// The fields that a function and those that it calls mention.
    pub(super) fn fields_read(&self, at: FunctionRef, depth: u32, names: &mut BTreeSet<Name>) {
        let function = self.project.function(at);
        names.extend(function.exprs.iter().filter_map(|expr| match expr {
            Expr::Field(_, field) => Some(*field),
            _ => None,
        }));
        for (call, _) in function.calls().filter(|_| depth > 0) {
            for target in self.project.resolve(at, call).targets {
                self.fields_read(target, depth - 1, names);
            }
        }
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

/// Whether the source asks what a deadline gave for the failure of what it was put around: `Ok(Err(_))`.
fn tells_inner_failure(cx: &Context<'_, '_>) -> bool {
    let is_inside = |part: ExprId| match *cx.function.expr(part) {
        Expr::Payload(base, variant, 0) => {
            variant == "Ok" && cx.call.result.is_some_and(|result| *cx.function.expr(base) == Expr::Local(result))
        }
        _ => false,
    };
    cx.function.exprs.iter().any(|expr| matches!(*expr, Expr::HasVariant(of, variant) if variant == "Err" && is_inside(of)))
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

impl<'p> Machine<'p> {
    /// A failure within the success of a deadline.
    fn kept_inside(&mut self, failure: Slot) -> Slot {
        Slot { value: self.values.apply(Operator::Variant(unspin_ir::name("Ok")), &[failure.value]), ..failure }
    }

    fn modelled(&mut self, state: &mut State, cx: &Context<'_, 'p>, model: &CallModel, certainty: Certainty) -> bool {
        if let Some(wrapped) = model.wraps.filter(|_| self.mode != Mode::Idle) {
            let slot = cx.arguments.get(wrapped as usize).copied().unwrap_or_else(|| Slot::of(self.values.fresh()));
            if cx.call.raises && self.is_failure(slot.value) {
                let classes: Vec<&str> = state.kept_failure.iter().map(|class| unspin_ir::last_part(*class).as_str()).collect();
                return self.raise(state, &classes);
            }
            let slot = if self.is_failure(slot.value) && tells_inner_failure(cx) { self.kept_inside(slot) } else { slot };
            return self.finish(state, cx.call, slot);
        }
        match model.effect {
            Effect::Receive if self.mode == Mode::Idle && self.mode.injects(model) => self.nothing_came(state, cx, model),
            Effect::Read | Effect::Receive | Effect::Write if self.mode.injects(model) => {
                self.at_end(state, cx, model, certainty)
            }
            Effect::Sleep if self.mode == Mode::Idle && self.is_nothing_slept(cx) => self.yields(state, cx),
            Effect::Yield => self.yields(state, cx),
            // What would block is tried again when there is room.
            Effect::Poll if self.mode == Mode::NothingTaken => {
                state.excused = true;
                true
            }
            Effect::Sleep | Effect::Wait | Effect::RetryPolicy | Effect::Accept => {
                state.excused = true;
                true
            }
            // Whoever asks for the next read paces the loop.
            Effect::Receive if self.mode == Mode::EndOfInput && model.timeout.is_none() && model.blocks != Some(false) => {
                state.excused = true;
                true
            }
            Effect::Exit => false,
            // A group with a new task has something to wait for.
            Effect::Spawn if model.holds => {
                state.sought.extend(cx.receiver.map(|slot| slot.value));
                self.unresolved(state, cx.function, cx.call, cx.arguments)
            }
            Effect::Seek if self.leads_on(cx) => {
                let fresh = Slot::of(self.values.fresh());
                self.finish(state, cx.call, fresh)
            }
            Effect::Seek => {
                self.work(state);
                state.sought.extend(cx.receiver.map(|slot| slot.value));
                let fresh = Slot::of(self.values.fresh());
                self.finish(state, cx.call, fresh)
            }
            Effect::Log => {
                let unit = Slot::of(self.values.literal(Literal::None));
                self.finish(state, cx.call, unit)
            }
            // A peer paces the loop.
            Effect::Read | Effect::Connect | Effect::Request
                if self.mode == Mode::Closed && model.remote && cx.call.awaited =>
            {
                state.excused = true;
                true
            }
            // Whoever waits for the request to stop waits until the end.
            Effect::StopCheck if self.mode == Mode::Closed && cx.call.awaited => {
                state.excused = true;
                true
            }
            // Whatever is awaited may wait.
            _ if self.mode == Mode::Idle && cx.call.awaited => {
                state.excused = true;
                true
            }
            // Whether a process still runs, or a lock is free, is another question each time.
            Effect::Query if self.mode != Mode::Idle && asks_others(cx.call) => {
                let answer = Slot::of(self.values.fresh());
                self.finish(state, cx.call, answer)
            }
            Effect::Pure | Effect::View | Effect::Query | Effect::StopCheck | Effect::Decode => self.pure(state, cx, model),
            Effect::Clock if self.mode == Mode::Idle => self.pure(state, cx, model),
            // `line.get(written..)`: a range is what its bounds are.
            Effect::EndlessIterator if matches!(cx.call.callee, Callee::Path(path) if path == "std.ops.RangeFrom") => {
                self.pure(state, cx, model)
            }
            Effect::Create if model.end.is_some() => {
                let empty = Slot::of(self.values.literal(Literal::Empty));
                self.finish(state, cx.call, empty)
            }
            Effect::Grow => self.grow(state, cx),
            Effect::Shrink if self.mode.injects(model) => self.nothing_there(state, cx, model),
            Effect::Shrink => self.shrink(state, cx),
            Effect::Clock | Effect::Deadline | Effect::Create | Effect::Suppress => self.made(state, cx),
            Effect::Close => {
                self.work(state);
                let closed = cx.receiver.or(cx.arguments.first().copied());
                state.sought.extend(closed.map(|slot| slot.value));
                self.made(state, cx)
            }
            Effect::Stop => {
                self.work(state);
                if let Callee::Method(receiver, _) = cx.call.callee {
                    // Whoever asks `stop.is_set()` next gets another answer.
                    self.touch(state, cx.function, receiver);
                }
                self.made(state, cx)
            }
            Effect::Poll | Effect::Random | Effect::EndlessIterator | Effect::Spawn => {
                self.work(state);
                self.made(state, cx)
            }
            Effect::Read | Effect::Receive | Effect::Write | Effect::Connect | Effect::Request => {
                self.unfollowed_transfer(state, cx, model)
            }
        }
    }

    /// Something new of which nothing is known.
    fn made(&mut self, state: &mut State, cx: &Context<'_, 'p>) -> bool {
        let fresh = self.values.fresh();
        state.fresh_objects.insert(fresh);
        self.finish(state, cx.call, Slot::of(fresh))
    }

    fn yields(&mut self, state: &mut State, cx: &Context<'_, 'p>) -> bool {
        state.yields = true;
        self.made(state, cx)
    }

    /// `sleep(0)`.
    fn is_nothing_slept(&self, cx: &Context<'_, 'p>) -> bool {
        cx.arguments.first().is_some_and(|slot| match self.values.literal_of(slot.value) {
            Some(Literal::Int(seconds)) => *seconds == 0,
            Some(Literal::Float(bits)) => f64::from_bits(*bits) == 0.0,
            _ => false,
        })
    }

    /// Whether a test said that something is in a collection: it is true, or what it has at its front is not `None`.
    fn is_not_empty(&self, state: &State, collection: Slot) -> bool {
        let is_it = |id: &super::value::ValueId| *id == collection.value;
        state.assumptions.iter().any(|(&test, &outcome)| match self.values.node(test) {
            Node::Apply(Operator::Truth, of) => outcome && is_it(&of[0]),
            Node::Apply(Operator::Compare(unspin_ir::CompareOp::Is), sides) => {
                let [asked, none] = **sides else { return false };
                let of_it = matches!(self.values.node(asked), Node::Apply(Operator::Call(_) | Operator::Index, of) if of.iter().any(is_it));
                !outcome && of_it && self.values.literal_of(none) == Some(&Literal::None)
            }
            _ => false,
        })
    }

    /// Taking from what is empty: nothing, or a failure, and nothing changes.
    fn nothing_there(&mut self, state: &mut State, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        if cx.receiver.is_some_and(|slot| self.is_not_empty(state, slot)) {
            return self.shrink(state, cx);
        }
        if model.end == Some(EndValue::None) {
            let none =
                Slot { places: cx.receiver.map_or(0, |slot| slot.places), ..Slot::of(self.values.literal(Literal::None)) };
            return self.finish(state, cx.call, none);
        }
        let mut classes: Vec<&str> =
            model.end_raises.iter().map(|class| class.as_str().rsplit('.').next().unwrap_or_default()).collect();
        classes.push("LookupError");
        self.raise(state, &classes)
    }

    /// Taking from a channel or queue that has nothing, without waiting for it: a failure, and nothing changes.
    fn nothing_came(&mut self, state: &mut State, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        if cx.receiver.is_some_and(|slot| self.is_not_empty(state, slot)) {
            return self.unfollowed_transfer(state, cx, model);
        }
        if cx.call.panics {
            return false;
        }
        let raised = model.raises_in_vain();
        if !cx.call.raises {
            let class = if let [only] = *raised { Some(only) } else { None };
            let failure = self.failure(class);
            return self.finish(state, cx.call, failure);
        }
        let classes: Vec<&str> = raised.iter().map(|class| unspin_ir::last_part(*class).as_str()).collect();
        self.raise(state, &classes)
    }

    /// Input, output and connections of which this analysis assumes nothing: the stream has moved on.
    pub(super) fn unfollowed_transfer(&mut self, state: &mut State, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        self.work(state);
        if let Some(argument) = model.fills.and_then(|index| cx.call.arguments.get(index as usize)) {
            self.touch(state, cx.function, argument.value);
        }
        let is_write = model.effect == Effect::Write;
        if cx.arguments.iter().any(|slot| slot.from_end) && !is_write {
            state.end_escaped = true;
        }
        if is_write && self.mode != Mode::NothingTaken {
            let fresh = Slot::of(self.values.fresh());
            return self.finish(state, cx.call, fresh);
        }
        if let Callee::Method(receiver, _) = cx.call.callee
            && model.effect != Effect::Read
        {
            self.touch(state, cx.function, receiver);
        }
        let fresh = self.values.fresh();
        state.fresh_objects.insert(fresh);
        self.finish(state, cx.call, Slot::of(fresh))
    }

    /// `is_ok_and(|n| n > 0)` of what was read at the end is what its closure says of that.
    fn follow_closure(&mut self, state: &mut State, cx: &Context<'_, 'p>, own_name: &str, subject: Slot) -> bool {
        let is_absent = match self.values.node(subject.value) {
            Node::Literal(literal) => *literal == Literal::None,
            Node::Apply(Operator::Variant(variant), _) => variant.as_str() == "Err",
            _ => true,
        };
        if is_absent || !subject.from_end || !matches!(own_name, "is_ok_and" | "is_some_and" | "is_none_or") {
            return false;
        }
        let Some(argument) = cx.call.arguments.first() else { return false };
        let Expr::Function(function) = *cx.function.expr(argument.value) else { return false };
        let target = FunctionRef { file: cx.at.file, function };
        let callee = self.project.function(target);
        let [parameter] = &callee.parameters[..] else { return false };
        if callee.blocks.len() > MAX_INLINED_BLOCKS || state.frames.len() >= self.max_frames {
            return false;
        }
        let id = self.next_frame_id();
        state.store.slots.insert(Place::Local(id, parameter.local), subject);
        let frame = Frame::new(target, id, BlockId::new(0));
        state.frames.push(Frame { result: cx.call.result, raises: cx.call.raises, ..frame });
        true
    }

    /// A result that depends on the operands alone; what keeps or rejects emptiness is folded.
    fn pure(&mut self, state: &mut State, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        let operands: Vec<Slot> = cx.receiver.iter().chain(cx.arguments).copied().collect();
        let subject = operands.first().copied();
        let literal = subject.and_then(|slot| self.values.literal_of(slot.value).cloned());
        let own_name = match cx.call.callee {
            Callee::Path(path) => unspin_ir::last_part(path),
            Callee::Method(_, method) => method,
            Callee::Value(_) => unspin_ir::name("value"),
        };
        if let Some(rest) = self.rest_of_ended(state, cx, own_name.as_str()) {
            return self.finish(state, cx.call, rest);
        }
        if let Some(subject) = cx.receiver
            && self.follow_closure(state, cx, own_name.as_str(), subject)
        {
            return true;
        }
        // `while not queue.empty(): queue.get_nowait()`
        if matches!(self.mode, Mode::Closed | Mode::Idle)
            && cx.receiver.is_some()
            && matches!(own_name.as_str(), "empty" | "is_empty")
        {
            let is_empty = Slot::of(self.values.bool(true));
            return self.finish(state, cx.call, is_empty);
        }
        let keeps_emptiness =
            matches!(own_name.as_str(), "decode" | "encode" | "from_utf8" | "from_utf8_lossy" | "to_string" | "to_vec");
        // `bytes(read)`, `str(line, "utf-8")`
        let decodes =
            matches!(own_name.as_str(), "bytes" | "bytearray" | "memoryview") || (own_name == "str" && operands.len() > 1);
        if (keeps_emptiness || decodes) && literal.as_ref().is_some_and(Literal::is_empty_sequence) {
            let empty = self.values.literal(Literal::Empty);
            return self.finish(state, cx.call, Slot { value: empty, ..subject.unwrap_or(Slot::of(empty)) });
        }
        let at_end = operands.iter().any(|slot| slot.from_end);
        let shares = self.project.files[cx.at.file as usize].module.shares_objects;
        let is_made_of_end = operands.iter().any(|slot| self.is_end(slot));
        let fails = model.effect == Effect::Decode || fails_of_nothing(own_name.as_str(), operands.len(), shares);
        if is_made_of_end && fails && cx.call.raises {
            return self.raise(state, &["ValueError", "TypeError", "error", "JSONDecodeError"]);
        }
        if is_made_of_end && own_name == "parse" && !shares {
            // `line.parse().unwrap_or(0)`
            let failure = Slot { from_end: true, ..self.failure(None) };
            return self.finish(state, cx.call, failure);
        }
        let is_failure = subject.is_some_and(|slot| {
            matches!(self.values.node(slot.value), Node::Apply(Operator::Variant(variant), _) if variant.as_str() == "Err")
        });
        if own_name.as_str() == "ok" && is_failure {
            let none = self.values.literal(Literal::None);
            return self.finish(state, cx.call, Slot { value: none, places: 0, from_end: true });
        }
        let folded = match (model.effect, &literal) {
            (Effect::View, Some(literal))
                if literal.is_empty_sequence() || matches!(literal, Literal::Int(_) | Literal::None) =>
            {
                subject
            }
            (Effect::View, _)
                if matches!(
                    own_name.as_str(),
                    "clone" | "as_ref" | "as_mut" | "into" | "to_owned" | "borrow" | "by_ref" | "ok"
                ) =>
            {
                subject
            }
            _ => None,
        };
        let joined = Slot {
            value: match folded {
                Some(slot) => slot.value,
                None => self.made_of_nothing(own_name.as_str(), &operands, shares).unwrap_or_else(|| {
                    let values: Vec<_> = operands.iter().map(|slot| slot.value).collect();
                    self.values.apply(Operator::Call(own_name), &values)
                }),
            },
            places: operands.iter().fold(0, |places, slot| places | slot.places),
            from_end: at_end,
        };
        self.finish(state, cx.call, joined)
    }

    /// Adding nothing to a sequence changes nothing; adding an element does.
    fn grow(&mut self, state: &mut State, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, method) = cx.call.callee else {
            return self.unresolved(state, cx.function, cx.call, cx.arguments);
        };
        let adds_element = matches!(
            method.as_str(),
            "append" | "push" | "push_back" | "push_front" | "appendleft" | "add" | "insert" | "put" | "put_nowait"
        ) && !cx.arguments.first().is_some_and(|slot| matches!(self.values.literal_of(slot.value), Some(Literal::Text(text)) if text.is_empty() && method == "push"));
        // Room that nothing is in yet.
        let nothing = method.starts_with("reserve")
            || cx.arguments.iter().all(|slot| self.values.literal_of(slot.value).is_some_and(Literal::is_empty_sequence));
        if adds_element || !nothing {
            self.work(state);
            self.touch(state, cx.function, receiver);
        }
        let unit = Slot::of(self.values.fresh());
        self.finish(state, cx.call, unit)
    }

    /// Taking nothing away changes nothing; `clear` leaves nothing.
    fn shrink(&mut self, state: &mut State, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, method) = cx.call.callee else {
            return self.unresolved(state, cx.function, cx.call, cx.arguments);
        };
        let is_empty =
            cx.receiver.is_some_and(|slot| self.values.literal_of(slot.value).is_some_and(Literal::is_empty_sequence));
        let takes_nothing = is_empty || (!cx.arguments.is_empty() && cx.arguments.iter().all(|slot| self.is_nothing(slot)));
        if takes_nothing && matches!(method.as_str(), "drain" | "advance" | "split_to" | "consume" | "remove_prefix") {
            let empty = Slot::of(self.values.literal(Literal::Empty));
            return self.finish(state, cx.call, empty);
        }
        if let (true, &[kept]) = (method == "retain", cx.arguments)
            && let Some(place) = self.place_of(state, cx.function, receiver)
        {
            return self.retain(state, cx, place, kept);
        }
        self.touch(state, cx.function, receiver);
        if method != "clear" {
            self.work(state);
        }
        if method == "clear"
            && let Some(place) = self.place_of(state, cx.function, receiver)
        {
            let empty = Slot::of(self.values.literal(Literal::Empty));
            state.store.slots.insert(place, empty);
        }
        // Each item that is taken out is another one.
        self.made(state, cx)
    }

    /// What was kept once is kept again, unless what the closure asks for changes meanwhile.
    fn retain(&mut self, state: &mut State, cx: &Context<'_, 'p>, place: Place, kept: Slot) -> bool {
        let before = self.read_place(state, place);
        let operator = Operator::Call(unspin_ir::name("retain"));
        let is_again = matches!(self.values.node(before.value), Node::Apply(operator_before, operands)
            if *operator_before == operator && operands[1] == kept.value);
        if !is_again {
            let value = self.values.apply(operator, &[before.value, kept.value]);
            state.store.slots.insert(place, Slot { value, ..before });
        }
        state.end_escaped = true;
        let unit = Slot::of(self.values.literal(Literal::Unit));
        self.finish(state, cx.call, unit)
    }

    /// `0`, and the ranges `..0` and `0..0`.
    fn is_nothing(&self, slot: &Slot) -> bool {
        let is_zero = |id| self.values.literal_of(id) == Some(&Literal::Int(0));
        match self.values.node(slot.value) {
            Node::Literal(literal) => matches!(literal, Literal::Int(0)),
            Node::Apply(Operator::Aggregate(_) | Operator::Opaque(_), parts) => {
                !parts.is_empty() && parts.iter().all(|&part| is_zero(part))
            }
            _ => false,
        }
    }
}

/// Whether the source asks whether what a call gives is none.
fn is_asked_for_none(function: &Function, call: &Call) -> bool {
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

/// Whether others decide what a question is answered: whether a process still runs, whether a lock is free.
fn asks_others(call: &Call) -> bool {
    call.callee.name().is_some_and(|name| matches!(name.as_str(), "poll" | "try_lock" | "try_read" | "try_write"))
}

/// Whether a method only says what stands for a failure: `read(..).ok()?`, `read(..).unwrap_or(0)`.
fn keeps_success(call: &Call) -> bool {
    matches!(call.callee, Callee::Method(_, method) if matches!(method.as_str(), "ok" | "unwrap_or" | "unwrap_or_default"))
}
