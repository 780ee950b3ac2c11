//! Channels: who holds the other side, and what says that nobody closes it. Names and fields are followed within one file.

use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, Function, LocalId, LocalKind, Name, StatementKind, Terminator};

use super::calls::Context;
use super::machine::Machine;
use super::makers::position_of;
use crate::FunctionRef;
use crate::definitions::Definition;
use crate::model::{CallModel, Effect};

/// How many objects a sender may be put into, one into the other.
const MAX_PARTS: usize = 4;

impl<'p> Machine<'p> {
    /// Whether only the program could close the channel that it receives from, and its file never does.
    pub(super) fn is_never_closed(&self, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let own_name =
            |function: &Function, expr: ExprId| function.path(expr).map(|path| unspin_ir::last_part(unspin_ir::name(&path)));
        let channel = own_name(cx.function, receiver);
        let functions = &self.project.files[cx.at.file as usize].module.functions;
        let closes = |function: &Function, call: &Call| {
            matches!(call.callee, Callee::Method(on, method)
                if model.closed_by.contains(&method) && own_name(function, on) == channel)
        };
        let is_expected = |block: &unspin_ir::BasicBlock| {
            matches!(&block.terminator, Terminator::Dispatch { handlers, .. }
                if handlers.iter().any(|handler| handler.classes.iter().any(|class| model.end_raises.contains(class))))
        };
        !model.closed_by.is_empty()
            && !functions.iter().any(|function| function.blocks.iter().any(is_expected))
            && !functions.iter().any(|function| function.calls().any(|(call, _)| closes(function, call)))
    }

    /// Whether the program itself keeps the other side of the channel that it receives from, so that nobody closes it:
    /// `let (_sender, receiver) = channel()`, in an object that the receiving function has, too, handed over by whoever calls
    /// it, borrowed by it: `let receiver = self.sender.subscribe()`, or kept at hand for the loop.
    pub(super) fn holds_other_side(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let Expr::Local(receiver) = *cx.function.expr(receiver) else { return false };
        let Some((at, receiver)) = self.origin_of_local(cx.at, receiver) else { return false };
        let is_here = at == cx.at;
        is_here && self.is_subscribed(at, receiver)
            || self.keeps_source(cx, at, receiver)
            || self.is_given_subscription(at, receiver)
            || self.is_given_both(at, receiver)
            || self.keeps_pair(cx, at, receiver)
    }

    /// Whether the receiver was made by a sender that outlives this function: it is a part of what the function borrows.
    fn is_subscribed(&self, at: FunctionRef, receiver: LocalId) -> bool {
        self.subscribed_to(at, receiver).is_some_and(|sender| self.is_borrowed(at, sender, MAX_PARTS))
    }

    /// Whether the object that made the receiver is used in the function that receives from it, which was handed both:
    /// `let receiver = client.subscribe(); spawn(async move { loop { receiver.recv().await; client.get() } })`.
    fn keeps_source(&self, cx: &Context<'_, 'p>, at: FunctionRef, receiver: LocalId) -> bool {
        let function = self.project.function(at);
        let source = self.subscribed_to(at, receiver).and_then(|source| crate::shape::root_local(function, source));
        let is_captured = |source: LocalId| {
            let name = function.local(source).name;
            cx.function.locals.iter().any(|l| l.name == name && matches!(l.kind, LocalKind::Captured | LocalKind::Shared))
        };
        at != cx.at && source.is_some_and(is_captured)
    }

    /// The sender that made a receiver.
    fn subscribed_to(&self, at: FunctionRef, receiver: LocalId) -> Option<ExprId> {
        let function = self.project.function(at);
        let Some(Definition::Call(made)) = self.project.definitions(at).only(function, receiver) else { return None };
        let Callee::Method(sender, method) = made.callee else { return None };
        let subscribes = ["subscribe", "new_receiver", "receiver", "activate"].iter().any(|word| method.starts_with(word));
        subscribes.then_some(sender)
    }

