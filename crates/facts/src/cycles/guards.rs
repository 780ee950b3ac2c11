//! Calls that something bounds: a depth that is tested and stepped, a guard helper, a set of what was seen.

mod counter;

use rustc_hash::FxHashSet;
use unspin_flow::BlockSet;
use unspin_ir::{
    BinaryOp, BlockId, Call, Callee, CompareOp, Constant, Expr, ExprId, Function, LocalId, LocalKind, Name, StatementKind,
    Terminator,
};

use self::counter::{Refusal, comparison_names, is_checked_on_entry, is_depth_check, tests_open_count};
use super::SoftGuard;
use super::body::{Body, MAX_TESTS, Part, Tests, argument_for, called_name, last_part};
use super::component::Component;
use crate::callgraph::{CallEdge, EdgeKind, catches_recursion};
use crate::definitions::Definition;
use crate::model::WordKind;
use crate::project::{ClassRef, FunctionRef, Project};

/// What bounds a call on a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing.
    None,
    /// Something that bounds the repetition, not the depth, or a number of which we cannot say what it counts.
    Soft(SoftGuard),
    /// Its depth is bounded.
    Hard,
}

/// What bounds a call.
pub(super) fn guard_of(component: &Component<'_>, edge: &CallEdge) -> Guard {
    let body = component.body(edge.from);
    if is_in_guard(component, body, edge) || is_after_guard(component, body, edge) || takes_stack(component, body) {
        return Guard::Hard;
    }
    let kind_of = |_, test| {
        let is_ordered = || compares_with_successor(body, edge, test) || compares_with_start(body, edge, test);
        if tests_depth(component, body, edge, test) || is_ordered() {
            Some(Guard::Hard)
        } else if tests_membership(component, body, test) {
            Some(Guard::Soft(SoftGuard::Visited))
        } else if counts_down(body, edge, test) {
            Some(Guard::Soft(SoftGuard::Number))
        } else {
            None
        }
    };
    let tests = body.tests.get_or_init(|| tests_of(component, body));
    let found = body.controlling(edge.block, &tests.all, kind_of);
    if found.contains(&Guard::Hard) {
        return Guard::Hard;
    }
    let soft = match found.first() {
        Some(&guard) => guard,
        None if is_after_membership_check(component, body, edge) => Guard::Soft(SoftGuard::Visited),
        None => Guard::None,
    };
    let is_depth_test = |test| tests_depth(component, body, edge, test);
    let names_limit =
        |name: Name| is_depth(component.project, name) || component.project.models.has_word(WordKind::Limit, &name);
    if body.conditional(edge.block, &tests.depth, is_depth_test, names_limit) { Guard::Hard } else { soft }
}

/// The tests of a function that may guard a call, by a first look.
fn tests_of(component: &Component<'_>, body: &Body<'_>) -> Tests {
    let project = component.project;
    let mut tests = Tests { depth: Vec::new(), all: BlockSet::new(body.cfg.len()) };
    let mut parameters = body.function.parameters.iter().map(|parameter| parameter.local).collect::<FxHashSet<_>>();
    parameters.extend(starts(body));
    for (id, block) in body.function.block_ids() {
        let Terminator::Branch { test, .. } = block.terminator else { continue };
        let (mut is_depth_test, mut is_other) = (tests_open_count(project, body.at, test), false);
        body.walk(test, &mut |part| match part {
            Part::Name(name) => is_depth_test |= is_depth(project, name),
            Part::Call(call) => {
                is_depth_test |= is_guard_call(component, body, call, Refusal::Answer);
                let name = called_name(body.function, call);
                is_other |= project.models.has_word(WordKind::Membership, &name);
            }
            Part::Expr(Expr::Compare(CompareOp::In | CompareOp::NotIn, ..)) => is_other = true,
            Part::Expr(Expr::Local(local)) => is_other |= parameters.contains(local),
            Part::Expr(_) => {}
        });
        if is_depth_test && tests.depth.len() < MAX_TESTS {
            tests.depth.push(id);
        }
        if is_depth_test || is_other {
            tests.all.insert(id);
        }
    }
    tests
}

