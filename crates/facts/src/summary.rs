//! What calling a function of the project may do, seen a few calls deep.
//!
//! Effects are those of the function and of what it certainly calls, up to a fixed depth from each function, so that the
//! answer depends neither on the order of questions nor on cycles of calls.

use std::sync::OnceLock;

use unspin_ir::{Call, Callee, Expr, LocalKind, Name, StatementKind, Terminator};

use crate::definitions::Definition;
use crate::model::{CallModel, Effect, FailureKind, WordKind};
use crate::rounds::{Mode, Modes};
use crate::{FunctionRef, Project};

const DEPTH: u32 = 3;

/// A set of effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects(u64);

impl Effects {
    /// Add one.
    pub fn insert(&mut self, effect: Effect) {
        self.0 |= 1 << effect as u64;
    }

    /// Whether it is among them.
    pub fn contains(self, effect: Effect) -> bool {
        self.0 & (1 << effect as u64) != 0
    }

    /// Whether there is nothing among them but questions, views and logs.
    pub fn only_ask(self) -> bool {
        let quiet = [Effect::Query, Effect::Pure, Effect::View, Effect::StopCheck, Effect::Clock, Effect::Log];
        quiet.iter().fold(self.0, |rest, &effect| rest & !(1 << effect as u64)) == 0
    }

    /// Those of these that are among them.
    fn of(self, wanted: &[Effect]) -> Self {
        Self(wanted.iter().filter(|&&effect| self.contains(effect)).fold(0, |found, &effect| found | 1 << effect as u64))
    }

    /// Whether one of these is among them.
    pub fn contains_any(self, effects: &[Effect]) -> bool {
        effects.iter().any(|&effect| self.contains(effect))
    }

    fn extend(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// What calling a function may do.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Effects of its calls.
    pub effects: Effects,
    /// Those that reach another machine.
    pub remote: Effects,
    /// Whether it reads from something that it was given, of which only a trait or base class is known.
    pub reads_given: bool,
    /// Whether it writes to such.
    pub writes_given: bool,
    /// Of what it runs under a deadline whose end it fails with: whether that reads or writes.
    pub times_out: Effects,
    /// The ends that its calls may meet. Deeper calls count than [`crate::rounds`] follows.
    pub ends: Modes,
    /// Whether something it calls is not resolved.
    pub calls_unknown: bool,
    /// Whether it raises of its own accord.
    pub raises: bool,
    /// Whether it panics or asserts itself; that something which it calls may panic says nothing.
    pub panics: bool,
    /// Whether it never returns: declared so, or every way ends in a failure.
    pub never_returns: bool,
    /// Whether it compares a count with a limit, or a time with a deadline.
    pub compares_bound: bool,
    /// Fields of its receiver that it counts up or down.
    pub steps: Vec<Name>,
    /// Fields of its receiver that it assigns.
    pub writes: Vec<Name>,
    /// Whether it assigns or deletes something that is no variable of its own.
    pub changes: bool,
    /// Whether it waits: blocks, sleeps, or awaits something that is not known to be ready.
    pub waits: bool,
}

/// The summaries of a project, computed when first asked for.
#[derive(Debug, Default)]
pub(crate) struct Summaries {
    /// By file, function and how many calls deep.
    files: Vec<OfFile>,
}

/// The number of functions, and their summaries once one of them was asked for.
type OfFile = (usize, OnceLock<Vec<[OnceLock<Box<Summary>>; DEPTH as usize + 1]>>);

impl Summaries {
    pub(crate) fn new(functions_of_files: impl Iterator<Item = usize>) -> Self {
        Self { files: functions_of_files.map(|count| (count, OnceLock::new())).collect() }
    }
}

impl Project {
    /// The summary of a function.
    pub fn summary(&self, at: FunctionRef) -> &Summary {
        self.summary_to(at, DEPTH)
    }