    /// Whether the receiver is a parameter, and every caller in the file had it made by the field of an object:
    /// `work(service.events.subscribe())`, or hands the object over as well: `wait(service, service.subscribe())`.
    fn is_given_subscription(&self, at: FunctionRef, receiver: LocalId) -> bool {
        let Some(position) = position_of(self.project.function(at), receiver) else { return false };
        let is_of_object = |(caller, _, call): (FunctionRef, BlockId, &Call)| {
            let function = self.project.function(caller);
            let Some(&Expr::Local(given)) = call.arguments.get(position).map(|argument| function.expr(argument.value)) else {
                return false;
            };
            let Some(sender) = self.subscribed_to(caller, given) else { return false };
            let is_it = |value: ExprId| *function.expr(value) == *function.expr(sender);
            matches!(function.expr(sender), Expr::Field(..)) || call.arguments.iter().any(|argument| is_it(argument.value))
        };
        let mut calls = self.project.calls_in_file(at).peekable();
        calls.peek().is_some() && calls.all(is_of_object)
    }

    /// Whether an expression is a part of the receiver or of a parameter of its function, also through calls: `self.lock().x`.
    fn is_borrowed(&self, at: FunctionRef, part: ExprId, hops: usize) -> bool {
        let function = self.project.function(at);
        let Some(root) = crate::shape::root_local(function, part) else { return false };
        if function.local(root).kind == LocalKind::Parameter {
            let is_whole = *function.expr(part) == Expr::Local(root);
            return !(is_whole && self.is_moved(at, root));
        }
        match self.project.definitions(at).only(function, root) {
            Some(Definition::Call(call)) if hops > 0 => match call.callee {
                Callee::Method(on, _) => self.is_borrowed(at, on, hops - 1),
                _ => false,
            },
            Some(Definition::Value(value)) if hops > 0 => self.is_borrowed(at, value, hops - 1),
            _ => false,
        }
    }

    /// Whether the receiver is a parameter, and every caller in the file hands over a sender of the same channel as well.
    fn is_given_both(&self, at: FunctionRef, receiver: LocalId) -> bool {
        let function = self.project.function(at);
        let Some(position) = position_of(function, receiver) else { return false };
        let gives_both = |(caller, _, call): (FunctionRef, BlockId, &Call)| {
            let own = self.pair_of(caller, call.arguments[position].value);
            let others = || call.arguments.iter().enumerate().filter(|(other, _)| *other != position);
            // `serve(&jobs, receiver)`, where the sender went into `jobs`.
            let in_part = || {
                own.filter(|(at, _)| *at == caller).is_some_and(|(_, pair)| {
                    let function = self.project.function(caller);
                    let Some(own) = crate::shape::root_local(function, call.arguments[position].value) else { return false };
                    let kept = holders(function, self.other_sides(caller, own, pair).collect());
                    others().any(|(_, argument)| crate::shape::mentions_any(function, argument.value, &kept))
                })
            };
            own.is_some()
                && (others().map(|(_, argument)| self.pair_of(caller, argument.value)).any(|other| other == own) || in_part())
        };
        let calls = self.project.calls_in_file(at).filter(|(_, _, call)| call.arguments.len() > position);
        let mut calls = calls.peekable();
        calls.peek().is_some() && calls.all(gives_both)
    }

    /// The function and local that hold the pair of which a value is a side: `(sender, receiver)` of a channel.
    fn pair_of(&self, at: FunctionRef, side: ExprId) -> Option<(FunctionRef, LocalId)> {
        let (mut at, mut side) = (at, side);
        for _ in 0..MAX_PARTS {
            let function = self.project.function(at);
            let Expr::Local(local) = *function.expr(side) else { return None };
            let (origin, local) = self.origin_of_local(at, local)?;
            let function = self.project.function(origin);
            let Some(Definition::Value(value)) = self.project.definitions(origin).only(function, local) else { return None };
            if let Expr::Index(pair, _) = *function.expr(value) {
                let Expr::Local(pair) = *function.expr(pair) else { return None };
                return Some((origin, pair));
            }
            (at, side) = (origin, value);
        }
        None
    }

