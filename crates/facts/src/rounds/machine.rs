//! The abstract machine: follows one way after the other through a loop, forking at tests that nothing decides.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use unspin_ir::{Aggregate, BlockId, Expr, ExprId, Function, LocalId, LocalKind, Name, StatementKind, Terminator, name};

use super::Mode;
use super::state::{EndSite, Frame, Place, Places, Slot, State, Store, Test};
use super::value::{Literal, Node, Operator, ValueId, Values, mirrored};
use crate::shape::Shape;
use crate::{Certainty, FunctionRef, Project};

const MAX_PATHS: usize = 64;
const MAX_STEPS: u32 = 1_500;
const MAX_ROUNDS: u8 = 3;
const MAX_VALUES: usize = 20_000;
/// How many activations there may be at a time, and how many where that turned out to be too much to follow.
pub(super) const MAX_FRAMES: [usize; 2] = [5, 2];

/// What following one way came to.
pub(super) enum Outcome {
    /// It left the loop, or is not followed further.
    Done,
    /// It came back to the header, not for the first time.
    Round(Box<State>),
}

/// Follows the ways of one loop.
pub(super) struct Machine<'p> {
    pub(super) project: &'p Project,
    pub(super) mode: Mode,
    pub(super) at: FunctionRef,
    pub(super) header: BlockId,
    pub(super) body: &'p unspin_flow::BlockSet,
    pub(super) values: Values,
    pub(super) shapes: FxHashMap<FunctionRef, Rc<Shape>>,
    places: Vec<Place>,
    place_index: FxHashMap<Place, u32>,
    next_frame: u32,
    steps: u32,
    pending: Vec<State>,
    /// Ways that do something else before they meet an end: what there is to find is more likely on the others.
    pending_last: Vec<State>,
    pub(super) max_frames: usize,
    /// Locals of the loop's function that were asked for a constant of before the loop.
    constants: FxHashMap<LocalId, Option<ValueId>>,
    /// Set while a pure expression is evaluated that fails for certain (`c[0]` of an empty `c`).
    pub(super) failed: Option<&'static str>,
}

impl<'p> Machine<'p> {
    pub(super) fn new(
        project: &'p Project,
        mode: Mode,
        at: FunctionRef,
        shape: Rc<Shape>,
        natural: &'p unspin_flow::NaturalLoop,
        max_frames: usize,
    ) -> Self {
        let mut shapes = FxHashMap::default();
        shapes.insert(at, shape);
        Self {
            project,
            mode,
            at,
            header: natural.header,
            body: &natural.body,
            values: Values::default(),
            shapes,
            places: Vec::new(),
            place_index: FxHashMap::default(),
            next_frame: 1,
            steps: 0,
            pending: Vec::new(),
            pending_last: Vec::new(),
            max_frames,
            constants: FxHashMap::default(),
            failed: None,
        }
    }

    /// Follow ways until `accept` takes one or none is left.
    pub(super) fn run<T>(&mut self, mut accept: impl FnMut(&mut Self, &State) -> Option<T>) -> Option<T> {
        let first = State {
            frames: vec![Frame::new(self.at, 0, self.header)],
            store: Store::default(),
            round_start: Rc::default(),
            round: 1,
            assumptions: litemap::LiteMap::new(),
            fresh_objects: BTreeSet::new(),
            buffers: BTreeSet::new(),
            sought: BTreeSet::new(),
            kept_failure: Vec::new(),
            awaited_end: None,
            tests: Vec::new(),
            tests_before: Rc::default(),
            end: None,
            met_before: None,
            known_unknowns: 0,
            works: false,
            selects: false,
            yields: false,
            handled: None,
            excused: false,
            end_escaped: false,
            forks: 0,
            trail: vec![self.header],
            way: Vec::new(),
        };
        self.pending.push(first);
        for _ in 0..MAX_PATHS {
            let state = self.pending.pop().or_else(|| self.pending_last.pop())?;
            if let Outcome::Round(mut state) = self.follow(state) {
                if let Some(found) = accept(self, &state) {
                    return Some(found);
                }
                // What one round sets may only be the same again after the next.
                if state.round < MAX_ROUNDS && !state.works {
                    self.begin_round(&mut state);
                    self.push(*state);
                }
            }
            if self.steps > MAX_STEPS || self.values.len() > MAX_VALUES {
                return None;
            }
        }
        None
    }

