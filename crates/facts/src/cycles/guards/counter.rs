//! Helpers and objects that count levels: they compare a count with a maximum and refuse one more.
//!
//! A name says what is counted, or that the count is given back: attempts and positions only go one way.

use unspin_ir::{BinaryOp, Callee, Constant, Expr, ExprId, Function, LocalId, Name, StatementKind, Terminator};

use super::{is_depth, is_ordering, is_recursion_depth};
use crate::cycles::body::last_part;
use crate::model::WordKind;
use crate::project::{FunctionRef, Project};

/// How long a helper may be for its test of a depth to be what it is for.
const MAX_HELPER_BLOCKS: usize = 24;

/// How a helper says that it goes too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It fails.
    Failure,
    /// It fails, or its answer is tested.
    Answer,
}

/// Whether a helper compares a depth and refuses to go deeper.
pub(in crate::cycles) fn is_depth_check(project: &Project, target: FunctionRef, refusal: Refusal) -> bool {
    let function = project.function(target);
    let refuses = fails(function) || (refusal == Refusal::Answer && answers(function));
    function.blocks.len() <= MAX_HELPER_BLOCKS
        && refuses
        && (compares_depth(project, function) || counts_levels(project, target) || makes_level(project, target))
}

/// Whether entering an object of a class, which a call makes, is such a check: `with Level(self): ..`.
pub(super) fn is_checked_on_entry(project: &Project, constructor: FunctionRef) -> bool {
    let function = project.function(constructor);
    let Some(class) = project.owner(constructor).filter(|_| function.name == "__init__") else { return false };
    let entry = project.own_method(class, unspin_ir::name("__enter__"));
    entry.iter().any(|&entry| is_depth_check(project, entry, Refusal::Failure))
}

/// An assertion that the count is not below zero refuses nothing, nor does what only passes a failure on.
fn fails(function: &Function) -> bool {
    function.blocks.iter().any(|block| match block.terminator {
        Terminator::Raise { class, value, assertion, .. } => !assertion && (class.is_some() || value.is_some()),
        _ => false,
    })
}

fn answers(function: &Function) -> bool {
    function.blocks.iter().any(|block| match block.terminator {
        Terminator::Return(Some(value)) => {
            matches!(function.expr(value), Expr::Constant(Constant::Bool(_) | Constant::None) | Expr::Compare(..))
        }
        _ => false,
    })
}

/// Whether a test compares what can only be a depth, or a level that the helper also steps: a level may be of anything.
fn compares_depth(project: &Project, function: &Function) -> bool {
    let is_compared = function.blocks.iter().any(|block| match block.terminator {
        Terminator::Branch { test, .. } => {
            // Not `Body`: its graph is not needed for a look at the tests.
            let is_level = |name| is_depth(project, name) && steps(function, name).next().is_some();
            comparison_names(function, test).iter().any(|&name| is_recursion_depth(project, name) || is_level(name))
        }
        _ => false,
    });
    is_compared || function.calls().any(|(call, _)| takes_level(project, function, call.callee))
}

/// `self.remaining_depth.checked_sub(1)`
fn takes_level(project: &Project, function: &Function, callee: Callee) -> bool {
    let Callee::Method(count, method) = callee else { return false };
    let name = match *function.expr(count) {
        Expr::Local(local) => function.local(local).name,
        Expr::Field(_, field) => field,
        _ => return false,
    };
    method.starts_with("checked_") && is_recursion_depth(project, name)
}

/// Whether a function compares a field with a maximum and steps it, and another function of the file steps it back. What
/// is given something to keep counts that: `push(item)`.
fn counts_levels(project: &Project, at: FunctionRef) -> bool {
    let function = project.function(at);
    let runs = |given: LocalId| {
        let is_it = |callee: Callee| matches!(callee, Callee::Value(run) if *function.expr(run) == Expr::Local(given));
        function.calls().any(|(call, _)| is_it(call.callee))
    };
    let mut given = function.parameters.iter().skip(usize::from(function.has_receiver));
    if !given.all(|parameter| runs(parameter.local)) {
        return false;
    }
    tests(function).filter_map(|test| compared_with_maximum(project, function, test)).any(|count| match *function.expr(count) {
        Expr::Field(_, name) => steps(function, name).any(|op| is_given_back(project, at, name, op)),
        _ => false,
    })
}

