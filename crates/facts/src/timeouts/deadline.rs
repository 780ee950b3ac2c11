//! Whether a call runs under a deadline that is not its own: a context manager, a combinator, a race, a caller.

use rustc_hash::FxHashSet;
use unspin_flow::BlockSet;
use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, LocalId, Name, ScopeId, StatementKind, Terminator};

use crate::definitions::Definition;
use crate::model::{Effect, WordKind};
use crate::shape::Shape;
use crate::sites::shown_callee;
use crate::{FunctionRef, Project};

/// How many callers up a deadline is looked for.
const MAX_CALLERS: u32 = 3;

/// What a race has to be to bound what takes part in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Race {
    /// Any: somebody can end the wait.
    Any,
    /// One against something that is ready when some time is over.
    Timed,
}

/// Whether something around the call of a block bounds its time.
pub(super) fn is_bounded(project: &Project, at: FunctionRef, shape: &Shape, block: BlockId, call: &Call) -> bool {
    is_bounded_here(project, at, shape, block, call, Race::Any)
        || is_decided(project, at, shape, block)
        || is_bounded_by_callers(project, at, MAX_CALLERS, Race::Any)
        || is_run_in_time(project, at)
}

/// Whether a deadline encloses a whole loop, or every run of its function.
pub(super) fn bounds_loop(project: &Project, at: FunctionRef, shape: &Shape, natural: &unspin_flow::NaturalLoop) -> bool {
    let function = project.function(at);
    // What the loop enters itself bounds one round only.
    let entered = natural.source.map(|source| function.loops[source].span);
    let mut scope = function.block(natural.header).scope;
    while let Some(id) = scope.filter(|&id| entered.is_some_and(|span| span.start <= function.scope(id).span.start)) {
        scope = function.scope(id).parent;
    }
    is_in_scope(project, at, shape, scope)
        || is_closure_under_deadline(project, at)
        || is_bounded_by_callers(project, at, 1, Race::Timed)
        || is_run_in_time(project, at)
}

fn is_bounded_here(project: &Project, at: FunctionRef, shape: &Shape, block: BlockId, call: &Call, race: Race) -> bool {
    is_in_scope(project, at, shape, project.function(at).block(block).scope)
        || is_wrapped(project, at, call.result)
        || is_awaited_in_scope(project, at, shape, call)
        || is_raced(project, at, block, race)
        || is_closure_under_deadline(project, at)
}

fn is_in_scope(project: &Project, at: FunctionRef, shape: &Shape, scope: Option<ScopeId>) -> bool {
    let function = project.function(at);
    let mut scope = scope;
    while let Some(id) = scope {
        let data = function.scope(id);
        if let Some((_, _, call)) = shape.origin(function, data.manager) {
            let named = shown_callee(function, call).to_ascii_lowercase();
            let is_deadline = project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Deadline);
            if is_deadline || ["timeout", "fail_after", "move_on_after"].iter().any(|word| named.contains(word)) {
                return true;
            }
        }
        scope = data.parent;
    }
    false
}

/// Whether the result, not awaited yet, is handed to a deadline: `wait_for(reader.read(), 3)`, or to a task that is.
fn is_wrapped(project: &Project, at: FunctionRef, result: Option<LocalId>) -> bool {
    let Some(result) = result else { return false };
    let function = project.function(at);
    let given = |result| {
        function
            .calls()
            .map(|(call, _)| call)
            .filter(move |call| call.arguments.iter().any(|argument| *function.expr(argument.value) == Expr::Local(result)))
    };
    let spawns = |call: &Call| project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Spawn);
    let is_timed = |call: &Call| is_deadline(project, at, call);
    given(result).any(|call| {
        is_timed(call) || (spawns(call) && !call.awaited && call.result.is_some_and(|task| given(task).any(is_timed)))
    })
}

/// Whether the result is awaited later, under a deadline: `task = connect(address)`, and then `await task` in time.
fn is_awaited_in_scope(project: &Project, at: FunctionRef, shape: &Shape, call: &Call) -> bool {
    let Some(result) = call.result.filter(|_| !call.awaited) else { return false };
    let function = project.function(at);
    let holds = |value: ExprId| match *function.expr(value) {
        Expr::Local(local) if local == result => true,
        Expr::Local(local) => project
            .definitions(at)
            .of(function, local)
            .any(|definition| matches!(definition, Definition::Value(value) if *function.expr(value) == Expr::Local(result))),
        _ => false,
    };
    function.blocks.iter().any(|block| {
        block.statements.iter().any(|statement| match &statement.kind {
            StatementKind::Call(later) => match later.callee {
                Callee::Value(value) => later.awaited && holds(value) && is_in_scope(project, at, shape, block.scope),
                _ => false,
            },
            _ => false,
        })
    })
}