    fn keeps_pair(&self, cx: &Context<'_, 'p>, at: FunctionRef, receiver: LocalId) -> bool {
        let function = self.project.function(at);
        let definitions = self.project.definitions(at);
        let Some(Definition::Value(part)) = definitions.only(function, receiver) else { return false };
        let Expr::Index(pair, _) = *function.expr(part) else { return false };
        let Expr::Local(pair) = *function.expr(pair) else { return false };
        self.is_made_here(at, pair)
            && self.other_sides(at, receiver, pair).any(|sender| {
                if at == cx.at {
                    !self.is_moved(at, sender) || self.is_lent_in_loop(at, sender) || self.is_kept_by_handler(at, sender)
                } else {
                    is_kept_in_capture(function, cx.function, sender)
                }
            })
    }

    /// Whether the object whose field is received from was given the other side as well, itself or in a part of it:
    /// `Actor { receiver, handle: Handle { sender } }`.
    pub(super) fn is_made_with_sender(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(mut receiver, _) = cx.call.callee else { return false };
        // `self.receiver.lock().recv()`, `self.receiver.clone().recv()`
        if let Expr::Local(guard) = *cx.function.expr(receiver)
            && let Some(Definition::Call(call)) = self.project.definitions(cx.at).only(cx.function, guard)
            && let Callee::Method(on, method) = call.callee
            && matches!(method.as_str(), "lock" | "write" | "borrow_mut" | "clone")
        {
            receiver = on;
        }
        let Expr::Field(owner, field) = *cx.function.expr(receiver) else { return false };
        let Some(class) = self.project.type_of(cx.at, owner).and_then(|ty| self.project.class(ty)) else { return false };
        let module = &self.project.files[self.project.class_file(class) as usize].module;
        !module.shares_objects && module.functions.iter().any(|function| is_built_with_sender(function, field))
    }

    /// Whether the object that receives has a sender of its own beside the receiver, called the same but for the word that
    /// tells the sides apart: `self.commands_tx` beside `self.commands_rx`, or beside a `commands_rx` that it was handed.
    pub(super) fn has_sender_of_that_name(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let (class, name) = match *cx.function.expr(receiver) {
            Expr::Field(owner, field) => (self.project.type_of(cx.at, owner).and_then(|ty| self.project.class(ty)), field),
            Expr::Local(local) if cx.function.local(local).kind == LocalKind::Parameter => {
                (self.project.owner(cx.at), cx.function.local(local).name)
            }
            _ => return false,
        };
        let Some(class) = class else { return false };
        let module = &self.project.files[self.project.class_file(class) as usize].module;
        let class_name = unspin_ir::last_part(self.project.class_name(class));
        let stem = stem_of_side(&name);
        !module.shares_objects
            && module.classes.iter().filter(|class| unspin_ir::last_part(class.name) == class_name).any(|class| {
                class
                    .fields
                    .iter()
                    .any(|field| unspin_ir::last_part(field.ty).ends_with("Sender") && stem_of_side(&field.name) == stem)
            })
    }

    /// The function and local that a captured one stands for.
    pub(super) fn origin_of_local(&self, at: FunctionRef, local: LocalId) -> Option<(FunctionRef, LocalId)> {
        let (mut at, mut local) = (at, local);
        loop {
            let function = self.project.function(at);
            let data = function.local(local);
            if !matches!(data.kind, LocalKind::Captured | LocalKind::Shared) {
                return Some((at, local));
            }
            let parent = function.parent.filter(|&parent| parent < at.function)?;
            at = FunctionRef { function: parent, ..at };
            let index = self.project.function(at).locals.iter().position(|outer| outer.name == data.name)?;
            local = LocalId::new(index);
        }
    }

