//! Reads, receives and writes at their end: what the call gives then, and what says that this end does not come.

use unspin_ir::{Call, Callee, Expr, ExprId, LocalId, Name, StatementKind, Terminator};

use super::Mode;
use super::calls::{Context, is_asked_for_none};
use super::machine::Machine;
use super::state::{EndSite, Place, Slot, State};
use super::streams::is_asked_for_a_while;
use super::value::{Literal, Node, Operator, ValueId};
use crate::definitions::Definition;
use crate::model::{CallModel, EndValue, FailureKind, WordKind};
use crate::{Certainty, FunctionRef};

/// How many calls deep it is looked for a failure that says that the input has ended.
const MAX_RAISE_DEPTH: u32 = 3;

/// How many variables a writer is followed back through.
const MAX_HOPS: u32 = 4;

/// Of a method that more classes have, nobody can say which one is meant.
const MAX_NAMED: usize = 24;

impl<'p> Machine<'p> {
    /// The input has ended, the channel is closed, or the output takes nothing.
    pub(super) fn at_end(&mut self, state: &mut State, cx: &Context<'_, 'p>, model: &CallModel, certainty: Certainty) -> bool {
        // `session.read_tls(&mut io)`, `operation.recv(&receiver)` take from what they are given.
        let given = model.timeout.as_ref().and_then(|timeout| cx.arguments.get(timeout.of? as usize));
        let stream = given.copied().or(cx.receiver).or(cx.arguments.first().copied());
        let is_opened = matches!(self.mode, Mode::Closed | Mode::EndOfInput) && self.is_opened_in_round(cx);
        if is_opened || stream.is_some_and(|stream| self.is_elsewhere(state, stream.value)) {
            return self.unfollowed_transfer(state, cx, model);
        }
        // Where nobody expects that it would block, it blocks.
        if self.mode == Mode::NothingTaken && model.end.is_none() && !self.is_expected(state, &model.end_raises) {
            return self.unfollowed_transfer(state, cx, model);
        }
        let buffer = model.fills.and_then(|index| cx.call.arguments.get(index as usize));
        if let Some(root) = buffer.and_then(|buffer| crate::shape::root_local(cx.function, buffer.value)) {
            let place = Place::Local(state.frame().id, root);
            let held = self.read_place(state, place);
            state.buffers.insert(held.value);
            // What was emptied before is empty because the input has ended.
            if self.mode == Mode::EndOfInput && self.values.literal_of(held.value).is_some_and(Literal::is_empty_sequence) {
                state.store.slots.insert(place, Slot { from_end: true, ..held });
            }
        }
        // A write of nothing takes nothing in earnest.
        if self.mode == Mode::NothingTaken {
            state.buffers.extend(cx.arguments.iter().map(|argument| argument.value));
        }
        let is_guessed = certainty != Certainty::Certain;
        let parts = if is_guessed { Self::parts_taken(cx) } else { 0 };
        if is_delegated_to(cx)
            || self.has_no_end(cx, model)
            || (is_guessed
                && (parts > 1 && !self.project.is_cut_read(cx.at, cx.call)
                    || self.fills_nothing(cx, model)
                    || is_of_another_trait(cx)
                    || self.is_no_option(cx, model)
                    || self.is_told_apart_by_name(cx)
                    || is_successor(cx)))
        {
            return self.unfollowed_transfer(state, cx, model);
        }
        if is_guessed && let Some(class) = self.expected_end(state) {
            return self.raise(state, &[class.as_str()]);
        }
        if self.mode == Mode::EndOfInput && self.fails_at_end(cx) {
            return self.raise(state, &["OSError"]);
        }
        let name = cx.call.callee.name();
        // `next(items, "")` never waits, because the items are at hand.
        let is_at_hand = model.end == Some(EndValue::Default);
        let polls = model.blocks == Some(false) && !is_at_hand || name.is_some_and(|name| name.starts_with("poll_"));
        let stream = stream.map(|stream| stream.value);
        let path = Self::stream_of(cx).filter(|_| cx.at == self.at).and_then(|stream| cx.function.path(stream));
        let path = path.map(|path| unspin_ir::name(&path));
        state.buffers.extend(stream.into_iter().flat_map(|stream| self.owners(stream)));
        let may_be_awaited = self.mode == Mode::NothingTaken && model.end.is_none();
        let site = EndSite { at: cx.at, span: cx.span, certainty, remote: model.remote, polls, may_be_awaited, stream, path };
        state.end_escaped |= certainty == Certainty::Name && self.tells_end_itself(cx);
        // Whoever names the closed case, and stays, errs whether it comes or not.
        let is_kept = || !self.is_expected(state, &model.end_raises) && self.is_kept_by_maker(cx);
        let is_excused = || self.closes_with_another(cx) || self.own_polls(cx).is_some() || is_kept();
        let is_excused = self.mode == Mode::Closed && is_excused();
        state.end_escaped |= is_excused;
        if is_awaited_later(cx) {
            state.awaited_end = Some(site);
        } else {
            self.note_end(state, site);
        }
        if cx.call.panics && (model.end.is_none() || model.end == Some(EndValue::None)) {
            // `unwrap()` of the item that is not there, `expect()` of a channel: nobody keeps a panic.
            return false;
        }
        let Some(end) = model.end else {
            if !cx.call.raises && is_guessed && is_asked_for_none(cx.function, cx.call) {
                let none = Slot { from_end: true, ..Slot::of(self.values.literal(Literal::None)) };
                return self.finish(state, cx.call, none);
            }
            if !cx.call.raises {
                state.kept_failure.clone_from(&model.end_raises);
                let class = if let [only] = model.end_raises[..] { Some(only) } else { None };
                let failure = Slot { from_end: true, ..self.failure(class) };
                return self.finish(state, cx.call, failure);
            }
            let mut classes: Vec<&str> =
                model.end_raises.iter().map(|class| class.as_str().rsplit('.').next().unwrap_or_default()).collect();
            // Whoever names the failure that means the end knows others.
            if !self.is_expected(state, &model.end_raises) {
                classes.push("OSError");
            }
            return self.raise(state, &classes);
        };
        let literal = match end {
            EndValue::EmptyBytes => Literal::Bytes(Box::default()),
            EndValue::EmptyText => Literal::Text(unspin_ir::name("")),
            EndValue::Zero => Literal::Int(0),
            EndValue::EmptySlice | EndValue::Empty => Literal::Empty,
            EndValue::None => Literal::None,
            EndValue::True => Literal::Bool(true),
            EndValue::Default => {
                let slot = cx.arguments.get(1).copied().unwrap_or_else(|| Slot::of(self.values.fresh()));
                return self.finish(state, cx.call, Slot { from_end: true, ..slot });
            }
        };
        let mut value = self.values.literal(literal);
        if parts > 0 && self.project.is_cut_read(cx.at, cx.call) {
            let parts = [value, self.values.fresh()];
            value = self.values.apply(Operator::Aggregate(unspin_ir::Aggregate::Tuple as u8), &parts);
        }
        self.finish(state, cx.call, Slot { value, places: 0, from_end: true })
    }

