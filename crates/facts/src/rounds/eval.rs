//! Pure expressions in a state.

use std::collections::BTreeSet;

use unspin_ir::{BlockId, CompareOp, Expr, ExprId, Function, Name, Terminator, UnaryOp};

use super::Mode;
use super::machine::Machine;
use super::state::{Frame, Place, Slot, State};
use super::value::{Literal, Node, Operator};
use crate::{Certainty, FunctionRef};

/// Properties of properties are followed this deep.
const MAX_GETTERS: usize = 8;

impl<'p> Machine<'p> {
    /// The value of an expression. Sets `failed` when evaluating it fails for certain.
    pub(super) fn eval(&mut self, state: &mut State, function: &'p Function, id: ExprId) -> Slot {
        match function.expr(id) {
            Expr::Constant(constant) => Slot::of(self.values.literal(Literal::of(constant))),
            Expr::Local(_) | Expr::Field(..) => match self.place_of(state, function, id) {
                Some(place) => self.read_through(state, function, id, place),
                None => Slot::of(self.values.fresh()),
            },
            Expr::Global(global) => {
                let place = super::state::Place::Global(*global);
                match state.store.slots.get(&place) {
                    Some(slot) => *slot,
                    None => self.global(state, place, *global),
                }
            }
            Expr::Function(target) => {
                let number = u64::from(state.frame().at.file) << 32 | target.index() as u64;
                Slot::of(self.values.apply(Operator::Opaque(number), &[]))
            }
            Expr::Index(base, index) => self.index(state, function, *base, *index),
            Expr::Slice(base, low, high) => {
                let operator = Operator::Slice { low: low.is_some(), high: high.is_some() };
                let parts: Vec<ExprId> = std::iter::once(*base).chain(*low).chain(*high).collect();
                self.operation(state, function, operator, &parts)
            }
            Expr::Unary(op, a) => {
                let operator = match op {
                    UnaryOp::Not => Operator::Not,
                    UnaryOp::Negate => Operator::Negate,
                    UnaryOp::Invert => Operator::Invert,
                };
                if *op == UnaryOp::Not {
                    let slot = self.operation(state, function, Operator::Truth, &[*a]);
                    return Slot { value: self.values.apply(Operator::Not, &[slot.value]), ..slot };
                }
                self.operation(state, function, operator, &[*a])
            }
            Expr::Binary(op, a, b) => self.operation(state, function, Operator::Binary(*op), &[*a, *b]),
            Expr::Compare(op, a, b) => self.compare(state, function, *op, *a, *b),
            Expr::Truth(a) => self.operation(state, function, Operator::Truth, &[*a]),
            Expr::Length(a) => self.operation(state, function, Operator::Length, &[*a]),
            Expr::Aggregate(kind, parts) => {
                if parts.is_empty() {
                    return Slot::of(self.values.literal(Literal::Empty));
                }
                self.operation(state, function, Operator::Aggregate(*kind as u8), parts)
            }
            Expr::Variant(variant) => self.operation(state, function, Operator::Variant(variant.name), &variant.parts),
            Expr::HasVariant(a, variant) => self.operation(state, function, Operator::HasVariant(*variant), &[*a]),
            Expr::Payload(a, variant, index) => self.operation(state, function, Operator::Payload(*variant, *index), &[*a]),
            Expr::HasType(a, types) => self.operation(state, function, Operator::HasType(types.as_slice().into()), &[*a]),
            Expr::Opaque(parts) => {
                let number = 1 << 63 | u64::from(state.frame().at.file) << 40 | id.index() as u64;
                self.operation(state, function, Operator::Opaque(number), parts)
            }
        }
    }

