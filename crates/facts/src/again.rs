//! Functions that try again by calling themselves, from their own handler, after a pause or by what was answered:
//! every try costs a frame of the stack.

use rustc_hash::FxHashSet;
use unspin_ir::{BlockId, Call, Callee, Expr, ExprId, Function, LocalKind, StatementKind, Terminator};
use unspin_span::Span;

use crate::model::{Effect, WordKind};
use crate::observation::{Observation, Subject, Sureness};
use crate::resolve::is_receiver;
use crate::shape::{LazyShape, Shape};
use crate::{FunctionRef, Project};

/// Locals that are looked at for where a value comes from.
const MAX_LOCALS: usize = 32;

/// Definitions of one local that are looked through.
const MAX_DEFINITIONS: usize = 8;

/// Whether a call may be one of the function itself: by its name, and on its own receiver. The same method of another
/// object is a walk over objects.
pub(crate) fn may_observe(function: &Function, call: &Call) -> bool {
    call.callee.name() == Some(function.name)
        && match call.callee {
            Callee::Method(receiver, _) => is_receiver(function, receiver),
            Callee::Path(_) => true,
            Callee::Value(_) => false,
        }
}

/// Whether a function calls itself for certain.
pub(crate) fn calls_itself(project: &Project, at: FunctionRef) -> bool {
    let function = project.function(at);
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements.into_iter().any(|statement| match &statement.kind {
        StatementKind::Call(call) => may_observe(function, call) && is_own_call(project, at, call),
        _ => false,
    })
}

fn is_own_call(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let resolution = project.resolve_targets(at, call);
    resolution.exact && resolution.targets == [at]
}

/// The call of itself in a handler of a remote call's failure, with the same arguments and nothing counted.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Option<Observation> {
    let function = project.function(at);
    for (dispatch, block) in function.block_ids() {
        let Terminator::Dispatch { handlers, .. } = &block.terminator else { continue };
        for handler in handlers.iter().filter(|handler| handler.manager.is_none()) {
            let Some((call, span)) = own_call(project, at, function, shape, handler.block) else { continue };
            let Some(guarded) = calls_before(function, dispatch).find(|guarded| is_remote(project, at, guarded)) else {
                continue;
            };
            if is_counted(project, function, call) || changes_state(function, shape, handler.block) {
                continue;
            }
            return Some(Observation {
                subject: Subject::Call,
                function: at,
                around: None,
                attributes: vec![("again", "by-recursion")],
                places: vec![("call", at.file, span), ("handler", at.file, handler.span)],
                words: vec![("call", crate::sites::shown_callee(function, guarded)), ("function", function.name.to_string())],
                sureness: Sureness::Medium,
            });
        }
    }
    None
}

