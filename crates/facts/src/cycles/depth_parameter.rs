//! Parameters that are named for the depth of recursion and do not count it.

use unspin_ir::{Callee, Expr, ExprId, Function, LocalId, Name, StatementKind, Terminator};

use super::body::{Body, argument_for};
use super::component::Component;
use super::cut::Cut;
use crate::callgraph::CallEdge;
use crate::model::WordKind;
use crate::project::FunctionRef;
use crate::shape::mentions;

/// What was found of the function that a cut is about.
#[derive(Default)]
pub(super) struct DepthParameter {
    /// Handed on as it is by every recursive call, and never tested.
    pub(super) unused: Option<Name>,
    /// Tested or counted elsewhere, but handed on as it is by the first call of the way.
    pub(super) bypassed: Option<Name>,
}

/// Look at the parameters of a directly recursive function, or of functions that call each other.
pub(super) fn depth_parameter(component: &Component<'_>, cut: &Cut) -> DepthParameter {
    let mut found = DepthParameter::default();
    let Some(body) = component.bodies.get(&cut.function) else { return found };
    let own = component.edges.iter().filter(|edge| edge.from == cut.function && edge.to == cut.function).collect::<Vec<_>>();
    if own.is_empty() {
        found.unused = handed_around(component, cut);
        return found;
    }
    let names = body.function.parameters.iter().map(|parameter| body.function.local(parameter.local).name);
    let depths = names.clone().filter(|name| component.project.models.has_word(WordKind::RecursionDepth, name)).count();
    for (position, name) in names.enumerate() {
        let local = body.function.parameters[position].local;
        let is_depth = component.project.models.has_word(WordKind::RecursionDepth, &name);
        if !is_depth || (body.function.has_receiver && position == 0) {
            continue;
        }
        let unchanged = |edge: &&CallEdge| hands_on(body, edge, body.function, position, local);
        // With a maximum and a level the maximum stays as it is.
        let is_counted = depths > 1 || is_used(body, local, &own);
        if own.iter().all(unchanged) && !is_counted {
            found.unused = Some(name);
        } else if cut.way.len() == 1 && unchanged(&&cut.way[0]) && depths == 1 && is_tested(body, local) {
            found.bypassed = Some(name);
        }
    }
    found
}

/// The parameter that functions hand each other as it is, and none of them looks at.
fn handed_around(component: &Component<'_>, cut: &Cut) -> Option<Name> {
    let depth_of = |at: FunctionRef| {
        let function = component.project.function(at);
        let named = |local| function.local(local).name;
        let is_depth = |local| component.project.models.has_word(WordKind::RecursionDepth, &named(local));
        let mut depths = function.parameters.iter().enumerate().filter(|(_, parameter)| is_depth(parameter.local));
        let (position, parameter) = depths.next()?;
        depths.next().is_none().then(|| (position, parameter.local, named(parameter.local)))
    };
    let (_, _, name) = depth_of(cut.function)?;
    let is_handed = |edge: &CallEdge| {
        let Some(((_, local, from), (position, _, to))) = depth_of(edge.from).zip(depth_of(edge.to)) else { return false };
        from == name
            && to == name
            && hands_on(component.body(edge.from), edge, component.body(edge.to).function, position, local)
    };
    let is_unread = |edge: &CallEdge| {
        let own = cut.edges.iter().filter(|other| other.from == edge.from).collect::<Vec<_>>();
        depth_of(edge.from).is_some_and(|(_, local, _)| !is_used(component.body(edge.from), local, &own))
    };
    (cut.edges.iter().all(is_handed) && cut.edges.iter().all(is_unread)).then_some(name)
}

fn hands_on(body: &Body<'_>, edge: &CallEdge, callee: &Function, position: usize, local: LocalId) -> bool {
    let Some(call) = body.call_at(edge) else { return false };
    let argument = argument_for(call, callee, position);
    argument.is_some_and(|value| *body.function.expr(value) == Expr::Local(local)) && body.constant_parameter(local)
}

/// Whether a test reads a parameter.
fn is_tested(body: &Body<'_>, local: LocalId) -> bool {
    body.function.blocks.iter().any(|block| match block.terminator {
        Terminator::Branch { test, .. } => mentions(body.function, test, local),
        _ => false,
    })
}

/// Whether a parameter is read anywhere but where recursive calls hand it on.
fn is_used(body: &Body<'_>, local: LocalId, own: &[&CallEdge]) -> bool {
    let reads = |expr: ExprId| mentions(body.function, expr, local);
    for (id, block) in body.function.block_ids() {
        for (index, statement) in block.statements.iter().enumerate() {
            let used = match &statement.kind {
                StatementKind::Assign(a, b) => reads(*a) || reads(*b),
                StatementKind::Call(call) => {
                    let is_own = own.iter().any(|edge| edge.block == id && edge.statement == index as u32);
                    let on_it = match call.callee {
                        Callee::Method(receiver, _) | Callee::Value(receiver) => reads(receiver),
                        Callee::Path(_) => false,
                    };
                    on_it || !is_own && call.arguments.iter().any(|argument| reads(argument.value))
                }
                StatementKind::Yield(Some(value)) | StatementKind::Delete(value) => reads(*value),
                _ => false,
            };
            if used {
                return true;
            }
        }
        let used = match &block.terminator {
            Terminator::Branch { test, .. } => reads(*test),
            Terminator::Advance { iterable, .. } => reads(*iterable),
            Terminator::Return(Some(value)) | Terminator::Raise { value: Some(value), .. } => reads(*value),
            _ => false,
        };
        if used {
            return true;
        }
    }
    // A closure may read it as well.
    let name = body.function.local(local).name;
    let functions = &body.project.files[body.at.file as usize].module.functions;
    functions.iter().filter(|inner| inner.parent == Some(body.at.function)).any(|inner| {
        inner.locals.iter().any(|captured| captured.name == name && captured.kind != unspin_ir::LocalKind::Parameter)
    })
}
