//! Calls that wait for another machine with no bound by argument, object, scope or library default.

use unspin_ir::{Callee, Constant, Expr, ExprId, Name, StatementKind};

use crate::model::{Bound, BoundWord, CallModel, Effect, WordKind};
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::Shape;
use crate::sites::shown_callee;
use crate::{Certainty, FunctionRef, Project};

/// How long a call waits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Waits {
    Bounded,
    Unknown,
    System,
    Endless,
}

/// Whether a call, resolved by its model, waits for ever.
pub(crate) fn is_endless(project: &Project, at: FunctionRef, shape: &Shape, call: &unspin_ir::Call) -> bool {
    let Some((model, _)) = project.resolve(at, call).model else { return false };
    model.timeout.is_some() && waits(project, at, shape, call, model) == Waits::Endless
}

/// Whether a function has a call that, by its name, may be one of those that [`observe`] reports.
pub(crate) fn may_observe(project: &Project, function: &unspin_ir::Function) -> bool {
    function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Call(call) => might_wait(project, call),
        _ => false,
    })
}

/// Whether a model is of a call that is reported when nothing bounds it.
pub(crate) fn is_reported(model: &CallModel) -> bool {
    let timed = matches!(model.effect, Effect::Connect | Effect::Request | Effect::Read | Effect::Receive | Effect::Wait);
    model.remote && model.timeout.is_some() && timed
}

/// Every remote call of a function that has no bound.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &Shape) -> Vec<Observation> {
    let function = project.function(at);
    let mut observations = Vec::new();
    for (block, data) in function.block_ids() {
        for statement in &data.statements {
            let StatementKind::Call(call) = &statement.kind else { continue };
            if !might_wait(project, call) {
                continue;
            }
            let Some((model, certainty)) = project.resolve(at, call).model else { continue };
            if !is_reported(model) || certainty == Certainty::Name {
                continue;
            }
            let waits = waits(project, at, shape, call, model);
            let bound = match waits {
                Waits::Bounded | Waits::Unknown => continue,
                Waits::System => "system",
                Waits::Endless => "endless",
            };
            if is_enclosed(project, at, shape, data.scope) || is_wrapped(project, at, call.result) {
                continue;
            }
            let in_loop = shape.forest.loops.iter().any(|natural| natural.source.is_some() && natural.body.contains(block));
            let mut attributes = vec![
                ("effect", crate::failures::effect_name(Some(model.effect))),
                ("bound", bound),
                ("in-loop", if in_loop { "yes" } else { "no" }),
                ("phase", phase(model)),
            ];
            if is_connecting(function) {
                attributes.push(("within", "connect"));
            }
            if has_unused_timeout_parameter(project, at) {
                attributes.push(("parameter", "dropped"));
            }
            observations.push(Observation {
                subject: Subject::Call,
                function: at,
                around: None,
                attributes,
                places: vec![("call", at.file, statement.span)],
                words: vec![("call", shown_callee(function, call))],
                sureness: if certainty == Certainty::Certain { Sureness::High } else { Sureness::Medium },
            });
        }
    }
    observations
}

/// A cheap test before the call is resolved.
fn might_wait(project: &Project, call: &unspin_ir::Call) -> bool {
    project.models.hints(call.callee).is_some_and(|hints| hints.timed)
}

/// A receive that takes a timeout as its argument asks for something; one that does not goes on reading.
fn phase(model: &CallModel) -> &'static str {
    let has_argument = model.timeout.as_ref().is_some_and(|t| t.keyword.is_some() || t.position.is_some());
    match model.effect {
        Effect::Connect => "connection",
        Effect::Request | Effect::Wait => "reply",
        Effect::Receive if has_argument => "reply",
        _ => "stream",
    }
}

/// Whether the function is there to connect: its name says so.
fn is_connecting(function: &unspin_ir::Function) -> bool {
    let name = function.name.to_ascii_lowercase();
    ["connect", "login", "handshake", "dial"].iter().any(|word| name.contains(word)) && !name.contains("disconnect")
}

fn waits(project: &Project, at: FunctionRef, shape: &Shape, call: &unspin_ir::Call, model: &CallModel) -> Waits {
    let Some(timeout) = &model.timeout else { return Waits::Unknown };
    let position = timeout.position.map(|position| position as usize);
    if let Some(argument) = call.argument(timeout.keyword, position) {
        return match constant(project, at, shape, argument) {
            Some(Constant::None) => of_bound(timeout.none),
            Some(Constant::Int(0)) => timeout.zero.map_or(Waits::Bounded, of_bound),
            Some(_) => Waits::Bounded,
            None => Waits::Unknown,
        };
    }
    let carrier = match (timeout.of, call.callee) {
        (Some(of), _) => call.argument(None, Some(of as usize)),
        (None, Callee::Method(receiver, _)) => Some(receiver),
        (None, _) => None,
    };
    if call.has_spread() || is_set_elsewhere(project, at, call, carrier, &timeout.set_by) {
        return Waits::Unknown;
    }
    of_bound(timeout.default)
}

fn of_bound(bound: Bound) -> Waits {
    match bound {
        Bound::Seconds(_) => Waits::Bounded,
        Bound::Word(BoundWord::Endless) => Waits::Endless,
        Bound::Word(BoundWord::System) => Waits::System,
    }
}

