//! Cycles that consume a stream: which calls take input, and whether the stream is handed on.

use rustc_hash::FxHashSet;
use unspin_ir::{
    Aggregate, BinaryOp, BlockId, Call, Callee, Constant, Expr, ExprId, Function, FunctionKind, LocalId, LocalKind,
    StatementKind, Terminator,
};

use super::links::depends;
use super::{has, passes_own};
use crate::callgraph::{CallEdge, EdgeKind};
use crate::cycles::body::{Body, Part, called_name, last_part};
use crate::cycles::component::Component;
use crate::definitions::Definition;
use crate::model::WordKind;
use crate::project::{FunctionRef, Project};

/// How many calls and steps of a function consume input, calls that go to the cycle aside.
pub(super) fn consuming(component: &Component<'_>, body: &Body<'_>) -> u32 {
    let calls = component.graph.calls(body.at).iter();
    let to_cycle: FxHashSet<(BlockId, u32)> =
        calls.filter(|edge| component.contains(edge.to)).map(|edge| (edge.block, edge.statement)).collect();
    let mut count = 0;
    for (id, block) in body.function.block_ids() {
        for (index, statement) in block.statements.iter().enumerate() {
            count += u32::from(match &statement.kind {
                StatementKind::Call(call) => {
                    !to_cycle.contains(&(id, index as u32))
                        && (consumes(component.project, body, call) || helper_consumes(component, body, call))
                }
                StatementKind::Assign(place, value) => moves_position(component.project, body, *place, *value),
                _ => false,
            });
        }
        if let Terminator::Advance { iterable, .. } = block.terminator {
            count += u32::from(is_parser_value(component.project, body, iterable) || is_shared(component, body, id, iterable));
        }
    }
    count
}

fn consumes(project: &Project, body: &Body<'_>, call: &Call) -> bool {
    let name = called_name(body.function, call);
    // `tokens.pop(0)` takes what comes next, `tokens.pop()` what came last.
    let takes_first = || {
        let [at] = &call.arguments[..] else { return false };
        name == "pop" && *body.function.expr(at.value) == Expr::Constant(&Constant::Int(0))
    };
    if !has(project, WordKind::Stream, &name) && !takes_first() {
        return false;
    }
    match call.callee {
        Callee::Method(receiver, _) => is_stream(project, body, receiver),
        Callee::Path(_) | Callee::Value(_) => call.arguments.iter().any(|argument| is_stream(project, body, argument.value)),
    }
}

/// How long a helper may be to be looked into.
const MAX_HELPER_BLOCKS: usize = 40;

/// Whether a call on the stream goes to a helper, outside of the cycle, that itself consumes.
fn helper_consumes(component: &Component<'_>, body: &Body<'_>, call: &Call) -> bool {
    let project = component.project;
    let on_stream = match call.callee {
        Callee::Method(receiver, _) => is_stream(project, body, receiver),
        _ => call.arguments.iter().any(|argument| is_stream(project, body, argument.value)),
    };
    if !on_stream {
        return false;
    }
    let found = project.resolve_targets(body.at, call);
    let [target] = found.targets[..] else { return false };
    if component.contains(target) || project.function(target).blocks.len() > MAX_HELPER_BLOCKS {
        return false;
    }
    let helper = Body::new(project, target);
    helper.calls().any(|(_, _, call)| consumes(project, &helper, call))
}

/// Whether an expression is something that input is read from, by its type or by its name.
fn is_stream(project: &Project, body: &Body<'_>, expr: ExprId) -> bool {
    if project.type_of(body.at, expr).is_some_and(|ty| is_stream_type(project, &last_part(ty))) {
        return true;
    }
    let label = project.receiver_label(body.at, expr);
    label.is_some_and(|label| label.as_str() == "self" || has(project, WordKind::StreamReceiver, &label))
}

/// Whether a type is read from, by its name. What only tells a reader how to read is no reader: `ReaderArgs`.
fn is_stream_type(project: &Project, ty: &str) -> bool {
    let is_setting = ["Args", "Options", "Opts", "Config", "Settings"].iter().any(|end| ty.ends_with(end));
    !is_setting && (has(project, WordKind::InputType, ty) || has(project, WordKind::ParserClass, ty))
}

/// Whether an expression is a lexer or iterator of tokens, which `for` consumes.
fn is_parser_value(project: &Project, body: &Body<'_>, expr: ExprId) -> bool {
    let ty = project.type_of(body.at, expr);
    ty.is_some_and(|ty| has(project, WordKind::ParserClass, &last_part(ty)))
}

