//! Recursion that cannot end: every path calls again, or the call repeats itself with nothing changed.

use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, Statement, StatementKind, Terminator};

use super::body::{Body, argument_for, passes_receiver};
use super::component::Component;
use super::cut::Cut;
use crate::callgraph::{CallEdge, EdgeKind, is_literal_call, is_operation};
use crate::definitions::Definition;
use crate::model::Effect;

/// What was found.
#[derive(Default)]
pub(super) struct Endless {
    pub(super) every_path: bool,
    pub(super) unchanged: bool,
    /// Whether it is one function of Rust that calls itself by its name: the compiler says so by itself where every path
    /// calls it, since it knows which one is called, and a path that does not is mostly there for a reason.
    pub(super) told: bool,
}

/// Look at direct recursion, and at mutual recursion where each function of the way cannot but go on.
pub(super) fn endless(component: &Component<'_>, cut: &Cut) -> Endless {
    let is_certain = |edge: &CallEdge| matches!(edge.kind, EdgeKind::Direct | EdgeKind::Own | EdgeKind::Typed);
    let runs_at_once = |edge: &CallEdge| !component.project.function(edge.from).is_generator;
    // A call in a closure runs if and when the closure does.
    let is_closure = |edge: &CallEdge| component.named(edge.from) != edge.from;
    // A method of a trait or abstract class that calls its own name means that of whoever implements it.
    let is_behaviour =
        |edge: &CallEdge| component.project.owner(edge.to).is_some_and(|class| component.project.class_data(class).is_abstract);
    let is_overridden = |edge: &CallEdge| edge.kind != EdgeKind::Direct && !component.project.overrides(edge.to).is_empty();
    let is_plain = |edge: &CallEdge| {
        is_certain(edge)
            && !is_overridden(edge)
            && runs_at_once(edge)
            && !is_closure(edge)
            && !is_behaviour(edge)
            && !may_be_inherent(component, edge)
            && !uses_macro(component.body(edge.from))
            && !component.project.is_misread(edge.from)
            && !may_be_module(component, edge)
            && !is_rebound(component, edge)
            && !is_one_of_several(component, edge)
            && is_plain_call(component.body(edge.from), edge)
    };
    if !cut.way.iter().all(is_plain) {
        return Endless::default();
    }
    let every_path = cut.way.iter().all(|edge| every_path_calls(component, cut, edge));
    let unchanged = cut.way.len() == 1 && is_repeated(component, &cut.way[0]);
    let is_rust = !component.project.files[cut.function.file as usize].module.shares_objects;
    let is_told = |edge: &CallEdge| {
        let body = component.body(edge.from);
        !body.call_at(edge).is_some_and(|call| is_operation(body.function, call, edge.span))
    };
    Endless { every_path, unchanged, told: is_rust && cut.way.len() == 1 && cut.way.iter().all(is_told) }
}

/// Whether what is called by its path is more likely a function of a module of that name, which a class without a state
/// wraps: `class json`, and in it `return _json.dumps(value)`.
fn may_be_module(component: &Component<'_>, edge: &CallEdge) -> bool {
    let by_path = |call: &Call| matches!(call.callee, Callee::Path(_));
    let is_named_so = |name: unspin_ir::Name| unspin_ir::last_part(name).starts_with(char::is_lowercase);
    !component.project.function(edge.to).has_receiver
        && component.project.owner(edge.to).is_some_and(|class| is_named_so(component.project.class_name(class)))
        && component.body(edge.from).call_at(edge).is_some_and(by_path)
}