    /// A summary asks only for shallower ones, so none ever waits for itself.
    fn summary_to(&self, at: FunctionRef, depth: u32) -> &Summary {
        let (count, functions) = &self.summaries.files[at.file as usize];
        let functions = functions.get_or_init(|| (0..*count).map(|_| Default::default()).collect());
        let cells = &functions[at.function.index()];
        cells[depth as usize].get_or_init(|| Box::new(summarize(self, at, depth)))
    }
}

fn summarize(project: &Project, at: FunctionRef, depth: u32) -> Summary {
    let function = project.function(at);
    let mut summary = Summary { never_returns: function.never_returns, ..Summary::default() };
    let receiver = function.receiver();
    for block in &function.blocks {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Call(call) => add_call(project, at, call, depth, &mut summary),
                StatementKind::Delete(place) => summary.changes |= !is_own_variable(function, *place),
                StatementKind::Assign(place, value) => {
                    summary.changes |= !is_own_variable(function, *place);
                    if let Expr::Field(base, field) = function.expr(*place)
                        && let Expr::Local(local) = function.expr(*base)
                        && Some(*local) == receiver
                    {
                        summary.writes.push(*field);
                        if steps_itself(function, *place, *value) {
                            summary.steps.push(*field);
                        }
                    }
                }
                StatementKind::Yield(_) => summary.waits = true,
                _ => {}
            }
        }
        match &block.terminator {
            Terminator::Raise { panics: true, .. } => summary.panics = true,
            Terminator::Raise { assertion, .. } => {
                summary.raises = true;
                summary.panics |= assertion;
            }
            Terminator::Branch { test, .. } if compares_bound(project, at, *test) => summary.compares_bound = true,
            Terminator::Advance { awaited: true, .. } => summary.waits = true,
            _ => {}
        }
    }
    summary.never_returns |= !returns_on_some_way(function) && !function.is_abstract && !function.is_generator;
    summary
}

fn is_own_variable(function: &unspin_ir::Function, place: unspin_ir::ExprId) -> bool {
    match function.expr(place) {
        Expr::Local(local) => !matches!(function.local(*local).kind, LocalKind::Captured | LocalKind::Shared),
        _ => false,
    }
}

/// Whether a `Return` can be reached without a failure.
fn returns_on_some_way(function: &unspin_ir::Function) -> bool {
    let mut seen = vec![false; function.blocks.len()];
    let mut pending = vec![unspin_ir::BlockId::new(0)];
    while let Some(block) = pending.pop() {
        if std::mem::replace(&mut seen[block.index()], true) {
            continue;
        }
        let block = function.block(block);
        if matches!(block.terminator, Terminator::Return(_)) {
            return true;
        }
        pending.extend(block.successors());
    }
    false
}

fn add_call(project: &Project, at: FunctionRef, call: &Call, depth: u32, summary: &mut Summary) {
    let resolution = project.resolve(at, call);
    if let Some((model, _)) = resolution.model {
        summary.effects.insert(model.effect);
        summary.ends.extend(Mode::of(model));
        if model.remote {
            summary.remote.insert(model.effect);
        }
        let is_given = !model.remote && is_on_given(project.function(at), call);
        summary.reads_given |= model.effect == Effect::Read && is_given;
        summary.writes_given |= model.effect == Effect::Write && is_given;
        if model.wraps.is_some() && model.effect == Effect::Deadline {
            let inner = wrapped(project, at, call, model, depth);
            if fails_in_time(project, at, call) {
                summary.times_out.extend(inner.effects.of(&[Effect::Read, Effect::Write]));
            }
            summary.effects.extend(inner.effects);
            summary.reads_given |= inner.reads_given;
            summary.writes_given |= inner.writes_given;
        }
        summary.waits |= model.blocks.unwrap_or(model.effect.blocks());
        return;
    }
    if resolution.targets.is_empty() {
        summary.calls_unknown = true;
        summary.waits |= call.awaited;
    } else if depth > 0 {
        for &target in &resolution.targets {
            let inner = project.summary_to(target, depth - 1);
            summary.effects.extend(inner.effects);
            summary.remote.extend(inner.remote);
            let is_given = is_on_given(project.function(at), call);
            summary.reads_given |= inner.reads_given && is_given;
            summary.writes_given |= inner.writes_given && is_given;
            if call.raises {
                summary.times_out.extend(inner.times_out);
            }
            summary.ends.extend(inner.ends);
            summary.calls_unknown |= inner.calls_unknown;
            summary.waits |= inner.waits;
            summary.compares_bound |= inner.compares_bound;
            summary.raises |= inner.raises;
            summary.changes |= inner.changes;
        }
    } else {
        summary.calls_unknown = true;
    }
}

