//! Calls that make another result of a result: `map_err`, `filter`, `unwrap_or`.

use std::collections::BTreeSet;

use unspin_ir::{BlockId, Call, Callee, CompareOp, Constant, Expr, ExprId, Function, Terminator};

use super::MAX_INLINED_BLOCKS;
use crate::FunctionRef;
use crate::rounds::machine::Machine;
use crate::rounds::state::{Frame, Place, Slot, State};
use crate::rounds::value::{Literal, Operator};

/// How many calls deep it is looked for what a closure reads.
const MAX_READ_DEPTH: u32 = 2;

impl<'p> Machine<'p> {
    /// `map_err(|_| Error::Disconnected)` of a failure: another one.
    pub(super) fn mapped_failure(&mut self, state: &State, function: &Function, call: &Call, failure: Slot) -> Slot {
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
    pub(super) fn refuses_none(&self, at: FunctionRef, function: &Function, call: &Call) -> bool {
        let [only] = &call.arguments[..] else { return false };
        let Expr::Function(inner) = *function.expr(only.value) else { return false };
        let closure = self.project.function(FunctionRef { file: at.file, function: inner });
        let is_item = |expr: ExprId| closure.parameters.iter().any(|item| *closure.expr(expr) == Expr::Local(item.local));
        let refuses = |call: &Call| matches!(call.callee, Callee::Method(on, method) if matches!(method.as_str(), "ok_or" | "ok_or_else") && is_item(on));
        matches!(call.callee, Callee::Method(_, method) if method == "and_then")
            && closure.calls().any(|(call, _)| refuses(call))
    }

    /// Whether a call gives its receiver, an option, a result or an iterator, as seen through functions that only ask.
    pub(super) fn adapts(&self, at: FunctionRef, function: &Function, call: &Call) -> bool {
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
    pub(super) fn filters(&mut self, state: &mut State, function: &'p Function, call: &'p Call, receiver: Slot) -> bool {
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
    pub(super) fn adapted(
        &mut self,
        state: &State,
        function: &Function,
        call: &Call,
        receiver: Slot,
        arguments: &[Slot],
    ) -> Slot {
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
}