    /// How many parts of the result are taken: hardly any read of a stream gives a tuple, as `head, rest = session.recv()`.
    fn parts_taken(cx: &Context<'_, 'p>) -> usize {
        let part_of = |expr: ExprId| match *cx.function.expr(expr) {
            Expr::Index(base, index) => match (cx.function.expr(base), cx.function.expr(index)) {
                (Expr::Local(local), Expr::Constant(unspin_ir::Constant::Int(part))) => {
                    (Some(*local) == cx.call.result).then_some(*part)
                }
                _ => None,
            },
            _ => None,
        };
        let parts =
            cx.function.blocks.iter().flat_map(|block| &block.statements).filter_map(|statement| match statement.kind {
                StatementKind::Assign(_, value) => part_of(value),
                _ => None,
            });
        parts.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Whether the source names one of these failures in a handler around the call.
    fn is_expected(&self, state: &State, classes: &[Name]) -> bool {
        let frame = state.frame();
        let function = self.project.function(frame.at);
        let handlers = function.block(frame.block).unwind.map(|unwind| &function.block(unwind).terminator);
        matches!(handlers, Some(Terminator::Dispatch { handlers, .. })
            if handlers.iter().flat_map(|handler| &handler.classes).any(|class| classes.contains(class)))
    }

    /// The failure by which the source expects to be told the end here: `except EOFError`, `except SSL.ZeroReturnError`.
    fn expected_end(&self, state: &State) -> Option<unspin_ir::Name> {
        let frame = state.frame();
        let function = self.project.function(frame.at);
        let handler = function.block(function.block(frame.block).unwind?);
        let Terminator::Dispatch { handlers, .. } = &handler.terminator else { return None };
        let is_end = |class: &&unspin_ir::Name| match self.project.models.failure_kind(**class) {
            Some(FailureKind::End) => true,
            Some(FailureKind::Closed) => self.mode == Mode::Closed,
            _ => false,
        };
        let class = handlers.iter().flat_map(|handler| &handler.classes).find(is_end)?;
        Some(unspin_ir::last_part(*class))
    }

    /// Whether what is read from was made or opened in this round, or moved or closed: then it is not at the end that this
    /// round is run at.
    fn is_elsewhere(&self, state: &State, stream: ValueId) -> bool {
        self.owners(stream).iter().any(|part| state.fresh_objects.contains(part) || state.sought.contains(part))
    }

    /// A stream and whatever it is a part of: there is something, or it could not have been read.
    fn owners(&self, stream: ValueId) -> Vec<ValueId> {
        let mut owners = vec![stream];
        while let Node::Apply(Operator::Field(_) | Operator::Index | Operator::Payload(..), of) =
            self.values.node(owners[owners.len() - 1])
        {
            owners.push(of[0]);
        }
        owners
    }

    /// Whether nobody else can bring this end about.
    fn has_no_end(&self, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        match self.mode {
            Mode::Closed => {
                self.holds_other_side(cx)
                    || self.is_kept_by_static(cx)
                    || self.is_made_with_sender(cx)
                    || self.has_sender_of_that_name(cx)
                    || self.is_never_closed(cx, model)
                    || self.is_asked_for_items(cx)
                    || self.is_filled_here(cx)
                    || self.is_endless_stream(cx)
                    || self.is_handed_on(cx)
            }
            Mode::EndOfInput => {
                self.is_own_pipe(cx)
                    || self.is_raw_terminal(cx)
                    || is_asked_for_a_while(cx)
                    || self.is_asked_for_rest(cx)
                    || self.is_given_what_is_left(cx, model)
            }
            Mode::NothingTaken => self.is_given_socket(cx, model) || self.is_given_vector(cx) || self.is_made_full(cx),
            Mode::Idle => false,
        }
    }

    /// `while !rest.is_empty() { session.read_tls(&mut rest)?; }`: bytes that are there are read until there are none.
    fn is_given_what_is_left(&self, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        let given = model.timeout.as_ref().and_then(|timeout| cx.call.arguments.get(timeout.of? as usize));
        given.is_some_and(|given| self.is_asked_if_empty(cx, given.value))
    }

    /// `session.write_tls(&mut socket)`: of what is not empty a socket takes something, or it fails.
    fn is_given_socket(&self, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        let given = model.timeout.as_ref().and_then(|timeout| cx.call.arguments.get(timeout.of? as usize));
        let class = given.and_then(|given| self.project.type_of(cx.at, given.value));
        class.is_some_and(|class| self.takes_something(cx, class))
    }

    /// Whether a write to this class takes something of what is not empty, or fails.
    fn takes_something(&self, cx: &Context<'_, 'p>, class: Name) -> bool {
        let write = self.project.models.by_type(class, unspin_ir::name("write"), cx.function, cx.call);
        write.is_some_and(|write| write.effect == crate::model::Effect::Write && write.end.is_none())
    }

    /// `let mut out: Box<dyn Write> = if quiet { Box::new(stderr()) } else { Box::new(stdout()) };`: whichever it is, it takes
    /// something of what is not empty.
    fn is_made_full(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(writer, _) = cx.call.callee else { return false };
        self.is_all_full(cx, cx.at, writer, MAX_HOPS)
    }

    fn is_all_full(&self, cx: &Context<'_, 'p>, at: FunctionRef, writer: ExprId, hops: u32) -> bool {
        let Expr::Local(local) = *self.project.function(at).expr(writer) else { return false };
        let Some((at, local)) = self.origin_of_local(at, local) else { return false };
        let mut made = self.project.definitions(at).of(self.project.function(at), local).peekable();
        hops > 0
            && made.peek().is_some()
            && made.all(|definition| match definition {
                Definition::Value(value) => self.is_all_full(cx, at, value, hops - 1),
                Definition::Call(call) => {
                    let made = self.project.resolve(at, call).model.and_then(|(model, _)| model.returns);
                    made.is_some_and(|class| self.takes_something(cx, class))
                }
                _ => false,
            })
    }

    /// `Write::write(&mut bytes, chunk)`: a vector takes whatever it is given.
    fn is_given_vector(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Path(_) = cx.call.callee else { return false };
        let class = Self::stream_of(cx).and_then(|stream| self.project.type_of(cx.at, stream));
        class.is_some_and(|class| unspin_ir::last_part(class) == "Vec")
    }

    /// What is read from: the receiver, or the descriptor that a function is given.
    pub(super) fn stream_of(cx: &Context<'_, 'p>) -> Option<ExprId> {
        match cx.call.callee {
            Callee::Method(receiver, _) => Some(receiver),
            Callee::Path(_) => cx.call.arguments.first().map(|argument| argument.value),
            Callee::Value(_) => None,
        }
    }

    /// A method of this name that takes something else than a buffer to be filled: `socket.read(length)`.
    fn fills_nothing(&self, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        let is_rust = !self.project.files[cx.at.file as usize].module.shares_objects;
        let buffer = model.fills.and_then(|index| cx.call.arguments.get(index as usize));
        is_rust && buffer.is_some_and(|buffer| !buffer.mutable)
    }

    /// Whether the result is told apart by its variants, without being asked whether there is one: events of a parser, whose
    /// end is one of them or a failure.
    fn is_no_option(&self, cx: &Context<'_, 'p>, model: &CallModel) -> bool {
        let is_rust = !self.project.files[cx.at.file as usize].module.shares_objects;
        let Some(result) = cx.call.result.filter(|_| is_rust && model.end == Some(EndValue::None)) else { return false };
        let is_it = |expr: ExprId| *cx.function.expr(expr) == Expr::Local(result);
        let none = Expr::Constant(&unspin_ir::Constant::None);
        let (mut has_variants, mut is_asked) = (false, false);
        for expr in &cx.function.exprs {
            match *expr {
                Expr::HasVariant(value, variant) if is_it(value) => {
                    has_variants |= !matches!(variant.as_str(), "Err" | "Pending");
                }
                Expr::Compare(_, value, other) if is_it(value) => is_asked |= *cx.function.expr(other) == none,
                _ => {}
            }
        }
        has_variants && !is_asked
    }

    /// Whether the result is compared with something that is named for the end: `match p.nth(at) { EOF => return, .. }`.
    fn is_told_apart_by_name(&self, cx: &Context<'_, 'p>) -> bool {
        let Some(result) = cx.call.result else { return false };
        let is_it = |expr: ExprId| *cx.function.expr(expr) == Expr::Local(result);
        let is_end = |expr: ExprId| match *cx.function.expr(expr) {
            Expr::Global(name) => self.project.models.has_word(WordKind::End, &unspin_ir::last_part(name)),
            _ => false,
        };
        cx.function.exprs.iter().any(|expr| match *expr {
            Expr::Compare(_, a, b) => is_it(a) && is_end(b) || is_it(b) && is_end(a),
            _ => false,
        })
    }

    /// Whether a class of the project has a method of this name which raises at the end of its input. Files are known to
    /// give nothing there, whoever makes them.
    fn tells_end_itself(&self, cx: &Context<'_, 'p>) -> bool {
        let Callee::Method(_, method) = cx.call.callee else { return false };
        if method.starts_with("read") {
            return false;
        }
        let named = self.project.methods_named(method);
        let is_own = || cx.call.arguments.iter().any(|given| given.name.is_some_and(|name| self.is_parameter(named, name)));
        named.len() <= MAX_NAMED
            && (named.iter().any(|&own| self.raises_end(own, MAX_RAISE_DEPTH))
                || is_own() && named.iter().any(|&own| raises_on_some_way(self.project.function(own))))
    }

    /// Whether a keyword that a call gives is a parameter of methods of the project: `transport.recv(count=4)` is none of a
    /// socket.
    fn is_parameter(&self, methods: &[FunctionRef], keyword: Name) -> bool {
        methods
            .iter()
            .map(|&method| self.project.function(method))
            .any(|function| function.parameters.iter().any(|parameter| function.local(parameter.local).name == keyword))
    }

    fn raises_end(&self, at: FunctionRef, depth: u32) -> bool {
        let function = self.project.function(at);
        if function.is_test {
            return false;
        }
        // What is incomplete may be so for another reason.
        let is_end = |class: Name| {
            self.project.failure_kind(at.file, class) == Some(FailureKind::End)
                && ["Incomplete", "Iteration"].iter().all(|other| !unspin_ir::last_part(class).contains(other))
        };
        // `raise TransportError(END_OF_FILE)`
        let says_end = |call: &Call| {
            let mut paths = call.arguments.iter().filter_map(|argument| function.path(argument.value));
            paths.any(|path| self.project.models.has_word(WordKind::End, &path))
        };
        function.blocks.iter().any(|block| match block.terminator {
            Terminator::Raise { class: Some(class), assertion: false, panics: false, .. } => {
                is_end(class)
                    || block.statements.iter().any(|statement| match &statement.kind {
                        StatementKind::Call(call) => call.callee.name() == Some(unspin_ir::last_part(class)) && says_end(call),
                        _ => false,
                    })
            }
            _ => false,
        }) || (depth > 0
            && function.calls().any(|(call, _)| {
                let targets = self.project.resolve_targets(at, call).targets;
                targets.into_iter().any(|target| self.raises_end(target, depth - 1))
            }))
    }
}

/// Whether a function raises for something that it has seen, and not because it is abstract.
fn raises_on_some_way(function: &unspin_ir::Function) -> bool {
    let raises =
        |block: &unspin_ir::BasicBlock| matches!(block.terminator, Terminator::Raise { assertion: false, panics: false, .. });
    function.blocks.len() > 1 && function.blocks.iter().any(raises)
}

/// `identifier = identifier.next()`: the one after it, and no item of it.
fn is_successor(cx: &Context<'_, '_>) -> bool {
    let (Callee::Method(receiver, _), Some(result)) = (cx.call.callee, cx.call.result) else { return false };
    let path = cx.function.path(receiver);
    let is_it = |place: ExprId, value: ExprId| {
        *cx.function.expr(value) == Expr::Local(result) && path.is_some() && cx.function.path(place) == path
    };
    *cx.function.expr(receiver) == Expr::Local(result)
        || cx.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
            StatementKind::Assign(place, value) => is_it(place, value),
            _ => false,
        })
}