fn is_deadline(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let named = || shown_callee(project.function(at), call).to_ascii_lowercase();
    let has_word = |named: String| named.contains("timeout") || named.contains("wait") || named.contains("deadline");
    project.resolve(at, call).model.is_some_and(|(model, _)| model.wraps.is_some()) || has_word(named())
}

/// Whether the block is an arm of a select: whichever arm is ready first ends the wait of the others.
fn is_raced(project: &Project, at: FunctionRef, block: BlockId, race: Race) -> bool {
    let function = project.function(at);
    let begins_arm = |&arm: &BlockId| {
        let is_precondition = matches!(function.block(arm).terminator, Terminator::Branch { then, .. } if then == block);
        arm == block || (is_precondition && function.block(arm).statements.is_empty())
    };
    function.blocks.iter().any(|other| {
        let Terminator::Select { arms } = &other.terminator else { return false };
        let ends_in_time = |arm: &BlockId| !begins_arm(arm) && is_timed_arm(project, at, *arm);
        arms.len() > 1 && arms.iter().any(begins_arm) && (race == Race::Any || arms.iter().any(ends_in_time))
    })
}

/// Whether an arm may be ready because some time is over; of what is not known, that is taken for granted.
fn is_timed_arm(project: &Project, at: FunctionRef, arm: BlockId) -> bool {
    let function = project.function(at);
    let mut calls = function.block(arm).statements.iter().filter_map(|statement| match &statement.kind {
        StatementKind::Call(call) => Some(call),
        _ => None,
    });
    let waits_for_time = |effect: Effect| matches!(effect, Effect::Sleep | Effect::Deadline | Effect::Clock);
    let Some(awaited) = calls.find(|call| call.awaited) else { return true };
    let resolution = project.resolve(at, awaited);
    if let Some((model, _)) = resolution.model {
        return waits_for_time(model.effect) || model.wraps.is_some();
    }
    let keeps_time = |&target: &FunctionRef| project.summary(target).effects.contains_any(&[Effect::Sleep, Effect::Clock]);
    resolution.targets.is_empty() || resolution.targets.iter().any(keeps_time)
}

/// A closure or async block runs under the deadline that it is handed to or raced with, and under what bounds the code
/// around it.
fn is_closure_under_deadline(project: &Project, at: FunctionRef) -> bool {
    let Some(parent) = project.function(at).parent.filter(|&parent| parent < at.function) else { return false };
    let outer_at = FunctionRef { file: at.file, function: parent };
    let outer = project.function(outer_at);
    let is_it = |value: ExprId| *outer.expr(value) == Expr::Function(at.function);
    let is_held = |value: ExprId| match *outer.expr(value) {
        Expr::Local(local) => project
            .definitions(outer_at)
            .of(outer, local)
            .any(|definition| matches!(definition, Definition::Value(value) if is_it(value))),
        _ => is_it(value),
    };
    let gets_it = |call: &Call| call.arguments.iter().any(|argument| is_held(argument.value));
    let awaits_it = |call: &Call| matches!(call.callee, Callee::Value(value) if call.awaited && is_held(value));
    outer.block_ids().any(|(block, data)| {
        data.statements.iter().any(|statement| match &statement.kind {
            StatementKind::Call(call) => {
                (gets_it(call) && is_deadline(project, outer_at, call))
                    || (awaits_it(call) && is_raced(project, outer_at, block, Race::Timed))
            }
            _ => false,
        })
    }) || is_closure_under_deadline(project, outer_at)
}

/// Whether a branch decided that there is to be no timeout: `match timeout { Some(t) => …, None => connect(address) }`.
fn is_decided(project: &Project, at: FunctionRef, shape: &Shape, block: BlockId) -> bool {
    let function = project.function(at);
    let everything: BlockSet = function.block_ids().map(|(id, _)| id).collect();
    function.block_ids().any(|(tested, data)| {
        let Terminator::Branch { test, then, otherwise } = data.terminator else { return false };
        let mut is_of_timeout = false;
        crate::shape::for_each_part(function, test, &mut |part| {
            is_of_timeout = is_of_timeout || function.path(part).is_some_and(|path| is_timeout(project, &path));
        });
        let avoiding = BlockSet::from_iter([tested]);
        let reaches = |start: BlockId| {
            start == block || unspin_flow::ways::reachable(&shape.cfg, start, &everything, &avoiding).contains(block)
        };
        is_of_timeout && reaches(then) != reaches(otherwise)
    })
}

