//! Who made a channel, and still holds the other side of it: followed through captures, and through parameters to the one
//! caller in the file. Senders that were put into a collection are held as long as the collection is.

use unspin_ir::{Callee, Expr, ExprId, Function, FunctionId, FunctionKind, LocalId, LocalKind, StatementKind, Terminator};

use super::Mode;
use super::calls::Context;
use super::machine::Machine;
use crate::FunctionRef;
use crate::definitions::Definition;

/// Through how many functions, variables and collections a side is followed.
const MAX_HOPS: usize = 4;

impl<'p> Machine<'p> {
    /// Whether another function made the channel that is received from here, keeps the other side for itself, and goes round a
    /// loop of its own: `let (tx, rx) = channel(); spawn(work(rx)); loop { tx.send(next()) }`.
    pub(super) fn is_kept_by_maker(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let Some((at, own, pair)) = self.maker_of(cx.at, receiver) else { return false };
        let function = self.project.function(at);
        at != cx.at
            && crate::loops::has_open_loop(function)
            && self.is_made_here(at, pair)
            && self.other_sides(at, own, pair).any(|sender| self.is_held(at, sender, MAX_HOPS))
    }

    /// Whether the function that made the channel gives the other side to a static, which keeps it as long as the process runs:
    /// `static JOBS: LazyLock<Sender<u32>> = LazyLock::new(start);`.
    pub(super) fn is_kept_by_static(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let Some((at, own, pair)) = self.maker_of(cx.at, receiver) else { return false };
        let function = self.project.function(at);
        let gives = |side: LocalId| {
            let returns = |value: ExprId| crate::shape::mentions(function, value, side);
            function.blocks.iter().any(|block| matches!(block.terminator, Terminator::Return(Some(value)) if returns(value)))
        };
        self.other_sides(at, own, pair).any(gives) && self.is_initializer(at, MAX_HOPS)
    }

    /// Whether only the initializers of statics run a function, in Rust, where a module does nothing else.
    fn is_initializer(&self, at: FunctionRef, hops: usize) -> bool {
        let file = &self.project.files[at.file as usize];
        let function = self.project.function(at);
        if at.function == FunctionId::new(0) {
            return !file.module.shares_objects;
        }
        if function.kind == FunctionKind::Closure {
            return function.parent.is_some_and(|parent| {
                let parent = FunctionRef { function: parent, ..at };
                fills_static(self.project.function(parent), at.function) || self.is_initializer(parent, hops)
            });
        }
        let mut callers = self.project.calls_in_file(at).peekable();
        hops > 0 && callers.peek().is_some() && callers.all(|(caller, ..)| self.is_initializer(caller, hops - 1))
    }

    /// The function in which both sides of a channel were made, the receiver there, and the pair.
    fn maker_of(&self, at: FunctionRef, receiver: ExprId) -> Option<(FunctionRef, LocalId, LocalId)> {
        let (mut at, mut side) = (at, receiver);
        for _ in 0..MAX_HOPS {
            let Expr::Local(local) = *self.project.function(at).expr(side) else { return None };
            let (origin, local) = self.origin_of_local(at, local)?;
            let function = self.project.function(origin);
            if let Some(position) = position_of(function, local) {
                let mut calls = self.project.calls_in_file(origin);
                let (caller, _, call) = calls.next().filter(|_| calls.next().is_none())?;
                (at, side) = (caller, call.arguments.get(position)?.value);
                continue;
            }
            side = match self.project.definitions(origin).of(function, local).next()? {
                Definition::Value(value) => match *function.expr(value) {
                    Expr::Index(pair, _) => match *function.expr(pair) {
                        Expr::Local(pair) => return Some((origin, local, pair)),
                        _ => return None,
                    },
                    _ => value,
                },
                // `let jobs = jobs.clone();`
                Definition::Call(call) => match call.callee {
                    Callee::Method(on, method) if method == "clone" => on,
                    _ => return None,
                },
                _ => return None,
            };
            at = origin;
        }
        None
    }

    /// Whether a call of the function gave the pair.
    pub(super) fn is_made_here(&self, at: FunctionRef, pair: LocalId) -> bool {
        matches!(self.project.definitions(at).only(self.project.function(at), pair), Some(Definition::Call(_)))
    }

