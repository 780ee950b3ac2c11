//! Calls that come back at most once: the way back passes a constant that turns the test off which led here.
//!
//! A component's calls are looked at as nodes of a graph of their own: a call follows another if it can be reached in the
//! callee under the constants that were passed. Calls on no cycle of that graph are not repeated.

use rustc_hash::FxHashMap;
use unspin_flow::BlockSet;
use unspin_ir::{
    Aggregate, BlockId, CompareOp, Constant, Expr, ExprId, Function, LocalId, Name, StatementKind, Terminator, UnaryOp,
};

use super::body::argument_for;
use super::component::Component;
use crate::callgraph::{CallEdge, EdgeKind, components};
use crate::project::FunctionRef;

/// The most calls of a component that are looked at this way; in a larger one all count as repeatable.
const MAX_EDGES: usize = 1500;

/// How many more nodes there may be than calls, where the same call comes with different constants.
const MAX_CONTEXTS: usize = 1000;

/// What is known of a value that a call passes.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Constant(&'static Constant),
    /// A literal list or map without elements.
    Empty,
    /// A named constant, which stands for a size or a flag: `BLOCK_SIZE`, `sys.maxsize`.
    Positive,
    /// A variant, by its last name: `State::Header`.
    Variant(Name),
}

/// What is known on entry to a function.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entry {
    parameters: Vec<(LocalId, Known)>,
    /// Fields of the receiver, by their path.
    fields: Vec<(Name, Known)>,
    /// The variant that the receiver itself was set to: `*self = Decoder::Chunk { .. }; self.decode(buffer)`.
    receiver: Option<Name>,
}

/// The calls that can be repeated.
pub(super) fn repeatable(component: &Component<'_>, open: &[CallEdge]) -> Vec<CallEdge> {
    if open.len() > MAX_EDGES {
        return open.to_vec();
    }
    let mut by_caller: FxHashMap<FunctionRef, Vec<u32>> = FxHashMap::default();
    for (index, edge) in open.iter().enumerate() {
        by_caller.entry(edge.from).or_default().push(index as u32);
    }
    let mut graph = Contexts { nodes: Vec::new(), of_edge: vec![Vec::new(); open.len()], next: Vec::new() };
    for (index, edge) in open.iter().enumerate() {
        graph.node(index as u32, entry(component, edge, &Entry::default()));
    }
    while graph.next.len() < graph.nodes.len() {
        if graph.nodes.len() > open.len() + MAX_CONTEXTS {
            return open.to_vec();
        }
        let (index, known) = graph.nodes[graph.next.len()].clone();
        let edge = &open[index as usize];
        let callers = by_caller.get(&edge.to).map_or(&[][..], Vec::as_slice);
        let reached = (known != Entry::default()).then(|| reachable(component.body(edge.to).function, &known));
        let follows = |next: &&u32| reached.as_ref().is_none_or(|reached| reached.contains(open[**next as usize].block));
        let next: Vec<u32> = callers
            .iter()
            .filter(follows)
            .map(|&next| graph.node(next, entry(component, &open[next as usize], &known)))
            .collect();
        graph.next.push(next);
    }
    let repeated = components(&graph.next).into_iter().flatten().map(|node| graph.nodes[node as usize].0);
    let mut kept = repeated.collect::<Vec<_>>();
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|index| open[index as usize]).collect()
}

/// Calls by what is known where they lead: a flag may be handed through functions that do not look at it.
struct Contexts {
    nodes: Vec<(u32, Entry)>,
    /// The nodes of each call.
    of_edge: Vec<Vec<u32>>,
    /// The calls that can follow, of the nodes that were looked at.
    next: Vec<Vec<u32>>,
}

impl Contexts {
    fn node(&mut self, edge: u32, entry: Entry) -> u32 {
        let same = self.of_edge[edge as usize].iter().find(|&&node| self.nodes[node as usize].1 == entry);
        if let Some(&node) = same {
            return node;
        }
        let node = self.nodes.len() as u32;
        self.of_edge[edge as usize].push(node);
        self.nodes.push((edge, entry));
        node
    }
}

