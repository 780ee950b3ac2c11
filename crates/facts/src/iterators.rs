//! Iterators that never end, where nothing else ends the loop: `count()`, a sentinel that a read never gives, an adaptor
//! that drops the failures that a broken stream gives for ever.

use unspin_ir::{Argument, BlockId, Call, Callee, Constant, Expr, ExprId, Function, StatementKind, Terminator};

use crate::model::{CallModel, Effect, EndValue};
use crate::observation::{Observation, Subject, Sureness};
use crate::sites::LoopContext;
use crate::{FunctionRef, Project};

/// Whether a call gives an iterator without an end: a listener's connections are one.
pub(crate) fn is_endless(model: &CallModel) -> bool {
    model.effect == Effect::EndlessIterator
        || (model.effect == Effect::Accept && model.returns.is_some_and(|ty| ty.ends_with("Incoming")))
}

/// A `for` over an iterator that never ends, with nothing in the body that leaves.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let Terminator::Advance { iterable, .. } = cx.function.block(cx.natural().header).terminator else { return None };
    let (block, index, call) = cx.shape.origin(cx.function, iterable)?;
    let resolution = cx.project.resolve(cx.at, call);
    let is_endless = resolution.model.is_some_and(|(model, _)| model.effect == Effect::EndlessIterator);
    let kind = match is_endless {
        true => "endless",
        false if has_wrong_sentinel(cx, call) => "wrong-sentinel",
        false => return None,
    };
    if crate::loops::ends(cx).iter().any(|&end| !matches!(end, "never" | "failure")) {
        return None;
    }
    let waits = crate::loops::waits(cx);
    let span = cx.function.block(block).statements.get(index).map_or(cx.source.head, |statement| statement.span);
    Some(cx.observation(
        vec![("iterates", kind), ("waits", waits)],
        &[("loop", cx.source.head), ("call", span)],
        vec![("call", crate::sites::shown_callee(cx.function, call))],
        if waits == "no" || !is_endless { Sureness::High } else { Sureness::Medium },
    ))
}

/// `iter(lambda: sock.recv(n), "")`: the read gives `b""` at its end.
fn has_wrong_sentinel(cx: &LoopContext<'_>, call: &Call) -> bool {
    if call.callee != Callee::Path(unspin_ir::name("iter")) || call.positional() != 2 {
        return false;
    }
    let [asked, sentinel] = &*call.arguments else { return false };
    let Expr::Constant(sentinel) = cx.function.expr(sentinel.value) else { return false };
    match end_of(cx, asked.value) {
        Some(EndValue::EmptyBytes) => matches!(sentinel, Constant::Text(_) | Constant::None | Constant::Int(_)),
        Some(EndValue::EmptyText) => matches!(sentinel, Constant::Bytes(_) | Constant::None | Constant::Int(_)),
        Some(EndValue::Empty) => matches!(sentinel, Constant::None | Constant::Int(_)),
        _ => false,
    }
}

/// What the function that an expression is gives at the end of the input.
fn end_of(cx: &LoopContext<'_>, asked: ExprId) -> Option<EndValue> {
    let ends = |at: FunctionRef, call: &Call| {
        let (model, certainty) = cx.project.resolve(at, call).model?;
        // `recv` with a size is a socket's, whatever it is called.
        let is_recv = matches!(call.callee, Callee::Method(_, method) if method == "recv") && call.positional() == 1;
        let is_known = certainty == crate::Certainty::Certain || (is_recv && certainty == crate::Certainty::Receiver);
        (model.effect == Effect::Read && is_known).then_some(model.end)?
    };
    match *cx.function.expr(asked) {
        Expr::Function(id) => {
            let at = FunctionRef { file: cx.at.file, function: id };
            let function = cx.project.function(at);
            let [block] = function.blocks.as_slice() else { return None };
            let Terminator::Return(Some(value)) = block.terminator else { return None };
            let Expr::Local(local) = *function.expr(value) else { return None };
            block.statements.iter().find_map(|statement| match &statement.kind {
                StatementKind::Call(call) if call.result == Some(local) => {
                    if reads_binary(cx, function, call) {
                        Some(EndValue::EmptyBytes)
                    } else {
                        ends(at, call)
                    }
                }
                _ => None,
            })
        }
        Expr::Field(base, method) => ends(cx.at, &bound(base, method, Box::default())),
        // `partial(f.read, 1024)`
        _ => {
            let (_, _, call) = cx.shape.origin(cx.function, asked)?;
            let is_partial = matches!(call.callee, Callee::Path(path) if path.rsplit('.').next() == Some("partial"));
            let (first, rest) = call.arguments.split_first().filter(|_| is_partial)?;
            match *cx.function.expr(first.value) {
                Expr::Field(base, method) => ends(cx.at, &bound(base, method, rest.into())),
                _ => None,
            }
        }
    }
}

