//! What functions of text, bytes and collections make of nothing, as their documentation says it.
//!
//! Only what is the same for every argument but the subject is here; whatever else a call gives stays a value of its own.

use unspin_ir::{Aggregate, Call, Callee, CompareOp, Constant, Expr, Function};

use super::Mode;
use super::calls::Context;
use super::machine::Machine;
use super::state::{Slot, State};
use super::value::{Literal, Operator, ValueId};

impl Machine<'_> {
    /// Whether a call asks the stream that has ended for what has come, by its name: `channel.recv_ready()`.
    pub(super) fn asks_for_more_of_ended(state: &State, function: &Function, call: &Call) -> bool {
        const ASKS: [&str; 6] = ["recv_ready", "recv_stderr_ready", "available", "inWaiting", "in_waiting", "bytesAvailable"];
        let Callee::Method(receiver, method) = call.callee else { return false };
        let ended = state.end.as_ref().or(state.met_before.as_ref().map(|(end, _)| end)).and_then(|end| end.path);
        call.arguments.is_empty()
            && ASKS.contains(&method.as_str())
            && ended.is_some_and(|ended| function.path(receiver).is_some_and(|path| path == ended.as_str()))
    }

    /// Whether a seek leads from the end to where nothing is either: `seek(0, SEEK_CUR)`.
    pub(super) fn leads_on(&self, cx: &Context<'_, '_>) -> bool {
        let is_forward = |value| matches!(self.values.literal_of(value), Some(Literal::Int(amount)) if *amount >= 0);
        let is_here = |name: unspin_ir::Name| matches!(unspin_ir::last_part(name).as_str(), "SEEK_CUR" | "Current");
        let given: Vec<&Expr> = cx.call.arguments.iter().map(|given| cx.function.expr(given.value)).collect();
        let is_relative = match given[..] {
            [_, &Expr::Global(whence)] => is_here(whence),
            [_, &Expr::Constant(&Constant::Int(whence))] => whence == 1,
            _ => false,
        };
        self.mode == Mode::EndOfInput && is_relative && cx.arguments.first().is_some_and(|amount| is_forward(amount.value))
    }

    /// What a function of its operands alone gives where the first of them is nothing; `min(a, 0)` of counts.
    pub(super) fn made_of_nothing(&mut self, own_name: &str, operands: &[Slot], shares: bool) -> Option<ValueId> {
        let Some(&subject) = operands.first() else { return self.made_empty(own_name).filter(|_| shares) };
        if let Some(value) = self.of_counts(own_name, operands) {
            return Some(value);
        }
        if let Some(value) = self.compared(own_name, operands).filter(|_| !shares) {
            return Some(value);
        }
        if own_name == "unwrap_or" && self.is_failure(subject.value) {
            return operands.get(1).map(|slot| slot.value);
        }
        let literal = self.values.literal_of(subject.value)?.clone();
        // `b"".join(parts)`, where there are no parts.
        if own_name == "join" && shares && operands.get(1).is_some_and(|parts| self.is_end(parts)) {
            return match literal {
                Literal::Bytes(_) => Some(self.values.literal(Literal::Bytes(Box::default()))),
                Literal::Text(_) => Some(self.values.literal(Literal::Text(unspin_ir::name("")))),
                _ => None,
            };
        }
        if literal == Literal::None {
            return match own_name {
                "is_some_and" => Some(self.values.bool(false)),
                "is_none_or" => Some(self.values.bool(true)),
                "unwrap_or" => operands.get(1).map(|slot| slot.value),
                _ => None,
            };
        }
        if !literal.is_empty_sequence() {
            return None;
        }
        // Nothing begins with nothing, and contains it.
        let asks_for_nothing =
            operands.get(1).is_some_and(|slot| self.values.literal_of(slot.value).is_some_and(Literal::is_empty_sequence));
        if let Some(answer) = answer_of_nothing(own_name) {
            return (!asks_for_nothing).then(|| self.values.bool(answer));
        }
        if gives_nothing(own_name, operands.len(), shares) {
            let empty = if is_iterable(own_name) { Literal::Empty } else { literal };
            return Some(self.values.literal(empty));
        }
        match own_name {
            "len" | "count" | "sum" => Some(self.values.literal(Literal::Int(0))),
            "from_bytes" if shares => Some(self.values.literal(Literal::Int(0))),
            "find" | "rfind" if shares => Some(self.values.literal(Literal::Int(-1))),
            "partition" | "rpartition" if shares => Some(self.list(&[subject.value; 3])),
            "split" | "rsplit" if shares => Some(match operands.len() {
                1 => self.values.literal(Literal::Empty),
                _ => self.list(&[subject.value]),
            }),
            "position" | "rposition" if !shares && operands.len() > 1 => Some(self.values.literal(Literal::None)),
            _ if !shares && is_part_of_nothing(own_name) => Some(self.values.literal(Literal::None)),
            _ => None,
        }
    }

    /// What `min`, `saturating_sub` and a search give of the end that a read gave, wherever it stands among the operands.
    fn of_counts(&mut self, own_name: &str, operands: &[Slot]) -> Option<ValueId> {
        let is_zero = |slot: &Slot| self.values.literal_of(slot.value) == Some(&Literal::Int(0));
        match own_name {
            "min" if operands.iter().any(|slot| is_zero(slot) && slot.from_end) => Some(self.values.literal(Literal::Int(0))),
            "checked_sub"
                if is_zero(&operands[0]) && operands.get(1).is_some_and(|slot| self.values.is_positive(slot.value)) =>
            {
                Some(self.values.literal(Literal::None))
            }
            // Of numbers alone, so that none is too small.
            "try_from" if is_zero(&operands[0]) => Some(operands[0].value),
            "saturating_sub" if operands.get(1).is_some_and(is_zero) => operands.first().map(|slot| slot.value),
            "match" | "search" | "fullmatch" if operands.iter().any(|slot| slot.from_end) => {
                Some(self.values.literal(Literal::None))
            }
            // `re.findall(pattern, line)`, `pattern.finditer(line)`
            "findall" | "finditer" if operands.iter().any(|slot| self.is_end(slot)) => {
                Some(self.values.literal(Literal::Empty))
            }
            _ => None,
        }
    }

    /// What a comparison gives that is written as a method: `read.eq(&0)`, `read.is_zero()`.
    fn compared(&mut self, own_name: &str, operands: &[Slot]) -> Option<ValueId> {
        let op = match own_name {
            "eq" | "is_zero" => CompareOp::Eq,
            "ne" => CompareOp::Ne,
            "lt" => CompareOp::Lt,
            "le" => CompareOp::Le,
            "gt" => CompareOp::Gt,
            "ge" => CompareOp::Ge,
            _ => return None,
        };
        match *operands {
            [left] if own_name == "is_zero" => {
                let zero = self.values.literal(Literal::Int(0));
                Some(self.values.apply(Operator::Compare(op), &[left.value, zero]))
            }
            [left, right] => Some(self.values.apply(Operator::Compare(op), &[left.value, right.value])),
            _ => None,
        }
    }

    /// What a constructor gives that is given nothing: `bytes()`.
    fn made_empty(&mut self, own_name: &str) -> Option<ValueId> {
        let empty = match own_name {
            "bytes" => Literal::Bytes(Box::default()),
            "str" => Literal::Text(unspin_ir::name("")),
            "tuple" => Literal::Empty,
            _ => return None,
        };
        Some(self.values.literal(empty))
    }

    /// What is left of what has ended: `chars.as_str()`.
    pub(super) fn rest_of_ended(&mut self, state: &State, cx: &Context<'_, '_>, own_name: &str) -> Option<Slot> {
        let (receiver, end) = (cx.receiver?, state.end?);
        let is_rest = matches!(own_name, "as_str" | "as_slice" | "remainder");
        let rest = || Slot { from_end: true, ..Slot::of(self.values.literal(Literal::Empty)) };
        (is_rest && end.stream == Some(receiver.value)).then(rest)
    }

    fn list(&mut self, items: &[ValueId]) -> ValueId {
        self.values.apply(Operator::Aggregate(Aggregate::List as u8), items)
    }
}