/// What a call makes known to its callee, where something is known of its caller.
fn entry(component: &Component<'_>, edge: &CallEdge, outer: &Entry) -> Entry {
    let body = component.body(edge.from);
    let callee = component.body(edge.to).function;
    let mut entry = Entry::default();
    let Some(call) = body.call_at(edge) else { return entry };
    if !matches!(edge.kind, EdgeKind::Direct | EdgeKind::Own | EdgeKind::Typed | EdgeKind::Super) {
        return entry;
    }
    let definitions = component.project.definitions(edge.to);
    for (position, parameter) in callee.parameters.iter().enumerate() {
        if parameter.spread || definitions.of(callee, parameter.local).next().is_some() {
            continue;
        }
        let known = match argument_for(call, callee, position) {
            Some(value) => value_of(body.function, outer, value).filter(|_| is_handed(body.function, value, outer)),
            None if call.has_spread() => None,
            None => parameter.default.and_then(|value| known(callee, value)),
        };
        entry.parameters.extend(known.map(|known| (parameter.local, known)));
    }
    if edge.kind == EdgeKind::Own {
        (entry.receiver, entry.fields) = set_before(body.function, edge, &body.dominators);
    }
    entry
}

/// Whether a value is known in itself, or is a parameter of which something is known. Fields may have changed meanwhile.
fn is_handed(function: &Function, value: ExprId, outer: &Entry) -> bool {
    match *function.expr(value) {
        Expr::Local(local) => outer.parameters.iter().any(|(other, _)| *other == local),
        Expr::Field(..) => false,
        _ => true,
    }
}

fn known(function: &Function, value: ExprId) -> Option<Known> {
    match function.expr(value) {
        Expr::Constant(constant) => Some(Known::Constant(constant)),
        Expr::Aggregate(Aggregate::List | Aggregate::Map | Aggregate::Set | Aggregate::Tuple, parts) if parts.is_empty() => {
            Some(Known::Empty)
        }
        Expr::Global(path) if is_constant_name(*path) => Some(Known::Positive),
        Expr::Variant(variant) => Some(Known::Variant(unspin_ir::last_part(variant.name))),
        Expr::Global(path) => is_variant_name(*path).then(|| Known::Variant(unspin_ir::last_part(*path))),
        _ => None,
    }
}

/// `State::Header`, as an enum and its variants are written.
fn is_variant_name(path: Name) -> bool {
    let mut parts = path.rsplit('.');
    let is_capital = |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_uppercase()));
    is_capital(parts.next()) && is_capital(parts.next())
}

fn is_constant_name(path: Name) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    last == "maxsize" || last.len() > 1 && last.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// What the receiver itself, and fields of it, got on every path to a call.
fn set_before(
    function: &Function,
    edge: &CallEdge,
    dominators: &unspin_flow::Dominators,
) -> (Option<Name>, Vec<(Name, Known)>) {
    let mut receiver = None;
    let mut found: Vec<(Name, Option<Known>)> = Vec::new();
    let mut next = Some(edge.block);
    'all: while let Some(block) = next {
        let statements = &function.block(block).statements;
        let end = if block == edge.block { edge.statement as usize } else { statements.len() };
        for statement in statements.iter().take(end).rev() {
            let StatementKind::Assign(place, value) = statement.kind else { continue };
            if is_receiver(function, place) {
                receiver = match known(function, value) {
                    Some(Known::Variant(variant)) => Some(variant),
                    _ => None,
                };
                break 'all;
            }
            if let Some(field) = own_field(function, place)
                && !found.iter().any(|(other, _)| *other == field)
            {
                found.push((field, known(function, value)));
            }
        }
        next = dominators.immediate(block);
    }
    (receiver, found.into_iter().filter_map(|(field, known)| Some((field, known?))).collect())
}

fn is_receiver(function: &Function, expr: ExprId) -> bool {
    function.receiver().is_some_and(|receiver| *function.expr(expr) == Expr::Local(receiver))
}

/// The field of the receiver that an expression is, by its path: `self.state`, `self.parser.state`, or `self.0` of a tuple.
fn own_field(function: &Function, expr: ExprId) -> Option<Name> {
    match *function.expr(expr) {
        Expr::Field(base, field) if is_receiver(function, base) => Some(field),
        Expr::Field(base, field) => own_field(function, base).map(|outer| unspin_ir::name(&format!("{outer}.{field}"))),
        Expr::Index(base, at) if is_receiver(function, base) => match *function.expr(at) {
            Expr::Constant(Constant::Int(at)) => Some(unspin_ir::name(&at.to_string())),
            _ => None,
        },
        _ => None,
    }
}

