//! Functions that may lie on a cycle of calls, by the names of what they call.
//!
//! Resolving a call costs a hundred times what looking at its name does, and most functions call nothing that leads back
//! to them, whatever it is resolved to. Here a call leads to every function of its name, which no resolution exceeds;
//! where a name does not tell (called values, combinators, visitors), the calls are resolved at once.

use rustc_hash::FxHashMap;
use unspin_ir::{Callee, FunctionKind, Name, StatementKind};

use super::edges::edges_of;
use super::tables::TableCache;
use super::typed::{Typed, is_outside};
use super::{CallEdge, CallGraph, Cycles, components};
use crate::model::WordKind;
use crate::project::{FunctionRef, Project};

/// What is known of each function, by its number, before most calls are resolved.
pub(super) struct Likely {
    /// Whether it may lie on a cycle.
    pub(super) on_cycle: Vec<bool>,
    /// Its calls, where they had to be resolved.
    pub(super) resolved: Vec<Option<Vec<CallEdge>>>,
}

pub(super) fn find(project: &Project, graph: &CallGraph, wanted: Cycles, tables: &mut TableCache) -> Likely {
    let count = graph.callers.len();
    let mut names = Names { wanted, nodes: FxHashMap::default(), successors: vec![Vec::new(); count] };
    names.add_functions(project, graph);
    if wanted == Cycles::All {
        names.add_constructors(project, graph);
    }
    let mut resolved = Vec::with_capacity(count);
    let mut telling = FxHashMap::default();
    for at in project.functions() {
        let number = graph.number(at);
        if names.add_calls(project, graph, at, &mut telling) {
            resolved.push(None);
        } else {
            let edges = edges_of(project, at, wanted, tables);
            names.successors[number as usize] = edges.iter().map(|edge| graph.number(edge.to)).collect();
            resolved.push(Some(edges));
        }
    }
    let mut on_cycle = vec![false; count];
    for node in components(&names.successors).into_iter().flatten() {
        if let Some(on_cycle) = on_cycle.get_mut(node as usize) {
            *on_cycle = true;
        }
    }
    Likely { on_cycle, resolved }
}

/// A graph whose nodes are functions, by number, and after them the names by which they are called: a method is not what
/// a plain name calls, nor a function what is called on a value.
struct Names {
    wanted: Cycles,
    nodes: FxHashMap<(Kind, &'static str), u32>,
    successors: Vec<Vec<u32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A function or a class.
    Plain,
    Method,
}

impl Names {
    fn node(&mut self, kind: Kind, name: &'static str) -> usize {
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
            let node = self.node(kind, function.name.as_str());
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
                let node = self.node(Kind::Plain, last_part(project.class_data(class).name));
                self.successors[node].extend(constructors.iter().map(|&at| graph.number(at)));
            }
        }
    }

    /// Add the names that a function calls. `false` if names do not tell what it calls.
    fn add_calls(
        &mut self,
        project: &Project,
        graph: &CallGraph,
        at: FunctionRef,
        telling: &mut FxHashMap<&'static str, bool>,
    ) -> bool {
        let number = graph.number(at) as usize;
        let mut called = std::mem::take(&mut self.successors[number]);
        let function = project.function(at);
        let typed = (self.wanted == Cycles::Certain).then(|| Typed::new(function));
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            let StatementKind::Call(call) = &statement.kind else { continue };
            let name = match call.callee {
                Callee::Method(_, method) => method.as_str(),
                Callee::Path(path) => last_part(path),
                Callee::Value(_) => return false,
            };
            let tells = *telling.entry(name).or_insert_with(|| {
                let word = name.trim_end_matches('!');
                ![WordKind::Combinator, WordKind::Visitor].into_iter().any(|kind| project.models.has_word(kind, word))
            });
            if !tells {
                return false;
            }
            let kinds: &[Kind] = match call.callee {
                // `Class.method()`.
                Callee::Path(path) if path.contains('.') => &[Kind::Plain, Kind::Method],
                Callee::Path(_) | Callee::Value(_) => &[Kind::Plain],
                Callee::Method(on, _) if typed.as_ref().is_some_and(|typed| !typed.may_be(on)) => &[],
                Callee::Method(on, method) if typed.as_ref().is_some_and(|typed| typed.is_receiver(on)) => {
                    let own = project.owner(at).map(|class| project.method(class, method));
                    called.extend(own.iter().flatten().map(|&own| graph.number(own)));
                    if own.is_some() { &[] } else { &[Kind::Method] }
                }
                // `module.helper()` where the frontend saw no import.
                Callee::Method(on, _) if is_outside(function, on) => &[Kind::Plain, Kind::Method],
                Callee::Method(..) => &[Kind::Method],
            };
            called.extend(kinds.iter().filter_map(|&kind| self.nodes.get(&(kind, name))));
        }
        self.successors[number] = called;
        true
    }
}

fn last_part(path: Name) -> &'static str {
    path.as_str().rsplit('.').next().unwrap_or_default()
}
