//! Recursion: cycles of calls that nothing bounds, and what decides how deep they go.
//!
//! The question of loops, asked of calls: between this call and the recursive one, what gets smaller, and what tests it?
//! Every call that a depth test, a guard helper or a constant argument bounds is taken out of the call graph; what still
//! forms a cycle is reported once for each function in which one guard would cut all cycles that are left. Names decide
//! what is a depth, a stream or a parser (the word lists of the models), so every attribute is evidence, not proof.
//!
//! A component of the graph is analysed in time linear in its functions and calls, times the number of its cuts.

mod body;
mod component;
mod cut;
mod depth_parameter;
mod endless;
mod guards;
mod input;
mod one_shot;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use unspin_ir::Name;
use unspin_span::Span;

use self::component::{ClassSteps, Component};
use crate::callgraph::{CallEdge, CallGraph, Cycles, components};
use crate::project::{FunctionRef, Project};

/// A cycle of calls without a hard guard.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// The function in which a guard would cut the cycle: never a closure, but what is around it.
    pub function: FunctionRef,
    /// Where the recursive call is.
    pub call: Span,
    /// One way round: calls from `function` back to it. The first is at `call`.
    pub way: Vec<CallEdge>,
    /// Every function that lies on a cycle with this one, without closures, in order.
    pub members: Vec<FunctionRef>,
    /// Whether another function of the cycle is where a guard would cut it, and this one only calls that or is called there.
    pub is_member: bool,
    /// What is known of it.
    pub attributes: CycleAttributes,
}

/// What is known of a cycle: the words of rules that ask for recursion.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "a list of independent signs")]
pub struct CycleAttributes {
    /// What the depth comes from.
    pub kind: CycleKind,
    /// Whether it closes over certain edges alone.
    pub certainty: CycleCertainty,
    /// What bounds it in part.
    pub guard: SoftGuard,
    /// How many of six signs say that it reads input: the name of the function, its class, its file, a parameter's type,
    /// the type of its result, a failure that it raises.
    pub words: u32,
    /// Whether a function of the way round is named for taking input apart.
    pub named: bool,
    /// Whether the package is named for a format of data.
    pub of_format: bool,
    /// How many calls and steps of its functions consume input themselves.
    pub consumes: u32,
    /// Whether what was read decides that one of its calls is made.
    pub chosen: bool,
    /// Whether every call of the way round hands on the stream, or something read from it.
    pub hands_on_stream: bool,
    /// Whether functions are handed to combinators on the way, one of which gives a parser's result.
    pub combinators: bool,
    /// Whether the way round is one call in tail position under a test: a restart.
    pub restart: bool,
    /// Whether the recursive call stands in a loop.
    pub in_loop: bool,
    /// Whether a name on the cycle says that its input is trusted, or it reads the file system.
    pub trusted: bool,
    /// Whether it takes text apart that whoever runs the program gives to it, and the program serves nobody.
    pub own_text: bool,
    /// Whether every path through the function calls it again.
    pub every_path_recurses: bool,
    /// Whether the compiler knows better, and would have warned: one function of Rust.
    pub told: bool,
    /// Whether the call comes with unchanged arguments and nothing else has changed before it.
    pub unchanged: bool,
    /// A parameter named for the depth of recursion that is handed on unchanged on every recursive call and never tested.
    pub unused_depth: Option<Name>,
    /// A parameter named for the depth of recursion that is tested, but handed on unchanged by this call.
    pub bypassed_depth: Option<Name>,
    /// Whether another cycle of the same functions says the same, with more signs or earlier in the source.
    pub further: bool,
}

/// What the depth of a cycle comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CycleKind {
    /// It consumes a stream and hands it on, or is made of parser combinators.
    Parser,
    /// It follows offsets or references that it has read.
    Link,
    /// It walks pages or documents of the network, or asks another machine for what an address points to.
    Crawl,
    /// It walks a tree of tokens.
    Tokens,
    /// It walks decoded maps and lists.
    Data,
    /// It looks up what names stand for that it was given.
    Names,
    /// It goes on with parts of the bytes or text that it was given, and is not seen to read from them.
    Parts,
    /// A parser walks the nodes that it has made.
    Tree,
    /// Anything else: the program's own types, arithmetic.
    Other,
}