/// Whether a name speaks of a timeout.
pub(super) fn is_timeout(project: &Project, path: &str) -> bool {
    path.to_ascii_lowercase().contains("timeout") || project.models.has_word(WordKind::Deadline, path)
}

/// What a function hands to deadlines: calls that are awaited there, and closures.
pub(super) fn handed_over(project: &Project, at: FunctionRef) -> impl Iterator<Item = Definition<'_>> {
    let function = project.function(at);
    let is_named = |name: Name| name.contains("timeout") || name == "wait_for";
    let deadlines = function.calls().map(|(call, _)| call).filter(move |call| call.callee.name().is_some_and(is_named));
    deadlines.filter_map(move |call| {
        let (model, _) = project.resolve(at, call).model.filter(|(model, _)| model.effect == Effect::Deadline)?;
        let given = call.arguments.get(model.wraps? as usize)?.value;
        match *function.expr(given) {
            Expr::Local(local) => project.definitions(at).only(function, local),
            _ => Some(Definition::Value(given)),
        }
    })
}

/// The functions that all callers in the program run under a deadline, in whichever file; tests are no callers.
pub(crate) fn functions_in_time(project: &Project) -> FxHashSet<FunctionRef> {
    let callers = || project.functions().filter(|&at| !project.function(at).is_test);
    let handed = callers().flat_map(|at| handed_over(project, at).flat_map(move |given| calls_of(project, at, given)));
    let handed: Vec<(FunctionRef, &Call)> = handed.collect();
    let targets = |at: FunctionRef, call: &Call| project.resolve_targets(at, call).targets;
    let mut in_time: FxHashSet<FunctionRef> = handed.iter().flat_map(|&(at, call)| targets(at, call)).collect();
    let names: FxHashSet<Name> = in_time.iter().map(|&target| project.function(target).name).collect();
    for at in callers().filter(|&at| project.outline(at).called.names.iter().any(|(name, _)| names.contains(name))) {
        for (call, _) in project.function(at).calls() {
            let may_be_one = call.callee.name().is_some_and(|name| names.contains(&unspin_ir::last_part(name)));
            if may_be_one && !handed.iter().any(|&(_, in_time)| std::ptr::eq(in_time, call)) {
                for target in targets(at, call) {
                    in_time.remove(&target);
                }
            }
        }
    }
    in_time
}

/// Whether every caller runs the function, or the one that it is a closure of, under a deadline.
fn is_run_in_time(project: &Project, at: FunctionRef) -> bool {
    project.functions_in_time().contains(&at) || around(project, at).is_some_and(|parent| is_run_in_time(project, parent))
}

/// The function that one is a closure of.
fn around(project: &Project, at: FunctionRef) -> Option<FunctionRef> {
    let parent = project.function(at).parent.filter(|&parent| parent < at.function && parent.index() > 0)?;
    Some(FunctionRef { function: parent, ..at })
}

/// The calls that are handed over as one, or in a closure.
fn calls_of<'p>(project: &'p Project, at: FunctionRef, given: Definition<'p>) -> Vec<(FunctionRef, &'p Call)> {
    match given {
        Definition::Call(call) => vec![(at, call)],
        Definition::Value(value) => match *project.function(at).expr(value) {
            Expr::Function(closure) => {
                let closure = FunctionRef { function: closure, ..at };
                project.function(closure).calls().map(|(call, _)| (closure, call)).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether a caller runs the function, or the one that it is a closure of, under a deadline: then the project puts its
/// deadlines there.
fn is_bounded_by_callers(project: &Project, at: FunctionRef, depth: u32, race: Race) -> bool {
    if around(project, at).is_some_and(|parent| is_bounded_by_callers(project, parent, depth, race)) {
        return true;
    }
    let name = project.function(at).name;
    let calls_it = |call: &Call| call.callee.name() == Some(name);
    // Callers in other files are not looked for: that would cost the whole project for each call.
    let file = &project.files[at.file as usize];
    let callers = file.families.callers(&file.module, name).filter(|(caller, _)| *caller != at.function);
    callers.into_iter().any(|(caller, function)| {
        let caller = FunctionRef { file: at.file, function: caller };
        let mut shape = None;
        function.block_ids().any(|(block, data)| {
            data.statements.iter().any(|statement| {
                let StatementKind::Call(call) = &statement.kind else { return false };
                if !calls_it(call) || !project.resolve(caller, call).targets.contains(&at) {
                    return false;
                }
                let shape = shape.get_or_insert_with(|| Shape::new(function));
                is_bounded_here(project, caller, shape, block, call, race)
                    || (depth > 1 && is_bounded_by_callers(project, caller, depth - 1, race))
            })
        })
    })
}
