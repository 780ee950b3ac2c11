//! Everything that rules may match in one function.

use std::rc::Rc;

use unspin_flow::{BlockSet, NaturalLoop, ways};
use unspin_ir::{BlockId, Callee, Expr, LoopKind, Statement, StatementKind, Terminator};

use crate::definitions::Definition;
use crate::model::Effect;
use crate::observation::{Observation, Queries, Subject, Sureness};
use crate::rounds::{Mode, Spin, run_at_end};
use crate::shape::{LazyShape, Shape};
use crate::sites::{LoopContext, Site};
use crate::{Certainty, FunctionRef, Project};

/// Through how many locks and options the receiver of a call is followed.
const MAX_VIEWS: usize = 8;

/// Observations about the loops and calls of a function, in the order of the source. Of those that no query asks for, some
/// are left out.
pub fn observe_function(project: &Project, at: FunctionRef, queries: &Queries) -> Vec<Observation> {
    let gates = project.outline(at).gates;
    if gates.are_closed() {
        return Vec::new();
    }
    let shape = LazyShape::new(project.function(at));
    let mut observations = if gates.timed { crate::timeouts::observe(project, at, &shape) } else { Vec::new() };
    if gates.writes {
        observations.extend(crate::timeouts::writes::observe(project, at, &shape));
    }
    if gates.policy {
        observations.extend(crate::policies::observe(project, at, &shape));
    }
    if gates.disconnect {
        observations.extend(crate::disconnects::observe(project, at, &shape));
    }
    if gates.drops {
        observations.extend(crate::iterators::dropped_failures(project, at, &shape));
    }
    if gates.reads {
        observations.extend(crate::reads::observe(project, at, &shape));
    }
    if gates.programs {
        observations.extend(crate::tunnels::observe(project, at, &shape));
    }
    if gates.again && crate::again::calls_itself(project, at) {
        let failed = crate::again::observe(project, at, &shape);
        let replied = || crate::again::observe_reply(project, at, &shape);
        observations.extend(failed.or_else(replied).or_else(|| crate::again::observe_pause(project, at, &shape)));
    }
    if gates.items {
        observations.extend(crate::iterators::stuck_failure(project, at, &shape));
    }
    if gates.never_ready {
        observations.extend(crate::never_ready::observe(project, at, &shape));
    }
    if gates.disguises {
        observations.extend(crate::disguised::observe(project, at, &shape));
    }
    if gates.wakes {
        observations.extend(crate::wakes::observe(project, at));
    }
    if gates.open_ended || gates.walks {
        for index in 0..shape.forest.loops.len() {
            observations.extend(observe_loop(project, at, &shape, index, queries));
        }
    }
    observations
}

fn observe_loop(project: &Project, at: FunctionRef, shape: &Rc<Shape>, index: usize, queries: &Queries) -> Vec<Observation> {
    let natural = &shape.forest.loops[index];
    let function = project.function(at);
    let Some(source) = natural.source.map(|source| &function.loops[source]) else { return Vec::new() };
    let is_open_ended =
        matches!(source.kind, LoopKind::While | LoopKind::Endless) || is_endless_for(project, at, shape, natural);
    let may_walk = || crate::limits::may_walk_for_ever(project, function, shape, natural);
    if !is_open_ended && !may_walk() {
        return Vec::new();
    }
    let Some(cx) = LoopContext::new(project, at, shape, index) else { return Vec::new() };
    let mut observations: Vec<Observation> = Vec::new();
    if source.kind == LoopKind::For {
        observations.extend(crate::limits::observe_for(&cx));
        observations.extend(crate::iterators::observe(&cx));
        observations.extend(crate::hangups::observe(&cx));
    }
    if !is_open_ended {
        return observations;
    }
    observations.extend(crate::loops::observe(&cx, queries));
    observations.extend(crate::failures::observe(&cx, queries));
    observations.extend(crate::polls::observe(&cx));
    observations.extend(crate::limits::observe(&cx));
    observations.extend(crate::suspends::observe(&cx));
    observations.extend(crate::suspends::ready_arm(&cx));
    observations.extend(crate::spins::observe(&cx));
    observations.extend(crate::pending::observe(&cx));
    observations.extend(crate::peer_input::observe(&cx));
    observations.extend(crate::storms::observe(&cx));
    observations.extend(crate::fixpoints::observe(&cx));
    observations.extend(crate::searches::observe(&cx, queries));
    observations.extend(crate::pages::observe(&cx));
    observations.extend(crate::asserts::observe(&cx));
    observations.extend(crate::leaks::observe(&cx));
    observations.extend(crate::leaks::observe_task(&cx));
    observations.extend(crate::pings::observe(&cx));
    observations.extend(crate::hoards::observe(&cx));
    observations.extend(crate::peeks::observe(&cx));
    observations.extend(crate::cancellation::observe(&cx));
    observations.extend(crate::slices::steps_back(&cx));
    observations.extend(crate::loops::repeats::observe(&cx, queries));
    observations.extend(crate::verdicts::observe(&cx));
    let ends = cx.ends();
    for (mode, through) in
        [(Mode::EndOfInput, "end-of-input"), (Mode::Closed, "closed-channel"), (Mode::NothingTaken, "nothing-taken")]
    {
        if ends.contains(mode)
            && let Some(spin) = run_at_end(project, at, shape, natural, mode)
        {
            // What fails at the end fails for the end.
            observations.retain(|observation| !observation.has("suspends", "same-failure"));
            observations.push(of_spin(&cx, &spin, through));
        }
    }
    let cut = crate::slices::doubtful_step(&cx).map(|step| ("nothing-consumed", step));
    if let Some((through, step)) = cut.or_else(|| crate::positions::doubtful_move(&cx).map(|step| ("nothing-moved", step))) {
        observations.push(Observation {
            subject: Subject::WayRound,
            function: at,
            around: Some(source.span),
            attributes: vec![("through", through)],
            places: vec![("loop", at.file, source.head), ("call", at.file, step.span)],
            words: vec![("place", step.place)],
            sureness: if step.is_answer { Sureness::Low } else { Sureness::High },
        });
    }
    observations
}