/// Whether a closure reads from a file that its function opened for bytes: `open(path, "rb")`.
fn reads_binary(cx: &LoopContext<'_>, closure: &Function, call: &Call) -> bool {
    let Callee::Method(receiver, method) = call.callee else { return false };
    let Expr::Local(file) = *closure.expr(receiver) else { return false };
    let name = closure.local(file).name;
    let opens = |made: &Call, result: unspin_ir::LocalId| {
        let mode = made.argument(Some(unspin_ir::name("mode")), Some(1)).map(|mode| cx.function.expr(mode));
        let is_binary = matches!(mode, Some(Expr::Constant(Constant::Text(mode))) if mode.contains('b'));
        let is_it = |local: unspin_ir::LocalId| cx.function.local(local).name == name;
        let is_held = || {
            cx.function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
                StatementKind::Assign(place, value) => {
                    *cx.function.expr(value) == Expr::Local(result)
                        && matches!(cx.function.expr(place), Expr::Local(local) if is_it(*local))
                }
                _ => false,
            })
        };
        made.callee == Callee::Path(unspin_ir::name("open")) && is_binary && (is_it(result) || is_held())
    };
    matches!(method.as_str(), "read" | "readline")
        && cx.function.calls().any(|(made, _)| made.result.is_some_and(|result| opens(made, result)))
}

fn bound(receiver: ExprId, method: unspin_ir::Name, arguments: Box<[Argument]>) -> Call {
    Call { callee: Callee::Method(receiver, method), arguments, result: None, awaited: false, raises: true, panics: false }
}

/// Whether a call may drop failures of a stream, by its name.
pub(crate) fn may_drop_failures(call: &Call) -> bool {
    matches!(call.callee, Callee::Method(_, method) if matches!(method.as_str(), "flatten" | "filter_map" | "flat_map"))
}

/// `reader.lines().flatten()`, `.filter_map(Result::ok)`: a read that fails for ever gives failures for ever.
pub(crate) fn dropped_failures(project: &Project, at: FunctionRef, shape: &crate::shape::Shape) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    // What a build script reads is a file of the project.
    if project.files[at.file as usize].path.rsplit('/').next() == Some("build.rs") {
        return found;
    }
    for (call, span) in function.calls() {
        let Callee::Method(receiver, method) = call.callee else { continue };
        let drops = match method.as_str() {
            "flatten" => call.arguments.is_empty(),
            "filter_map" | "flat_map" => call.arguments.first().is_some_and(|a| is_ok(project, at, a.value)),
            _ => false,
        };
        let Some((_, _, source)) = shape.origin(function, receiver).filter(|_| drops) else { continue };
        let model = project.resolve(at, source).model.filter(|(_, certainty)| *certainty == crate::Certainty::Certain);
        let Some(stream) = model.and_then(|(model, _)| stream_of_results(model)) else { continue };
        // Whoever waits for one visitor only goes away with it: `listener.incoming().flatten().next()`.
        let is_asked_once = || {
            let is_result = |expr: ExprId| call.result.is_some_and(|result| *function.expr(expr) == Expr::Local(result));
            let is_next = |other: &Call| matches!(other.callee, Callee::Method(on, name) if name == "next" && is_result(on));
            source.callee.name().is_some_and(|name| name == "incoming") && function.calls().any(|(other, _)| is_next(other))
        };
        if !is_asked_once() {
            found.push(Observation {
                subject: Subject::Call,
                function: at,
                around: None,
                attributes: vec![("drops", "failures"), ("of", stream)],
                places: vec![("call", at.file, span)],
                words: vec![("call", format!("{}().{method}", crate::sites::shown_callee(function, source)))],
                sureness: Sureness::High,
            });
        }
    }
    found
}