/// The call of itself with something that a reply said: a redirect, a next page. Each reply is another frame.
pub(crate) fn observe_reply(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Option<Observation> {
    let function = project.function(at);
    // One call for each of several links is a crawl, which is another matter.
    let is_in_loop = |block: BlockId| shape.forest.loops.iter().any(|natural| natural.body.contains(block));
    let calls = function.block_ids().flat_map(|(id, block)| block.statements.iter().map(move |statement| (id, statement)));
    let mut own = calls.filter_map(|(block, statement)| match &statement.kind {
        StatementKind::Call(call) if may_observe(function, call) => Some((block, call, statement.span)),
        _ => None,
    });
    let (_, call, span) = own.find(|(block, call, _)| {
        is_own_call(project, at, call)
            && !is_in_loop(*block)
            && !call.arguments.iter().any(|a| is_count(project, function, a.value))
            && call.arguments.iter().any(|a| is_of_reply(project, at, shape, a.value))
    })?;
    Some(Observation {
        subject: Subject::Call,
        function: at,
        around: None,
        attributes: vec![("again", "on-reply")],
        places: vec![("call", at.file, span), ("function", at.file, function.name_span)],
        words: vec![("call", crate::sites::shown_callee(function, call)), ("function", function.name.to_string())],
        sureness: Sureness::Medium,
    })
}

/// The call of itself with the same arguments, either straight after a pause or under a test of what another machine answered:
/// while that stays as it is, each round takes a frame of the stack.
pub(crate) fn observe_restart(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Option<Observation> {
    let function = project.function(at);
    let calls = function.block_ids().flat_map(|(id, block)| {
        let statements = block.statements.iter().enumerate();
        statements.filter_map(move |(index, statement)| match &statement.kind {
            StatementKind::Call(call) if may_observe(function, call) => Some((id, index, &**call, statement.span)),
            _ => None,
        })
    });
    // A coroutine that is not awaited runs in a task of its own.
    let runs_here = |call: &Call| call.awaited || !function.is_async;
    let is_restart =
        |call: &Call| runs_here(call) && passes_parameters(function, shape, call) && is_own_call(project, at, call);
    let mut restarts = calls.filter(|(.., call, _)| is_restart(call));
    restarts.find_map(|(block, index, call, span)| {
        let before = Before::new(project, at, shape, block, index)?;
        let (again, place) = match (before.pause, before.start) {
            (Some(pause), _) => ("after-pause", ("sleep", at.file, pause)),
            (None, start) if depends_on_reply(project, at, shape, start) && !remembers(function) => {
                ("after-reply", ("function", at.file, function.name_span))
            }
            _ => return None,
        };
        Some(Observation {
            subject: Subject::Call,
            function: at,
            around: None,
            attributes: vec![("again", again)],
            places: vec![("call", at.file, span), place],
            words: vec![("call", crate::sites::shown_callee(function, call)), ("function", function.name.to_string())],
            sureness: Sureness::Medium,
        })
    })
}

/// Whether a call passes nothing but parameters as they are.
fn passes_parameters(function: &Function, shape: &Shape, call: &Call) -> bool {
    call.arguments.iter().all(|argument| match *function.expr(argument.value) {
        Expr::Local(local) => function.local(local).kind == LocalKind::Parameter && shape.definitions(local).is_empty(),
        _ => false,
    })
}

/// What always comes before a place, with no test between.
struct Before {
    /// The last pause.
    pause: Option<Span>,
    /// The block in which it begins.
    start: BlockId,
}

impl Before {
    /// `None` if a field is set there: a later test may know by it that it was here before.
    fn new(project: &Project, at: FunctionRef, shape: &Shape, block: BlockId, index: usize) -> Option<Self> {
        let function = project.function(at);
        let (mut pause, mut start, mut before) = (None, block, index);
        // Each round goes to an earlier block, or ends: a loop's header has two predecessors.
        for _ in 0..function.blocks.len() {
            for statement in function.block(start).statements[..before].iter().rev() {
                match &statement.kind {
                    StatementKind::Assign(place, _) if !matches!(function.expr(*place), Expr::Local(_)) => return None,
                    StatementKind::Call(call) => {
                        pause = pause.or_else(|| is_pause(project, at, call).then_some(statement.span));
                    }
                    _ => {}
                }
            }
            let &[only] = shape.cfg.predecessors(start) else { break };
            let Terminator::Goto(_) = function.block(only).terminator else { break };
            (start, before) = (only, function.block(only).statements.len());
        }
        Some(Self { pause, start })
    }
}

fn is_pause(project: &Project, at: FunctionRef, call: &Call) -> bool {
    project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Sleep)
}

/// Tests in a row that are looked at before a call.
const MAX_TESTS: usize = 4;

/// Whether one of the last tests before a place looks at what another machine answered.
fn depends_on_reply(project: &Project, at: FunctionRef, shape: &Shape, place: BlockId) -> bool {
    let function = project.function(at);
    let mut block = place;
    for _ in 0..MAX_TESTS {
        let &[only] = shape.cfg.predecessors(block) else { return false };
        if let Terminator::Branch { test, .. } = function.block(only).terminator
            && is_of_reply(project, at, shape, test)
        {
            return true;
        }
        block = only;
    }
    false
}

/// Whether a function tests a field that it sets: it may know by it how often it was here.
fn remembers(function: &Function) -> bool {
    let mut tested = FxHashSet::default();
    for block in &function.blocks {
        if let Terminator::Branch { test, .. } = block.terminator {
            crate::shape::for_each_part(function, test, &mut |part| {
                if let Expr::Field(_, field) = *function.expr(part) {
                    tested.insert(field);
                }
            });
        }
    }
    let mut statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements.any(|statement| match statement.kind {
        StatementKind::Assign(place, _) => matches!(function.expr(place), Expr::Field(_, field) if tested.contains(field)),
        _ => false,
    })
}

/// `redirects - 1`, `depth + 1`, or a variable named for such a number.
fn is_count(project: &Project, function: &Function, value: ExprId) -> bool {
    use unspin_ir::BinaryOp;
    let is_step = matches!(function.expr(value), Expr::Binary(BinaryOp::Add | BinaryOp::Subtract, ..));
    let names = |path: &str| project.models.has_word(WordKind::Depth, path) || project.models.has_word(WordKind::Limit, path);
    is_step || function.path(value).is_some_and(|path| names(&path))
}

/// Whether a value was made from what another machine answered. Each local that goes into it is looked at once.
fn is_of_reply(project: &Project, at: FunctionRef, shape: &Shape, value: ExprId) -> bool {
    let function = project.function(at);
    let mut seen = FxHashSet::default();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        let mut locals = Vec::new();
        crate::shape::for_each_part(function, value, &mut |part| {
            if let Expr::Local(local) = *function.expr(part) {
                locals.push(local);
            }
        });
        for local in locals {
            if seen.len() >= MAX_LOCALS || !seen.insert(local) {
                continue;
            }
            for definition in shape.definitions(local).iter().take(MAX_DEFINITIONS) {
                let statement = || function.block(definition.block).statements.get(definition.index);
                match (definition.value, statement().map(|statement| &statement.kind)) {
                    (Some(value), _) => pending.push(value),
                    (None, Some(StatementKind::Call(call))) => {
                        let is_own = may_observe(function, call) && is_own_call(project, at, call);
                        if !is_own && asks(project, at, call) {
                            return true;
                        }
                        pending.extend(call.operands());
                    }
                    _ => {}
                }
            }
        }
    }
    false
}