/// Blocks that can be reached under what is known on entry. What the receiver was is known until it is set anew.
fn reachable(function: &Function, entry: &Entry) -> BlockSet {
    let mut seen = BlockSet::new(function.blocks.len());
    let mut seen_anew = BlockSet::new(function.blocks.len());
    let anew = Entry { receiver: None, ..entry.clone() };
    let mut pending = vec![(BlockId::new(0), entry.receiver.is_some())];
    while let Some((block, is_as_entered)) = pending.pop() {
        if !if is_as_entered { &mut seen } else { &mut seen_anew }.insert(block) {
            continue;
        }
        let current = function.block(block);
        let sets_receiver =
            |kind: &StatementKind| matches!(kind, StatementKind::Assign(place, _) if is_receiver(function, *place));
        let stays = is_as_entered && !current.statements.iter().any(|statement| sets_receiver(&statement.kind));
        let entry = if stays { entry } else { &anew };
        let mut go = |next: BlockId| pending.push((next, stays));
        match current.terminator {
            Terminator::Branch { test, then, otherwise } => match truth(function, entry, test) {
                Some(true) => go(then),
                Some(false) => go(otherwise),
                None => [then, otherwise].into_iter().for_each(go),
            },
            Terminator::Advance { iterable, exhausted, .. } if value_of(function, entry, iterable) == Some(Known::Empty) => {
                go(exhausted);
            }
            _ => current.for_each_successor(go),
        }
        pending.extend(current.unwind.map(|unwind| (unwind, stays)));
    }
    seen.extend(&seen_anew);
    seen
}

fn value_of(function: &Function, entry: &Entry, expr: ExprId) -> Option<Known> {
    match *function.expr(expr) {
        Expr::Local(local) => entry.parameters.iter().find(|(other, _)| *other == local).map(|(_, known)| known.clone()),
        _ => match own_field(function, expr) {
            Some(field) => entry.fields.iter().find(|(other, _)| *other == field).map(|(_, known)| known.clone()),
            None => known(function, expr),
        },
    }
}

fn truth(function: &Function, entry: &Entry, test: ExprId) -> Option<bool> {
    match *function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => truth(function, entry, inner).map(|truth| !truth),
        Expr::Truth(inner) => match value_of(function, entry, inner)? {
            Known::Empty | Known::Constant(Constant::None) => Some(false),
            Known::Positive => Some(true),
            Known::Constant(Constant::Bool(value)) => Some(*value),
            Known::Constant(Constant::Int(value)) => Some(*value != 0),
            Known::Constant(Constant::Text(content)) => Some(!content.is_empty()),
            Known::Constant(_) | Known::Variant(_) => None,
        },
        Expr::HasVariant(value, variant) => {
            let held = match value_of(function, entry, value) {
                Some(Known::Variant(held)) => Some(held),
                _ => entry.receiver.filter(|_| is_receiver(function, value)),
            };
            held.map(|held| held == unspin_ir::last_part(variant))
        }
        Expr::Compare(op, left, right) => {
            let (left, right) = (value_of(function, entry, left)?, value_of(function, entry, right)?);
            compare(op, &left, &right)
        }
        Expr::Local(_) | Expr::Field(..) | Expr::Constant(_) => match value_of(function, entry, test)? {
            Known::Constant(Constant::Bool(value)) => Some(*value),
            _ => None,
        },
        _ => None,
    }
}

fn compare(op: CompareOp, left: &Known, right: &Known) -> Option<bool> {
    match (left, right) {
        (Known::Positive, Known::Constant(Constant::Int(..=0))) => {
            return Some(matches!(op, CompareOp::Gt | CompareOp::Ge | CompareOp::Ne));
        }
        (Known::Positive, Known::Constant(Constant::None)) => return Some(matches!(op, CompareOp::Ne | CompareOp::IsNot)),
        (Known::Positive, _) | (_, Known::Positive) => return None,
        // What two of the same variant hold may differ.
        (Known::Variant(left), Known::Variant(right)) if left == right => return None,
        _ => {}
    }
    match op {
        CompareOp::Eq | CompareOp::Is => Some(left == right),
        CompareOp::Ne | CompareOp::IsNot => Some(left != right),
        _ => match (left, right) {
            (Known::Constant(Constant::Int(left)), Known::Constant(Constant::Int(right))) => Some(match op {
                CompareOp::Lt => left < right,
                CompareOp::Le => left <= right,
                CompareOp::Gt => left > right,
                CompareOp::Ge => left >= right,
                _ => return None,
            }),
            _ => None,
        },
    }
}