    /// Whether a local was moved into a function that somebody keeps as a handler: for as long as the process runs, or until
    /// the handler is taken away.
    fn is_kept_by_handler(&self, at: FunctionRef, local: LocalId) -> bool {
        let function = self.project.function(at);
        let name = function.local(local).name;
        let captures = |closure: unspin_ir::FunctionId| {
            let inner = self.project.function(FunctionRef { function: closure, ..at });
            inner.locals.iter().any(|l| l.name == name && matches!(l.kind, LocalKind::Captured | LocalKind::Shared))
        };
        let is_handler = |name: Name| {
            let words = ["handler", "hook", "callback", "listener", "watcher", "debouncer"];
            let last = unspin_ir::last_part(name);
            // `PollWatcher::new(..)`
            let maker = unspin_ir::parent_path(name).filter(|_| last == "new").map(unspin_ir::last_part);
            let is_word = |name: Name| words.iter().any(|word| name.to_ascii_lowercase().contains(word));
            last.starts_with("on_") || is_word(last) || maker.is_some_and(is_word)
        };
        function.calls().any(|(call, _)| {
            let name = match call.callee {
                Callee::Path(path) => Some(path),
                other => other.name(),
            };
            name.is_some_and(is_handler)
                && call.arguments.iter().any(|argument| match *function.expr(argument.value) {
                    Expr::Function(closure) => captures(closure),
                    // `new_debouncer(delay, sender)`
                    Expr::Local(given) => given == local && call.result.is_some(),
                    _ => false,
                })
        })
    }

    /// Whether a local is handed to a call, stored, returned or captured, and so may be gone.
    pub(super) fn is_moved(&self, at: FunctionRef, local: LocalId) -> bool {
        let function = self.project.function(at);
        let is_it = |expr: ExprId| *function.expr(expr) == Expr::Local(local);
        let name = function.local(local).name;
        let inside = self.project.files[at.file as usize].module.functions.iter();
        let captured = inside.filter(|inner| inner.parent == Some(at.function)).any(|inner| {
            inner.locals.iter().any(|l| l.name == name && matches!(l.kind, LocalKind::Captured | LocalKind::Shared))
        });
        captured
            || function.blocks.iter().any(|block| {
                let returned = matches!(block.terminator, Terminator::Return(Some(value)) if is_it(value));
                returned
                    || block.statements.iter().any(|statement| match &statement.kind {
                        StatementKind::Assign(_, value) => is_it(*value),
                        StatementKind::Call(call) => {
                            call.arguments.iter().any(|argument| is_it(argument.value))
                                || matches!(call.callee, Callee::Method(on, method) if is_it(on) && method == "close")
                        }
                        _ => false,
                    })
            })
    }

    /// Whether the loop hands a local from outside of it to a call in some round: it is lent, as what is given away cannot be
    /// given again.
    fn is_lent_in_loop(&self, at: FunctionRef, local: LocalId) -> bool {
        let function = self.project.function(at);
        let is_it = |expr: ExprId| *function.expr(expr) == Expr::Local(local);
        let statements = || self.body.iter().flat_map(|block| &function.block(block).statements);
        let is_lent = |statement: &unspin_ir::Statement| match &statement.kind {
            StatementKind::Call(call) => call.arguments.iter().any(|argument| is_it(argument.value)),
            _ => false,
        };
        let is_made = |statement: &unspin_ir::Statement| match statement.kind {
            StatementKind::Assign(place, _) => is_it(place),
            _ => false,
        };
        at == self.at && statements().any(is_lent) && !statements().any(is_made)
    }

    /// Whether another arm of the selection receives from another field of the same object, and can leave the loop: what
    /// one object receives from is mostly closed together.
    pub(super) fn closes_with_another(&self, cx: &Context<'_, 'p>) -> bool {
        let field_of = |call: &Call| match call.callee {
            Callee::Method(on, _) => match *cx.function.expr(on) {
                Expr::Field(base, field) => Some((cx.function.path(base)?, field)),
                _ => None,
            },
            _ => None,
        };
        if cx.at != self.at {
            return false;
        }
        let waits_for_answer = |arm: BlockId| {
            cx.function.block(arm).statements.iter().any(|statement| match &statement.kind {
                StatementKind::Call(call) => self.is_of_own_pair(cx, call),
                _ => false,
            })
        };
        let is_done = |arm: BlockId| waits_for_answer(arm) && self.always_leaves(cx.function, arm);
        if self.has_arm(cx, &is_done) {
            return true;
        }
        let Some((owner, own)) = field_of(cx.call) else { return false };
        let is_other = |arm: BlockId| {
            cx.function.block(arm).statements.iter().any(|statement| match &statement.kind {
                StatementKind::Call(call) => field_of(call).is_some_and(|(of, field)| {
                    let model = self.project.resolve(cx.at, call).model;
                    of == owner && field != own && model.is_some_and(|(model, _)| model.effect == Effect::Receive)
                }),
                _ => false,
            })
        };
        self.has_arm(cx, &|arm| is_other(arm) && self.may_leave(cx.function, arm))
    }