    /// A global that stands for a constant, or for a collection of constants.
    fn global(&mut self, state: &mut State, place: super::state::Place, name: unspin_ir::Name) -> Slot {
        let file = state.frame().at.file;
        if let Some(constant) = self.project.constant(file, name) {
            return Slot::of(self.values.literal(Literal::of(constant)));
        }
        let Some((kind, members)) = self.project.constant_members(file, name) else { return self.read_place(state, place) };
        let members: Vec<_> = members.iter().map(|member| self.values.literal(Literal::of(member))).collect();
        Slot::of(self.values.apply(Operator::Aggregate(kind as u8), &members))
    }

    fn read_through(&mut self, state: &mut State, function: &'p Function, id: ExprId, place: super::state::Place) -> Slot {
        let mut slot = self.read_place(state, place);
        if let Expr::Field(base, field) = function.expr(id) {
            if !state.store.slots.contains_key(&place)
                && let Some(constant) = self.project.class_constant(state.frame().at, function, *base, *field)
            {
                return Slot::of(self.values.literal(Literal::of(constant)));
            }
            // What a property answers is not followed.
            let getter =
                if state.store.slots.contains_key(&place) { None } else { self.getter(state, function, *base, *field) };
            state.excused |= getter.is_some() && self.mode == Mode::Idle;
            let base = self.eval(state, function, *base);
            if let Some(getter) = getter.filter(|_| self.mode != Mode::Idle) {
                return self.answer(state, getter, base, slot);
            }
            slot.places |= base.places;
            slot.from_end |= base.from_end;
        }
        slot
    }

    /// The property that a field of an object of the project is.
    fn getter(&self, state: &State, function: &Function, base: ExprId, field: Name) -> Option<FunctionRef> {
        let at = state.frame().at;
        if !self.project.files[at.file as usize].module.shares_objects {
            return None;
        }
        let own = (function.receiver().map(Expr::Local).as_ref() == Some(function.expr(base))).then(|| self.project.owner(at));
        if let Some(class) = own.flatten().or_else(|| self.project.class(self.project.type_of(at, base)?)) {
            return self.project.method(class, field).first().copied();
        }
        let is_property = |method: &&FunctionRef| {
            self.project.function(**method).decorators.iter().any(|decorator| decorator.ends_with("property"))
        };
        self.project.methods_named(field).iter().find(is_property).copied()
    }

    /// What a property answers: its own expression, where it has nothing else; else something new when a field that it
    /// mentions was assigned on the way.
    fn answer(&mut self, state: &mut State, getter: FunctionRef, base: Slot, unread: Slot) -> Slot {
        let callee = self.project.function(getter);
        let Some(receiver) = callee.receiver() else { return unread };
        let is_open = state.frames.len() < MAX_GETTERS && !state.frames.iter().any(|frame| frame.at == getter);
        if let ([block], true) = (&callee.blocks[..], is_open)
            && let (true, Terminator::Return(Some(value))) = (block.statements.is_empty(), &block.terminator)
        {
            let id = self.next_frame_id();
            state.frames.push(Frame::new(getter, id, BlockId::new(0)));
            let place = Place::Local(id, receiver);
            state.store.slots.insert(place, base);
            let slot = self.eval(state, callee, *value);
            state.store.slots.remove(&place);
            state.frames.pop();
            return slot;
        }
        let mut names = BTreeSet::new();
        self.fields_read(getter, 1, &mut names);
        let is_changed = names.iter().any(|&name| state.store.slots.contains_key(&Place::Field(base.value, name)));
        if is_changed {
            return Slot { value: self.values.fresh(), ..unread };
        }
        let places = unread.places | base.places | self.fields(&names);
        Slot { places, from_end: unread.from_end | base.from_end, ..unread }
    }

    fn operation(&mut self, state: &mut State, function: &'p Function, operator: Operator, parts: &[ExprId]) -> Slot {
        let slots: Vec<Slot> = parts.iter().map(|&part| self.eval(state, function, part)).collect();
        let arguments: Vec<_> = slots.iter().map(|slot| slot.value).collect();
        let value = self.values.apply(operator, &arguments);
        Slot {
            value,
            places: slots.iter().fold(0, |places, slot| places | slot.places),
            from_end: slots.iter().any(|slot| slot.from_end),
        }
    }