/// The lines of a reader, the connections of a listener.
fn stream_of_results(model: &CallModel) -> Option<&'static str> {
    match model.returns.as_deref() {
        Some("std.io.Lines") => Some("lines"),
        Some("std.net.Incoming") => Some("connections"),
        _ => None,
    }
}

/// `Result::ok`, `|line| line.ok()`.
fn is_ok(project: &Project, at: FunctionRef, value: ExprId) -> bool {
    match *project.function(at).expr(value) {
        Expr::Global(path) => path.ends_with("Result.ok"),
        Expr::Function(id) => {
            let closure = project.function(FunctionRef { file: at.file, function: id });
            let mut methods = closure.calls().filter_map(|(call, _)| match call.callee {
                Callee::Method(_, method) => Some(method),
                _ => None,
            });
            closure.blocks.len() == 1 && methods.next().is_some_and(|only| only == "ok") && methods.next().is_none()
        }
        _ => false,
    }
}

/// Whether a function gives the items of an iterator or stream.
pub(crate) fn gives_items(function: &Function) -> bool {
    is_next(function)
        || function.name == "poll_next" && function.implements.is_some_and(|of| unspin_ir::last_part(of) == "Stream")
}

/// A stream takes from what it polls, which moves by itself.
fn is_next(function: &Function) -> bool {
    function.name == "next" && function.implements.is_some_and(|of| unspin_ir::last_part(of) == "Iterator")
}

/// An iterator that moves on when an item is good and stays where it is when one is bad: whoever goes on after the failure
/// gets it again, for ever.
pub(crate) fn stuck_failure(project: &Project, at: FunctionRef, shape: &crate::shape::Shape) -> Option<Observation> {
    let function = project.function(at);
    let receiver = function.receiver().filter(|_| is_next(function))?;
    let of_self = |expr: ExprId| crate::shape::root_local(function, expr) == Some(receiver);
    let moves = |statement: &unspin_ir::Statement| match &statement.kind {
        StatementKind::Assign(place, _) => of_self(*place) && !matches!(function.expr(*place), Expr::Local(_)),
        StatementKind::Call(call) => may_move(project, at, call, &of_self),
        _ => false,
    };
    let moving: unspin_flow::BlockSet =
        function.block_ids().filter(|(_, data)| data.statements.iter().any(moves)).map(|(block, _)| block).collect();
    let within: unspin_flow::BlockSet = function.block_ids().map(|(block, _)| block).collect();
    let unmoved = unspin_flow::ways::reachable(&shape.cfg, BlockId::new(0), &within, &moving);
    let sets_field = function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Assign(place, _) => of_self(*place) && matches!(function.expr(*place), Expr::Field(..)),
        _ => false,
    });
    let failed = unmoved.iter().find(|&block| gives_failure(function, block))?;
    let gives_good = function.blocks.iter().any(|block| match block.terminator {
        Terminator::Return(Some(value)) => !matches!(function.expr(value), Expr::Variant(..) | Expr::Constant(_)),
        _ => false,
    });
    (sets_field && gives_good).then(|| failure_given(at, function, failed, "same-failure"))
}

fn failure_given(at: FunctionRef, function: &Function, failed: BlockId, how: &'static str) -> Observation {
    Observation {
        subject: Subject::Call,
        function: at,
        around: None,
        attributes: vec![("gives", how)],
        places: vec![("call", at.file, function.block(failed).span), ("function", at.file, function.name_span)],
        words: Vec::new(),
        sureness: Sureness::Medium,
    }
}

fn gives_failure(function: &Function, block: BlockId) -> bool {
    match function.block(block).terminator {
        Terminator::Return(Some(value)) => matches!(function.expr(value), Expr::Variant(variant) if variant.name == "Err"),
        _ => false,
    }
}

