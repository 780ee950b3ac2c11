//! What decides the depth of a cycle: whether it consumes a stream, follows links, walks tokens or decoded data.
//!
//! Names carry most of the evidence. A single word proves nothing, so every sign is counted on its own and rules ask for
//! several at once.

use unspin_ir::{
    BinaryOp, Call, Callee, Constant, Expr, ExprId, Function, LocalKind, StatementKind, Terminator,
};

use super::body::{Body, Part, called_name, last_part};
use super::component::Component;
use super::cut::Cut;
use super::CycleKind;
use crate::callgraph::{CallEdge, EdgeKind};
use crate::definitions::Definition;
use crate::model::{Effect, WordKind};
use crate::project::{FunctionRef, Project};

/// What was found.
pub(super) struct Evidence {
    pub(super) kind: CycleKind,
    pub(super) words: u32,
    pub(super) named: bool,
    pub(super) consumes: u32,
    pub(super) hands_on_stream: bool,
    pub(super) combinators: bool,
    pub(super) restart: bool,
    pub(super) in_loop: bool,
    pub(super) trusted: bool,
}

/// The evidence of a cut.
pub(super) fn evidence(component: &Component<'_>, cut: &Cut) -> Evidence {
    let project = component.project;
    let bodies = on_cycle(component, cut);
    let consumes = bodies.iter().map(|body| consuming(component, body)).sum();
    let hands_on_stream = cut.way.iter().all(|edge| hands_on(component, edge));
    let combinators = is_combinator_cycle(component, cut);
    let words = cut.way.iter().map(|edge| words(component, component.named(edge.from))).max().unwrap_or_default();
    let is_named = |edge: &CallEdge| has(project, WordKind::ParseFunction, &project.function(component.named(edge.from)).name);
    let named = cut.way.iter().any(is_named);
    let first = &cut.way[0];
    let in_loop = component.body(first.from).is_in_loop(first.block);
    let links = follows_link(component, cut);
    let kind = if (consumes > 0 && hands_on_stream) || combinators {
        CycleKind::Parser
    } else if links == Some(WordKind::Crawl) {
        CycleKind::Crawl
    } else if links.is_some() {
        CycleKind::Link
    } else if walks_tokens(component, cut, in_loop) {
        CycleKind::Tokens
    } else if walks_data(component, cut) {
        CycleKind::Data
    } else {
        CycleKind::Other
    };
    // One function that hands over to itself may eat the input byte by byte; two that hand over to each other delegate.
    // A closure or a combinator's argument runs as often as its callee likes.
    let runs_once = |edge: &CallEdge| !matches!(edge.kind, EdgeKind::Closure | EdgeKind::Combinator | EdgeKind::Visitor);
    let hands_over = |edge: &CallEdge| runs_once(edge) && is_tail(component.body(edge.from), edge);
    let restart = !in_loop
        && match cut.way[..] {
            [_] => consumes < 2 && hands_over(first) && passes_own(component.body(first.from), first),
            _ => cut.edges.iter().all(hands_over),
        };
    let trusted = bodies.iter().any(|body| is_trusted(project, body));
    Evidence { kind, words, named, consumes, hands_on_stream, combinators, restart, in_loop, trusted }
}

/// The functions of a cut's cycles, closures too.
fn on_cycle<'c, 'a>(component: &'c Component<'a>, cut: &Cut) -> Vec<&'c Body<'a>> {
    let mut found = cut.edges.iter().map(|edge| edge.from).collect::<Vec<_>>();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|at| component.body(at)).collect()
}

fn has(project: &Project, kind: WordKind, name: &str) -> bool {
    project.models.has_word(kind, name)
}

