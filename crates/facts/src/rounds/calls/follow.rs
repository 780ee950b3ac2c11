//! Calls of functions of the project, which are followed a few levels deep.

use std::collections::BTreeSet;

use unspin_ir::{BlockId, Call, Callee, Expr, Function, Name};

use super::MAX_INLINED_BLOCKS;
use crate::rounds::machine::Machine;
use crate::rounds::state::{Frame, Place, Slot, State};
use crate::rounds::value::Literal;
use crate::{ClassRef, FunctionRef};

/// Of an abstract method with more overrides none is followed.
const MAX_OVERRIDES: usize = 8;

impl<'p> Machine<'p> {
    /// Step into the project's functions, if they are small and few; one way for each.
    pub(super) fn follow_targets(
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
    pub(super) fn dispatched(&self, state: &State, function: &Function, call: &Call) -> Option<FunctionRef> {
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

    /// The fields that a function and those that it calls mention.
    pub(in crate::rounds) fn fields_read(&self, at: FunctionRef, depth: u32, names: &mut BTreeSet<Name>) {
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
}
