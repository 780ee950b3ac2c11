//! What a call does by its model.

use unspin_ir::{BlockId, Call, Callee, Expr, ExprId};

use super::{Context, MAX_INLINED_BLOCKS};
use crate::model::{CallModel, Effect, EndValue};
use crate::rounds::Mode;
use crate::rounds::machine::Machine;
use crate::rounds::nothing::fails_of_nothing;
use crate::rounds::state::{Frame, Place, Slot, State};
use crate::rounds::value::{Literal, Node, Operator};
use crate::{Certainty, FunctionRef};

impl<'p> Machine<'p> {
    /// A failure within the success of a deadline.
    fn kept_inside(&mut self, failure: Slot) -> Slot {
        Slot { value: self.values.apply(Operator::Variant(unspin_ir::name("Ok")), &[failure.value]), ..failure }
    }

    pub(super) fn modelled(
        &mut self,
        state: &mut State,
        cx: &Context<'_, 'p>,
        model: &CallModel,
        certainty: Certainty,
    ) -> bool {
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
        let is_it = |id: &crate::rounds::value::ValueId| *id == collection.value;
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
    pub(in crate::rounds) fn unfollowed_transfer(
        &mut self,
        state: &mut State,
        cx: &Context<'_, 'p>,
        model: &CallModel,
    ) -> bool {
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

/// Whether others decide what a question is answered: whether a process still runs, whether a lock is free.
fn asks_others(call: &Call) -> bool {
    call.callee.name().is_some_and(|name| matches!(name.as_str(), "poll" | "try_lock" | "try_read" | "try_write"))
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