/// How many of six signs of input a function has.
pub(super) fn words(component: &Component<'_>, at: FunctionRef) -> u32 {
    let project = component.project;
    let function = project.function(at);
    let in_name = has(project, WordKind::ParseFunction, &function.name);
    let class = project.owner(at).map(|class| last_part(project.class_name(class)));
    let in_class = class.is_some_and(|class| has(project, WordKind::ParserClass, &class));
    let in_path = path_parts(&project.files[at.file as usize].path).any(|part| has(project, WordKind::ParserPath, part));
    let in_parameter = function.parameters.iter().any(|parameter| {
        let local = function.local(parameter.local);
        let is_receiver = function.has_receiver && parameter.local == function.parameters[0].local;
        !is_receiver && local.ty.is_some_and(|ty| has(project, WordKind::InputType, &last_part(ty)))
    });
    let in_result = function.returns.is_some_and(|ty| has(project, WordKind::ParserResult, &last_part(ty)));
    let fails = function.blocks.iter().any(|block| match &block.terminator {
        Terminator::Raise { class: Some(class), .. } => has(project, WordKind::ParseFailure, &last_part(*class)),
        _ => false,
    });
    [in_name, in_class, in_path, in_parameter, in_result, fails].into_iter().map(u32::from).sum()
}

fn path_parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit('/').take(3).map(|part| part.split('.').next().unwrap_or(part))
}

/// How many calls and steps of a function consume input, calls that go to the cycle aside.
fn consuming(component: &Component<'_>, body: &Body<'_>) -> u32 {
    let graph = component.project.call_graph();
    let to_cycle = |block, statement| {
        let edges = graph.calls(body.at).iter().filter(|edge| edge.block == block && edge.statement == statement);
        edges.into_iter().any(|edge| component.contains(edge.to))
    };
    let mut count = 0;
    for (id, block) in body.function.block_ids() {
        for (index, statement) in block.statements.iter().enumerate() {
            count += u32::from(match &statement.kind {
                StatementKind::Call(call) => {
                    !to_cycle(id, index as u32)
                        && (consumes(component.project, body, call) || helper_consumes(component, body, call))
                }
                StatementKind::Assign(place, value) => moves_position(component.project, body, *place, *value),
                _ => false,
            });
        }
        if let Terminator::Advance { iterable, .. } = block.terminator {
            count += u32::from(is_parser_value(component.project, body, iterable));
        }
    }
    count
}

fn consumes(project: &Project, body: &Body<'_>, call: &Call) -> bool {
    let name = called_name(body.function, call);
    if !has(project, WordKind::Stream, &name) {
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
    let found = project.resolve(body.at, call);
    let [target] = found.targets[..] else { return false };
    if component.contains(target) || project.function(target).blocks.len() > MAX_HELPER_BLOCKS {
        return false;
    }
    let helper = Body::new(project, target);
    helper.calls().any(|(_, call)| consumes(project, &helper, call))
}

/// Whether an expression is something that input is read from, by its type or by its name.
pub(super) fn is_stream(project: &Project, body: &Body<'_>, expr: ExprId) -> bool {
    if let Some(ty) = project.type_of(body.at, expr) {
        let ty = last_part(ty);
        if has(project, WordKind::InputType, &ty) || has(project, WordKind::ParserClass, &ty) {
            return true;
        }
    }
    let label = project.receiver_label(body.at, expr);
    label.is_some_and(|label| label.as_str() == "self" || has(project, WordKind::StreamReceiver, &label))
}

/// Whether an expression is a lexer or iterator of tokens, which `for` consumes.
fn is_parser_value(project: &Project, body: &Body<'_>, expr: ExprId) -> bool {
    let ty = project.type_of(body.at, expr);
    ty.is_some_and(|ty| has(project, WordKind::ParserClass, &last_part(ty)))
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
        Expr::Binary(BinaryOp::Add, left, _) => {
            has(project, WordKind::Position, &name) && same_place(function, place, *left)
        }
        Expr::Slice(base, Some(_), None) => {
            has(project, WordKind::StreamReceiver, &name) && same_place(function, place, *base)
        }
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
fn hands_on(component: &Component<'_>, edge: &CallEdge) -> bool {
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
                matches!(body.function.local(local).kind, LocalKind::Parameter | LocalKind::Captured | LocalKind::Shared)
                    && is_stream(project, body, value)
            }
            Expr::Field(base, _) => {
                matches!(body.function.expr(base), Expr::Local(_))
                    && project.receiver_label(body.at, base).is_some_and(|label| label.as_str() == "self")
                    && is_stream(project, body, value)
            }
            _ => false,
        };
        is_own || is_rest(project, body, value, 0) || is_read(component, body, value, 0) || is_derived(project, body, value)
    };
    let arguments = call.arguments.iter().map(|argument| argument.value);
    let on_receiver = matches!(call.callee, Callee::Method(receiver, _) if carries(receiver) || is_self(body, receiver));
    if edge.kind == EdgeKind::Own || on_receiver {
        // A parser object is the stream, unless it is sent into a part of its argument.
        return !arguments.clone().any(|value| is_child(body, value)) || arguments.clone().any(carries);
    }
    call.arguments.iter().any(|argument| carries(argument.value))
}

