//! Cycles that follow what they have read: offsets, references, addresses.

use unspin_ir::{Call, Callee, Expr, ExprId, LocalKind, Name};

use super::has;
use super::stream::{is_self, whole_of};
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
            (from_source(project, body, argument, is_link, 0)
                || is_link && fetches_parameter(component, edge, position, argument))
                && !goes_down(edge, body, call, position)
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

/// Whether a function that calls itself hands on a field of another parameter's parts in its place, whose depth bounds it then.
fn goes_down(edge: &CallEdge, body: &Body<'_>, call: &Call, followed: usize) -> bool {
    let parameters = body.function.parameters.iter().enumerate().filter(|&(position, _)| position != followed);
    edge.from == edge.to
        && parameters.into_iter().any(|(position, parameter)| {
            let argument = argument_for(call, body.function, position);
            let part = argument.filter(|&argument| matches!(body.function.expr(argument), Expr::Field(..) | Expr::Payload(..)));
            part.and_then(|part| whole_of(body, part)) == Some(parameter.local)
        })
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

/// How many parts and locals a value is followed through back to a parameter.
const MAX_HOPS: u32 = 12;

pub(super) fn depends(body: &Body<'_>, value: ExprId, hops: u32) -> bool {
    if hops > MAX_HOPS || !body.step() {
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