/// Whether a `for` goes over a parameter that it hands on within the loop, and the function is called again with nothing but
/// what a caller was given: then that is no list, but an iterator from which all of them take.
fn is_shared(component: &Component<'_>, body: &Body<'_>, header: BlockId, iterable: ExprId) -> bool {
    let shared = body.function.expr(behind_temporary(body, iterable));
    if !matches!(*shared, Expr::Local(local) if body.constant_parameter(local)) {
        return false;
    }
    let hands_on = |edge: &CallEdge| {
        let call = body.call_at(edge).filter(|_| component.contains(edge.to) && body.reaches(edge.block, header, header));
        call.is_some_and(|call| call.arguments.iter().any(|argument| body.function.expr(argument.value) == shared))
    };
    let comes_back = |edge: &CallEdge| {
        let from = component.body(edge.from);
        edge.to == body.at && from.call_at(edge).is_some_and(|call| !call.arguments.is_empty()) && passes_own(from, edge)
    };
    component.graph.calls(body.at).iter().any(hands_on) && component.edges.iter().any(comes_back)
}

fn behind_temporary(body: &Body<'_>, value: ExprId) -> ExprId {
    let Expr::Local(local) = *body.function.expr(value) else { return value };
    let is_temporary = body.function.local(local).kind == LocalKind::Temporary;
    match body.project.definitions(body.at).only(body.function, local).filter(|_| is_temporary) {
        Some(Definition::Value(next)) => next,
        _ => value,
    }
}

/// `self.pos += n`, `input = input[n:]`.
fn moves_position(project: &Project, body: &Body<'_>, place: ExprId, value: ExprId) -> bool {
    let function = body.function;
    let name = match *function.expr(place) {
        Expr::Local(local) if function.local(local).kind != LocalKind::Temporary => function.local(local).name,
        Expr::Field(_, field) => field,
        _ => return false,
    };
    match function.expr(value) {
        Expr::Binary(BinaryOp::Add, left, _) => has(project, WordKind::Position, &name) && same_place(function, place, *left),
        Expr::Slice(base, Some(_), None) => has(project, WordKind::StreamReceiver, &name) && same_place(function, place, *base),
        _ => false,
    }
}

fn same_place(function: &Function, a: ExprId, b: ExprId) -> bool {
    match (function.expr(a), function.expr(b)) {
        (Expr::Field(a, left), Expr::Field(b, right)) => left == right && same_place(function, *a, *b),
        (a, b) => a == b,
    }
}

/// Whether a call hands on the stream from which its caller reads, or something that the caller has read from it.
pub(super) fn hands_on(component: &Component<'_>, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let project = component.project;
    if matches!(edge.kind, EdgeKind::Closure | EdgeKind::Combinator | EdgeKind::Visitor) {
        return true;
    }
    let Some(call) = body.call_at(edge) else { return true };
    let carries = |value: ExprId| {
        body.ask();
        let is_own = match *body.function.expr(value) {
            Expr::Local(local) => {
                // What a combinator gives to a closure is what it was given itself.
                let is_given = body.function.kind == FunctionKind::Closure && body.constant_parameter(local);
                is_given
                    || matches!(body.function.local(local).kind, LocalKind::Parameter | LocalKind::Captured | LocalKind::Shared)
                        && is_stream(project, body, value)
            }
            Expr::Field(base, _) => {
                matches!(body.function.expr(base), Expr::Local(_))
                    && project.receiver_label(body.at, base).is_some_and(|label| label.as_str() == "self")
                    && is_stream(project, body, value)
            }
            _ => false,
        };
        is_own || is_rest(project, body, value, 0) || is_derived(project, body, value)
    };
    let is_taken = |value: ExprId| {
        body.ask();
        is_read(component, body, value, 0)
    };
    let arguments = call.arguments.iter().map(|argument| argument.value);
    let on_receiver = matches!(call.callee, Callee::Method(receiver, _) if carries(receiver) || is_self(body, receiver));
    if edge.kind == EdgeKind::Own || on_receiver || is_bound(component, edge) {
        // A parser object is the stream, unless it is sent into a part of its argument: what it has read for that part,
        // such as a count, makes the part no deeper.
        return !arguments.clone().any(|value| is_child(body, value)) || arguments.clone().any(carries);
    }
    call.arguments.iter().any(|argument| carries(argument.value) || is_taken(argument.value))
        && !descends(component, body, edge, call)
}