    /// What holds a side of a pair, but for the own one.
    pub(super) fn other_sides(&self, at: FunctionRef, own: LocalId, pair: LocalId) -> impl Iterator<Item = LocalId> {
        let function = self.project.function(at);
        let definitions = self.project.definitions(at);
        (0..function.locals.len()).map(LocalId::new).filter(move |&local| {
            local != own
                && matches!(definitions.only(function, local), Some(Definition::Value(part))
                    if matches!(*function.expr(part), Expr::Index(base, _) if *function.expr(base) == Expr::Local(pair)))
        })
    }

    /// Whether a local stays in its function: it is not moved, or no further than into a collection that stays there.
    fn is_held(&self, at: FunctionRef, local: LocalId, hops: usize) -> bool {
        if !self.is_moved(at, local) {
            return true;
        }
        let function = self.project.function(at);
        let is_it = |expr: ExprId| *function.expr(expr) == Expr::Local(local);
        let mut collections = Vec::new();
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            let StatementKind::Call(call) = &statement.kind else { continue };
            if !call.arguments.iter().any(|argument| is_it(argument.value)) {
                continue;
            }
            match call.callee {
                Callee::Method(on, method) if matches!(method.as_str(), "push" | "push_back" | "insert") => {
                    let Expr::Local(collection) = *function.expr(on) else { return false };
                    collections.push(collection);
                }
                _ => return false,
            }
        }
        let stays = |&collection: &LocalId| {
            function.local(collection).kind == LocalKind::Variable && self.is_held(at, collection, hops - 1)
        };
        hops > 0 && collections.len() == 1 && collections.iter().all(stays)
    }

    /// Whether what is received or read from was opened in this round, by a call of which nothing else is known: one that is
    /// awaited, `loop { let mut events = service.events().await?; while let Some(event) = events.next().await {} }`; or one
    /// that takes from the input itself, and fails where there is none: `Decoder::new(&mut input)?`.
    pub(super) fn is_opened_in_round(&mut self, cx: &Context<'_, 'p>) -> bool {
        const VIEWS: [&str; 6] = ["lock", "read", "write", "borrow_mut", "get", "get_mut"];
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        if cx.at != self.at || self.project.files[cx.at.file as usize].module.shares_objects {
            return false;
        }
        let shape = self.shape(cx.at);
        let mut part = receiver;
        for _ in 0..MAX_HOPS {
            let Expr::Local(local) = *cx.function.expr(part) else { break };
            let [definition] = shape.definitions(local) else { return false };
            let Some(value) = definition.value else { break };
            part = match *cx.function.expr(value) {
                Expr::Payload(base, ..) => base,
                _ => value,
            };
        }
        let Some((block, _, call)) = shape.origin(cx.function, part) else { return false };
        let is_view = call.callee.name().is_none_or(|name| VIEWS.contains(&name.as_str()));
        let takes = || call.raises && call.arguments.iter().any(|argument| argument.mutable);
        let opens = if self.mode == Mode::Closed { call.awaited } else { takes() };
        self.body.contains(block) && opens && !is_view && self.project.resolve(cx.at, call).model.is_none()
    }
}

/// Whether a function hands a closure to a static, to be filled by it: `JOBS.get_or_init(|| start())`.
fn fills_static(function: &Function, closure: FunctionId) -> bool {
    let is_static = |on: ExprId| matches!(function.expr(on), Expr::Global(_));
    let is_it = |argument: &unspin_ir::Argument| *function.expr(argument.value) == Expr::Function(closure);
    function.calls().any(|(call, _)| match call.callee {
        Callee::Method(on, method) => method.starts_with("get_or_") && is_static(on) && call.arguments.iter().any(is_it),
        _ => false,
    })
}

/// The position of a parameter among the arguments of a call.
pub(super) fn position_of(function: &Function, local: LocalId) -> Option<usize> {
    let position = function.parameters.iter().position(|parameter| parameter.local == local)?;
    Some(position - usize::from(function.has_receiver && position > 0))
}