/// Whether a value is a stream by its type and made from a parameter: `decoder.clone(offset)`.
fn is_derived(project: &Project, body: &Body<'_>, value: ExprId) -> bool {
    let is_stream = project.type_of(body.at, value).is_some_and(|ty| {
        let ty = last_part(ty);
        has(project, WordKind::InputType, &ty) || has(project, WordKind::ParserClass, &ty)
    });
    body.ask();
    is_stream && depends(body, value, 0)
}

/// Whether a value is a part of a stream parameter: `data[offset:]`.
fn is_rest(project: &Project, body: &Body<'_>, value: ExprId, hops: u32) -> bool {
    match *body.function.expr(value) {
        Expr::Slice(base, _, _) => match *body.function.expr(base) {
            Expr::Local(local) => {
                body.function.local(local).kind == LocalKind::Parameter && is_stream(project, body, base)
                    || hops < 3 && is_rest(project, body, base, hops + 1)
            }
            _ => hops < 3 && is_rest(project, body, base, hops + 1),
        },
        Expr::Local(local) if hops < 3 => match project.definitions(body.at).only(body.function, local) {
            Some(Definition::Value(next)) => is_rest(project, body, next, hops + 1),
            _ => false,
        },
        _ => false,
    }
}

fn is_self(body: &Body<'_>, expr: ExprId) -> bool {
    matches!(*body.function.expr(expr), Expr::Local(local) if body.function.local(local).name.as_str() == "self")
}

