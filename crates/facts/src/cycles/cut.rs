//! Functions in which a guard would cut every cycle that is left: a small feedback vertex set, chosen greedily.
//!
//! In each component of what is left the function with the most calls on the cycles is taken (of equals, the one that
//! makes its call under a test in a loop, then the first), its calls are removed, and the rest is looked at again.

use rustc_hash::{FxHashMap, FxHashSet};

use super::component::Component;
use crate::callgraph::{CallEdge, components};
use crate::project::FunctionRef;

/// A function that cuts cycles.
pub(super) struct Cut {
    pub(super) function: FunctionRef,
    /// One way from the function back to it.
    pub(super) way: Vec<CallEdge>,
    /// The functions of its component, without closures.
    pub(super) members: Vec<FunctionRef>,
    /// The edges of its component.
    pub(super) edges: Vec<CallEdge>,
}

/// How many cuts of one component are reported.
const MAX_CUTS: usize = 12;

/// How many functions with equally many calls are compared.
const MAX_EQUALS: usize = 16;

/// The cuts of what is left of a component.
pub(super) fn cuts(component: &Component<'_>, open: &[CallEdge]) -> Vec<Cut> {
    let mut found = Vec::new();
    let mut pending = vec![open.to_vec()];
    while let Some(edges) = pending.pop().filter(|_| found.len() < MAX_CUTS) {
        for edges in strongly_connected(&edges) {
            let function = choose(component, &edges);
            let members = members(component, &edges);
            if let Some(way) = way_round(component, function, &edges)
                && found.len() < MAX_CUTS
            {
                found.push(Cut { function, way, members, edges: edges.clone() });
            }
            let rest = edges.iter().filter(|edge| component.named(edge.from) != function).copied().collect::<Vec<_>>();
            // Each round takes the calls of one function out, so this ends.
            if rest.len() < edges.len() {
                pending.push(rest);
            }
        }
    }
    found.sort_by_key(|cut| cut.function);
    found
}

/// The edges within each component of a graph given by its edges.
pub(super) fn strongly_connected(edges: &[CallEdge]) -> Vec<Vec<CallEdge>> {
    let mut nodes = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect::<Vec<_>>();
    nodes.sort_unstable();
    nodes.dedup();
    let number = |at: FunctionRef| nodes.binary_search(&at).unwrap_or_default() as u32;
    let mut successors = vec![Vec::new(); nodes.len()];
    for edge in edges {
        successors[number(edge.from) as usize].push(number(edge.to));
    }
    let found = components(&successors);
    let mut component_of = vec![usize::MAX; nodes.len()];
    for (index, component) in found.iter().enumerate() {
        for &node in component {
            component_of[node as usize] = index;
        }
    }
    let mut inside = vec![Vec::new(); found.len()];
    for edge in edges {
        let (from, to) = (component_of[number(edge.from) as usize], component_of[number(edge.to) as usize]);
        if from == to && from != usize::MAX {
            inside[from].push(*edge);
        }
    }
    inside
}

/// How many functions around one cut are reported.
const MAX_AROUND: usize = 12;

/// The functions that a cut calls, and that call it, on its cycles: each by its first call that stays on them.
pub(super) fn around(component: &Component<'_>, cut: &Cut) -> Vec<CallEdge> {
    let touches = |edge: &&CallEdge| component.named(edge.from) == cut.function || component.named(edge.to) == cut.function;
    let beside = cut.edges.iter().filter(touches).flat_map(|edge| [component.named(edge.from), component.named(edge.to)]);
    let mut beside = beside.filter(|&function| function != cut.function).collect::<Vec<_>>();
    beside.sort_unstable();
    beside.dedup();
    beside.truncate(MAX_AROUND);
    let mut first: FxHashMap<FunctionRef, CallEdge> = FxHashMap::default();
    for edge in &cut.edges {
        let from = component.named(edge.from);
        if component.named(edge.to) != from && beside.binary_search(&from).is_ok() {
            let known = first.entry(from).or_insert(*edge);
            if edge.span.start < known.span.start {
                *known = *edge;
            }
        }
    }
    beside.iter().filter_map(|function| first.get(function).copied()).collect()
}

fn members(component: &Component<'_>, edges: &[CallEdge]) -> Vec<FunctionRef> {
    let mut members = edges.iter().map(|edge| component.named(edge.from)).collect::<Vec<_>>();
    members.sort_unstable();
    members.dedup();
    members
}

fn choose(component: &Component<'_>, edges: &[CallEdge]) -> FunctionRef {
    let mut degrees: FxHashMap<FunctionRef, (u32, u32)> = FxHashMap::default();
    for edge in edges {
        let (from, to) = (component.named(edge.from), component.named(edge.to));
        if from != to || edge.from == edge.to {
            degrees.entry(from).or_default().1 += 1;
            degrees.entry(to).or_default().0 += 1;
        }
    }
    let itself =
        edges.iter().filter(|edge| component.named(edge.from) == edge.to).map(|edge| edge.to).collect::<FxHashSet<_>>();
    let members = members(component, edges);
    let weight = |member: &FunctionRef| {
        let (incoming, outgoing) = degrees.get(member).copied().unwrap_or_default();
        (itself.contains(member), incoming * outgoing)
    };
    let most = members.iter().map(weight).max().unwrap_or_default();
    let mut equals = members.iter().copied().filter(|member| weight(member) == most).take(MAX_EQUALS);
    // Of two that call each other, the one that decides for each of many is the natural place of a depth.
    let dispatches = |&member: &FunctionRef| {
        let mut own = edges.iter().filter(|edge| component.named(edge.from) == member);
        own.any(|edge| component.body(edge.from).is_chosen_in_loop(edge.block))
    };
    let first = equals.next().unwrap_or(edges[0].from);
    std::iter::once(first).chain(equals).find(dispatches).unwrap_or(first)
}

/// A way from the first recursive call of a function (or one of its closures), in the order of the source, back to it;
/// the shortest from there.
fn way_round(component: &Component<'_>, function: FunctionRef, edges: &[CallEdge]) -> Option<Vec<CallEdge>> {
    let leaves = |edge: &&CallEdge| {
        let is_own = component.named(edge.to) == function && edge.to != function && edge.to != edge.from;
        component.named(edge.from) == function && !is_own
    };
    let first = *edges.iter().filter(leaves).min_by_key(|edge| (edge.from.file, edge.span.start))?;
    if component.named(first.to) == function {
        return Some(vec![first]);
    }
    let mut reached: FxHashMap<FunctionRef, Option<usize>> = FxHashMap::default();
    reached.insert(first.to, None);
    let mut pending = std::collections::VecDeque::from([first.to]);
    let mut by_caller: FxHashMap<FunctionRef, Vec<usize>> = FxHashMap::default();
    for (index, edge) in edges.iter().enumerate() {
        by_caller.entry(edge.from).or_default().push(index);
    }
    while let Some(at) = pending.pop_front() {
        for &index in by_caller.get(&at).map_or(&[][..], Vec::as_slice) {
            let edge = &edges[index];
            if component.named(edge.to) == function {
                let mut way = vec![*edge];
                let mut node = at;
                while let Some(Some(before)) = reached.get(&node) {
                    way.push(edges[*before]);
                    node = edges[*before].from;
                }
                way.push(first);
                way.reverse();
                return Some(way);
            }
            if let std::collections::hash_map::Entry::Vacant(entry) = reached.entry(edge.to) {
                entry.insert(Some(index));
                pending.push_back(edge.to);
            }
        }
    }
    None
}