/// `for x in itertools.count()`.
fn is_endless_for(project: &Project, at: FunctionRef, shape: &Shape, natural: &NaturalLoop) -> bool {
    let function = project.function(at);
    let unspin_ir::Terminator::Advance { iterable, .. } = function.block(natural.header).terminator else { return false };
    let Some((_, _, call)) = shape.origin(function, iterable) else { return false };
    project.resolve(at, call).model.is_some_and(|(model, _)| crate::iterators::is_endless(model))
}

fn of_spin(cx: &LoopContext<'_>, spin: &Spin, through: &'static str) -> Observation {
    let site = cx.sites.iter().find(|site| site.span == spin.span && spin.at == cx.at);
    let sureness = match (spin.escaped, spin.certainty) {
        (true, _) => Sureness::Low,
        _ if site.is_some_and(|site| is_of_any_iterator(cx, site)) => Sureness::Low,
        (false, Certainty::Certain) if spin.forks <= 4 => Sureness::High,
        _ => Sureness::Medium,
    };
    let mut attributes = vec![("through", through), ("remote", if spin.remote { "yes" } else { "no" })];
    attributes.extend(is_beside_way_out(cx, spin).then_some(("channel", "outlived")));
    attributes.extend(is_stopped(cx, spin).then_some(("channel", "stopped")));
    let is_mailbox = !spin.remote && crate::sites::is_rust(cx.project, cx.at) && is_of_object(cx, spin);
    attributes.extend(is_mailbox.then_some(("channel", "of-object")));
    let is_own_file = !spin.remote && crate::timeouts::is_for_person(cx.project, cx.at);
    attributes.extend(is_own_file.then_some(("within", "script")));
    let latch = spin.trail.iter().rev().find(|block| cx.natural().latches.contains(block));
    let mut places = vec![("loop", cx.at.file, cx.source.head), ("call", spin.at.file, spin.span)];
    places.extend(latch.map(|&latch| ("latch", cx.at.file, cx.function.block(latch).span)));
    let call = match site {
        Some(site) => cx.name_of(site),
        None => called_at(cx.project, spin),
    };
    let is_of_program = cx.project.is_program(cx.at.file) || cx.project.is_for_its_user(cx.at.file);
    attributes.extend(is_of_program.then_some(("code", "program")));
    Observation {
        subject: Subject::WayRound,
        function: cx.at,
        around: Some(cx.source.span),
        attributes,
        places,
        words: vec![("call", call)],
        sureness,
    }
}

/// Whether a call asks for the next item of what may be anything that gives items: it is known as an iterator and no more,
/// or it is awaited and has nothing but the name. Such a thing may say `None` for "nothing yet", and wait before it does.
fn is_of_any_iterator(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(on, method) = site.call.callee else { return false };
    if method != "next" || !crate::sites::is_rust(cx.project, cx.at) {
        return false;
    }
    let is_named = || site.resolution.model.is_some_and(|(_, certainty)| certainty != Certainty::Certain);
    let is_handed = || match *cx.function.expr(on) {
        Expr::Local(local) => !cx.shape.definitions(local).iter().any(|definition| definition.value.is_none()),
        _ => true,
    };
    site.call.awaited && is_named()
        || cx.project.type_of(cx.at, on).is_some_and(|ty| unspin_ir::last_part(ty) == "Iterator") && is_handed()
}