fn constant(project: &Project, at: FunctionRef, shape: &Shape, expr: ExprId) -> Option<Constant> {
    let function = project.function(at);
    match function.expr(expr) {
        Expr::Constant(constant) => Some(constant.clone()),
        Expr::Global(name) => project.constant(at.file, *name),
        Expr::Local(local) => match shape.definitions(*local) {
            [definition] => match function.expr(definition.value?) {
                Expr::Constant(constant) => Some(constant.clone()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether a timeout is set for the object that carries it somewhere in the file: by a method or field of an object of the
/// same name, or where the object is made.
fn is_set_elsewhere(
    project: &Project,
    at: FunctionRef,
    call: &unspin_ir::Call,
    carrier: Option<ExprId>,
    set_by: &[Name],
) -> bool {
    if set_by.is_empty() {
        return false;
    }
    let receiver = carrier.and_then(|carrier| project.function(at).path(carrier));
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let is_same = |other: Option<String>| match (&receiver, other) {
        (Some(receiver), Some(other)) => last(receiver) == last(&other),
        _ => true,
    };
    let module = &project.files[at.file as usize].module;
    module.functions.iter().any(|function| {
        function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(other) => {
                let by_method = match other.callee {
                    Callee::Method(on, method) => set_by.contains(&method) && is_same(function.path(on)),
                    Callee::Path(path) => {
                        set_by.iter().any(|name| path.rsplit('.').next() == Some(name.as_str()))
                            || (receiver.is_some() && is_made_in_time(project, path, function, other))
                    }
                    Callee::Value(_) => false,
                };
                let is_made_with = matches!(other.callee, Callee::Path(path) if is_constructor(project, path, function, other))
                    && other.arguments.iter().any(|a| a.name.is_some_and(|name| set_by.contains(&name)));
                by_method || (is_made_with && receiver.is_some() && !std::ptr::eq(&raw const **other, call))
            }
            StatementKind::Assign(place, _) => match function.expr(*place) {
                Expr::Field(base, name) => set_by.contains(name) && is_same(function.path(*base)),
                _ => false,
            },
            _ => false,
        })
    })
}

/// Whether a call makes an object: a model says so, or else its name begins with a capital.
fn is_constructor(project: &Project, path: Name, function: &unspin_ir::Function, call: &unspin_ir::Call) -> bool {
    let is_capital = || path.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase));
    project.models.by_path(path, function, call).map_or_else(is_capital, |model| model.returns.is_some())
}

/// Whether a constructor is given the timeout that the object then keeps, by position: `create_connection(address, 5)`.
fn is_made_in_time(project: &Project, path: Name, function: &unspin_ir::Function, call: &unspin_ir::Call) -> bool {
    project.models.by_path(path, function, call).is_some_and(|model| {
        let position = model.timeout.as_ref().and_then(|timeout| timeout.position);
        model.returns.is_some() && position.is_some_and(|position| call.argument(None, Some(position as usize)).is_some())
    })
}

/// Whether a context manager around the call bounds its time.
fn is_enclosed(project: &Project, at: FunctionRef, shape: &Shape, scope: Option<unspin_ir::ScopeId>) -> bool {
    let function = project.function(at);
    let mut scope = scope;
    while let Some(id) = scope {
        let data = function.scope(id);
        if let Some((_, _, call)) = shape.origin(function, data.manager) {
            let named = shown_callee(function, call).to_ascii_lowercase();
            let is_deadline = project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Deadline);
            if is_deadline || named.ends_with("timeout") || named.ends_with("fail_after") || named.ends_with("move_on_after") {
                return true;
            }
        }
        scope = data.parent;
    }
    // A closure or async block that is handed to a deadline runs under it.
    function.parent.is_some_and(|parent| {
        let outer_at = FunctionRef { file: at.file, function: parent };
        let outer = project.function(outer_at);
        outer.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => {
                let holds = call.arguments.iter().any(|a| *outer.expr(a.value) == Expr::Function(at.function));
                holds && project.resolve(outer_at, call).model.is_some_and(|(model, _)| model.wraps.is_some())
            }
            _ => false,
        })
    })
}

/// Whether the result, not awaited yet, is handed to a deadline: `wait_for(reader.read(), 3)`.
fn is_wrapped(project: &Project, at: FunctionRef, result: Option<unspin_ir::LocalId>) -> bool {
    let Some(result) = result else { return false };
    let function = project.function(at);
    function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
        StatementKind::Call(call) => {
            let takes = call.arguments.iter().any(|a| *function.expr(a.value) == Expr::Local(result));
            let combines = || {
                let named = shown_callee(function, call).to_ascii_lowercase();
                project.resolve(at, call).model.is_some_and(|(model, _)| model.wraps.is_some()) || named.contains("timeout") || named.contains("wait")
            };
            takes && combines()
        }
        _ => false,
    })
}

/// Whether the function has a timeout parameter that it never reads.
fn has_unused_timeout_parameter(project: &Project, at: FunctionRef) -> bool {
    let function = project.function(at);
    function.parameters.iter().any(|parameter| {
        let named = function.local(parameter.local).name;
        let is_timeout = named.contains("timeout") || project.models.has_word(WordKind::Deadline, named.as_str());
        let is_read = function.exprs.iter().any(|expr| *expr == Expr::Local(parameter.local));
        is_timeout && !is_read
    })
}
