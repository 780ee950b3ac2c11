//! Loops around a call: those of its own function, and those of the functions that call it.
//!
//! Callers are looked for in the same file and a few calls away.

use unspin_flow::{BlockSet, Dominators, NaturalLoop};
use unspin_ir::{BlockId, Call, Function, FunctionId, FunctionKind, Name, StatementKind};

use crate::model::Effect;
use crate::shape::Shape;
use crate::{FunctionRef, Project};

/// How many calls away a loop is looked for.
const MAX_CALLERS: u32 = 2;

/// Whether other functions of the file call this one in a loop. A script's own loop is not meant.
pub(super) fn is_called_in_loop(project: &Project, at: FunctionRef) -> bool {
    is_looped(project, at, MAX_CALLERS)
}

/// Whether a process is started before the loop around a call, or before the loop of a caller: then that is most often what
/// is asked, until it is up.
pub(super) fn asks_started(project: &Project, at: FunctionRef, shape: &Shape, block: BlockId) -> bool {
    let around = |natural: &NaturalLoop| natural.body.contains(block);
    let is_started_by = |caller: FunctionRef| {
        let is_caller_of = |natural: &NaturalLoop| calls(project, at, caller, Some(&natural.body));
        starts_process(project, caller) && starts_before(project, caller, &Shape::new(project.function(caller)), is_caller_of)
    };
    starts_process(project, at) && starts_before(project, at, shape, around) || callers(project, at).any(is_started_by)
}

/// Whether a function starts a process on every way to one of these loops.
fn starts_before(project: &Project, at: FunctionRef, shape: &Shape, is_meant: impl Fn(&NaturalLoop) -> bool) -> bool {
    let dominators = Dominators::new(&shape.cfg);
    let mut loops = shape.forest.loops.iter().filter(|natural| natural.source.is_some() && is_meant(natural));
    loops.any(|natural| {
        let is_before = |block: BlockId| !natural.body.contains(block) && dominators.dominates(block, natural.header);
        let blocks = project.function(at).block_ids().filter(|(block, _)| is_before(*block));
        blocks.flat_map(|(_, data)| &data.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => is_start(project, at, call),
            _ => false,
        })
    })
}

fn starts_process(project: &Project, at: FunctionRef) -> bool {
    project.function(at).calls().any(|(call, _)| is_start(project, at, call))
}

fn is_start(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let is_process = |ty: Name| matches!(unspin_ir::last_part(ty).as_str(), "Child" | "Popen" | "Process");
    let model = project.resolve(at, call).model;
    model.is_some_and(|(model, _)| model.effect == Effect::Spawn && model.returns.is_some_and(is_process))
}

fn is_looped(project: &Project, at: FunctionRef, depth: u32) -> bool {
    callers(project, at).any(|caller| {
        let further = || depth > 1 && calls(project, at, caller, None) && is_looped(project, caller, depth - 1);
        is_called_in_loop_of(project, at, caller) || further()
    })
}

/// The functions of the file that call one by its name, but for itself, scripts and tests.
fn callers(project: &Project, at: FunctionRef) -> impl Iterator<Item = FunctionRef> {
    let file = &project.files[at.file as usize];
    let callers = file.families.callers(&file.module, project.function(at).name);
    let is_meant = move |(caller, function): &(FunctionId, &Function)| {
        *caller != at.function && function.kind != FunctionKind::Module && !function.is_test
    };
    callers.into_iter().filter(is_meant).map(move |(caller, _)| FunctionRef { file: at.file, function: caller })
}

fn is_called_in_loop_of(project: &Project, at: FunctionRef, caller: FunctionRef) -> bool {
    let function = project.function(caller);
    if function.loops.is_empty() {
        return false;
    }
    let shape = Shape::new(function);
    let mut loops = shape.forest.loops.iter().filter(|natural| natural.source.is_some());
    loops.any(|natural| calls(project, at, caller, Some(&natural.body)))
}

/// Whether a function calls another one, in some of its blocks or anywhere.
fn calls(project: &Project, at: FunctionRef, caller: FunctionRef, among: Option<&BlockSet>) -> bool {
    let name = project.function(at).name;
    let calls_it =
        |call: &Call| call.callee.name() == Some(name) && project.resolve_targets(caller, call).targets.contains(&at);
    let blocks = project.function(caller).block_ids().filter(|(block, _)| among.is_none_or(|among| among.contains(*block)));
    blocks.flat_map(|(_, data)| &data.statements).any(|statement| match &statement.kind {
        StatementKind::Call(call) => calls_it(call),
        _ => false,
    })
}