/// Whether a value is a part of a parameter, so that the structure was in memory before: `node.left`, an item of it.
fn is_child(body: &Body<'_>, value: ExprId) -> bool {
    let mut value = value;
    for step in 0..5 {
        match *body.function.expr(value) {
            Expr::Field(base, _) | Expr::Index(base, _) | Expr::Payload(base, _, _) => {
                if is_self(body, base) {
                    return false;
                }
                value = base;
            }
            Expr::Local(local) if body.function.local(local).kind == LocalKind::Parameter => return step > 0,
            Expr::Local(local) => match body.project.definitions(body.at).of(body.function, local).next() {
                Some(Definition::Value(next) | Definition::Item(next)) => value = next,
                Some(Definition::Call(call)) => match call.callee {
                    Callee::Method(receiver, _) if !is_self(body, receiver) => value = receiver,
                    _ => return false,
                },
                _ => return false,
            },
            _ => return false,
        }
    }
    false
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

/// Whether the way round goes through functions that combinators were given, and one of them gives a parser's result.
fn is_combinator_cycle(component: &Component<'_>, cut: &Cut) -> bool {
    let project = component.project;
    let is_parser = |at: FunctionRef| {
        let function = project.function(at);
        function.returns.is_some_and(|ty| has(project, WordKind::ParserResult, &last_part(ty)))
    };
    let combines = |edge: &CallEdge| {
        let body = component.body(edge.from);
        let name = body.call_at(edge).map(|call| called_name(body.function, call));
        edge.kind == EdgeKind::Combinator && name.is_some_and(|name| has(project, WordKind::ParserCombinator, &name))
    };
    let is_function_value = |edge: &CallEdge| {
        matches!(edge.kind, EdgeKind::Combinator | EdgeKind::Closure) || component.named(edge.from) != edge.from
    };
    let through_functions = cut.way.iter().any(is_function_value);
    cut.way.iter().any(combines) || through_functions && cut.way.iter().any(|edge| is_parser(component.named(edge.from)))
}

/// Whether nothing but a return of what the call gives comes after it.
fn is_tail(body: &Body<'_>, edge: &CallEdge) -> bool {
    let Some(call) = body.call_at(edge) else { return false };
    let mut block = edge.block;
    if edge.statement as usize + 1 < body.function.block(block).statements.len() {
        return false;
    }
    for _ in 0..body.function.blocks.len() {
        let current = body.function.block(block);
        match current.terminator {
            Terminator::Return(None) => return true,
            Terminator::Return(Some(value)) => {
                return match body.function.expr(value) {
                    Expr::Local(local) => Some(*local) == call.result,
                    other => matches!(other, Expr::Constant(Constant::Unit | Constant::None)),
                };
            }
            Terminator::Goto(next) if body.function.block(next).statements.is_empty() => block = next,
            _ => return false,
        }
    }
    false
}

/// Whether a call passes nothing but constants and parameters of its caller as they are.
fn passes_own(body: &Body<'_>, edge: &CallEdge) -> bool {
    let Some(call) = body.call_at(edge) else { return false };
    call.arguments.iter().all(|argument| match *body.function.expr(argument.value) {
        Expr::Constant(_) => true,
        Expr::Local(local) => body.constant_parameter(local),
        _ => false,
    })
}

/// Whether the recursive call goes where something that was read points to: its argument comes from a call that gets
/// what a link points to, and the link from what the caller itself was given. Also when the caller gets what its own
/// parameter points to, and calls itself with another address.
fn follows_link(component: &Component<'_>, cut: &Cut) -> Option<WordKind> {
    let project = component.project;
    let follows = cut.way.iter().any(|edge| {
        let body = component.body(edge.from);
        let callee = project.function(edge.to);
        let Some(call) = body.call_at(edge) else { return false };
        (0..callee.parameters.len()).any(|position| {
            let Some(argument) = body.argument_for(call, callee, position) else { return false };
            if matches!(body.function.expr(argument), Expr::Constant(_)) {
                return false;
            }
            let name = callee.local(callee.parameters[position].local).name;
            let is_link = has(project, WordKind::Link, &name);
            body.ask();
            from_source(project, body, argument, is_link, 0) || is_link && fetches_parameter(component, edge, position, argument)
        })
    });
    let crawls = || {
        cut.way.iter().any(|edge| {
            let function = project.function(component.named(edge.from));
            let mut parameters = function.parameters.iter().map(|parameter| function.local(parameter.local).name);
            has(project, WordKind::Crawl, &function.name) || parameters.any(|name| has(project, WordKind::Crawl, &name))
        })
    };
    follows.then(|| if crawls() { WordKind::Crawl } else { WordKind::Link })
}

/// Whether a function gets what its parameter points to and calls itself with a value for it that some call gave.
fn fetches_parameter(component: &Component<'_>, edge: &CallEdge, position: usize, argument: ExprId) -> bool {
    let body = component.body(edge.from);
    let project = component.project;
    let Some(parameter) = body.function.parameters.get(position).filter(|_| edge.from == edge.to) else { return false };
    let own = Expr::Local(parameter.local);
    let mut from_call = false;
    let mut same = false;
    body.walk(argument, &mut |part| match part {
        Part::Call(_) => from_call = true,
        Part::Expr(expr) => same |= *expr == own,
        Part::Name(_) => {}
    });
    if let Expr::Local(local) = *body.function.expr(argument) {
        from_call |= project.definitions(body.at).of(body.function, local).any(|definition| match definition {
            Definition::Call(_) => true,
            Definition::Value(value) => {
                let mut called = false;
                body.walk(value, &mut |part| called |= matches!(part, Part::Call(_)));
                called
            }
            _ => false,
        });
    }
    let fetches = |call: &Call| {
        has(project, WordKind::LinkSource, &called_name(body.function, call))
            && call.arguments.iter().any(|argument| *body.function.expr(argument.value) == own)
    };
    from_call && !same && body.calls().any(|(_, call)| fetches(call))
}

/// Whether a value comes, over a few locals, from a call that gets what a link points to; unless its name says that it
/// is a link, this must depend on a parameter.
fn from_source(project: &Project, body: &Body<'_>, value: ExprId, is_link: bool, hops: u32) -> bool {
    if hops > 4 || !body.step() {
        return false;
    }
    let next = |value: ExprId| from_source(project, body, value, is_link, hops + 1);
    match body.function.expr(value) {
        Expr::Local(local) => project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Value(value) | Definition::Item(value) => next(value),
            Definition::Call(call) => {
                if is_source(project, body, call) {
                    return is_link || comes_from_parameter(body, call, 0);
                }
                let of_receiver = matches!(call.callee, Callee::Method(receiver, _) if next(receiver));
                of_receiver || call.arguments.iter().any(|argument| next(argument.value))
            }
            Definition::Failure => false,
        }),
        Expr::Index(base, _) | Expr::Field(base, _) | Expr::Payload(base, _, _) => next(*base),
        Expr::Binary(_, a, b) => next(*a) || next(*b),
        _ => false,
    }
}