/// Whether a closure is handed (`self.recursion_checked(|de| ..)`), or a `with` block is one.
fn is_in_guard(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge) -> bool {
    if let (EdgeKind::Closure, Some(call)) = (edge.kind, body.call_at(edge))
        && is_guard_call(component, body, call, Refusal::Failure)
    {
        return true;
    }
    if edge.kind == EdgeKind::Closure && follows_guard_in_chain(component, body, edge) {
        return true;
    }
    let mut scope = body.function.block(edge.block).scope;
    while let Some(open) = scope {
        let current = body.function.scope(open);
        let mut guards = false;
        body.walk(current.manager, &mut |part| {
            if let Part::Call(call) = part {
                guards |= is_guard_call(component, body, call, Refusal::Failure);
            }
        });
        if guards {
            return true;
        }
        scope = current.parent.filter(|&parent| Some(parent) < scope);
    }
    false
}

/// Whether the caller is handed a stack to run its calls on, which is not that of the thread.
fn takes_stack(component: &Component<'_>, body: &Body<'_>) -> bool {
    let mut types = body.function.parameters.iter().filter_map(|parameter| body.function.declared_type(parameter.local));
    types.any(|ty| component.project.models.has_word(WordKind::OwnStack, &last_part(ty)))
}

/// How far a chain of combinators is followed back.
const MAX_CHAIN: u32 = 6;

/// Whether an earlier part of a chain of combinators tests a depth, so that this closure only runs when it passes:
/// `any().then(|b| if depth > MAX { fail() } else { value(b) }).then(|b| nested(depth + 1))`.
fn follows_guard_in_chain(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge) -> bool {
    let function = body.function;
    let mut call = body.call_at(edge);
    for _ in 0..MAX_CHAIN {
        let Some(Callee::Method(receiver, _)) = call.map(|call| call.callee) else { return false };
        let Expr::Local(local) = *function.expr(receiver) else { return false };
        let Some(Definition::Call(earlier)) = body.project.definitions(body.at).only(function, local) else { return false };
        let guards = |argument: &unspin_ir::Argument| match *function.expr(argument.value) {
            Expr::Function(inner) => {
                let inner = body.project.function(FunctionRef { file: body.at.file, function: inner });
                inner.blocks.iter().any(|block| match block.terminator {
                    Terminator::Branch { test, .. } => {
                        let names = comparison_names(inner, test);
                        names.iter().any(|&name| is_recursion_depth(component.project, name))
                            && names.iter().any(|name| component.is_stepped(*name))
                    }
                    _ => false,
                })
            }
            _ => false,
        };
        if earlier.arguments.iter().any(guards) {
            return true;
        }
        call = Some(earlier);
    }
    false
}

/// Whether a guard helper is called on every path to the call.
fn is_after_guard(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge) -> bool {
    let guards = body.guards.get_or_init(|| {
        let is_checked_step = |call: &Call| match call.callee {
            // `depth.checked_sub(1)?`, `retries = retries.increment(url)`
            Callee::Method(receiver, method)
                if method.starts_with("checked_") || matches!(method.as_str(), "increment" | "decrement") =>
            {
                body.names(receiver, |name| is_depth(component.project, name))
            }
            _ => false,
        };
        let guards = |call: &Call| is_guard_call(component, body, call, Refusal::Failure) || is_checked_step(call);
        let found = body.calls().filter(|(_, _, call)| guards(call));
        found.map(|(block, statement, _)| (block, statement)).take(MAX_TESTS).collect()
    });
    body.is_after(edge, guards) || guards.iter().any(|&guard| is_given_to_macro(body, edge, guard))
}

/// Whether what a call gives is handed to a macro, which makes the call where it likes: `with_recursion_guard!(self, self.value())`.
fn is_given_to_macro(body: &Body<'_>, edge: &CallEdge, (block, statement): (BlockId, u32)) -> bool {
    let Some(result) = body.call_at(edge).and_then(|call| call.result) else { return false };
    match &body.function.block(block).statements[statement as usize].kind {
        StatementKind::Call(call) => {
            let is_macro = matches!(call.callee, Callee::Path(path) if path.ends_with('!'));
            is_macro && call.arguments.iter().any(|given| *body.function.expr(given.value) == Expr::Local(result))
        }
        _ => false,
    }
}

