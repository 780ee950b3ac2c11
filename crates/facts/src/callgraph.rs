//! Which function may call which, and how sure that is.
//!
//! An edge means that a frame of the caller is on the stack while the callee runs: functions handed to timers, threads,
//! tasks and signals give no edge, closures that are run before their function returns do. Calls on receivers of unknown
//! type give no certain edge: `self.inner.poll()` inside `poll` is delegation far more often than recursion.

mod called;
mod components;
mod edges;
mod likely;
mod tables;
mod typed;

use unspin_ir::{BlockId, Function, FunctionId, Name, Terminator};
use unspin_span::Span;

pub(crate) use self::called::Called;
pub(crate) use self::components::components;
pub(crate) use self::edges::{is_literal_call, is_operation};
use crate::project::{FunctionRef, Project};

/// Which cycles of calls a graph is asked for: calls that lie on none of them may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cycles {
    /// Those that [strong](EdgeKind::is_strong) edges close.
    Certain,
    /// All.
    All,
}

/// The calls of a project.
#[derive(Debug, Default)]
pub struct CallGraph {
    /// The number of the first function of each file.
    starts: Vec<u32>,
    /// By number of the caller; calls in the order of the source.
    edges: Vec<Vec<CallEdge>>,
    /// By number of the callee; sorted.
    callers: Vec<Vec<FunctionRef>>,
}

/// One function may call another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallEdge {
    /// The function whose body has the call.
    pub from: FunctionRef,
    /// The function that may run.
    pub to: FunctionRef,
    /// The block of the call.
    pub block: BlockId,
    /// The statement in that block; the number of statements for the terminator.
    pub statement: u32,
    /// Its place.
    pub span: Span,
    /// How the callee was found.
    pub kind: EdgeKind,
}

/// How a callee was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EdgeKind {
    /// By path.
    Direct,
    /// On the receiver of the calling method.
    Own,
    /// By the type of the receiver.
    Typed,
    /// An element of a table of functions.
    Table,
    /// A function that a combinator was given.
    Combinator,
    /// A closure or async block that runs before its function is left.
    Closure,
    /// A visitor that hands the parser on (serde).
    Visitor,
    /// `__init__` of a class that is called.
    Constructor,
    /// A method of a base class.
    Super,
    /// A method of a subclass that may stand for the one that is named.
    Override,
    /// The only method of that name, on a receiver of unknown type.
    Named,
}

impl EdgeKind {
    /// Whether the callee is certain enough to close a cycle.
    pub fn is_strong(self) -> bool {
        self <= Self::Visitor
    }
}

impl CallGraph {
    /// The graph of a project: linear in its calls.
    pub fn new(project: &Project, wanted: Cycles) -> Self {
        let mut starts = Vec::with_capacity(project.files.len());
        let mut count = 0;
        for file in &project.files {
            starts.push(count);
            count += file.module.functions.len() as u32;
        }
        let mut cache = tables::TableCache::default();
        let mut graph = Self { starts, edges: Vec::new(), callers: vec![Vec::new(); count as usize] };
        let likely = likely::find(project, &graph, wanted, &mut cache);
        let functions = project.functions().zip(likely.on_cycle);
        let edges = functions.map(|(at, on_cycle)| {
            // Whoever catches an overflow is asked for whatever it calls.
            if project.outline(at).catches_recursion {
                edges::edges_of(project, at, Cycles::All, &mut cache)
            } else if on_cycle {
                edges::edges_of(project, at, wanted, &mut cache)
            } else {
                Vec::new()
            }
        });
        graph.edges = edges.collect();
        for edge in graph.edges.iter().flatten() {
            let callee = graph.number(edge.to) as usize;
            if graph.callers[callee].last() != Some(&edge.from) {
                graph.callers[callee].push(edge.from);
            }
        }
        graph
    }

    /// The number of a function, by which algorithms index it.
    pub(crate) fn number(&self, at: FunctionRef) -> u32 {
        self.starts[at.file as usize] + at.function.index() as u32
    }

    /// The function with a number.
    pub(crate) fn function(&self, number: u32) -> FunctionRef {
        let file = self.starts.partition_point(|&start| start <= number) - 1;
        // Files without functions share their start with the next one; the last of them is the one meant.
        FunctionRef { file: file as u32, function: FunctionId::new((number - self.starts[file]) as usize) }
    }

    /// How many functions there are.
    pub(crate) fn len(&self) -> usize {
        self.edges.len()
    }

    /// The calls of a function that lead to functions of the project. Of a function that can lie on no cycle that was asked for and does not
    /// catch `RecursionError`, some or all are left out.
    pub fn calls(&self, at: FunctionRef) -> &[CallEdge] {
        &self.edges[self.number(at) as usize]
    }

    /// The functions that may call a function, with the same gaps as [`Self::calls`].
    pub fn callers(&self, at: FunctionRef) -> &[FunctionRef] {
        &self.callers[self.number(at) as usize]
    }

    /// Every edge, callers in order.
    pub fn edges(&self) -> impl Iterator<Item = &CallEdge> {
        self.edges.iter().flatten()
    }
}

/// Whether a function has a handler for recursion that went too deep.
pub(crate) fn catches_recursion(function: &Function) -> bool {
    let is_meant = |class: &Name| class.as_str().rsplit('.').next() == Some("RecursionError");
    function.blocks.iter().any(|block| match &block.terminator {
        Terminator::Dispatch { handlers, .. } => handlers.iter().flat_map(|handler| &handler.classes).any(is_meant),
        _ => false,
    })
}

impl Project {
    /// Which function may call which, as far as the cycles that are asked for need it.
    pub fn call_graph(&self, wanted: Cycles) -> &CallGraph {
        self.graphs[wanted as usize].get_or_init(|| CallGraph::new(self, wanted))
    }
}
