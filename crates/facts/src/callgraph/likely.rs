//! Functions that may lie on a cycle of calls, by the names of what they call.
//!
//! Resolving a call costs a hundred times what looking at its name does, and most functions call nothing that leads back
//! to them, whatever it is resolved to. Here a call leads to every function of its name, which no resolution exceeds;
//! where a name does not tell (called values, combinators, visitors), the call is resolved at once.

use rustc_hash::FxHashMap;
use unspin_ir::{FunctionKind, Name};

use super::called::How;
use super::edges::untold_edges_of;
use super::tables::TableCache;
use super::{CallGraph, Cycles, components};
use crate::project::{FunctionRef, Project};

/// What is known of each function, by its number, before most calls are resolved.
pub(super) struct Likely {
    /// Whether it may lie on a cycle.
    pub(super) on_cycle: Vec<bool>,
}

pub(super) fn find(project: &Project, graph: &CallGraph, wanted: Cycles, tables: &mut TableCache) -> Likely {
    let count = graph.callers.len();
    let mut names = Names { wanted, nodes: FxHashMap::default(), successors: vec![Vec::new(); count] };
    names.add_functions(project, graph);
    if wanted == Cycles::All {
        names.add_constructors(project, graph);
    }
    for at in project.functions() {
        names.add_calls(project, graph, at);
        if !project.outline(at).called.is_told {
            let edges = untold_edges_of(project, at, wanted, tables);
            names.successors[graph.number(at) as usize].extend(edges.iter().map(|edge| graph.number(edge.to)));
        }
    }
    let mut on_cycle = vec![false; count];
    for node in components(&names.successors).into_iter().flatten() {
        if let Some(on_cycle) = on_cycle.get_mut(node as usize) {
            *on_cycle = true;
        }
    }
    Likely { on_cycle }
}

/// A graph whose nodes are functions, by number, and after them the names by which they are called: a method is not what
/// a plain name calls, nor a function what is called on a value.
struct Names {
    wanted: Cycles,
    nodes: FxHashMap<(Kind, Name), u32>,
    successors: Vec<Vec<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A function or a class.
    Plain,
    Method,
}

impl Names {
    fn node(&mut self, kind: Kind, name: Name) -> usize {
        let next = self.successors.len() as u32;
        let node = *self.nodes.entry((kind, name)).or_insert(next);
        if node == next {
            self.successors.push(Vec::new());
        }
        node as usize
    }

    fn add_functions(&mut self, project: &Project, graph: &CallGraph) {
        for at in project.functions() {
            let function = project.function(at);
            let number = graph.number(at);
            let kind = if function.kind == FunctionKind::Method { Kind::Method } else { Kind::Plain };
            let node = self.node(kind, function.name);
            self.successors[node].push(number);
            // A closure may run wherever the function around it does.
            if let Some(parent) = function.parent {
                let parent = graph.number(FunctionRef { file: at.file, function: parent });
                self.successors[parent as usize].push(number);
            }
        }
    }

    /// The name of a class calls what constructs it.
    fn add_constructors(&mut self, project: &Project, graph: &CallGraph) {
        let own_name = unspin_ir::name("__init__");
        for class in project.classes() {
            let constructors = project.method(class, own_name);
            if !constructors.is_empty() {
                let node = self.node(Kind::Plain, unspin_ir::last_part(project.class_data(class).name));
                self.successors[node].extend(constructors.iter().map(|&at| graph.number(at)));
            }
        }
    }

    /// Add the names that a function calls.
    fn add_calls(&mut self, project: &Project, graph: &CallGraph, at: FunctionRef) {
        let names = &project.outline(at).called.names;
        let number = graph.number(at) as usize;
        let mut called = std::mem::take(&mut self.successors[number]);
        let is_certain = self.wanted == Cycles::Certain;
        for &(name, how) in names {
            let kinds: &[Kind] = match how {
                How::Plain => &[Kind::Plain],
                // What these find closes no certain cycle.
                How::Base | How::Untyped if is_certain => &[],
                How::Own if is_certain && project.owner(at).is_some() => {
                    let own = project.owner(at).map(|class| project.method(class, name));
                    called.extend(own.into_iter().flatten().map(|&own| graph.number(own)));
                    &[]
                }
                How::Path | How::Base => &[Kind::Plain, Kind::Method],
                How::Own | How::Typed | How::Untyped => &[Kind::Method],
            };
            called.extend(kinds.iter().filter_map(|&kind| self.nodes.get(&(kind, name))));
        }
        self.successors[number] = called;
    }
}