/// Whether a call goes down what its function was handed, part by part, in Rust, where that is a tree: the type of a column
/// says how deep its values are read.
fn descends(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge, call: &Call) -> bool {
    if body.project.files[body.at.file as usize].module.shares_objects {
        return false;
    }
    let callee = component.project.function(edge.to);
    let is_same = |position: usize, (at, root): (FunctionRef, LocalId)| {
        at == edge.to && callee.parameters.get(position).is_some_and(|parameter| parameter.local == root)
    };
    let is_read_from = |root: LocalId| {
        let is_stream = |ty| is_stream_type(component.project, &last_part(ty));
        callee.declared_type(root).is_some_and(is_stream)
            || has(component.project, WordKind::StreamReceiver, &callee.local(root).name)
    };
    call.arguments.iter().enumerate().any(|(position, argument)| {
        let whole = whole_of(body, argument.value).map(|root| (body.at, root));
        let whole = whole.or_else(|| whole_of_item(component, body, argument.value));
        whole.is_some_and(|whole| is_same(position, whole) && !is_read_from(whole.1))
    })
}

/// The parameter of the function around a closure that the closure is given the items of: `kind.parts().map(|part| ..)`.
fn whole_of_item(component: &Component<'_>, body: &Body<'_>, value: ExprId) -> Option<(FunctionRef, LocalId)> {
    let Expr::Local(item) = *body.function.expr(value) else { return None };
    let is_given = body.function.kind == FunctionKind::Closure && body.constant_parameter(item);
    let around = body.function.parent.filter(|_| is_given).map(|parent| FunctionRef { function: parent, ..body.at })?;
    let around = Some(around).filter(|&around| component.contains(around)).map(|around| component.body(around))?;
    let is_closure = |argument: &unspin_ir::Argument| *around.function.expr(argument.value) == Expr::Function(body.at.function);
    around.calls().find_map(|(.., call)| match call.callee {
        Callee::Method(on, _) if call.arguments.iter().any(is_closure) => Some((around.at, whole_of(around, on)?)),
        _ => None,
    })
}

/// Whether a method of the caller's class, or of one that inherits it, is called that was looked up on the receiver.
fn is_bound(component: &Component<'_>, edge: &CallEdge) -> bool {
    let project = component.project;
    let (Some(from), Some(to)) = (project.owner(edge.from), project.owner(edge.to)) else { return false };
    edge.kind == EdgeKind::Table && project.linearized(to).contains(&from)
}

/// Whether a value is a stream by its type and made from a parameter: `decoder.clone(offset)`.
fn is_derived(project: &Project, body: &Body<'_>, value: ExprId) -> bool {
    let is_stream = project.type_of(body.at, value).is_some_and(|ty| is_stream_type(project, &last_part(ty)));
    body.ask();
    is_stream && depends(body, value, 0)
}

/// Whether a call hands on a part of what its caller was given to read: `parse(&data[start..end])`.
pub(super) fn hands_on_part(component: &Component<'_>, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let is_part = |argument: &unspin_ir::Argument| !argument.mutable && is_rest(component.project, body, argument.value, 0);
    body.call_at(edge).is_some_and(|call| call.arguments.iter().any(is_part))
}

/// Whether a value is a part of a stream parameter: `data[offset:]`.
fn is_rest(project: &Project, body: &Body<'_>, value: ExprId, hops: u32) -> bool {
    match *body.function.expr(value) {
        // What stands before the position was passed over: `parse(tokens[:pointer])` does not go on in the stream.
        Expr::Slice(base, None, Some(_)) if is_as_given(body, base) => false,
        Expr::Slice(base, _, _) => match *body.function.expr(base) {
            Expr::Local(local) => {
                body.function.local(local).kind == LocalKind::Parameter && is_stream(project, body, base)
                    || hops < 3 && is_rest(project, body, base, hops + 1)
            }
            _ => hops < 3 && is_rest(project, body, base, hops + 1),
        },
        Expr::Local(local) if hops < 3 => project
            .definitions(body.at)
            .of(body.function, local)
            .any(|definition| matches!(definition, Definition::Value(next) if is_rest(project, body, next, hops + 1))),
        _ => false,
    }
}

fn is_as_given(body: &Body<'_>, expr: ExprId) -> bool {
    matches!(*body.function.expr(expr), Expr::Local(local) if body.constant_parameter(local))
}

pub(super) fn is_self(body: &Body<'_>, expr: ExprId) -> bool {
    matches!(*body.function.expr(expr), Expr::Local(local) if body.function.local(local).name.as_str() == "self")
}

/// How many parts and locals a value is followed through.
const MAX_PARTS: u32 = 8;