    /// An element of nothing is a failure.
    fn index(&mut self, state: &mut State, function: &'p Function, base: ExprId, index: ExprId) -> Slot {
        let slot = self.operation(state, function, Operator::Index, &[base, index]);
        let base = self.eval(state, function, base);
        if base.from_end && self.values.literal_of(base.value).is_some_and(Literal::is_empty_sequence) {
            self.failed = Some("IndexError");
        }
        if base.from_end && self.values.literal_of(base.value) == Some(&Literal::None) {
            self.failed = Some("TypeError");
        }
        let Node::Apply(Operator::Aggregate(kind), parts) = self.values.node(base.value) else { return slot };
        if *kind == unspin_ir::Aggregate::Map as u8 {
            return slot;
        }
        let part = match *function.expr(index) {
            Expr::Constant(&unspin_ir::Constant::Int(at)) => usize::try_from(at).ok().and_then(|at| parts.get(at)),
            // Whichever it is.
            _ => parts.first().filter(|first| base.from_end && parts.iter().all(|part| part == *first)),
        };
        part.map_or(slot, |&value| Slot { value, ..slot })
    }

    /// A comparison; the end value differs from whatever is not known to be it.
    fn compare(&mut self, state: &mut State, function: &'p Function, op: CompareOp, a: ExprId, b: ExprId) -> Slot {
        let slot = self.operation(state, function, Operator::Compare(op), &[a, b]);
        let (left, right) = (self.eval(state, function, a), self.eval(state, function, b));
        let is_end = |machine: &Self, slot: &Slot| {
            slot.from_end
                && machine.values.literal_of(slot.value).is_some_and(|literal| match literal {
                    Literal::Int(value) => *value == 0,
                    Literal::None => true,
                    other => other.is_empty_sequence(),
                })
        };
        let tests_none = |machine: &Self, slot: &Slot| machine.values.literal_of(slot.value) == Some(&Literal::None);
        let end_is_unsure = state.end.is_some_and(|end| end.certainty != Certainty::Certain);
        if end_is_unsure
            && ((is_end(self, &left) && tests_none(self, &right)) || (is_end(self, &right) && tests_none(self, &left)))
        {
            // A wrapper may give `None` at the end, and here the program looks for it.
            state.excused = true;
        }
        if self.values.literal_of(slot.value).is_some() {
            return slot;
        }
        // `c in letters`, where `c` stands for the end: `next(text, "\0")`.
        let stands_for_end = left.from_end && self.values.literal_of(left.value).is_some();
        if stands_for_end && matches!(op, CompareOp::In | CompareOp::NotIn) {
            return Slot { value: self.values.bool(op == CompareOp::NotIn), ..slot };
        }
        let (end_first, other) = match (is_end(self, &left), is_end(self, &right)) {
            (true, false) => (true, b),
            (false, true) => (false, a),
            _ => return slot,
        };
        let may_be_end =
            function.path(other).is_some_and(|path| self.project.models.has_word(crate::model::WordKind::End, &path));
        let other_is_literal = matches!(function.expr(other), Expr::Constant(_));
        if may_be_end {
            // `block == eof`: the program looks for the end.
            state.excused = true;
        }
        if may_be_end || other_is_literal {
            return slot;
        }
        let outcome = match (op, end_first) {
            (CompareOp::Eq | CompareOp::Is, _) | (CompareOp::In, true) => false,
            (CompareOp::Ne | CompareOp::IsNot, _) | (CompareOp::NotIn, true) => true,
            (CompareOp::Lt | CompareOp::Le, true) | (CompareOp::Gt | CompareOp::Ge, false) => true,
            (CompareOp::Gt | CompareOp::Ge, true) | (CompareOp::Lt | CompareOp::Le, false) => false,
            (CompareOp::In | CompareOp::NotIn, false) => return slot,
        };
        Slot { value: self.values.bool(outcome), ..slot }
    }
}