    /// Whether a selection of the loop has an arm of this kind.
    fn has_arm(&self, cx: &Context<'_, 'p>, is_wanted: &dyn Fn(BlockId) -> bool) -> bool {
        self.body.iter().any(|block| match &cx.function.block(block).terminator {
            Terminator::Select { arms } => arms.iter().any(|&arm| is_wanted(arm)),
            _ => false,
        })
    }

    /// Whether an arm leaves the loop whatever it was given: by itself, or by a constant that the test at the head looks at.
    fn always_leaves(&self, function: &Function, arm: BlockId) -> bool {
        let mut at = arm;
        for _ in 0..MAX_PARTS {
            if !self.body.contains(at) {
                return true;
            }
            let block = function.block(at);
            let decides = |statement: &unspin_ir::Statement| match statement.kind {
                StatementKind::Assign(place, value) => {
                    matches!(function.expr(value), Expr::Constant(_)) && self.is_tested_at_head(function, place)
                }
                _ => false,
            };
            if matches!(block.terminator, Terminator::Return(_)) || block.statements.iter().any(decides) {
                return true;
            }
            let Terminator::Goto(next) = block.terminator else { return false };
            at = next;
        }
        false
    }

    fn is_tested_at_head(&self, function: &Function, place: ExprId) -> bool {
        let Terminator::Branch { test, .. } = function.block(self.header).terminator else { return false };
        let Expr::Local(local) = *function.expr(place) else { return false };
        crate::shape::mentions(function, test, local)
    }