fn is_source(project: &Project, body: &Body<'_>, call: &Call) -> bool {
    has(project, WordKind::LinkSource, &called_name(body.function, call))
        || matches!(project.resolve(body.at, call).model, Some((model, _)) if matches!(model.effect, Effect::Request | Effect::Connect))
}

/// Whether what a call is given depends on a parameter (not the receiver) of the function.
fn comes_from_parameter(body: &Body<'_>, call: &Call, hops: u32) -> bool {
    let receiver = match call.callee {
        Callee::Method(receiver, _) => Some(receiver),
        _ => None,
    };
    receiver.into_iter().chain(call.arguments.iter().map(|argument| argument.value)).any(|value| depends(body, value, hops))
}

fn depends(body: &Body<'_>, value: ExprId, hops: u32) -> bool {
    if hops > 6 || !body.step() {
        return false;
    }
    match body.function.expr(value) {
        Expr::Local(local) if body.function.local(*local).kind == LocalKind::Parameter => !is_self(body, value),
        Expr::Local(local) => body.project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Value(value) | Definition::Item(value) => depends(body, value, hops + 1),
            Definition::Call(call) => comes_from_parameter(body, call, hops + 1),
            Definition::Failure => false,
        }),
        other => {
            let mut found = false;
            other.for_each_operand(|operand| found |= depends(body, operand, hops + 1));
            found
        }
    }
}

/// Whether the cycle walks a tree of tokens: a token parameter, a loop, and a file about parsing.
fn walks_tokens(component: &Component<'_>, cut: &Cut, in_loop: bool) -> bool {
    let project = component.project;
    let function = project.function(cut.function);
    let takes_tokens = function.parameters.iter().any(|parameter| {
        has(project, WordKind::Token, &function.local(parameter.local).name)
    });
    let file = &project.files[cut.function.file as usize].path;
    let about_parsing = file.split('/').any(|part| {
        let part = part.split('.').next().unwrap_or(part);
        part.contains("pars") || part.contains("sql") || part.contains("grammar")
    });
    in_loop && takes_tokens && about_parsing
}

/// Whether a function with the name of a decoder sends itself into the parts of its argument, whose type it asks for.
fn walks_data(component: &Component<'_>, cut: &Cut) -> bool {
    let project = component.project;
    let function = project.function(cut.function);
    if !has(project, WordKind::ParseFunction, &function.name) {
        return false;
    }
    let asks_type = function.exprs.iter().any(|expr| match expr {
        Expr::HasType(_, types) => types.iter().any(|ty| matches!(last_part(*ty).as_str(), "dict" | "list" | "tuple" | "Mapping")),
        _ => false,
    });
    let first = &cut.way[0];
    let body = component.body(first.from);
    let call = body.call_at(first);
    asks_type && call.is_some_and(|call| call.arguments.iter().any(|argument| is_child(body, argument.value)))
}

/// Whether a name on the cycle says that the input is trusted, or the cycle reads the file system.
fn is_trusted(project: &Project, body: &Body<'_>) -> bool {
    let path = &project.files[body.at.file as usize].path;
    let is_word = |name: &str| has(project, WordKind::NegativePath, name);
    let in_path = path.split('/').any(|part| is_word(part.split('.').next().unwrap_or(part)));
    let in_parameters = body.function.parameters.iter().any(|parameter| is_word(&body.function.local(parameter.local).name));
    let reads_files = body.calls().any(|(_, call)| has(project, WordKind::FileSystem, &called_name(body.function, call)));
    let in_types = body.function.parameters.iter().filter_map(|parameter| body.function.local(parameter.local).ty);
    let in_types = in_types.into_iter().any(|ty| has(project, WordKind::TrustedType, &last_part(ty)));
    in_path || in_parameters || in_types || reads_files
}