/// What stands at a place of a tuple that is written out: `let (inner, nulls) = if .. { (inner, 0) } else { .. };`
fn part_of_tuple(body: &Body<'_>, base: ExprId, index: ExprId) -> Option<ExprId> {
    let (Expr::Local(tuple), Expr::Constant(Constant::Int(index))) = (body.function.expr(base), body.function.expr(index))
    else {
        return None;
    };
    match body.project.definitions(body.at).of(body.function, *tuple).next()? {
        Definition::Value(value) => match body.function.expr(value) {
            Expr::Aggregate(Aggregate::Tuple, parts) => parts.get(usize::try_from(*index).ok()?).copied(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is a part of a parameter, so that the structure was in memory before: `node.left`, an item of it.
pub(super) fn is_child(body: &Body<'_>, value: ExprId) -> bool {
    whole_of(body, value).is_some()
}

/// The parameter that a value is a part of.
pub(super) fn whole_of(body: &Body<'_>, value: ExprId) -> Option<LocalId> {
    let mut value = value;
    for step in 0..MAX_PARTS {
        match *body.function.expr(value) {
            Expr::Index(base, index) if part_of_tuple(body, base, index).is_some() => {
                value = part_of_tuple(body, base, index).unwrap_or(base);
            }
            // A slice that begins where the whole begins ends before it does: `tokens[:pointer]`.
            Expr::Field(base, _) | Expr::Index(base, _) | Expr::Payload(base, _, _) | Expr::Slice(base, None, Some(_)) => {
                if is_self(body, base) {
                    return None;
                }
                value = base;
            }
            Expr::Local(local) if body.function.local(local).kind == LocalKind::Parameter => {
                return (step > 0).then_some(local);
            }
            Expr::Local(local) => match body.project.definitions(body.at).of(body.function, local).next() {
                Some(Definition::Value(next) | Definition::Item(next)) => value = next,
                Some(Definition::Call(call)) => match call.callee {
                    Callee::Method(receiver, _) if !is_self(body, receiver) => value = receiver,
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        }
    }
    None
}

/// Whether a value comes from a call that consumes input.
fn is_read(component: &Component<'_>, body: &Body<'_>, value: ExprId, hops: u32) -> bool {
    if hops > 3 || !body.step() {
        return false;
    }
    match body.function.expr(value) {
        Expr::Local(local) => body.project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Call(call) => {
                consumes(component.project, body, call)
                    || call.arguments.iter().any(|argument| is_read(component, body, argument.value, hops + 1))
            }
            Definition::Value(value) => is_read(component, body, value, hops + 1),
            _ => false,
        }),
        Expr::Index(base, _) | Expr::Payload(base, _, _) | Expr::Field(base, _) => is_read(component, body, *base, hops + 1),
        Expr::Binary(_, a, b) => is_read(component, body, *a, hops + 1) || is_read(component, body, *b, hops + 1),
        _ => false,
    }
}

/// Whether what was read decides that a call is made: a test that lies before it on every path looks at the stream, or at
/// something that came from it.
pub(super) fn is_chosen(component: &Component<'_>, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let mut next = body.dominators.immediate(edge.block);
    while let Some(block) = next {
        if let Terminator::Branch { test, .. } = body.function.block(block).terminator
            && looks_at_input(component, body, test)
        {
            return true;
        }
        next = body.dominators.immediate(block);
    }
    false
}

fn looks_at_input(component: &Component<'_>, body: &Body<'_>, test: ExprId) -> bool {
    let mut locals = Vec::new();
    let mut found = false;
    body.walk(test, &mut |part| match part {
        Part::Call(call) => found |= asks_stream(component, body, call),
        Part::Expr(Expr::Index(base, _)) => found |= is_stream(body.project, body, *base),
        Part::Expr(Expr::Field(base, _)) => found |= is_self(body, *base),
        Part::Expr(Expr::Local(local)) => locals.push(*local),
        _ => {}
    });
    let comes_from_it = |local| {
        body.project.definitions(body.at).of(body.function, local).any(|definition| match definition {
            Definition::Call(call) => asks_stream(component, body, call),
            Definition::Value(value) | Definition::Item(value) => {
                body.ask();
                is_of_stream(body, value) || is_read(component, body, value, 0)
            }
            Definition::Failure => false,
        })
    };
    found || locals.into_iter().any(comes_from_it)
}

/// `data[0]`, `self.token`.
fn is_of_stream(body: &Body<'_>, value: ExprId) -> bool {
    match *body.function.expr(value) {
        Expr::Index(base, _) | Expr::Slice(base, _, _) => is_stream(body.project, body, base),
        Expr::Field(base, _) => is_self(body, base),
        _ => false,
    }
}

fn asks_stream(component: &Component<'_>, body: &Body<'_>, call: &Call) -> bool {
    let on_stream = matches!(call.callee, Callee::Method(receiver, _) if is_stream(component.project, body, receiver));
    on_stream || consumes(component.project, body, call) || helper_consumes(component, body, call)
}