    /// Whether a call receives from a channel that this very function made and handed the other side of to somebody: then it
    /// waits for that one to be done, or gone.
    fn is_of_own_pair(&self, cx: &Context<'_, 'p>, call: &Call) -> bool {
        let Callee::Method(on, _) = call.callee else { return false };
        let receives = || self.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::Receive);
        let pair = self.pair_of(cx.at, on).filter(|(at, _)| *at == cx.at);
        let Callee::Method(own, _) = cx.call.callee else { return false };
        pair.is_some() && receives() && self.pair_of(cx.at, own) != pair
    }

    /// Whether the loop can be left from a block before it starts again.
    fn may_leave(&self, function: &Function, start: BlockId) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut pending = vec![start];
        while let Some(block) = pending.pop() {
            if !self.body.contains(block) {
                return true;
            }
            if block != self.header && seen.insert(block) {
                pending.extend(function.block(block).successors());
            }
        }
        false
    }

    /// How a stream of the project's own is polled: whether it ends is up to what it stands for.
    pub(super) fn own_polls(&self, cx: &Context<'_, 'p>) -> Option<&'p [FunctionRef]> {
        let Callee::Method(receiver, _) = cx.call.callee else { return None };
        let class = self.project.class(self.project.type_of(cx.at, receiver)?)?;
        Some(self.project.method(class, unspin_ir::name("poll_next"))).filter(|polls| !polls.is_empty())
    }

    /// A stream of the project's own that never says that it has ended.
    pub(super) fn is_endless_stream(&self, cx: &Context<'_, 'p>) -> bool {
        let ends = |function: &Function| {
            let is_none = |value: ExprId| *function.expr(value) == Expr::Constant(&unspin_ir::Constant::None);
            function.blocks.iter().any(|block| {
                matches!(block.terminator, Terminator::Return(Some(value)) if is_none(value))
                    || block
                        .statements
                        .iter()
                        .any(|statement| matches!(statement.kind, StatementKind::Assign(_, value) if is_none(value)))
            })
        };
        self.own_polls(cx).is_some_and(|polls| !polls.iter().any(|&poll| ends(self.project.function(poll))))
    }

    /// Whether the source asks, in this loop, whether there is something to take: then it knows when there is not.
    pub(super) fn is_asked_for_items(&self, cx: &Context<'_, 'p>) -> bool {
        matches!(cx.call.callee, Callee::Method(receiver, _) if self.is_asked_if_empty(cx, receiver))
    }

    /// Whether the loop itself puts in what it takes out: then there is more to come after there was nothing.
    pub(super) fn is_filled_here(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let Some(path) = cx.function.path(receiver).filter(|_| cx.at == self.at) else { return false };
        let puts = |call: &Call| match call.callee {
            Callee::Method(on, method) => {
                matches!(method.as_str(), "push" | "push_back" | "push_front" | "spawn" | "spawn_on" | "insert")
                    && cx.function.path(on).as_deref() == Some(path.as_str())
            }
            _ => false,
        };
        let statements = self.body.iter().flat_map(|block| &cx.function.block(block).statements);
        statements.into_iter().any(|statement| matches!(&statement.kind, StatementKind::Call(call) if puts(call)))
    }

    /// `while !letters.as_str().is_empty() { letters.next(); }`: what is left is looked at before each step.
    pub(super) fn is_asked_for_rest(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(receiver, _) = cx.call.callee else { return false };
        let Some(path) = cx.function.path(receiver).filter(|_| cx.at == self.at) else { return false };
        let rest_of = |call: &Call| match call.callee {
            Callee::Method(on, method) if matches!(method.as_str(), "as_str" | "as_slice" | "as_bytes") => {
                call.result.filter(|_| cx.function.path(on).as_deref() == Some(path.as_str()))
            }
            _ => None,
        };
        let rests: Vec<LocalId> = cx.function.calls().filter_map(|(call, _)| rest_of(call)).collect();
        self.body.iter().any(|block| match cx.function.block(block).terminator {
            Terminator::Branch { test, .. } => crate::shape::mentions_any(cx.function, test, &rests),
            _ => false,
        })
    }

    /// Whether a test of the loop asks whether there is anything in a place.
    pub(super) fn is_asked_if_empty(&self, cx: &Context<'_, 'p>, place: ExprId) -> bool {
        let Some(channel) = cx.function.path(place) else { return false };
        let is_rust = !self.project.files[cx.at.file as usize].module.shares_objects;
        let is_channel = |expr: ExprId| cx.function.path(expr).is_some_and(|path| path == channel);
        let asks = |expr: ExprId| {
            crate::shape::any_part(cx.function, expr, |part| match *cx.function.expr(part) {
                Expr::Length(of) => is_channel(of),
                Expr::Truth(of) => is_rust && is_channel(of),
                _ => false,
            })
        };
        let in_loop = |block: BlockId| cx.at != self.at || self.body.contains(block);
        cx.function.block_ids().filter(|&(id, _)| in_loop(id)).any(|(_, block)| {
            matches!(block.terminator, Terminator::Branch { test, .. } if asks(test))
                || block.statements.iter().any(|statement| match &statement.kind {
                    StatementKind::Assign(_, value) => asks(*value),
                    StatementKind::Call(call) => matches!(call.callee, Callee::Method(on, method)
                        if matches!(method.as_str(), "is_empty" | "empty" | "len" | "qsize") && is_channel(on)),
                    _ => false,
                })
        })
    }

    /// Whether a receive is not awaited here, but put into something that is: `Either { left: pin!(jobs.recv()) }`.
    pub(super) fn is_handed_on(&self, cx: &Context<'_, 'p>) -> bool {
        let (Callee::Method(receiver, method), Some(result)) = (cx.call.callee, cx.call.result) else { return false };
        let is_asynchronous = self.project.type_of(cx.at, receiver).is_some_and(|ty| ty.starts_with("tokio."));
        let is_immediate = ["try_", "poll_", "blocking_"].iter().any(|prefix| method.starts_with(prefix));
        let is_result = |expr: &ExprId| *cx.function.expr(*expr) == Expr::Local(result);
        is_asynchronous
            && !cx.call.awaited
            && !is_immediate
            && cx.function.calls().any(|(call, _)| match call.callee {
                Callee::Value(value) if call.awaited => {
                    matches!(cx.function.expr(value), Expr::Aggregate(_, parts) if parts.iter().any(is_result))
                }
                _ => false,
            })
    }
}

