//! Calls: everything that may run code the expression itself does not show.

use crate::{ExprId, LocalId, Name};

/// A call. Operators on foreign types, iteration and attribute access are not calls here.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Arguments in source order, without the receiver.
    pub arguments: Box<[Argument]>,
    /// Where the result goes; `None` when the source discards it (`f();`, `let _ = f();`, `f().ok();` keeps it).
    pub result: Option<LocalId>,
    /// Whether the result is awaited at once: `await f()`, `f().await`.
    pub awaited: bool,
    /// Whether a failure leaves for [`crate::BasicBlock::unwind`] (or out of the function). Always so in Python; in Rust
    /// where the source takes the `Result` apart (`?`, `match`, `if let`, `let else`, `unwrap`). When not, a failure is
    /// part of the result, which the source may test later or drop.
    pub raises: bool,
    /// Whether a failure of the call is a panic that the source asked for: `unwrap()`, `expect()`.
    pub panics: bool,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A function by its path, resolved through imports: `socket.create_connection`, `std.thread.sleep`, `helper`,
    /// `Self.helper` with `Self` replaced by the class. Also constructors: `TcpStream.connect`, `Worker`.
    Path(Name),
    /// A method: `sock.recv`. `super().m()` has the receiver `Global("super")`.
    Method(ExprId, Name),
    /// A value: closure, callback, element of a table, `await task` (awaiting something that is no call).
    Value(ExprId),
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Keyword, if it was given by name.
    pub name: Option<Name>,
    /// The value.
    pub value: ExprId,
    /// `*args`, `**kwargs`: any number of arguments.
    pub spread: bool,
    /// `&mut x`: the callee may change the place.
    pub mutable: bool,
}

impl Callee {
    /// The name of what is called, without its path.
    pub fn name(self) -> Option<Name> {
        match self {
            Self::Path(path) => Some(crate::last_part(path)),
            Self::Method(_, method) => Some(method),
            Self::Value(_) => None,
        }
    }
}

impl Call {
    /// The argument given by keyword, or at this position when no keyword and no spread stands before it.
    pub fn argument(&self, keyword: Option<Name>, position: Option<usize>) -> Option<ExprId> {
        let by_name = keyword.and_then(|name| self.arguments.iter().find(|a| a.name == Some(name)));
        let by_position = || {
            let index = position?;
            let plain = self.arguments.iter().take_while(|a| a.name.is_none() && !a.spread);
            plain.take(index + 1).nth(index)
        };
        by_name.or_else(by_position).map(|a| a.value)
    }

    /// What the call gets: the receiver of a method first, then the arguments.
    pub fn operands(&self) -> impl Iterator<Item = ExprId> + '_ {
        let receiver = match self.callee {
            Callee::Method(receiver, _) => Some(receiver),
            Callee::Path(_) | Callee::Value(_) => None,
        };
        receiver.into_iter().chain(self.arguments.iter().map(|argument| argument.value))
    }

    /// The number of positional arguments.
    pub fn positional(&self) -> usize {
        self.arguments.iter().filter(|a| a.name.is_none() && !a.spread).count()
    }

    /// Whether any argument is spread, so that others may be hidden in it.
    pub fn has_spread(&self) -> bool {
        self.arguments.iter().any(|a| a.spread)
    }
}
