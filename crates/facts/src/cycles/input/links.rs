//! Cycles that follow what they have read: offsets, references, addresses, names.

use unspin_ir::{Call, Callee, Expr, ExprId, LocalId, LocalKind, Name};

use super::has;
use super::stream::is_self;
use crate::callgraph::CallEdge;
use crate::cycles::body::{Body, Part, argument_for, called_name, last_part};
use crate::cycles::component::Component;
use crate::cycles::cut::Cut;
use crate::definitions::Definition;
use crate::model::{Effect, WordKind};
use crate::project::{ClassRef, Project};

/// Whether the recursive call goes where something that was read points to: its argument comes from a call that gets
/// what a link points to, and the link from what the caller itself was given. Also when the caller gets what its own
/// parameter points to, and calls itself with another address.
pub(super) fn follows_link(component: &Component<'_>, cut: &Cut) -> Option<WordKind> {
    let project = component.project;
    let follows = cut.way.iter().any(|edge| {
        let body = component.body(edge.from);
        let callee = project.function(edge.to);
        let Some(call) = body.call_at(edge) else { return false };
        (0..callee.parameters.len()).any(|position| {
            let Some(argument) = argument_for(call, callee, position) else { return false };
            if matches!(body.function.expr(argument), Expr::Constant(_)) {
                return false;
            }
            let parameter = callee.parameters[position].local;
            if callee.declared_type(parameter).is_some_and(|ty| is_known_to_be(body, argument, last_part(ty))) {
                return false;
            }
            let name = callee.local(parameter).name;
            let is_link = has(project, WordKind::Link, &name);
            body.ask();
            from_source(project, body, argument, is_link, 0)
                || is_link && fetches_parameter(component, edge, position, argument)
        })
    });
    let crawls = || {
        cut.way.iter().any(|edge| {
            if asks_network(component.body(edge.from)) {
                return true;
            }
            let function = project.function(component.named(edge.from));
            let mut parameters = function.parameters.iter().map(|parameter| function.local(parameter.local).name);
            has(project, WordKind::Crawl, &function.name) || parameters.any(|name| has(project, WordKind::Crawl, &name))
        })
    };
    follows.then(|| if crawls() { WordKind::Crawl } else { WordKind::Link })
}

/// Whether the function asks for a value whether it is of this class: then it is an object, and no link.
fn is_known_to_be(body: &Body<'_>, value: ExprId, class: Name) -> bool {
    let own = body.function.expr(value);
    body.function.exprs.iter().any(|expr| match expr {
        Expr::HasType(asked, types) => body.function.expr(*asked) == own && types.iter().any(|ty| last_part(*ty) == class),
        _ => false,
    })
}

/// Whether a function sends a request: the links that it follows are addresses, which clients count on their own.
fn asks_network(body: &Body<'_>) -> bool {
    let is_client = |class: ClassRef| {
        let name = body.project.class_name(class);
        ["Client", "Remote", "Session"].iter().any(|word| last_part(name).contains(word))
    };
    let of_client = body.project.owner(body.at).is_some_and(is_client);
    of_client
        || body.calls().any(|(_, _, call)| {
            let name = called_name(body.function, call);
            matches!(name.as_str(), "request" | "urlopen")
                || matches!(body.project.resolve(body.at, call).model, Some((model, _)) if is_request(model.effect))
        })
}

fn is_request(effect: Effect) -> bool {
    matches!(effect, Effect::Request | Effect::Connect)
}

/// Whether a function gets what its parameter points to and calls itself with a value for it that some call gave.
fn fetches_parameter(component: &Component<'_>, edge: &CallEdge, position: usize, argument: ExprId) -> bool {
    let body = component.body(edge.from);
    let project = component.project;
    let Some(parameter) = body.function.parameters.get(position).filter(|_| edge.from == edge.to) else { return false };
    let own = Expr::Local(parameter.local);
    let mut from_call = false;
    let mut same = false;
    body.walk(argument, &mut |part| match part {
        Part::Call(_) => from_call = true,
        Part::Expr(expr) => same |= *expr == own,
        Part::Name(_) => {}
    });
    if let Expr::Local(local) = *body.function.expr(argument) {
        from_call |= project.definitions(body.at).of(body.function, local).any(|definition| match definition {
            Definition::Call(_) => true,
            Definition::Value(value) => {
                let mut called = false;
                body.walk(value, &mut |part| called |= matches!(part, Part::Call(_)));
                called
            }
            _ => false,
        });
    }
    let fetches = |call: &Call| {
        has(project, WordKind::LinkSource, &called_name(body.function, call))
            && call.arguments.iter().any(|argument| *body.function.expr(argument.value) == own)
    };
    from_call && !same && body.calls().any(|(_, _, call)| fetches(call))
}

