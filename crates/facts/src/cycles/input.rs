//! What decides the depth of a cycle: whether it consumes a stream, follows links, walks tokens or decoded data.
//!
//! Names carry most of the evidence. A single word proves nothing, so every sign is counted on its own and rules ask for
//! several at once.

mod links;
mod names;
mod stream;

use unspin_ir::{Constant, Expr, Terminator};

use self::links::follows_link;
use self::names::follows_name;
use self::stream::{consuming, hands_on, hands_on_part, is_child, is_chosen};
use super::CycleKind;
use super::body::{Body, called_name, last_part};
use super::component::Component;
use super::cut::Cut;
use crate::callgraph::{CallEdge, EdgeKind};
use crate::model::WordKind;
use crate::project::{FunctionRef, Project};

/// What was found.
#[expect(clippy::struct_excessive_bools, reason = "a list of independent signs")]
pub(super) struct Evidence {
    pub(super) kind: CycleKind,
    pub(super) words: u32,
    pub(super) named: bool,
    pub(super) of_format: bool,
    pub(super) consumes: u32,
    pub(super) chosen: bool,
    pub(super) hands_on_stream: bool,
    pub(super) combinators: bool,
    pub(super) restart: bool,
    pub(super) in_loop: bool,
    pub(super) trusted: bool,
    pub(super) own_text: bool,
}

/// The evidence of a cut.
pub(super) fn evidence(component: &Component<'_>, cut: &Cut) -> Evidence {
    let project = component.project;
    let bodies = on_cycle(component, cut);
    let consumes = bodies.iter().map(|body| *body.consumes.get_or_init(|| consuming(component, body))).sum();
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
    } else if follows_name(component, cut) {
        CycleKind::Names
    } else if in_loop && hands_on_stream && cut.way.iter().any(|edge| hands_on_part(component, edge)) {
        CycleKind::Parts
    } else if in_loop && walks_parsed(component, cut) {
        CycleKind::Tree
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
    let trusted = bodies.iter().any(|body| *body.trusted.get_or_init(|| is_trusted(project, body)));
    let of_format = is_of_format(project, cut.function);
    let chosen = cut.edges.iter().any(|edge| is_chosen(component, edge));
    let own_text = kind == CycleKind::Parser && reads_text(component, cut) && project.is_for_its_user(cut.function.file);
    Evidence {
        kind,
        words,
        named,
        of_format,
        consumes,
        chosen,
        hands_on_stream,
        combinators,
        restart,
        in_loop,
        trusted,
        own_text,
    }
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
        let is_receiver = function.has_receiver && parameter.local == function.parameters[0].local;
        let declared = function.declared_type(parameter.local);
        !is_receiver && declared.is_some_and(|ty| has(project, WordKind::InputType, &last_part(ty)))
    });
    let in_result = function.returns.is_some_and(|ty| has(project, WordKind::ParserResult, &last_part(ty)));
    let fails = function.blocks.iter().any(|block| match &block.terminator {
        Terminator::Raise { class: Some(class), .. } => has(project, WordKind::ParseFailure, &last_part(*class)),
        _ => false,
    });
    [in_name, in_class, in_path, in_parameter, in_result, fails].into_iter().map(u32::from).sum()
}

/// Whether a class, parameter or file on the way round is named for a grammar, by which text is taken apart that people write, and
/// no number of a fixed width is read, as in data that programs write.
fn reads_text(component: &Component<'_>, cut: &Cut) -> bool {
    let project = component.project;
    let is_grammar = |name: &str| has(project, WordKind::Grammar, name);
    let has_grammar = |at: FunctionRef| {
        let function = project.function(at);
        let class = project.owner(at).map(|class| last_part(project.class_name(class)));
        let types = function.parameters.iter().filter_map(|parameter| function.declared_type(parameter.local)).map(last_part);
        class.into_iter().chain(types).any(|name| is_grammar(&name))
            || path_parts(&project.files[at.file as usize].path).any(is_grammar)
    };
    let reads_number = |body: &&Body<'_>| body.calls().any(|(_, _, call)| is_of_width(&called_name(body.function, call)));
    cut.way.iter().any(|edge| has_grammar(component.named(edge.from))) && !on_cycle(component, cut).iter().any(reads_number)
}