/// Whether some function of the file steps a field the other way, and the field is no position.
fn is_given_back(project: &Project, at: FunctionRef, name: Name, op: BinaryOp) -> bool {
    let mut beside = project.files[at.file as usize].module.functions.iter();
    beside.any(|other| steps(other, name).any(|other| other != op)) && !project.models.has_word(WordKind::Position, &name)
}

/// Whether a test compares a field with a maximum of more than one, and the function adds to what it or another one of the
/// file takes from.
pub(super) fn tests_open_count(project: &Project, at: FunctionRef, test: ExprId) -> bool {
    let function = project.function(at);
    let Some(count) = compared_with_maximum(project, function, test) else { return false };
    let Expr::Field(_, name) = *function.expr(count) else { return false };
    let mut is_emptiness = false;
    function.expr(test).for_each_operand(|side| {
        is_emptiness |= matches!(function.expr(side), Expr::Constant(Constant::Int(..=1)));
    });
    !is_emptiness && steps(function, name).any(|op| op == BinaryOp::Add) && is_given_back(project, at, name, BinaryOp::Add)
}

/// Whether a function compares a count with a maximum, steps it, and gives an object that steps it back when it is dropped.
fn makes_level(project: &Project, at: FunctionRef) -> bool {
    let function = project.function(at);
    let Some(class) = project.return_type(at).and_then(|ty| project.class(ty)) else { return false };
    let steps_by_one = |function: &Function| {
        let is_one = |value: ExprId| *function.expr(value) == Expr::Constant(&Constant::Int(1));
        function.exprs.iter().find_map(|expr| match *expr {
            Expr::Binary(op @ (BinaryOp::Add | BinaryOp::Subtract), _, by) if is_one(by) => Some(op),
            _ => None,
        })
    };
    let Some(op) = steps_by_one(function) else { return false };
    let drops = project.own_method(class, unspin_ir::name("drop"));
    tests(function).any(|test| compared_with_maximum(project, function, test).is_some())
        && drops.iter().any(|&drop| steps_by_one(project.function(drop)).is_some_and(|back| back != op))
}

fn tests(function: &Function) -> impl Iterator<Item = ExprId> + '_ {
    function.blocks.iter().filter_map(|block| match block.terminator {
        Terminator::Branch { test, .. } => Some(test),
        _ => None,
    })
}

/// What a test puts in order with a constant, or with something that is called a limit.
fn compared_with_maximum(project: &Project, function: &Function, test: ExprId) -> Option<ExprId> {
    let Expr::Compare(op, left, right) = *function.expr(test) else { return None };
    let is_limit = |name: Name| is_depth(project, name) || project.models.has_word(WordKind::Limit, &name);
    let is_maximum = |expr: ExprId| match *function.expr(expr) {
        Expr::Constant(Constant::Int(_)) | Expr::Global(_) => true,
        Expr::Local(local) => is_limit(function.local(local).name),
        Expr::Field(_, field) => is_limit(field),
        _ => false,
    };
    match (is_ordering(op), is_maximum(left), is_maximum(right)) {
        (true, _, true) => Some(left),
        (true, true, false) => Some(right),
        _ => None,
    }
}

/// How a function steps a field of this name: by adding to it, or by taking from it.
fn steps(function: &Function, name: Name) -> impl Iterator<Item = BinaryOp> + '_ {
    let is_it = move |expr: ExprId| matches!(function.expr(expr), Expr::Field(_, field) if *field == name);
    function.blocks.iter().flat_map(|block| &block.statements).filter_map(move |statement| match statement.kind {
        StatementKind::Assign(place, value) if is_it(place) => match *function.expr(value) {
            Expr::Binary(op @ (BinaryOp::Add | BinaryOp::Subtract), of, _) if is_it(of) => Some(op),
            _ => None,
        },
        _ => None,
    })
}

/// Names on both sides of a comparison, without looking behind temporaries.
pub(super) fn comparison_names(function: &Function, test: ExprId) -> Vec<Name> {
    let mut found = Vec::new();
    let mut pending = vec![(test, false)];
    while let Some((expr, inside)) = pending.pop() {
        let node = function.expr(expr);
        let inside = inside || matches!(node, Expr::Compare(..) | Expr::Truth(_));
        match node {
            Expr::Local(local) if inside => found.push(function.local(*local).name),
            Expr::Global(path) if inside => found.push(last_part(*path)),
            Expr::Field(_, field) if inside => found.push(*field),
            _ => {}
        }
        node.for_each_operand(|operand| pending.push((operand, inside)));
    }
    found
}