fn is_guard_call(component: &Component<'_>, body: &Body<'_>, call: &Call, refusal: Refusal) -> bool {
    let name = called_name(body.function, call);
    // `self.recursion_counter.try_decrease()?`
    let is_of_counter = || match call.callee {
        Callee::Method(receiver, _) => match *body.function.expr(receiver) {
            Expr::Field(_, field) => call.raises && is_recursion_depth(component.project, field),
            _ => false,
        },
        _ => false,
    };
    let project = component.project;
    let found = project.resolve_targets(body.at, call);
    // `recurse(child)` is what has to be guarded, whatever its name speaks of.
    if found.targets.iter().any(|&target| component.contains(target)) {
        return false;
    }
    // `RecursionGuard::new(parser)?`
    let is_of_guard = || match call.callee {
        Callee::Path(path) if call.raises => {
            unspin_ir::parent_path(path).is_some_and(|class| is_guard_name(project, last_part(class)))
        }
        _ => false,
    };
    if is_guard_name(project, name) || is_of_guard() {
        return true;
    }
    let checks = |target| is_depth_check(project, target, refusal) || is_checked_on_entry(project, target);
    let is_counted = is_of_counter() || matches!(found.targets[..], [target] if found.exact && checks(target));
    body.counted.set(body.counted.get() || is_counted);
    is_counted
}

/// Whether the class of a deserializer has a method that counts the levels: then the author knew of them.
pub(super) fn counts_visits(project: &Project, edge: &CallEdge) -> bool {
    edge.kind == EdgeKind::Visitor
        && project.owner(edge.from).is_some_and(|class| {
            let counts = |method: FunctionRef| is_guard_name(project, project.function(method).name);
            project.methods_of(class).any(|method| counts(method) || is_depth_check(project, method, Refusal::Failure))
        })
}

fn is_guard_name(project: &Project, name: Name) -> bool {
    project.models.has_word(WordKind::Guard, &name)
}

fn is_depth(project: &Project, name: Name) -> bool {
    project.models.has_word(WordKind::Depth, &name)
}

fn is_recursion_depth(project: &Project, name: Name) -> bool {
    project.models.has_word(WordKind::RecursionDepth, &name)
}

/// Whether a test compares a depth that the component steps, and this call does not hand it on as it is.
fn tests_depth(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge, test: ExprId) -> bool {
    let mut found = tests_open_count(component.project, body.at, test);
    body.walk(test, &mut |part| {
        if let Part::Expr(node) = part {
            found |= match node {
                Expr::Compare(op, left, right) => is_ordering(*op) && compares_depth(component, body, edge, &[*left, *right]),
                Expr::Truth(value) => compares_depth(component, body, edge, &[*value]),
                _ => false,
            };
        }
        if let Part::Call(call) = part {
            found |= is_guard_call(component, body, call, Refusal::Answer);
        }
    });
    found
}

fn is_ordering(op: CompareOp) -> bool {
    matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge | CompareOp::Eq | CompareOp::Ne)
}

fn compares_depth(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge, sides: &[ExprId]) -> bool {
    let is_text = |&side: &ExprId| {
        matches!(body.function.expr(side), Expr::Constant(Constant::Text(_) | Constant::Bytes(_) | Constant::None))
    };
    if sides.iter().any(is_text) {
        return false;
    }
    let mut named = false;
    let mut stepped = false;
    for &side in sides {
        let is_length = matches!(body.function.expr(side), Expr::Length(_));
        body.walk(side, &mut |part| {
            if let Part::Name(name) = part {
                named |= !is_length && is_depth(component.project, name);
                stepped |= component.is_stepped(name) && !hands_on_unchanged(component, body, edge, name);
            }
            if let Part::Expr(&Expr::Field(object, field)) = part {
                stepped |= is_depth(component.project, field) && is_stepped_in_class(component.project, body, object, field);
            }
        });
    }
    named && stepped
}

/// Whether the class of an object steps a field, as a state does that is made for each level: `self.depth = parent.depth + 1`.
fn is_stepped_in_class(project: &Project, body: &Body<'_>, object: ExprId, field: Name) -> bool {
    let class = project.type_of(body.at, object).and_then(|ty| project.class(ty));
    class.is_some_and(|class| stepped_in_class(project, class).contains(&field))
}

/// Whether a direct recursive call hands a parameter of this name on as it is.
fn hands_on_unchanged(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge, name: Name) -> bool {
    let Some(call) = body.call_at(edge).filter(|_| edge.from == edge.to) else { return false };
    let callee = component.project.function(edge.to);
    let position = callee.parameters.iter().position(|parameter| callee.local(parameter.local).name == name);
    let Some(position) = position else { return false };
    let Some(argument) = argument_for(call, callee, position) else { return false };
    match *body.function.expr(argument) {
        Expr::Local(local) => local == callee.parameters[position].local && body.constant_parameter(local),
        _ => false,
    }
}