/// Whether a value comes, over a few locals, from a call that gets what a link points to; unless its name says that it
/// is a link, this must depend on a parameter.
fn from_source(project: &Project, body: &Body<'_>, value: ExprId, is_link: bool, hops: u32) -> bool {
    if hops > 4 || !body.step() {
        return false;
    }
    let next = |value: ExprId| from_source(project, body, value, is_link, hops + 1);
    match body.function.expr(value) {
        Expr::Local(local) => project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Value(value) | Definition::Item(value) => next(value),
            Definition::Call(call) => {
                if is_source(project, body, call) {
                    return is_link || comes_from_parameter(body, call, 0);
                }
                let of_receiver = matches!(call.callee, Callee::Method(receiver, _) if next(receiver));
                of_receiver || call.arguments.iter().any(|argument| next(argument.value))
            }
            Definition::Failure => false,
        }),
        Expr::Index(base, _) | Expr::Field(base, _) | Expr::Payload(base, _, _) => next(*base),
        Expr::Binary(_, a, b) => next(*a) || next(*b),
        _ => false,
    }
}

fn is_source(project: &Project, body: &Body<'_>, call: &Call) -> bool {
    has(project, WordKind::LinkSource, &called_name(body.function, call))
        || matches!(project.resolve(body.at, call).model, Some((model, _)) if is_request(model.effect))
}

/// Whether what a call is given depends on a parameter (not the receiver) of the function.
fn comes_from_parameter(body: &Body<'_>, call: &Call, hops: u32) -> bool {
    call.operands().any(|value| depends(body, value, hops))
}

pub(super) fn depends(body: &Body<'_>, value: ExprId, hops: u32) -> bool {
    if hops > 6 || !body.step() {
        return false;
    }
    match body.function.expr(value) {
        Expr::Local(local) if body.function.local(*local).kind == LocalKind::Parameter => !is_self(body, value),
        Expr::Local(local) => body.project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Value(value) | Definition::Item(value) => depends(body, value, hops + 1),
            Definition::Call(call) => comes_from_parameter(body, call, hops + 1),
            Definition::Failure => false,
        }),
        other => {
            let mut found = false;
            other.for_each_operand(|operand| found |= depends(body, operand, hops + 1));
            found
        }
    }
}

/// Whether the recursive call goes on with what a name stands for: the argument comes out of a table that is the same in
/// every round, by a name out of what changes. Names in a document can be a circle.
pub(super) fn follows_name(component: &Component<'_>, cut: &Cut) -> bool {
    cut.way.iter().any(|edge| {
        let body = component.body(edge.from);
        let Some(call) = body.call_at(edge) else { return false };
        let stays = |local: LocalId| match body.function.local(local).kind {
            LocalKind::Captured | LocalKind::Shared => true,
            LocalKind::Parameter if body.constant_parameter(local) => {
                call.operands().any(|operand| *body.function.expr(operand) == Expr::Local(local))
            }
            _ => false,
        };
        call.arguments.iter().any(|argument| {
            body.ask();
            from_table(body, &stays, argument.value, 0)
        })
    })
}

/// Whether a value is, over a few locals, what a table has for a name.
fn from_table(body: &Body<'_>, stays: &dyn Fn(LocalId) -> bool, value: ExprId, hops: u32) -> bool {
    if hops > 6 || !body.step() {
        return false;
    }
    let next = |value: ExprId| from_table(body, stays, value, hops + 1);
    match body.function.expr(value) {
        Expr::Local(local) => body.project.definitions(body.at).of(body.function, *local).any(|definition| match definition {
            Definition::Value(value) | Definition::Item(value) => next(value),
            Definition::Call(call) => looks_up(body, stays, call) || call.operands().any(next),
            Definition::Failure => false,
        }),
        Expr::Index(table, key) => is_same_table(body, stays, *table) && is_given_name(body, *key) || next(*table),
        Expr::Field(base, _) | Expr::Payload(base, _, _) => next(*base),
        Expr::Binary(_, a, b) => next(*a) || next(*b),
        _ => false,
    }
}

/// `definitions.get(name)`, `context.get_fragment(name)`, `context.fragment(name)`.
fn looks_up(body: &Body<'_>, stays: &dyn Fn(LocalId) -> bool, call: &Call) -> bool {
    let Callee::Method(table, method) = call.callee else { return false };
    let first = method.split('_').next().unwrap_or_default();
    (matches!(first, "get" | "find" | "lookup" | "resolve") || has(body.project, WordKind::Reference, &method))
        && is_same_table(body, stays, table)
        && call.arguments.first().is_some_and(|key| is_given_name(body, key.value))
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
