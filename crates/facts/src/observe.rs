//! Everything that rules may match in one function.

use std::rc::Rc;

use unspin_flow::NaturalLoop;
use unspin_ir::{Callee, Expr, LoopKind};

use crate::closed;
use crate::observation::{Observation, Queries, Subject, Sureness};
use crate::rounds::{Mode, Spin, run_at_end};
use crate::shape::{LazyShape, Shape};
use crate::sites::{LoopContext, Site};
use crate::{Certainty, FunctionRef, Project};

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
    if gates.cancelled {
        observations.extend(crate::cancelled::observe(project, at, &shape));
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
        observations.extend(failed.or_else(replied).or_else(|| crate::again::observe_restart(project, at, &shape)));
    }
    if gates.items {
        let failure = crate::iterators::stuck_failure(project, at, &shape);
        observations.extend(failure.or_else(|| crate::iterators::unnoted_failure(project, at, &shape)));
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
    attributes.extend(closed::attributes(cx, spin));
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

pub(crate) fn call_at<'f>(function: &'f unspin_ir::Function, spin: &Spin) -> Option<&'f unspin_ir::Call> {
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