/// Whether a loop receives in one arm of a `select!`, and another arm always leaves the loop: who holds the sender mostly lives
/// as long as the loop does, and ends it by that arm.
fn is_beside_way_out(cx: &LoopContext<'_>, spin: &Spin) -> bool {
    let natural = cx.natural();
    let Some(site) = cx.sites.iter().find(|site| site.span == spin.span) else { return false };
    let back = ways::reaching_header(&cx.shape.cfg, natural, &BlockSet::default());
    natural.body.iter().any(|block| match &cx.function.block(block).terminator {
        Terminator::Select { arms } => {
            arms.contains(&site.block) && arms.iter().any(|&arm| arm != natural.header && !back.contains(arm))
        }
        _ => false,
    })
}

/// Whether a stop signal ends the loop when a channel was closed: whoever finds nothing looks at one and may leave, or another
/// arm waits for one and leaves. Who stops the task mostly drops the senders then, and not before.
fn is_stopped(cx: &LoopContext<'_>, spin: &Spin) -> bool {
    let natural = cx.natural();
    let is_outside = |block: &BlockId| !natural.body.contains(*block);
    let asks = |block: BlockId| match cx.function.block(block).terminator {
        Terminator::Branch { test, then, otherwise } => {
            (is_outside(&then) || is_outside(&otherwise)) && !crate::loops::stop_paths(cx, cx.function, test).is_empty()
        }
        _ => false,
    };
    let is_signal = |statement: &Statement| match &statement.kind {
        StatementKind::Call(call) => {
            cx.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::StopCheck)
        }
        _ => false,
    };
    let waits = |arm: &BlockId| is_outside(arm) && cx.function.block(*arm).statements.iter().any(is_signal);
    let is_raced = |block: BlockId| match &cx.function.block(block).terminator {
        Terminator::Select { arms } => arms.iter().any(waits),
        _ => false,
    };
    // The head is asked in every round, whatever came.
    spin.trail.iter().any(|&block| block != natural.header && asks(block)) || natural.body.iter().any(is_raced)
}

/// Whether what met its end is a part of the object whose method this is, as the mailbox of an actor is; also inside of an
/// option: `if let Some(commands) = self.commands.as_mut()`. A queue under a lock is what workers share, unless it is that of
/// another object, which the loop only asks.
fn is_of_object(cx: &LoopContext<'_>, spin: &Spin) -> bool {
    const VIEWS: [&str; 6] = ["as_mut", "as_deref_mut", "get_mut", "unwrap", "expect", "deref_mut"];
    const LOCKS: [&str; 3] = ["lock", "write", "borrow_mut"];
    let project = cx.project;
    let function = project.function(spin.at);
    let is_asked = project.owner(spin.at) != project.owner(cx.at);
    let is_view = |method: &str| VIEWS.contains(&method) || is_asked && LOCKS.contains(&method);
    let Some(Callee::Method(mut part, _)) = call_at(function, spin).map(|call| call.callee) else { return false };
    let is_self = |root: unspin_ir::LocalId| {
        let local = function.local(root);
        let is_outer = matches!(local.kind, unspin_ir::LocalKind::Captured | unspin_ir::LocalKind::Shared);
        Some(root) == function.receiver() || is_outer && local.name == "self"
    };
    for _ in 0..MAX_VIEWS {
        part = match *function.expr(part) {
            Expr::Field(..) => return crate::shape::root_local(function, part).is_some_and(is_self),
            Expr::Payload(base, ..) => base,
            Expr::Local(local) => match project.definitions(spin.at).only(function, local) {
                Some(Definition::Value(value)) => value,
                Some(Definition::Call(call)) => match call.callee {
                    Callee::Method(on, method) if is_view(&method) => on,
                    _ => return false,
                },
                _ => return false,
            },
            _ => return false,
        };
    }
    false
}

fn call_at<'f>(function: &'f unspin_ir::Function, spin: &Spin) -> Option<&'f unspin_ir::Call> {
    let statements = function.blocks.iter().flat_map(|block| &block.statements);
    statements.filter(|statement| statement.span == spin.span).find_map(|statement| match &statement.kind {
        unspin_ir::StatementKind::Call(call) => Some(&**call),
        _ => None,
    })
}

fn called_at(project: &Project, spin: &Spin) -> String {
    let function = project.function(spin.at);
    let called = call_at(function, spin).map(|call| crate::sites::shown_callee(function, call));
    called.unwrap_or_else(|| "the call".to_owned())
}