fn asks(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let resolution = project.resolve(at, call);
    let asks = |effects: crate::summary::Effects| effects.contains_any(&[Effect::Connect, Effect::Request]);
    resolution.model.is_some_and(|(model, _)| model.remote && matches!(model.effect, Effect::Request | Effect::Connect))
        || resolution.targets.iter().any(|&target| asks(project.summary(target).remote))
}

fn own_call<'f>(
    project: &Project,
    at: FunctionRef,
    function: &'f Function,
    shape: &Shape,
    handler: BlockId,
) -> Option<(&'f Call, Span)> {
    let own = shape.only_through(handler, |_, _| true);
    own.iter().flat_map(|&block| &function.block(block).statements).find_map(|statement| match &statement.kind {
        StatementKind::Call(call) if may_observe(function, call) => {
            is_own_call(project, at, call).then_some((&**call, statement.span))
        }
        _ => None,
    })
}

fn calls_before(function: &Function, dispatch: BlockId) -> impl Iterator<Item = &Call> {
    function.blocks.iter().filter(move |block| block.unwind == Some(dispatch)).flat_map(|block| &block.statements).filter_map(
        |statement| match &statement.kind {
            StatementKind::Call(call) => Some(&**call),
            _ => None,
        },
    )
}

fn is_remote(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let resolution = project.resolve(at, call);
    let by_target = |&target: &FunctionRef| {
        let remote = project.summary(target).remote;
        remote.contains_any(&[Effect::Connect, Effect::Request, Effect::Read, Effect::Write])
    };
    resolution.model.is_some_and(|(model, _)| model.remote) || resolution.targets.iter().any(by_target)
}

/// Whether an argument of the call is a count, a flag, or anything but a parameter handed on.
fn is_counted(project: &Project, function: &Function, call: &Call) -> bool {
    let is_same = |value: ExprId| match function.expr(value) {
        Expr::Local(local) => {
            function.local(*local).kind != LocalKind::Temporary
                && !project.models.has_word(WordKind::Limit, &function.local(*local).name)
        }
        Expr::Field(..) => true,
        _ => false,
    };
    call.arguments.iter().any(|argument| argument.spread || !is_same(argument.value))
}

/// Whether the handler assigns a field, or tests one: then the next try may be another one.
fn changes_state(function: &Function, shape: &Shape, handler: BlockId) -> bool {
    shape.only_through(handler, |_, _| true).into_iter().any(|block| {
        let data = function.block(block);
        matches!(data.terminator, Terminator::Branch { .. })
            || data.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Assign(place, _) => !matches!(function.expr(*place), Expr::Local(_)),
                _ => false,
            })
    })
}
