//! One strongly connected component of the call graph: guards taken out, cuts chosen, attributes put together.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::Name;

use super::body::Body;
use super::cut::Cut;
use super::guards::Guard;
use super::{Cycle, CycleAttributes, CycleCertainty, SoftGuard, cut, depth_parameter, endless, guards, input, one_shot};
use crate::callgraph::{CallEdge, CallGraph};
use crate::project::{ClassRef, FunctionRef, Project};

/// One strongly connected component of the call graph.
pub(super) struct Component<'a> {
    pub(super) project: &'a Project,
    pub(super) graph: &'a CallGraph,
    /// Sorted.
    pub(super) members: Vec<FunctionRef>,
    pub(super) bodies: FxHashMap<FunctionRef, Body<'a>>,
    pub(super) edges: Vec<CallEdge>,
    /// Names whose value is moved by a step in a member.
    stepped: FxHashSet<Name>,
    /// The same of the classes of members.
    stepped_in_classes: Vec<Rc<FxHashSet<Name>>>,
}

/// Names that are stepped in a class, for all components.
pub(super) type ClassSteps = FxHashMap<ClassRef, Rc<FxHashSet<Name>>>;

impl<'a> Component<'a> {
    pub(super) fn new(
        (project, graph): (&'a Project, &'a CallGraph),
        members: Vec<FunctionRef>,
        edges: Vec<CallEdge>,
        steps: &mut ClassSteps,
    ) -> Self {
        let bodies = members.iter().map(|&member| (member, Body::new(project, member))).collect();
        let mut classes = members.iter().filter_map(|&member| project.owner(member)).collect::<Vec<_>>();
        classes.sort_unstable();
        classes.dedup();
        let of_class = |class| {
            let steps = steps.entry(class).or_insert_with(|| Rc::new(guards::stepped_in_class(project, class)));
            Rc::clone(steps)
        };
        let stepped_in_classes = classes.into_iter().map(of_class).collect();
        let stepped = guards::stepped_names(project, &members);
        Self { project, graph, members, bodies, edges, stepped, stepped_in_classes }
    }

    /// Whether the value of this name is moved by a step somewhere in the component, or in a method of its classes.
    pub(super) fn is_stepped(&self, name: Name) -> bool {
        self.stepped.contains(&name) || self.stepped_in_classes.iter().any(|names| names.contains(&name))
    }

    pub(super) fn body(&self, at: FunctionRef) -> &Body<'a> {
        &self.bodies[&at]
    }

    pub(super) fn contains(&self, at: FunctionRef) -> bool {
        self.members.binary_search(&at).is_ok()
    }

    /// The function that a closure of a cycle belongs to.
    pub(super) fn named(&self, at: FunctionRef) -> FunctionRef {
        self.project.named(at)
    }

    /// Report what is left when every guarded call is taken out; `with_members`, the functions around each cut as well.
    pub(super) fn report(&self, certainty: CycleCertainty, with_members: bool, into: &mut Vec<Cycle>) {
        let mut open = Vec::new();
        let mut soft = FxHashMap::default();
        for edge in &self.edges {
            match guards::guard_of(self, edge) {
                Guard::Hard => {}
                Guard::Soft(guard) => {
                    soft.insert((edge.from, edge.block, edge.statement), guard);
                    open.push(*edge);
                }
                Guard::None => open.push(*edge),
            }
        }
        let open = one_shot::repeatable(self, &open);
        let cuts = cut::cuts(self, &open);
        let mut reported = cuts.iter().map(|cut| cut.function).collect::<FxHashSet<_>>();
        for found in cuts {
            if self.project.function(found.function).is_test {
                continue;
            }
            let mut attributes = self.attributes(&found, certainty, &soft);
            let is_counted = self.bodies.values().any(|body| body.counted.get())
                || found.way.iter().any(|edge| guards::counts_visits(self.project, edge));
            if is_counted && attributes.guard == SoftGuard::None {
                attributes.guard = SoftGuard::Elsewhere;
            }
            let around = if with_members { cut::around(self, &found) } else { Vec::new() };
            for edge in around {
                let function = self.named(edge.from);
                if reported.insert(function) && !self.project.function(function).is_test {
                    let attributes = attributes.clone();
                    let members = found.members.clone();
                    into.push(Cycle { function, call: edge.span, way: vec![edge], members, is_member: true, attributes });
                }
            }
            let call = found.way.first().map_or_else(|| self.project.function(found.function).name_span, |edge| edge.span);
            let Cut { function, way, members, .. } = found;
            into.push(Cycle { function, call, way, members, is_member: false, attributes });
        }
    }

    fn attributes(
        &self,
        cut: &cut::Cut,
        certainty: CycleCertainty,
        soft: &FxHashMap<(FunctionRef, unspin_ir::BlockId, u32), SoftGuard>,
    ) -> CycleAttributes {
        let evidence = input::evidence(self, cut);
        let on_way = cut.way.iter().filter_map(|edge| soft.get(&(edge.from, edge.block, edge.statement)).copied()).max();
        let caught = guards::is_caught(self, &cut.members);
        let guard = if caught { SoftGuard::Caught } else { on_way.unwrap_or(SoftGuard::None) };
        let endless = endless::endless(self, cut);
        let depth = depth_parameter::depth_parameter(self, cut);
        CycleAttributes {
            kind: evidence.kind,
            certainty,
            guard,
            words: evidence.words,
            named: evidence.named,
            of_format: evidence.of_format,
            consumes: evidence.consumes,
            chosen: evidence.chosen,
            hands_on_stream: evidence.hands_on_stream,
            combinators: evidence.combinators,
            restart: evidence.restart,
            in_loop: evidence.in_loop,
            trusted: evidence.trusted,
            own_text: evidence.own_text,
            every_path_recurses: endless.every_path,
            told: endless.told,
            unchanged: endless.unchanged,
            unused_depth: depth.unused,
            bypassed_depth: depth.bypassed,
            further: false,
        }
    }
}