/// Whether a block gives a failure that was kept, and is gone now: `if let Some(error) = self.failure.take()`.
fn was_taken(project: &Project, at: FunctionRef, block: BlockId) -> bool {
    let function = project.function(at);
    let is_taking = |definition: crate::Definition<'_>| match definition {
        crate::Definition::Call(call) => matches!(call.callee, Callee::Method(_, method) if method == "take"),
        _ => false,
    };
    let is_taken = |value: ExprId| {
        crate::shape::any_part(function, value, |part| {
            let Expr::Local(local) = *function.expr(part) else { return false };
            project.definitions(at).of(function, local).any(|definition| match definition {
                crate::Definition::Value(value) => match *function.expr(value) {
                    Expr::Local(held) => project.definitions(at).of(function, held).any(is_taking),
                    _ => false,
                },
                other => is_taking(other),
            })
        })
    };
    matches!(function.block(block).terminator, Terminator::Return(Some(value)) if is_taken(value))
}

/// An iterator or stream that ends by a field which it sets on some ways, and not where it gives a failure: where the same
/// fails again, whoever goes on gets failures for ever.
pub(crate) fn unnoted_failure(project: &Project, at: FunctionRef, shape: &crate::shape::Shape) -> Option<Observation> {
    let function = project.function(at);
    let ends = |block: BlockId| match function.block(block).terminator {
        Terminator::Return(Some(value)) => *function.expr(value) == Expr::Constant(&Constant::None),
        _ => false,
    };
    let within: unspin_flow::BlockSet = function.block_ids().map(|(block, _)| block).collect();
    let notes = |flag: &str| -> unspin_flow::BlockSet {
        let is_flag = |place: ExprId| function.path(place).as_deref() == Some(flag);
        let notes = |statement: &unspin_ir::Statement| match &statement.kind {
            StatementKind::Assign(place, _) => is_flag(*place),
            // `self.input.take()`, `mem::replace(&mut self.state, State::Done)`
            StatementKind::Call(call) => {
                matches!(call.callee, Callee::Method(on, method) if is_flag(on) && matches!(method.as_str(), "take" | "replace" | "set"))
                    || call.arguments.iter().any(|argument| argument.mutable && is_flag(argument.value))
            }
            _ => false,
        };
        function.block_ids().filter(|(_, data)| data.statements.iter().any(notes)).map(|(block, _)| block).collect()
    };
    function.block_ids().find_map(|(_, data)| {
        let Terminator::Branch { test, then, otherwise } = data.terminator else { return None };
        let is_end = ends(then) || ends(otherwise);
        let mut flags = Vec::new();
        crate::shape::for_each_part(function, test, &mut |part| {
            flags.extend(function.path(part).filter(|path| is_end && path.contains('.')));
        });
        flags.into_iter().find_map(|flag| {
            let notes = notes(&flag);
            let unnoted = unspin_flow::ways::reachable(&shape.cfg, BlockId::new(0), &within, &notes);
            let gives_again = |block: BlockId| gives_failure(function, block) && !was_taken(project, at, block);
            let failed = unnoted.iter().find(|&block| gives_again(block)).filter(|_| !notes.is_empty())?;
            Some(failure_given(at, function, failed, "failure-unnoted"))
        })
    })
}

/// Whether a call may change what the iterator holds.
fn may_move(project: &Project, at: FunctionRef, call: &Call, of_self: &dyn Fn(ExprId) -> bool) -> bool {
    if !call.arguments.iter().any(|a| a.mutable && of_self(a.value))
        && !matches!(call.callee, Callee::Method(receiver, _) if of_self(receiver))
    {
        return false;
    }
    let resolution = project.resolve(at, call);
    if let Some((model, _)) = resolution.model {
        return !matches!(
            model.effect,
            Effect::Query | Effect::Pure | Effect::View | Effect::Log | Effect::Clock | Effect::Decode
        );
    }
    let looks = |&target: &FunctionRef| {
        let summary = project.summary(target);
        summary.writes.is_empty() && !summary.calls_unknown && summary.effects.only_ask()
    };
    resolution.targets.is_empty() || !resolution.targets.iter().all(looks)
}