    /// Whether there was more to follow than the bounds allow.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps > MAX_STEPS || self.values.len() > MAX_VALUES || !(self.pending.is_empty() && self.pending_last.is_empty())
    }

    /// Another way to follow.
    pub(super) fn push(&mut self, state: State) {
        let strays = state.end.is_none() && state.works;
        if strays { self.pending_last.push(state) } else { self.pending.push(state) }
    }

    fn follow(&mut self, mut state: State) -> Outcome {
        loop {
            self.steps += 1;
            if self.steps > MAX_STEPS || self.values.len() > MAX_VALUES || state.excused {
                return Outcome::Done;
            }
            let function = self.project.function(state.frame().at);
            let block = function.block(state.frame().block);
            let index = state.frame().index;
            let goes_on = if let Some(statement) = block.statements.get(index) {
                state.frame_mut().index += 1;
                self.statement(&mut state, function, statement)
            } else {
                self.terminator(&mut state, function, &block.terminator)
            };
            if !goes_on {
                return Outcome::Done;
            }
            if state.frames.len() == 1
                && state.frame().block == self.header
                && state.frame().index == 0
                && state.trail.is_empty()
            {
                if state.round > 1 {
                    return Outcome::Round(Box::new(state));
                }
                if state.end.is_none() && self.mode != Mode::Idle {
                    return Outcome::Done;
                }
                self.begin_round(&mut state);
            }
        }
    }

    /// Every place now depends on nothing but itself; assumptions hold on, because they are about value numbers.
    fn begin_round(&mut self, state: &mut State) {
        let watched: Vec<_> = state.store.slots.keys().copied().filter(outlives_round).collect();
        state.store.slots.retain(|place, _| outlives_round(place));
        for place in watched {
            let bit = self.bit(place);
            if let Some(slot) = state.store.slots.get_mut(&place) {
                slot.places = bit;
            }
        }
        state.round += 1;
        state.round_start = Rc::new(state.store.clone());
        state.fresh_objects.clear();
        state.tests_before = std::mem::take(&mut state.tests).into();
        state.met_before = state.end.take().or(state.met_before.map(|(end, _)| end)).map(|end| (end, state.forks));
        state.known_unknowns = self.values.unknowns();
        state.works = false;
        state.selects = false;
        state.yields = false;
        state.handled = None;
        state.end_escaped = false;
        state.trail.push(self.header);
        state.frame_mut().visits.clear();
    }

    /// The bit that watches a place.
    fn bit(&mut self, place: Place) -> Places {
        let next = self.places.len() as u32;
        let index = *self.place_index.entry(place).or_insert(next);
        if index == next {
            self.places.push(place);
        }
        1 << index.min(127)
    }

    /// The bits of every field of these names that was met.
    pub(super) fn fields(&self, names: &BTreeSet<Name>) -> Places {
        let is_field = |(_, place): &(usize, &Place)| matches!(place, Place::Field(_, field) if names.contains(field));
        self.places.iter().enumerate().filter(is_field).fold(0, |places, (index, _)| places | 1 << index.min(127))
    }

    /// Whether none of these places holds something else than when the round began.
    pub(super) fn are_unchanged(&mut self, state: &State, places: Places) -> bool {
        if places & (1 << 127) != 0 {
            return false;
        }
        (0..self.places.len().min(127)).filter(|index| places & (1 << index) != 0).all(|index| {
            let place = self.places[index];
            state.store.value(&mut self.values, place) == state.round_start.value(&mut self.values, place)
        })
    }

    pub(super) fn shape(&mut self, at: FunctionRef) -> Rc<Shape> {
        let project = self.project;
        Rc::clone(self.shapes.entry(at).or_insert_with(|| Rc::new(Shape::new(project.function(at)))))
    }

    fn statement(&mut self, state: &mut State, function: &'p Function, statement: &'p unspin_ir::Statement) -> bool {
        match &statement.kind {
            StatementKind::Assign(place, value) => {
                let slot = self.eval(state, function, *value);
                if let Some(class) = self.failed.take() {
                    return self.raise(state, &[class]);
                }
                self.assign(state, function, *place, slot);
                true
            }
            StatementKind::Call(call) => self.call(state, function, call, statement.span),
            StatementKind::Delete(place) => {
                self.delete(state, function, *place);
                true
            }
            StatementKind::Yield(_) => {
                state.excused = true;
                true
            }
            StatementKind::Enter(_) if self.mode == Mode::Idle => {
                state.excused = true;
                true
            }
            StatementKind::Enter(_) | StatementKind::Leave(_) => true,
        }
    }

    fn terminator(&mut self, state: &mut State, function: &'p Function, terminator: &'p Terminator) -> bool {
        match terminator {
            Terminator::Goto(block) => self.enter(state, function, *block),
            Terminator::Branch { test, then, otherwise } => self.branch(state, function, *test, *then, *otherwise),
            Terminator::Advance { awaited: true, .. } if self.mode == Mode::Idle => false,
            Terminator::Advance { iterable, item, body, exhausted, .. } => {
                self.advance(state, function, *iterable, *item, *body, *exhausted)
            }
            Terminator::Select { .. } if self.mode == Mode::Idle => false,
            Terminator::Select { arms } => {
                let Some((&first, others)) = arms.split_first() else { return false };
                state.selects = true;
                for &arm in others {
                    let mut other = state.clone();
                    if self.enter(&mut other, function, arm) {
                        self.push(other);
                    }
                }
                self.enter(state, function, first)
            }
            Terminator::Return(value) => {
                let slot = match value {
                    Some(value) => self.eval(state, function, *value),
                    None => Slot::of(self.values.literal(Literal::None)),
                };
                self.leave_frame(state, slot)
            }
            // A panic is no failure that a caller could keep.
            Terminator::Raise { panics: true, .. } => false,
            Terminator::Raise { class, .. } => {
                let class = class.map_or("?", |class| class.as_str());
                self.raise(state, &[last_part(class)])
            }
            Terminator::Dispatch { .. } | Terminator::Unreachable => false,
        }
    }

    /// Return from an inlined call; leaving the loop's own function ends the way.
    fn leave_frame(&mut self, state: &mut State, slot: Slot) -> bool {
        if state.frames.len() == 1 {
            return false;
        }
        let Some(frame) = state.frames.pop() else { return false };
        let caller = self.project.function(state.frame().at);
        for (parameter, before, place) in frame.write_back {
            let now = state.store.value(&mut self.values, Place::Local(frame.id, parameter));
            if now != before {
                self.assign(state, caller, place, Slot::of(now));
            }
        }
        state.store.slots.retain(|place, _| !matches!(place, Place::Local(id, _) if *id == frame.id));
        if frame.raises && self.is_failure(slot.value) {
            // What the callee kept as a value, the caller takes apart.
            let classes: Vec<&str> = state.kept_failure.iter().map(|class| last_part(class.as_str())).collect();
            return self.raise(state, &classes);
        }
        let slot = match frame.filters {
            Some(kept) => self.filtered(state, frame.result, kept, slot),
            None => slot,
        };
        if let Some(result) = frame.result {
            let place = Place::Local(state.frame().id, result);
            state.store.slots.insert(place, slot);
        }
        true
    }

    /// What a filter gives of a value, by the answer of its closure; one way for each that nothing decides.
    fn filtered(&mut self, state: &mut State, result: Option<LocalId>, kept: Slot, answer: Slot) -> Slot {
        let (base, negated) = self.question(answer.value);
        let known = self.known_outcome(state, base).map(|value| value != negated);
        // Nothing is nothing, whatever it was before.
        let nothing = Slot { places: answer.places, ..Slot::of(self.values.literal(Literal::None)) };
        if known.is_none() {
            let mut other = state.clone();
            other.forks += 1;
            other.assumptions.insert(base, negated);
            if let Some(result) = result {
                let place = Place::Local(other.frame().id, result);
                other.store.slots.insert(place, nothing);
            }
            self.push(other);
            state.forks += 1;
            state.assumptions.insert(base, !negated);
        }
        if known == Some(false) { nothing } else { Slot { places: kept.places | answer.places, ..kept } }
    }

    /// What a test asks, and whether it asks for the opposite.
    fn question(&mut self, value: ValueId) -> (ValueId, bool) {
        let truth = self.values.apply(Operator::Truth, &[value]);
        let (base, negated) = match self.values.node(truth) {
            Node::Apply(Operator::Not, inner) => (inner[0], true),
            _ => (truth, false),
        };
        self.canonical(base, negated)
    }

    pub(super) fn is_failure(&self, value: ValueId) -> bool {
        matches!(self.values.node(value), Node::Apply(Operator::Variant(name), _) if name.as_str() == "Err")
    }

    /// Go to a block; `false` when that leaves the loop or goes round an inner loop once too often.
    pub(super) fn enter(&mut self, state: &mut State, function: &'p Function, block: BlockId) -> bool {
        let outermost = state.frames.len() == 1;
        if outermost && !self.body.contains(block) {
            return false;
        }
        let frame = state.frame_mut();
        frame.block = block;
        frame.index = 0;
        if outermost && block == self.header {
            state.way = std::mem::take(&mut state.trail);
            return true;
        }
        if outermost {
            state.trail.push(block);
        }
        if function.loops.iter().any(|l| l.header == block) {
            let visits = state.frame_mut().visits.entry(block).or_insert(0);
            *visits += 1;
            match *visits {
                1 => {}
                2 => self.forget_stores(state, block),
                _ => return false,
            }
        }
        true
    }

    /// An inner loop went round: whatever it stores may hold anything.
    fn forget_stores(&mut self, state: &mut State, header: BlockId) {
        let (at, id) = (state.frame().at, state.frame().id);
        let shape = self.shape(at);
        let Some(natural) = shape.forest.loops.iter().find(|l| l.header == header) else { return };
        let function = self.project.function(at);
        for block in natural.body.iter() {
            for statement in &function.block(block).statements {
                let local = match &statement.kind {
                    // `finished = true`, which it is already.
                    StatementKind::Assign(place, value) if self.holds(state, function, *place, *value) => None,
                    StatementKind::Assign(place, _) => crate::shape::root_local(function, *place),
                    StatementKind::Call(call) => call.result,
                    _ => None,
                };
                if let Some(local) = local {
                    let fresh = self.values.fresh();
                    state.store.slots.insert(Place::Local(id, local), Slot::of(fresh));
                }
            }
        }
    }

    /// Whether a place holds a constant that is assigned to it.
    fn holds(&mut self, state: &mut State, function: &'p Function, place: ExprId, value: ExprId) -> bool {
        let Expr::Constant(constant) = function.expr(value) else { return false };
        let Some(place) = self.place_of(state, function, place) else { return false };
        let held = self.read_place(state, place).value;
        self.values.literal_of(held) == Some(&Literal::of(constant))
    }

    fn branch(&mut self, state: &mut State, function: &'p Function, test: ExprId, then: BlockId, otherwise: BlockId) -> bool {
        let slot = self.eval(state, function, test);
        if let Some(class) = self.failed.take() {
            return self.raise(state, &[class]);
        }
        let (base, negated) = self.question(slot.value);
        let known = self.known_outcome(state, base).map(|value| value != negated);
        let (depth, at, block) = (state.frames.len() - 1, state.frame().at, state.frame().block);
        // Nothing that is read into nothing is no end.
        let is_buffer = matches!(self.values.node(base), Node::Apply(Operator::Truth, of) if state.buffers.contains(&of[0]));
        let known = known.or(is_buffer.then_some(!negated));
        // The same way again is followed first.
        let as_before = || state.tests_before.iter().rev().find(|test| test.block == block && test.at == at);
        let outcome = known.or_else(|| as_before().map(|test| test.outcome)).unwrap_or(true);
        if known.is_none() {
            let mut other = state.clone();
            other.forks += 1;
            other.assumptions.insert(base, outcome == negated);
            other.tests.push(Test { depth, at, block, slot, outcome: !outcome });
            if self.enter(&mut other, function, if outcome { otherwise } else { then }) {
                self.push(other);
            }
            state.forks += 1;
            state.assumptions.insert(base, outcome != negated);
        }
        state.tests.push(Test { depth, at, block, slot, outcome });
        self.enter(state, function, if outcome { then } else { otherwise })
    }

    /// What a test says for certain, or was taken to say.
    fn known_outcome(&mut self, state: &State, test: ValueId) -> Option<bool> {
        if let Some(Literal::Bool(value)) = self.values.literal_of(test) {
            return Some(*value);
        }
        let assumed = state.assumptions.get(&test).copied();
        assumed.or_else(|| self.rest_is_something(state, test).then_some(false))
    }

    /// Whether a test asks if `a - b` is nothing where `b < a` was assumed.
    fn rest_is_something(&mut self, state: &State, test: ValueId) -> bool {
        use unspin_ir::{BinaryOp, CompareOp};
        let Node::Apply(Operator::Compare(CompareOp::Eq), sides) = self.values.node(test) else { return false };
        let (rest, zero) = (sides[0], sides[1]);
        if self.values.literal_of(zero) != Some(&Literal::Int(0)) {
            return false;
        }
        let Node::Apply(Operator::Binary(BinaryOp::Subtract), of) = self.values.node(rest) else { return false };
        let (whole, part) = (of[0], of[1]);
        let less = self.values.apply(Operator::Compare(CompareOp::Lt), &[part, whole]);
        state.assumptions.get(&less) == Some(&true)
    }

    /// `a != b` is `not a == b`, `a >= b` is `not a < b`, so that one assumption answers both.
    fn canonical(&mut self, value: ValueId, negated: bool) -> (ValueId, bool) {
        use unspin_ir::CompareOp as Op;
        if let Some((truth, is_empty)) = self.emptiness(value) {
            return (truth, negated != is_empty);
        }
        let Node::Apply(Operator::Compare(op), operands) = self.values.node(value) else { return (value, negated) };
        let positive = match op {
            Op::Ne => Op::Eq,
            Op::Ge => Op::Lt,
            Op::Gt => Op::Le,
            Op::IsNot => Op::Is,
            Op::NotIn => Op::In,
            _ => return (value, negated),
        };
        let operands = operands.clone();
        (self.values.apply(Operator::Compare(positive), &operands), !negated)
    }

    /// `len(a) == 0` and the like: the truth of `a`, and whether the comparison says that it is empty.
    fn emptiness(&mut self, value: ValueId) -> Option<(ValueId, bool)> {
        use unspin_ir::CompareOp as Op;
        let Node::Apply(Operator::Compare(op), operands) = self.values.node(value) else { return None };
        let (op, of, number) = match (self.values.node(operands[0]), self.values.node(operands[1])) {
            (Node::Apply(Operator::Length, of), Node::Literal(Literal::Int(number))) => (*op, of[0], *number),
            (Node::Literal(Literal::Int(number)), Node::Apply(Operator::Length, of)) => (mirrored(*op), of[0], *number),
            _ => return None,
        };
        let is_empty = match (op, number) {
            (Op::Eq | Op::Le, 0) | (Op::Lt, 1) => true,
            (Op::Ne | Op::Gt, 0) | (Op::Ge, 1) => false,
            _ => return None,
        };
        Some((self.values.apply(Operator::Truth, &[of]), is_empty))
    }

    /// The head of an inner `for`: an empty iterable is skipped, any other gives one item and then ends.
    fn advance(
        &mut self,
        state: &mut State,
        function: &'p Function,
        iterable: ExprId,
        item: LocalId,
        body: BlockId,
        exhausted: BlockId,
    ) -> bool {
        let slot = self.eval(state, function, iterable);
        let is_empty = self.values.literal_of(slot.value).is_some_and(Literal::is_empty_sequence);
        let block = state.frame().block;
        let is_second = state.frame().visits.get(&block).is_some_and(|&visits| visits > 1);
        if is_empty || is_second || self.is_made_of_nothing(state.frame().at, iterable, slot) {
            return self.enter(state, function, exhausted);
        }
        let fresh = self.values.fresh();
        let place = Place::Local(state.frame().id, item);
        state.store.slots.insert(place, Slot::of(fresh));
        self.enter(state, function, body)
    }

    /// Whether an iterator was made of the nothing that a read gave: by a call of which nothing is known, or as an object of
    /// the project's own.
    fn is_made_of_nothing(&self, at: FunctionRef, iterable: ExprId, slot: Slot) -> bool {
        slot.from_end
            && match self.values.node(slot.value) {
                Node::Apply(Operator::Opaque(_), _) => true,
                Node::Apply(Operator::Aggregate(_), _) => {
                    let class = self.project.type_of(at, iterable).and_then(|ty| self.project.class(ty));
                    class.is_some_and(|class| !self.project.method(class, name("next")).is_empty())
                }
                _ => false,
            }
    }

    /// A failure that is certain: to the handler that names one of the classes, or out.
    pub(super) fn raise(&mut self, state: &mut State, classes: &[&str]) -> bool {
        loop {
            let function = self.project.function(state.frame().at);
            let mut at = function.block(state.frame().block).unwind;
            for _ in 0..function.blocks.len() {
                let Some(block) = at else { break };
                if state.frames.len() == 1 && !self.body.contains(block) {
                    return false;
                }
                at = match &function.block(block).terminator {
                    Terminator::Goto(next) => Some(*next),
                    Terminator::Dispatch { handlers, otherwise } => {
                        let fits = |handler: &&unspin_ir::Handler| match handler.manager {
                            Some(scope) => self.suppresses(state.frame().at, scope, classes),
                            None => catches(&handler.classes, classes),
                        };
                        if let Some(handler) = handlers.iter().find(fits) {
                            if let Some(local) = handler.binding {
                                let fresh = self.values.fresh();
                                let place = Place::Local(state.frame().id, local);
                                state.store.slots.insert(place, Slot::of(fresh));
                            }
                            if state.frames.len() == 1 {
                                state.handled.get_or_insert(handler.span);
                            }
                            return self.enter(state, function, handler.block);
                        }
                        *otherwise
                    }
                    _ => return false,
                };
            }
            if state.frames.len() == 1 {
                return false;
            }
            if state.frame().keeps_failure {
                let failure = self.failure(None);
                return self.leave_frame(state, failure);
            }
            state.frames.pop();
        }
    }

    /// What a call gives that failed, where that is kept as a value.
    pub(super) fn failure(&mut self, class: Option<Name>) -> Slot {
        let what = match class {
            Some(class) => self.values.apply(Operator::Variant(class), &[]),
            None => self.values.literal(Literal::None),
        };
        Slot::of(self.values.apply(Operator::Variant(name("Err")), &[what]))
    }

    fn suppresses(&self, at: FunctionRef, scope: unspin_ir::ScopeId, classes: &[&str]) -> bool {
        let function = self.project.function(at);
        let Some(shape) = self.shapes.get(&at) else { return false };
        let Some((_, _, call)) = shape.origin(function, function.scope(scope).manager) else { return false };
        let is_suppress =
            self.project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == crate::model::Effect::Suppress);
        let named: Vec<Name> = call.arguments.iter().filter_map(|a| function.path(a.value)).map(|path| name(&path)).collect();
        is_suppress && catches(&named, classes)
    }

    pub(super) fn read_place(&mut self, state: &State, place: Place) -> Slot {
        if let Some(slot) = state.store.slots.get(&place) {
            return *slot;
        }
        if let Place::Local(0, local) = place
            && let Some(constant) = self.constant_before(local)
        {
            return Slot::of(constant);
        }
        let value = state.store.value(&mut self.values, place);
        let places = if matches!(place, Place::Local(frame, _) if frame != 0) { 0 } else { self.bit(place) };
        Slot { value, places, from_end: false }
    }

    /// The constant, or in Python the tuple of constants, that a local of the loop's function got before the loop, and
    /// keeps: `STATE_END = 7`.
    fn constant_before(&mut self, local: LocalId) -> Option<ValueId> {
        if let Some(known) = self.constants.get(&local) {
            return *known;
        }
        let constant = self.only_value(local).and_then(|value| self.constant_value(value));
        self.constants.insert(local, constant);
        constant
    }

    fn constant_value(&mut self, value: ExprId) -> Option<ValueId> {
        let function = self.project.function(self.at);
        match function.expr(value) {
            Expr::Constant(constant) => Some(self.values.literal(Literal::of(constant))),
            Expr::Aggregate(kind @ Aggregate::Tuple, parts)
                if self.project.files[self.at.file as usize].module.shares_objects =>
            {
                let parts = parts.iter().map(|&part| self.constant_value(part)).collect::<Option<Vec<_>>>()?;
                Some(self.values.apply(Operator::Aggregate(*kind as u8), &parts))
            }
            _ => None,
        }
    }

    /// What a local of the loop's function got before the loop, where it gets nothing else.
    fn only_value(&self, local: LocalId) -> Option<ExprId> {
        let function = self.project.function(self.at);
        let entry = function.local(local);
        let [definition] = self.shapes.get(&self.at)?.definitions(local) else { return None };
        let is_own = entry.kind == LocalKind::Variable && !self.body.contains(definition.block);
        let module = &self.project.files[self.at.file as usize].module;
        let is_shared = |expr: &Expr| match *expr {
            Expr::Function(inner) => {
                let locals = &module.functions[inner.index()].locals;
                locals.iter().any(|other| other.kind == LocalKind::Shared && other.name == entry.name)
            }
            _ => false,
        };
        let is_lent = |call: &unspin_ir::Call| {
            let is_root = |argument: &unspin_ir::Argument| crate::shape::root_local(function, argument.value) == Some(local);
            call.arguments.iter().any(|argument| argument.mutable && is_root(argument))
        };
        let is_kept = is_own && !function.exprs.iter().any(is_shared) && !function.calls().any(|(call, _)| is_lent(call));
        definition.value.filter(|_| is_kept)
    }

    /// The place that an expression names, if it names one.
    pub(super) fn place_of(&mut self, state: &mut State, function: &'p Function, expr: ExprId) -> Option<Place> {
        match function.expr(expr) {
            Expr::Local(local) => Some(self.local_place(state, function, *local)),
            Expr::Global(global) => Some(Place::Global(*global)),
            Expr::Field(base, field) => {
                let base = self.eval(state, function, *base);
                Some(Place::Field(base.value, *field))
            }
            _ => None,
        }
    }

    /// A captured local is the place of the function that encloses this one, when that is being followed too.
    fn local_place(&self, state: &State, function: &Function, local: LocalId) -> Place {
        let entry = function.local(local);
        if matches!(entry.kind, LocalKind::Captured | LocalKind::Shared) {
            for frame in state.frames.iter().rev().skip(1) {
                let outer = self.project.function(frame.at);
                if let Some(index) = outer.locals.iter().position(|l| l.name == entry.name) {
                    return Place::Local(frame.id, LocalId::new(index));
                }
            }
        }
        Place::Local(state.frame().id, local)
    }

    pub(super) fn assign(&mut self, state: &mut State, function: &'p Function, place: ExprId, slot: Slot) {
        match self.place_of(state, function, place) {
            Some(place) => {
                state.store.slots.insert(place, slot);
            }
            None => self.touch(state, function, place),
        }
    }

    /// The object at a place changed in a way that is not followed: every place that holds it holds something new.
    pub(super) fn touch(&mut self, state: &mut State, function: &'p Function, expr: ExprId) {
        match function.expr(expr) {
            Expr::Index(base, _) | Expr::Slice(base, ..) | Expr::Payload(base, ..) => self.touch(state, function, *base),
            Expr::Local(_) | Expr::Global(_) | Expr::Field(..) => {
                let Some(place) = self.place_of(state, function, expr) else { return };
                let old = self.read_place(state, place).value;
                let fresh = self.values.fresh();
                state.store.slots.insert(place, Slot::of(fresh));
                self.replace(state, old, fresh);
            }
            _ => {}
        }
    }

    /// Every place that holds `old` now holds `new`.
    pub(super) fn replace(&mut self, state: &mut State, old: ValueId, new: ValueId) {
        let default_place = match self.values.node(old) {
            Node::Start(frame, local) => Some(Place::Local(*frame, *local)),
            Node::Apply(Operator::Field(field), base) if base.len() == 1 => Some(Place::Field(base[0], *field)),
            Node::Apply(Operator::Global(global), _) => Some(Place::Global(*global)),
            _ => None,
        };
        if let Some(place) = default_place {
            state.store.slots.entry(place).or_insert(Slot::of(new));
        }
        for (_, slot) in state.store.slots.iter_mut().filter(|(_, slot)| slot.value == old) {
            *slot = Slot::of(new);
        }
    }

    fn delete(&mut self, state: &mut State, function: &'p Function, place: ExprId) {
        if let Expr::Slice(_, low, high) = function.expr(place) {
            let is_zero = |machine: &mut Self, state: &mut State, bound: &Option<ExprId>| {
                bound.is_none_or(|bound| {
                    let slot = machine.eval(state, function, bound);
                    machine.values.literal_of(slot.value) == Some(&Literal::Int(0))
                })
            };
            if high.is_some() && is_zero(self, state, low) && is_zero(self, state, high) {
                return;
            }
        }
        if !matches!(function.expr(place), Expr::Local(_)) {
            self.touch(state, function, place);
        }
    }

    pub(super) fn next_frame_id(&mut self) -> u32 {
        self.next_frame += 1;
        self.next_frame
    }

    /// The first end of a round is the one to report, as sure as the least sure of them.
    pub(super) fn note_end(&mut self, state: &mut State, site: EndSite) {
        let is_guessed = site.certainty != Certainty::Certain;
        state.end_escaped |= is_guessed && state.frames.iter().any(|frame| frame.is_one_of_many);
        let certainty = state.end.get_or_insert(site).certainty.min(site.certainty);
        state.end = state.end.map(|end| EndSite { certainty, ..end });
    }
}

fn outlives_round(place: &Place) -> bool {
    !matches!(place, Place::Local(frame, _) if *frame != 0)
}

fn last_part(path: &str) -> &'static str {
    let part = path.rsplit('.').next().unwrap_or(path);
    name(part).as_str()
}

/// Whether a handler that names `named` catches a failure of one of these classes (given with their bases).
fn catches(named: &[Name], classes: &[&str]) -> bool {
    named.is_empty()
        || named.iter().any(|class| {
            let class = last_part(class.as_str());
            matches!(class, "Exception" | "BaseException" | "Err") || classes.contains(&class)
        })
}