/// `reader.read_buf(&mut buffer)` that nobody awaits is a method of the program's own: those that are known are to be awaited.
fn is_of_another_trait(cx: &Context<'_, '_>) -> bool {
    cx.call.callee.name().is_some_and(|name| name == "read_buf") && !cx.call.awaited && !is_awaited_later(cx)
}

/// Whether a generator hands its caller's questions on to what the call gives, and gets something else for it:
/// `line = yield from reader.readline()`.
fn is_delegated_to(cx: &Context<'_, '_>) -> bool {
    let Some(result) = cx.call.result.filter(|_| cx.function.is_generator && !cx.call.awaited) else { return false };
    let statements = || cx.function.blocks.iter().flat_map(|block| &block.statements);
    let holds = |local: LocalId| {
        local == result
            || statements().any(|statement| {
                matches!(statement.kind, StatementKind::Assign(place, value)
                    if *cx.function.expr(place) == Expr::Local(local) && *cx.function.expr(value) == Expr::Local(result))
            })
    };
    cx.function.loops.iter().filter(|source| source.kind == unspin_ir::LoopKind::Comprehension).any(|source| {
        match cx.function.block(source.header).terminator {
            Terminator::Advance { iterable, .. } => matches!(*cx.function.expr(iterable), Expr::Local(local) if holds(local)),
            _ => false,
        }
    })
}

/// Whether the call only makes what is awaited later: `let changed = watcher.changed();`.
fn is_awaited_later(cx: &Context<'_, '_>) -> bool {
    let Some(result) = cx.call.result.filter(|_| !cx.call.awaited) else { return false };
    let is_result = |expr: ExprId| *cx.function.expr(expr) == Expr::Local(result);
    let statements = || cx.function.blocks.iter().flat_map(|block| &block.statements);
    let holds = |local: LocalId| {
        local == result
            || statements().any(|statement| {
                matches!(statement.kind, StatementKind::Assign(place, value)
                    if *cx.function.expr(place) == Expr::Local(local) && is_result(value))
            })
    };
    cx.function.calls().any(|(call, _)| match call.callee {
        Callee::Value(value) if call.awaited => matches!(*cx.function.expr(value), Expr::Local(local) if holds(local)),
        _ => false,
    })
}