/// Whether a function fails when it is given nothing: `max([])`, `ord("")`.
pub(super) fn fails_of_nothing(own_name: &str, operands: usize, shares: bool) -> bool {
    match own_name {
        "int" | "float" | "ord" | "index" | "rindex" | "unpack" | "unpack_from" => true,
        "min" | "max" => shares && operands == 1,
        _ => false,
    }
}

/// What a question about a text or collection is answered where that is empty.
fn answer_of_nothing(own_name: &str) -> Option<bool> {
    match own_name {
        "startswith" | "endswith" | "starts_with" | "ends_with" | "contains" | "any" | "isdigit" | "isspace" | "isalpha"
        | "isalnum" | "isupper" | "islower" | "istitle" | "isdecimal" | "isnumeric" | "isidentifier" => Some(false),
        "all" => Some(true),
        _ => None,
    }
}

/// Whether nothing comes of nothing.
fn gives_nothing(own_name: &str, operands: usize, shares: bool) -> bool {
    match own_name {
        "splitlines" | "expandtabs" | "translate" | "removeprefix" | "removesuffix" | "capitalize" | "title" | "swapcase"
        | "list" | "tuple" | "set" | "frozenset" | "sorted" | "reversed" | "hexlify" | "unhexlify" => shares,
        "hex" => shares && operands <= 2,
        "lines"
        | "chars"
        | "bytes"
        | "char_indices"
        | "split_whitespace"
        | "split_ascii_whitespace"
        | "chunks"
        | "chunks_exact"
        | "windows"
        | "to_uppercase"
        | "to_lowercase"
        | "to_ascii_uppercase"
        | "to_ascii_lowercase" => !shares,
        _ => false,
    }
}

/// Whether what is given is walked, and not text or bytes itself.
fn is_iterable(own_name: &str) -> bool {
    !matches!(own_name, "expandtabs" | "translate" | "removeprefix" | "removesuffix" | "capitalize" | "title" | "swapcase")
}

/// Whether a function gives a part of a slice or text, or none.
fn is_part_of_nothing(own_name: &str) -> bool {
    matches!(
        own_name,
        "first"
            | "last"
            | "split_first"
            | "split_last"
            | "split_once"
            | "rsplit_once"
            | "find"
            | "rfind"
            | "strip_prefix"
            | "strip_suffix"
    )
}
