//! Cycles that look up what names stand for: `style(definitions[name])`. Names in a document can be a circle.

use unspin_ir::{Argument, Call, Callee, Expr, ExprId, LocalId, LocalKind, Name};

use super::has;
use super::links::depends;
use super::stream::{is_child, is_self};
use crate::callgraph::{CallEdge, EdgeKind};
use crate::cycles::body::{Body, Part};
use crate::cycles::component::Component;
use crate::cycles::cut::Cut;
use crate::cycles::guards::{Guard, guard_of};
use crate::definitions::Definition;
use crate::model::WordKind;
use crate::project::FunctionRef;

/// Whether a recursive call goes on with what a name stands for: the argument comes out of a table that is the same in
/// every round, by a name out of what changes. Names in a document can be a circle, unless another argument gets smaller.
pub(super) fn follows_name(component: &Component<'_>, cut: &Cut) -> bool {
    let is_on_way = |edge: &CallEdge| cut.way.contains(edge);
    let is_open = |edge: &CallEdge| is_on_way(edge) || matches!(guard_of(component, edge), Guard::None);
    cut.edges.iter().any(|edge| goes_on_with_name(component, edge) && is_open(edge))
}

fn goes_on_with_name(component: &Component<'_>, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let Some(call) = body.call_at(edge).filter(|call| is_called(edge, call)) else { return false };
    let stays = |local: LocalId| match body.function.local(local).kind {
        LocalKind::Captured | LocalKind::Shared => is_around_all_rounds(component, body, local),
        LocalKind::Parameter if body.constant_parameter(local) => {
            call.operands().any(|operand| *body.function.expr(operand) == Expr::Local(local))
        }
        _ => false,
    };
    let is_looked_up = |value: ExprId| {
        body.ask();
        from_table(component, body, &stays, value, 0)
    };
    let values = || call.arguments.iter().map(|argument| argument.value);
    values().any(is_looked_up) && !values().any(|value| is_child(body, value) && !is_looked_up(value))
}

/// Whether the callee is what the call names, and not one of its arguments, which is given something else.
fn is_called(edge: &CallEdge, call: &Call) -> bool {
    match edge.kind {
        EdgeKind::Closure => matches!(call.callee, Callee::Value(_)),
        EdgeKind::Combinator => false,
        _ => true,
    }
}

/// Whether a captured local is the same in every round: the function that it belongs to is not called again, or was given it.
fn is_around_all_rounds(component: &Component<'_>, body: &Body<'_>, local: LocalId) -> bool {
    let parent = body.function.parent.map(|function| FunctionRef { file: body.at.file, function });
    let Some(parent) = parent.filter(|&parent| component.contains(parent)) else { return true };
    let (parent, captured) = (component.body(parent), body.function.local(local).name);
    let mut locals = parent.function.locals.iter().enumerate().map(|(index, outer)| (LocalId::new(index), outer));
    locals.any(|(outer, data)| data.name == captured && parent.constant_parameter(outer))
}

/// Whether a value is, over a few locals, what a table has for a name.
fn from_table(component: &Component<'_>, body: &Body<'_>, stays: &dyn Fn(LocalId) -> bool, value: ExprId, hops: u32) -> bool {
    if hops > 6 || !body.step() {
        return false;
    }
    let next = |value: ExprId| from_table(component, body, stays, value, hops + 1);
    match body.function.expr(value) {
        Expr::Local(local) => body.project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Value(value) | Definition::Item(value) => next(value),
            Definition::Call(call) => {
                looks_up(body, stays, call) || looks_up_within(component, body, call) || call.operands().any(next)
            }
            Definition::Failure => false,
        }),
        Expr::Index(table, key) => indexes_by_name(body, stays, *table, *key) || next(*table),
        Expr::Field(base, _) | Expr::Payload(base, _, _) => next(*base),
        Expr::Binary(_, a, b) => next(*a) || next(*b),
        _ => false,
    }
}

/// `definitions[name]`. Where objects have no references, what is indexed like that is a list, and the name the place of a node
/// in it.
fn indexes_by_name(body: &Body<'_>, stays: &dyn Fn(LocalId) -> bool, table: ExprId, key: ExprId) -> bool {
    let has_references = body.project.files[body.at.file as usize].module.shares_objects;
    has_references && is_same_table(body, stays, table) && is_given_name(body, key)
}

/// `definitions.get(name)`, `context.get_fragment(name)`, `context.fragment(name)`.
fn looks_up(body: &Body<'_>, stays: &dyn Fn(LocalId) -> bool, call: &Call) -> bool {
    let Callee::Method(table, method) = call.callee else { return false };
    is_lookup_name(body, method)
        && is_same_table(body, stays, table)
        && call.arguments.first().is_some_and(|key| is_given_name(body, key.value))
}

fn is_lookup_name(body: &Body<'_>, method: Name) -> bool {
    let first = method.split('_').next().unwrap_or_default();
    matches!(first, "get" | "find" | "lookup" | "resolve") || has(body.project, WordKind::Reference, &method)
}

/// `reference.and_then(|id| document.get(id))`: a closure that is handed a name looks it up in what stands around it.
fn looks_up_within(component: &Component<'_>, body: &Body<'_>, call: &Call) -> bool {
    let Callee::Method(given, _) = call.callee else { return false };
    let is_lookup = |argument: &Argument| {
        let Expr::Function(inner) = *body.function.expr(argument.value) else { return false };
        let closure = Body::new(body.project, FunctionRef { file: body.at.file, function: inner });
        let stays = |local| is_around_all_rounds(component, &closure, local);
        let is_parameter =
            |key: ExprId| matches!(*closure.function.expr(key), Expr::Local(local) if closure.constant_parameter(local));
        closure.calls().any(|(_, _, call)| match call.callee {
            Callee::Method(table, method) => {
                is_lookup_name(&closure, method)
                    && is_same_table(&closure, &stays, table)
                    && call.arguments.first().is_some_and(|key| is_parameter(key.value))
            }
            _ => false,
        })
    };
    call.arguments.iter().any(is_lookup) && is_given_name(body, given)
}

/// Whether every round asks the same table: one that is handed on, or stands in such an object, in the module or around.
fn is_same_table(body: &Body<'_>, stays: &dyn Fn(LocalId) -> bool, table: ExprId) -> bool {
    match *body.function.expr(table) {
        Expr::Global(_) => true,
        Expr::Field(base, _) => is_self(body, base) || is_same_table(body, stays, base),
        Expr::Local(local) => stays(local) || is_self(body, table),
        _ => false,
    }
}

/// Whether a key is called a name and made from what the function was given: the index of a node is not.
fn is_given_name(body: &Body<'_>, key: ExprId) -> bool {
    let mut named = false;
    body.walk(key, &mut |part| named |= matches!(part, Part::Name(name) if has(body.project, WordKind::Reference, &name)));
    body.ask();
    named && depends(body, key, 0)
}