/// Whether a method that is not seen may hide the callee, which a trait gives: one that a macro writes, to which
/// `Self::serialize(self, serializer)` hands everything on; those of a type that the project does not define.
fn may_be_inherent(component: &Component<'_>, edge: &CallEdge) -> bool {
    let (project, body) = (component.project, component.body(edge.from));
    let is_parameter = |argument: &unspin_ir::Argument| match body.function.expr(argument.value) {
        Expr::Local(local) => body.function.parameters.iter().any(|parameter| parameter.local == *local),
        _ => false,
    };
    let hands_everything_on = |call: &Call| {
        matches!(call.callee, Callee::Path(_))
            && (!call.arguments.is_empty() || edge.from != edge.to)
            && call.arguments.iter().all(is_parameter)
    };
    project.function(edge.to).implements.is_some()
        && (body.call_at(edge).is_some_and(hands_everything_on)
            || project.owner(edge.to).is_some_and(|class| project.is_foreign(class)))
}

/// Whether the callee is not a method of what may be a view of the receiver, nor of another object that it holds: that
/// comes to an end somewhere, with an object of another class.
fn is_plain_call(body: &Body<'_>, edge: &CallEdge) -> bool {
    let Some(call) = body.call_at(edge) else { return false };
    let Callee::Method(on, _) = call.callee else { return true };
    let is_held = matches!(body.function.expr(on), Expr::Field(..) | Expr::Index(..) | Expr::Payload(..));
    !is_held && !is_view(body, on) && is_literal_call(body.function, call, edge.span)
}

/// Whether a value is the receiver under another name. In Rust that is most often a view of it: `let all = self.as_mut();`.
fn is_view(body: &Body<'_>, value: ExprId) -> bool {
    let Expr::Local(local) = *body.function.expr(value) else { return false };
    let receiver = body.function.receiver().map(Expr::Local);
    Some(Expr::Local(local)) != receiver
        && body.project.definitions(body.at).of(body.function, local).any(|definition| match definition {
            Definition::Value(value) => Some(body.function.expr(value)) == receiver.as_ref(),
            _ => false,
        })
}

/// Whether the name of the callee is also assigned to: `global pager; pager = get_pager(); pager(text)`, or by another
/// function that is called before: `choose_pager(); pager(text)`.
fn is_rebound(component: &Component<'_>, edge: &CallEdge) -> bool {
    let callee = component.project.function(edge.to);
    let name = callee.qualified();
    let module = &component.project.files[edge.from.file as usize].module;
    let assigns = |function: &unspin_ir::Function, is_it: &dyn Fn(&Expr) -> bool| {
        function.blocks.iter().flat_map(|block| &block.statements).any(|statement| match statement.kind {
            StatementKind::Assign(place, _) => is_it(function.expr(place)),
            _ => false,
        })
    };
    let is_name = |place: &Expr| *place == Expr::Global(name);
    // `self.feed = self.generator.send; self.feed(data)`
    let is_field = |place: &Expr| matches!(place, Expr::Field(_, field) if *field == callee.name);
    module.shares_objects
        && (module.functions.iter().any(|function| assigns(function, &is_name))
            || assigns(component.body(edge.from).function, &is_field))
}

/// Whether the file has another function of the callee's path, in Rust, where the target decides which of them is compiled.
fn is_one_of_several(component: &Component<'_>, edge: &CallEdge) -> bool {
    let callee = component.project.function(edge.to);
    let module = &component.project.files[edge.to.file as usize].module;
    let is_other = |other: &unspin_ir::Function| {
        other.qualified() == callee.qualified() && other.name_span != callee.name_span && other.implements == callee.implements
    };
    !module.shares_objects && module.functions.iter().any(is_other)
}

/// Whether a macro of which only the name is known may have defined or qualified what is called.
fn uses_macro(body: &Body<'_>) -> bool {
    let is_unknown = |call: &Call| body.project.resolve(body.at, call).model.is_none();
    body.calls().any(|(_, _, call)| matches!(call.callee, Callee::Path(path) if path.ends_with('!')) && is_unknown(call))
}