/// Whether a test asks a set that grows on the cycle.
fn tests_membership(component: &Component<'_>, body: &Body<'_>, test: ExprId) -> bool {
    let is_constant = |expr: ExprId| matches!(body.function.expr(expr), Expr::Constant(_));
    let mut found = false;
    body.walk(test, &mut |part| match part {
        Part::Expr(Expr::Compare(CompareOp::In | CompareOp::NotIn, item, set)) if !is_constant(*item) => {
            found |= body.names(*set, |name| component.is_stepped(name));
        }
        Part::Call(call) => {
            if let Callee::Method(set, method) = call.callee {
                found |= component.project.models.has_word(WordKind::Membership, &method)
                    && call.arguments.first().is_some_and(|argument| !is_constant(argument.value))
                    && body.names(set, |name| component.is_stepped(name));
            }
        }
        _ => {}
    });
    found
}

/// Whether a test puts what is passed for a parameter in order with the parameter itself, so that it moves one way:
/// `if target >= start: raise` before `parse(packet, target)`.
fn compares_with_successor(body: &Body<'_>, edge: &CallEdge, test: ExprId) -> bool {
    let Some(call) = body.call_at(edge).filter(|_| edge.from == edge.to) else { return false };
    let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, left, right) = *body.function.expr(test)
    else {
        return false;
    };
    let parameters = body.function.parameters.iter().enumerate();
    parameters.into_iter().any(|(position, parameter)| {
        let Some(argument) = argument_for(call, body.function, position) else { return false };
        let own = Expr::Local(parameter.local);
        let passed = body.function.expr(argument);
        let is_pair = |a: ExprId, b: ExprId| *body.function.expr(a) == own && body.function.expr(b) == passed;
        body.constant_parameter(parameter.local) && *passed != own && (is_pair(left, right) || is_pair(right, left))
    })
}

/// Whether a test puts where the recursive call goes on in order with where the stream stood when its caller began, so
/// that it moves one way: `let start = decoder.index();` first of all, and `if target >= start: raise` before
/// `parse(decoder.at(target))`.
fn compares_with_start(body: &Body<'_>, edge: &CallEdge, test: ExprId) -> bool {
    let Some(call) = body.call_at(edge).filter(|_| edge.from == edge.to) else { return false };
    let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, left, right) = *body.function.expr(test)
    else {
        return false;
    };
    let is_start = |expr: ExprId| match *body.function.expr(expr) {
        Expr::Local(local) => starts(body).contains(&local),
        _ => false,
    };
    // What is passed is that place, or made from it.
    let is_target = |expr: ExprId| {
        let Some(target) = root_of(body, expr) else { return false };
        call.operands().any(|operand| {
            let Some(root) = root_of(body, operand) else { return false };
            root == target
                || body.project.definitions(body.at).of(body.function, root).any(|definition| match definition {
                    Definition::Call(made) => made.operands().any(|from| root_of(body, from) == Some(target)),
                    _ => false,
                })
        })
    };
    (is_start(left) && is_target(right)) || (is_start(right) && is_target(left))
}

/// Locals that hold what a parameter said of itself before anything else was done with that.
fn starts(body: &Body<'_>) -> Vec<LocalId> {
    let is_parameter = |expr: ExprId| matches!(*body.function.expr(expr), Expr::Local(own) if body.constant_parameter(own));
    let mut found = Vec::new();
    for statement in &body.function.block(BlockId::new(0)).statements {
        match &statement.kind {
            StatementKind::Call(call) => {
                let asks =
                    matches!(call.callee, Callee::Method(stream, _) if is_parameter(stream)) && call.arguments.is_empty();
                let is_on_parameter =
                    call.operands().any(|operand| root_of(body, operand).is_some_and(|root| is_own_parameter(body, root)));
                found.extend(call.result.filter(|_| asks));
                if is_on_parameter {
                    break;
                }
            }
            StatementKind::Assign(place, value) => {
                if let (Expr::Local(local), Expr::Field(stream, _)) = (body.function.expr(*place), body.function.expr(*value))
                    && is_parameter(*stream)
                {
                    found.push(*local);
                }
            }
            _ => {}
        }
    }
    found.retain(|&local| body.project.definitions(body.at).only(body.function, local).is_some());
    found
}

fn is_own_parameter(body: &Body<'_>, local: LocalId) -> bool {
    body.function.local(local).kind == LocalKind::Parameter
}

fn root_of(body: &Body<'_>, expr: ExprId) -> Option<LocalId> {
    crate::shape::root_local(body.function, expr)
}