/// What a deadline bounds; of a call that was counted already, no more than its effects.
fn wrapped(project: &Project, at: FunctionRef, call: &Call, model: &CallModel, depth: u32) -> Summary {
    let function = project.function(at);
    let mut found = Summary::default();
    let Some(mut value) = model.wrapped(call) else { return found };
    let of_target = |target: FunctionRef| depth.checked_sub(1).map(|depth| project.summary_to(target, depth));
    if let Expr::Local(local) = *function.expr(value) {
        match project.definitions(at).only(function, local) {
            Some(Definition::Value(held)) => value = held,
            Some(Definition::Call(made)) => {
                let resolution = project.resolve(at, made);
                resolution.model.iter().for_each(|(model, _)| found.effects.insert(model.effect));
                let inner = resolution.targets.iter().filter_map(|&target| of_target(target));
                inner.for_each(|inner| found.effects.extend(inner.effects));
                return found;
            }
            _ => {}
        }
    }
    if let Expr::Function(inner) = *function.expr(value)
        && let Some(inner) = of_target(FunctionRef { file: at.file, function: inner })
    {
        found.effects = inner.effects;
        (found.reads_given, found.writes_given) = (inner.reads_given, inner.writes_given);
    }
    found
}

/// Whether the end of a deadline is a failure of the function: it is handed on, or made a failure of a kind that says so.
fn fails_in_time(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let function = project.function(at);
    let says_so = |function: &unspin_ir::Function| {
        function.blocks.iter().any(|block| match block.terminator {
            Terminator::Raise { class: Some(class), .. } => project.models.failure_kind(class) == Some(FailureKind::Timeout),
            _ => false,
        })
    };
    let arguments = function.calls().flat_map(|(call, _)| &call.arguments);
    let mut closures = arguments.filter_map(|argument| match *function.expr(argument.value) {
        Expr::Function(inner) => Some(project.function(FunctionRef { file: at.file, function: inner })),
        _ => None,
    });
    call.raises || says_so(function) || closures.any(says_so)
}

/// Whether a call is a method of a parameter or of a part of one, or is given such; what a closure captures is given to it.
fn is_on_given(function: &unspin_ir::Function, call: &Call) -> bool {
    let is_given = |expr| {
        let root = crate::shape::root_local(function, expr);
        root.is_some_and(|root| matches!(function.local(root).kind, LocalKind::Parameter | LocalKind::Captured))
    };
    match call.callee {
        Callee::Method(receiver, _) => is_given(receiver),
        _ => call.arguments.iter().any(|argument| is_given(argument.value)),
    }
}

/// Whether an assignment adds to, or subtracts from, the place itself.
pub(crate) fn steps_itself(function: &unspin_ir::Function, place: unspin_ir::ExprId, value: unspin_ir::ExprId) -> bool {
    use unspin_ir::BinaryOp;
    let Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, a, b) = function.expr(value) else { return false };
    let path = function.path(place);
    path.is_some() && (function.path(*a) == path || function.path(*b) == path)
}

fn compares_bound(project: &Project, at: FunctionRef, test: unspin_ir::ExprId) -> bool {
    let function = project.function(at);
    let mut found = false;
    crate::shape::for_each_part(function, test, &mut |part| {
        let is_ordering = matches!(
            function.expr(part),
            Expr::Compare(
                unspin_ir::CompareOp::Lt | unspin_ir::CompareOp::Le | unspin_ir::CompareOp::Gt | unspin_ir::CompareOp::Ge,
                ..
            )
        );
        found |= is_ordering;
    });
    let mut named = false;
    if found {
        crate::shape::for_each_part(function, test, &mut |part| {
            if let Some(path) = function.path(part) {
                named |= project.models.has_word(WordKind::Limit, &path) || project.models.has_word(WordKind::Deadline, &path);
            }
        });
    }
    named
}