/// Whether a function puts a local into an object that an inner function has, too: `this = Self { sender }`, or
/// `manager = Manager::new(sender)`.
fn is_kept_in_capture(outer: &Function, inner: &Function, local: LocalId) -> bool {
    let has = |&object: &LocalId| {
        let name = outer.local(object).name;
        object != local
            && inner.locals.iter().any(|l| l.name == name && matches!(l.kind, LocalKind::Captured | LocalKind::Shared))
    };
    holders(outer, vec![local]).iter().any(has)
}

/// Whether a function makes a channel and puts both sides into one object: the receiver as the field of this name.
fn is_built_with_sender(function: &Function, field: Name) -> bool {
    let statements = || function.blocks.iter().flat_map(|block| &block.statements);
    // The pair that each local is a side of.
    let sides = statements().filter_map(|statement| match statement.kind {
        StatementKind::Assign(place, value) => match (function.expr(place), function.expr(value)) {
            (Expr::Local(side), Expr::Index(pair, _)) => match *function.expr(*pair) {
                Expr::Local(pair) => Some((*side, pair)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let sides: Vec<(LocalId, LocalId)> = sides.collect();
    let receivers = sides.iter().filter(|(side, _)| function.local(*side).name == field);
    receivers.into_iter().any(|&(receiver, pair)| {
        let others = sides.iter().filter(|&&(side, of)| of == pair && side != receiver);
        let kept = holders(function, others.map(|&(side, _)| side).collect());
        // `Mutex::new(receiver)`
        let received = holders(function, vec![receiver]);
        function.exprs.iter().any(|expr| {
            let Expr::Aggregate(unspin_ir::Aggregate::Tuple, parts) = expr else { return false };
            let is_side = |part: &ExprId| matches!(*function.expr(*part), Expr::Local(part) if sides.contains(&(part, pair)));
            // `(sender, receiver)` goes on to whoever takes them apart.
            !parts.iter().all(is_side)
                && parts.iter().any(|&part| matches!(*function.expr(part), Expr::Local(part) if received.contains(&part)))
                && parts.iter().any(|&part| crate::shape::mentions_any(function, part, &kept))
        })
    })
}

/// These locals, and those that hold one of them, itself or in a part of it.
fn holders(function: &Function, mut kept: Vec<LocalId>) -> Vec<LocalId> {
    let is_kept = |kept: &[LocalId], expr: ExprId| crate::shape::mentions_any(function, expr, kept);
    for _ in 0..MAX_PARTS {
        let statements = function.blocks.iter().flat_map(|block| &block.statements);
        let found = statements.filter_map(|statement| match &statement.kind {
            StatementKind::Assign(place, value) => match *function.expr(*place) {
                Expr::Local(local) if is_kept(&kept, *value) => Some(local),
                _ => None,
            },
            StatementKind::Call(call) => call.result.filter(|_| call.operands().any(|operand| is_kept(&kept, operand))),
            _ => None,
        });
        let found: Vec<LocalId> = found.filter(|holder| !kept.contains(holder)).collect();
        kept.extend(found);
    }
    kept
}

/// What is left of the name of one side of a channel without the words for sides: `commands` of `commands_rx`.
fn stem_of_side(name: &str) -> Vec<&str> {
    const SIDES: [&str; 8] = ["rx", "tx", "receiver", "sender", "recv", "send", "receive", "chan"];
    name.split('_').filter(|word| !SIDES.contains(word)).collect()
}