/// Whether a helper that fails is told on every path to a call whether something was seen:
/// `check(offset not in seen, "loop")`.
fn is_after_membership_check(component: &Component<'_>, body: &Body<'_>, edge: &CallEdge) -> bool {
    let checks = |call: &Call| {
        let asks = call.arguments.iter().any(|argument| {
            matches!(body.function.expr(argument.value), Expr::Compare(CompareOp::In | CompareOp::NotIn, ..))
                && tests_membership(component, body, argument.value)
        });
        asks && component.project.resolve_targets(body.at, call).targets.iter().any(|&target| {
            let helper = component.project.function(target);
            helper.blocks.iter().any(|block| matches!(block.terminator, Terminator::Raise { .. }))
        })
    };
    let found = body.membership_checks.get_or_init(|| {
        let found = body.calls().filter(|(_, _, call)| checks(call));
        found.map(|(block, statement, _)| (block, statement)).take(MAX_TESTS).collect()
    });
    body.is_after(edge, found)
}

/// Whether a test compares a parameter that the recursive call counts down, halves or takes the rest of.
fn counts_down(body: &Body<'_>, edge: &CallEdge, test: ExprId) -> bool {
    let Some(call) = body.call_at(edge).filter(|_| edge.from == edge.to) else { return false };
    call.arguments.iter().any(|argument| match *body.function.expr(argument.value) {
        Expr::Binary(
            BinaryOp::Subtract | BinaryOp::FloorDivide | BinaryOp::Divide | BinaryOp::ShiftRight | BinaryOp::Remainder,
            left,
            right,
        ) => match (body.function.expr(left), body.function.expr(right)) {
            (Expr::Local(local), Expr::Constant(Constant::Int(_))) => {
                let name = body.function.local(*local).name;
                body.constant_parameter(*local) && body.names(test, |other| other == name)
            }
            _ => false,
        },
        _ => false,
    })
}

/// Names that something steps in a function of no class that is on a cycle: `depth + 1`, `self.depth -= 1`, `seen.add(x)`.
pub(super) fn stepped_names(project: &Project, members: &[FunctionRef]) -> FxHashSet<Name> {
    let mut names = FxHashSet::default();
    for &member in members {
        steps_of(project, member, &mut names);
    }
    names
}

/// Names that a method of a class steps: guard helpers live beside what they guard.
pub(super) fn stepped_in_class(project: &Project, class: ClassRef) -> FxHashSet<Name> {
    let mut names = FxHashSet::default();
    for method in project.methods_of(class) {
        steps_of(project, method, &mut names);
    }
    names
}

fn steps_of(project: &Project, at: FunctionRef, names: &mut FxHashSet<Name>) {
    let function = project.function(at);
    let name_of = |expr: ExprId| match *function.expr(expr) {
        Expr::Local(local) => Some(function.local(local).name),
        Expr::Global(path) => Some(last_part(path)),
        Expr::Field(_, field) => Some(field),
        _ => None,
    };
    for expr in &function.exprs {
        if let Expr::Binary(BinaryOp::Add | BinaryOp::Subtract | BinaryOp::BitOr, left, right) = expr {
            names.extend(name_of(*left));
            names.extend(name_of(*right));
        }
    }
    for statement in function.blocks.iter().flat_map(|block| &block.statements) {
        match &statement.kind {
            unspin_ir::StatementKind::Assign(place, value) if matches!(function.expr(*value), Expr::Binary(..)) => {
                names.extend(name_of(*place));
            }
            unspin_ir::StatementKind::Assign(place, _) => {
                if let Expr::Index(base, _) = function.expr(*place) {
                    names.extend(name_of(*base));
                }
            }
            unspin_ir::StatementKind::Call(call) => step_of_call(project, function, call, name_of, names),
            _ => {}
        }
    }
}

fn step_of_call(
    project: &Project,
    function: &Function,
    call: &Call,
    name_of: impl Fn(ExprId) -> Option<Name>,
    names: &mut FxHashSet<Name>,
) {
    if let Callee::Method(receiver, method) = call.callee
        && project.models.has_word(WordKind::Step, &method)
    {
        names.extend(name_of(receiver));
    }
    for argument in &call.arguments {
        if matches!(function.expr(argument.value), Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, ..)) {
            names.extend(argument.name);
        }
    }
}

/// Whether a function on the cycle, or one that calls into it, catches `RecursionError`.
pub(super) fn is_caught(component: &Component<'_>, members: &[FunctionRef]) -> bool {
    let catches = |at: FunctionRef| catches_recursion(component.project.function(at));
    members.iter().any(|&member| catches(member) || component.graph.callers(member).iter().any(|&caller| catches(caller)))
}