/// How certain the edges are that close a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CycleCertainty {
    /// It takes an edge by name, through a base class, an override or a constructor.
    Guessed,
    /// Direct calls, calls on `self`, typed receivers, tables, combinators and closures.
    Certain,
}

/// What bounds a cycle in part: its breadth or its repetition, not its depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoftGuard {
    /// Nothing.
    None,
    /// A parameter of another name is compared and counted down.
    Number,
    /// A set of what was seen: no cycle, but a chain of any length.
    Visited,
    /// `RecursionError` is caught on the cycle or by its caller.
    Caught,
    /// Other calls among the same functions are guarded by a counter that fails: what is left may go through such a one.
    Elsewhere,
}

/// Every unguarded cycle of a project that is asked for, in the order of the functions that cut them.
pub fn cycles(project: &Project, wanted: Cycles) -> Vec<Cycle> {
    let graph = project.call_graph(wanted);
    let mut found = Vec::new();
    let mut steps = ClassSteps::default();
    let with_members = wanted == Cycles::All;
    let certain = collect((project, graph), CycleCertainty::Certain, with_members, &mut steps, &mut found);
    if wanted == Cycles::All {
        let mut guessed = Vec::new();
        collect((project, graph), CycleCertainty::Guessed, with_members, &mut steps, &mut guessed);
        // A guessed cycle that only adds edges to a certain one says nothing new.
        found.extend(guessed.into_iter().filter(|cycle| !certain.contains(&cycle.function)));
    }
    found.sort_by_key(|cycle| (cycle.function, cycle.call));
    found
}

/// Of cycles that are alike and go through each other's functions, all but one are further ones.
fn mark_further(cycles: &mut [Cycle]) {
    let likeness = |cycle: &Cycle| (cycle.attributes.kind, cycle.attributes.guard, cycle.attributes.trusted);
    let weight = |cycle: &Cycle| {
        let known = &cycle.attributes;
        (known.words.min(3), known.named, known.consumes.min(2), std::cmp::Reverse((cycle.function, cycle.call)))
    };
    for index in 0..cycles.len() {
        let cycle = &cycles[index];
        let meets = |other: &Cycle| other.members.contains(&cycle.function) || cycle.members.contains(&other.function);
        let is_further = cycles
            .iter()
            .filter(|other| !other.is_member)
            .any(|other| likeness(other) == likeness(cycle) && weight(other) > weight(cycle) && meets(other));
        cycles[index].attributes.further = is_further;
    }
}

/// Find the cycles over edges of at least this certainty; the functions on them, guarded ones too.
fn collect(
    (project, graph): (&Project, &CallGraph),
    certainty: CycleCertainty,
    with_members: bool,
    steps: &mut ClassSteps,
    into: &mut Vec<Cycle>,
) -> rustc_hash::FxHashSet<FunctionRef> {
    let is_wanted = |edge: &&CallEdge| certainty == CycleCertainty::Guessed || edge.kind.is_strong();
    let mut successors = vec![Vec::new(); graph.len()];
    for edge in graph.edges().filter(is_wanted) {
        successors[graph.number(edge.from) as usize].push(graph.number(edge.to));
    }
    let mut on_cycles = rustc_hash::FxHashSet::default();
    for members in components(&successors) {
        let members = members.into_iter().map(|number| graph.function(number)).collect::<Vec<_>>();
        on_cycles.extend(members.iter().copied());
        if members.iter().all(|&member| project.function(member).is_test) {
            continue;
        }
        let edges = members.iter().flat_map(|&member| graph.calls(member)).filter(is_wanted);
        let edges = edges.filter(|edge| members.binary_search(&edge.to).is_ok()).copied().collect();
        let known = into.len();
        Component::new((project, graph), members, edges, steps).report(certainty, with_members, into);
        mark_further(&mut into[known..]);
    }
    on_cycles
}