/// Whether no path through the caller of an edge ends without a call of the edge's callee.
fn every_path_calls(component: &Component<'_>, cut: &Cut, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let is_same = |other: &&CallEdge| other.from == edge.from && other.to == edge.to;
    let call_in = |block: BlockId| {
        let here = cut.edges.iter().filter(|other| is_same(other) && other.block == block);
        here.map(|other| other.statement as usize).min()
    };
    // A generator, a `?` or another failing call may leave too.
    let may_raise = |statement: &Statement| match &statement.kind {
        StatementKind::Call(call) => call.raises && !is_harmless(body, call),
        StatementKind::Yield(_) => true,
        _ => false,
    };
    let mut seen = BlockSet::new(body.cfg.len());
    let mut pending = vec![BlockId::new(0)];
    while let Some(block) = pending.pop() {
        if !seen.insert(block) {
            continue;
        }
        let current = body.function.block(block);
        if let Some(position) = call_in(block) {
            // What an argument takes apart may fail first: `1 + depth(next(iter(d.values())))`.
            let fails_first = current.statements.iter().take(position).any(may_raise);
            pending.extend(current.unwind.filter(|_| fails_first));
            continue;
        }
        let leaves = match &current.terminator {
            Terminator::Return(_) | Terminator::Unreachable => true,
            Terminator::Raise { .. } => current.unwind.is_none(),
            Terminator::Dispatch { otherwise, .. } => otherwise.is_none(),
            _ => false,
        };
        let may_fail = current.unwind.is_none() && current.statements.iter().any(may_raise);
        if leaves || may_fail {
            return false;
        }
        pending.extend(body.cfg.successors(block));
    }
    true
}

/// Whether the call passes the parameters as they are, and nothing on the way to it can have changed anything.
fn is_repeated(component: &Component<'_>, edge: &CallEdge) -> bool {
    let body = component.body(edge.from);
    let Some(call) = body.call_at(edge) else { return false };
    let callee = component.project.function(edge.to);
    let receiver_is_own = match call.callee {
        Callee::Method(receiver, _) => is_parameter(body, receiver, 0),
        Callee::Path(_) => true,
        Callee::Value(_) => false,
    };
    // `Self::cause_of(inner)` names the receiver among the arguments.
    let first = usize::from(callee.has_receiver && !passes_receiver(call, callee));
    let positions = first..callee.parameters.len();
    let same = |position: usize| argument_for(call, callee, position).is_some_and(|value| is_parameter(body, value, position));
    receiver_is_own && !call.has_spread() && positions.into_iter().all(same) && nothing_before(body, edge)
}

fn is_parameter(body: &Body<'_>, value: ExprId, position: usize) -> bool {
    match *body.function.expr(value) {
        Expr::Local(local) => {
            body.function.parameters.get(position).is_some_and(|parameter| parameter.local == local)
                && body.constant_parameter(local)
        }
        _ => false,
    }
}

/// Whether nothing but tests, assignments to locals and calls that change nothing can run before a call.
fn nothing_before(body: &Body<'_>, edge: &CallEdge) -> bool {
    let is_nothing = |statement: &Statement| match &statement.kind {
        StatementKind::Assign(place, _) => matches!(body.function.expr(*place), Expr::Local(_)),
        StatementKind::Call(call) => is_harmless(body, call),
        _ => false,
    };
    let own = body.function.block(edge.block).statements.iter().take(edge.statement as usize);
    if !own.into_iter().all(is_nothing) {
        return false;
    }
    let mut seen = BlockSet::new(body.cfg.len());
    seen.insert(edge.block);
    let mut pending = body.cfg.predecessors(edge.block).to_vec();
    while let Some(block) = pending.pop() {
        if seen.insert(block) {
            if !body.function.block(block).statements.iter().all(is_nothing) {
                return false;
            }
            pending.extend(body.cfg.predecessors(block));
        }
    }
    true
}

/// Whether a call depends on its arguments alone and changes nothing that is asked later.
fn is_harmless(body: &Body<'_>, call: &Call) -> bool {
    let model = body.project.resolve(body.at, call).model.map(|(model, _)| model.effect);
    matches!(model, Some(Effect::Pure | Effect::View | Effect::Log | Effect::Suppress))
}