/// Whether a function is named for a number of a fixed width: `read_u16`, `be_i32`.
fn is_of_width(name: &str) -> bool {
    let is_width =
        |part: &str| matches!(part, "u8" | "u16" | "u24" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" | "f32" | "f64");
    name.split('_').any(is_width) || crate::positions::makes_number(name)
}

/// Whether the package is named for a format of data: `plist`, `toml_parser`.
fn is_of_format(project: &Project, at: FunctionRef) -> bool {
    has(project, WordKind::Format, package(project, at))
}

/// The name of the package that a function is part of.
fn package(project: &Project, at: FunctionRef) -> &'static str {
    project.files[at.file as usize].module.name.as_str().split('.').next().unwrap_or_default()
}

fn path_parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit('/').take(3).map(|part| part.split('.').next().unwrap_or(part))
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

/// Whether the cycle walks a tree of tokens: a token parameter, a loop, and a file about parsing.
fn walks_tokens(component: &Component<'_>, cut: &Cut, in_loop: bool) -> bool {
    let project = component.project;
    let function = project.function(cut.function);
    let takes_tokens =
        function.parameters.iter().any(|parameter| has(project, WordKind::Token, &function.local(parameter.local).name));
    let file = &project.files[cut.function.file as usize].path;
    let about_parsing = file.split('/').any(|part| {
        let part = part.split('.').next().unwrap_or(part);
        part.contains("pars") || part.contains("sql") || part.contains("grammar")
    });
    in_loop && takes_tokens && about_parsing
}

/// Whether a method of a parser, or a function that is named for parsing, sends itself into the parts of its argument: nodes
/// that were made from the input.
fn walks_parsed(component: &Component<'_>, cut: &Cut) -> bool {
    let project = component.project;
    let is_parser = |class| has(project, WordKind::ParserClass, &last_part(project.class_name(class)));
    let named = has(project, WordKind::ParseFunction, &project.function(cut.function).name);
    (named || project.owner(cut.function).is_some_and(is_parser)) && cut.way.iter().any(|edge| goes_into_part(component, edge))
}

/// Whether a call hands on a part of what its caller was given; fewer items of a list are no part.
fn goes_into_part(component: &Component<'_>, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let is_part = |value| !matches!(body.function.expr(value), Expr::Slice(..)) && is_child(body, value);
    body.call_at(edge).is_some_and(|call| call.arguments.iter().any(|argument| is_part(argument.value)))
}

/// Whether a function with the name of a decoder, or of what is decoded, sends itself into the parts of its argument, whose
/// type it asks for.
fn walks_data(component: &Component<'_>, cut: &Cut) -> bool {
    let project = component.project;
    let function = project.function(cut.function);
    let is_decoded = |name: unspin_ir::Name| name.split('_').any(|part| matches!(part, "json" | "yaml" | "toml"));
    let mut parameters = function.parameters.iter().map(|parameter| function.local(parameter.local).name);
    if !has(project, WordKind::ParseFunction, &function.name) && !parameters.any(is_decoded) {
        return false;
    }
    let asks_type = function.exprs.iter().any(|expr| match expr {
        Expr::HasType(_, types) => {
            types.iter().any(|ty| matches!(last_part(*ty).as_str(), "dict" | "list" | "tuple" | "Mapping"))
        }
        _ => false,
    });
    asks_type && goes_into_part(component, &cut.way[0])
}

/// Whether a name on the cycle says that the input is trusted, or the cycle reads the file system.
fn is_trusted(project: &Project, body: &Body<'_>) -> bool {
    let path = &project.files[body.at.file as usize].path;
    let is_word = |name: &str| has(project, WordKind::NegativePath, name);
    let in_path = path.split('/').any(|part| is_word(part.split('.').next().unwrap_or(part)));
    let in_package = is_word(package(project, body.at));
    let in_parameters = body.function.parameters.iter().any(|parameter| is_word(&body.function.local(parameter.local).name));
    let reads_files = body.calls().any(|(_, _, call)| has(project, WordKind::FileSystem, &called_name(body.function, call)));
    let types = body.function.parameters.iter().filter_map(|parameter| body.function.declared_type(parameter.local));
    let of_variants = body.function.exprs.iter().filter_map(|expr| match *expr {
        Expr::HasVariant(_, variant) => Some(variant),
        _ => None,
    });
    let is_trusted_type = |ty: unspin_ir::Name| {
        let of = ty.split('.').next().unwrap_or_default();
        has(project, WordKind::TrustedType, &last_part(ty)) || has(project, WordKind::TrustedLibrary, of)
    };
    in_path || in_package || in_parameters || types.chain(of_variants).any(is_trusted_type) || reads_files
}
