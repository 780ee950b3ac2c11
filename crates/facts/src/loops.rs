//! Loops as a whole: how they can end, whether they wait, who runs them, and whether they see a stop signal.

mod asked;
mod exit_state;
mod handles;
mod idle_round;
pub(crate) mod repeats;
mod stop;

use unspin_ir::{BlockId, Constant, Expr, ExprId, LocalKind, LoopKind, StatementKind, Terminator};

use crate::model::{Effect, WordKind};
use crate::observation::{Attribute, Observation, Queries, Subject, Sureness};
use crate::sites::{LoopContext, Site};
use crate::spawned::Runner;

pub(crate) use self::exit_state::{all_tests, exit_branches, exit_tests};
use self::exit_state::{exit_state, is_skipped};
use self::stop::{endless_wait, stop_signal};
pub(crate) use self::stop::{forgets_stop, has_open_loop, stop_paths};

/// How deep the functions that a loop asks are looked into.
const MAX_QUESTIONS: u32 = 2;

/// What there is to say of one loop.
pub(crate) fn observe(cx: &LoopContext<'_>, queries: &Queries) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let ends = ends(cx);
    let waits = waits(cx);
    let state = if is_skipped(cx) { "skipped" } else { exit_state(cx) };
    let mut attributes: Vec<Attribute> = ends.iter().map(|&end| ("ends", end)).collect();
    attributes.push(("waits", waits));
    attributes.push(("exit-state", state));
    attributes.push(("does", does(cx)));
    if spins_on_purpose(cx) {
        attributes.push(("spins", "on-purpose"));
    } else if state == "foreign" && waits == "no" && crate::sites::is_rust(cx.project, cx.at) && !asks_others(cx) {
        attributes.push(("spins", "at-hardware"));
    }
    attributes.extend(runners(cx).into_iter().map(|runner| ("runs-in", runner)));
    let stop = stop_signal(cx);
    attributes.push(("stop-signal", stop));
    let endless = endless_wait(cx);
    attributes.push(("endless-wait", if endless.is_some() { "yes" } else { "no" }));
    if idle_round::may_change_nothing(cx) {
        attributes.push(("round", "may-change-nothing"));
    } else if queries.ask_for("round", "repeats") && repeats::repeats(cx) {
        attributes.push(("round", "repeats"));
    }
    attributes.extend(handles::avoidable(cx).then_some(("exits", "avoidable")));
    attributes.extend(handles::missed_end(cx).map(|end| ("misses", end)));
    attributes.extend(handles::never_dropped(cx).then_some(("owner", "never-dropped")));
    attributes.extend(crate::selects::select(cx));
    attributes.extend(crate::walks::walk(cx).map(|walk| ("walk", walk)));
    let file = cx.at.file;
    let mut places = vec![("loop", file, cx.source.head)];
    places.extend(endless.map(|site| ("call", file, site.span)));
    places.extend(cx.natural().latches.first().map(|&latch| ("latch", file, cx.function.block(latch).span)));
    let call = endless.map_or(String::new(), |site| cx.name_of(site));
    let sureness = if matches!(waits, "unknown" | "perhaps") { Sureness::Medium } else { Sureness::High };
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes,
        places,
        words: vec![("call", call)],
        sureness,
    })
}

/// Whether the loop ends when two reads of the same place in one round give the same: what is read between them then belongs
/// together, and who writes is done in a moment.
fn reads_twice(cx: &LoopContext<'_>) -> bool {
    let read = |expr: ExprId| {
        let mut at = expr;
        if let Expr::Local(local) = *cx.function.expr(at)
            && let [definition] = cx.shape.definitions(local)
        {
            at = definition.value.unwrap_or(at);
        }
        let site = cx.origin_site(at)?;
        match site.call.callee {
            unspin_ir::Callee::Method(on, method) => Some((cx.function.path(on)?, method, site.span)),
            _ => None,
        }
    };
    // `if before == after && before >= read { break }`: the first half alone leaves nothing.
    all_tests(cx).any(|test| match *cx.function.expr(test) {
        Expr::Compare(unspin_ir::CompareOp::Eq | unspin_ir::CompareOp::Ne, a, b) => match (read(a), read(b)) {
            (Some((place, method, at)), Some((other, same, there))) => place == other && method == same && at != there,
            _ => false,
        },
        _ => false,
    })
}

/// Whether the loop asks what another thread, process or the file system is known to change: an atomic, a lock, a file.
/// What else is read over and over again in Rust, without a word to the compiler, is a register of a device, whose driver
/// often has nothing to sleep on.
fn asks_others(cx: &LoopContext<'_>) -> bool {
    cx.sites.iter().any(|site| is_of_others(cx.project, cx.at, site.call, MAX_QUESTIONS))
}

/// Whether a call, or one in a function of the project that it calls, asks for what others change.
fn is_of_others(project: &crate::Project, at: crate::FunctionRef, call: &unspin_ir::Call, hops: u32) -> bool {
    let resolution = project.resolve(at, call);
    if let Some((model, _)) = resolution.model {
        // `register.read()` has the name of a lock's method.
        let is_register = match call.callee {
            unspin_ir::Callee::Method(on, method) if method == "read" => {
                !project.type_of(at, on).is_some_and(|ty| ty.contains("Lock"))
            }
            _ => false,
        };
        return matches!(model.effect, Effect::Query | Effect::StopCheck) && !is_register;
    }
    hops > 0
        && resolution.targets.iter().any(|&target| {
            let mut calls = project.function(target).calls();
            calls.any(|(inner, _)| is_of_others(project, target, inner, hops - 1))
        })
}

/// How the loop can end.
pub(crate) fn ends(cx: &LoopContext<'_>) -> Vec<&'static str> {
    let natural = cx.natural();
    let mut ends = Vec::new();
    let mut add = |end: &'static str| {
        if !ends.contains(&end) {
            ends.push(end);
        }
    };
    for &(from, to) in &natural.exits {
        let block = cx.function.block(from);
        // The end of an iterator: whoever asks knows that there is none.
        if from == natural.header && matches!(block.terminator, Terminator::Advance { exhausted, .. } if exhausted == to) {
            continue;
        }
        let by_failure = block.unwind == Some(to) && !matches!(block.terminator, Terminator::Raise { .. });
        let is_test = cx.source.kind == LoopKind::While && cx.source.head.covers(block.span);
        if let Terminator::Branch { test, then, .. } = block.terminator
            && constant_truth(cx, test).is_some_and(|truth| truth != (then == to))
        {
            continue;
        }
        if by_failure {
            add(if is_expected_failure(cx, to) { "inside" } else { "failure" });
        } else {
            add(if is_test { "test" } else { "inside" });
        }
    }
    for block in natural.body.iter() {
        // A `return` whose value may fail stays in the body when the failure goes round.
        let data = cx.function.block(block);
        let leaves = match data.terminator {
            Terminator::Return(_) => true,
            Terminator::Raise { .. } => data.unwind.is_none(),
            _ => false,
        };
        if leaves {
            add("inside");
        }
    }
    for site in &cx.sites {
        if may_never_return(cx, site) || leaves_by_design(cx, site) {
            add("inside");
        } else if site.call.raises && cx.function.block(site.block).unwind.is_none() {
            add("failure");
        }
    }
    // Where the parser was at a loss, what leaves may be what it could not read.
    let module = &cx.project.files[cx.at.file as usize].module;
    if indexes_by_step(cx) || module.problems.iter().any(|problem| cx.source.span.covers(problem.span)) {
        add("inside");
    }
    if cx.function.never_returns {
        ends.push("declared");
    }
    if ends.is_empty() {
        ends.push("never");
    }
    if module.comments.iter().any(|comment| comment.says_unfinished() && cx.function.span.covers(comment.span)) {
        ends.push("unfinished");
    }
    ends
}

/// Whether each round asks for the next element of something by its number, which fails behind the last one.
fn indexes_by_step(cx: &LoopContext<'_>) -> bool {
    let statements = || cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements);
    let stepped: Vec<ExprId> = statements()
        .filter_map(|statement| match statement.kind {
            StatementKind::Assign(place, value) if crate::summary::steps_itself(cx.function, place, value) => Some(place),
            _ => None,
        })
        .collect();
    let is_stepped = |index: ExprId| stepped.iter().any(|&place| cx.function.expr(place) == cx.function.expr(index));
    let asks = |expr: ExprId| {
        crate::shape::any_part(
            cx.function,
            expr,
            |part| matches!(*cx.function.expr(part), Expr::Index(_, index) if is_stepped(index)),
        )
    };
    !stepped.is_empty()
        && statements().any(|statement| match &statement.kind {
            StatementKind::Assign(place, value) => asks(*place) || asks(*value),
            StatementKind::Call(call) => call.operands().any(asks),
            _ => false,
        })
}

/// The outcome of a test that is a constant: `while not False`, `while FOREVER`.
fn constant_truth(cx: &LoopContext<'_>, test: ExprId) -> Option<bool> {
    let of = |constant: &Constant| match constant {
        Constant::None | Constant::Unit => false,
        Constant::Bool(value) => *value,
        Constant::Int(value) => *value != 0,
        Constant::Float(value) => *value != 0.0,
        Constant::Text(value) => !value.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
    };
    match cx.function.expr(test) {
        Expr::Constant(constant) => Some(of(constant)),
        Expr::Global(name) => cx.project.constant(cx.at.file, *name).map(of),
        Expr::Truth(inner) => constant_truth(cx, *inner),
        Expr::Unary(unspin_ir::UnaryOp::Not, inner) => constant_truth(cx, *inner).map(|truth| !truth),
        _ => None,
    }
}

/// A handler around the loop, in the same function, that does not only clean up.
fn is_expected_failure(cx: &LoopContext<'_>, unwind: BlockId) -> bool {
    // The block that leaves a context manager asks it only then.
    let mut at = unwind;
    while let Terminator::Goto(next) = cx.function.block(at).terminator
        && next > at
    {
        at = next;
    }
    let catches = |handler: &unspin_ir::Handler| {
        handler.manager.is_none_or(|scope| {
            let origin = cx.shape.origin(cx.function, cx.function.scope(scope).manager);
            let model = origin.and_then(|(_, _, call)| cx.project.resolve(cx.at, call).model);
            model.is_some_and(|(model, _)| model.effect == Effect::Suppress)
        })
    };
    matches!(&cx.function.block(at).terminator, Terminator::Dispatch { handlers, .. } if handlers.iter().any(catches))
}

fn may_never_return(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    site.effect == Some(Effect::Exit)
        || site.resolution.targets.iter().any(|&target| {
            let summary = cx.project.summary(target);
            summary.never_returns || summary.panics || summary.effects.contains(Effect::Exit)
        })
}

/// Rust's `?`, and what fails when there is nothing more to take: the source means to leave there.
fn leaves_by_design(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let shares = cx.project.files[cx.at.file as usize].module.shares_objects;
    let escapes = site.call.raises && cx.function.block(site.block).unwind.is_none();
    let ends = site.resolution.model.is_some_and(|(model, _)| !model.end_raises.is_empty());
    let raises = site.resolution.targets.iter().any(|&target| cx.project.summary(target).raises);
    escapes && ((!shares && !site.call.panics) || ends || raises)
}

/// Whether a round waits.
pub(crate) fn waits(cx: &LoopContext<'_>) -> &'static str {
    let (mut unknown, mut perhaps) = (false, false);
    for block in cx.natural().body.iter() {
        let data = cx.function.block(block);
        let yields = data.statements.iter().any(|s| matches!(s.kind, StatementKind::Yield(_)));
        if yields || matches!(data.terminator, Terminator::Advance { awaited: true, .. } | Terminator::Select { .. }) {
            return "yes";
        }
    }
    for site in &cx.sites {
        match site_waits(cx, site) {
            Some(true) => return "yes",
            Some(false) => {}
            // A plain function of unknown origin says less than a method of an unknown object.
            None if matches!(site.call.callee, unspin_ir::Callee::Path(_)) => unknown = true,
            None => perhaps = true,
        }
    }
    match (perhaps, unknown) {
        (true, _) => "perhaps",
        (false, true) => "unknown",
        (false, false) => "no",
    }
}

fn site_waits(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<bool> {
    if let Some((model, _)) = site.resolution.model {
        return Some(model.blocks.unwrap_or(model.effect.blocks()) || site.call.awaited || model.effect == Effect::Yield);
    }
    if site.resolution.targets.is_empty() {
        // What a caller hands over may do anything.
        if let unspin_ir::Callee::Value(value) = site.call.callee
            && matches!(cx.function.expr(value), Expr::Local(local) if cx.function.local(*local).kind == LocalKind::Parameter)
        {
            return Some(true);
        }
        return (site.call.awaited || cx.project.models.has_word(WordKind::Delay, &cx.name_of(site))).then_some(true);
    }
    let mut unknown = false;
    for &target in &site.resolution.targets {
        let summary = cx.project.summary(target);
        if summary.waits || summary.effects.contains(Effect::Yield) || site.call.awaited {
            return Some(true);
        }
        unknown |= summary.calls_unknown;
    }
    if unknown { None } else { Some(false) }
}

/// Whether spinning is what the function is for. Under a global lock nobody is served by it.
pub(crate) fn spins_on_purpose(cx: &LoopContext<'_>) -> bool {
    let is_rust = crate::sites::is_rust(cx.project, cx.at);
    is_rust && (cx.project.models.has_word(WordKind::Spin, &cx.function.name) || reads_twice(cx))
}

/// What the body does besides its tests.
fn does(cx: &LoopContext<'_>) -> &'static str {
    let quiet = [Effect::Query, Effect::Pure, Effect::View, Effect::StopCheck, Effect::Clock, Effect::Log];
    let has_handler = cx.natural().body.iter().any(|block| cx.function.block(block).unwind.is_some());
    if cx.sites.is_empty() && !has_handler {
        let has_statements = cx.natural().body.iter().any(|block| !cx.function.block(block).statements.is_empty());
        let is_empty = cx.source.kind == LoopKind::Endless && !has_statements && exit_tests(cx).is_empty();
        return if is_empty && crate::sites::is_rust(cx.project, cx.at) { "halts" } else { "nothing" };
    }
    if cx.sites.is_empty() && waits_for_a_person(cx) {
        return "halts";
    }
    // `loop { error!("this is never reached") }`
    let only_says = cx.source.kind == LoopKind::Endless
        && exit_tests(cx).is_empty()
        && cx.sites.iter().all(|site| site.effect == Some(Effect::Log));
    if only_says && !has_handler && crate::sites::is_rust(cx.project, cx.at) {
        return "halts";
    }
    let is_query = |site: &Site<'_>| match site.resolution.model {
        Some((model, _)) => quiet.contains(&model.effect),
        // The next item is taken, whatever else is seen of how.
        None => is_own_question(cx, site) && site.call.callee.name().is_none_or(|name| name != "next"),
    };
    if !has_handler && cx.sites.iter().all(is_query) { "queries" } else { "calls" }
}

/// `try: while True: pass`, until somebody at a terminal interrupts it.
fn waits_for_a_person(cx: &LoopContext<'_>) -> bool {
    let blocks = || cx.natural().body.iter().map(|block| cx.function.block(block));
    let is_interrupt = |class: &unspin_ir::Name| unspin_ir::last_part(*class) == "KeyboardInterrupt";
    let is_caught = |block: unspin_ir::BlockId| match &cx.function.block(block).terminator {
        Terminator::Dispatch { handlers, .. } => {
            !cx.natural().body.contains(block) && handlers.iter().any(|handler| handler.classes.iter().any(is_interrupt))
        }
        _ => false,
    };
    cx.source.kind == LoopKind::Endless
        && blocks().all(|block| block.statements.is_empty())
        && exit_tests(cx).is_empty()
        && blocks().filter_map(|block| block.unwind).any(is_caught)
}

/// A call of the project's own code that only looks at something.
pub(crate) fn is_own_question(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let targets = &site.resolution.targets;
    site.resolution.exact
        && targets.iter().all(|&target| {
            let summary = cx.project.summary(target);
            !summary.calls_unknown && !summary.waits && !summary.changes && !summary.raises && summary.effects.only_ask()
        })
}

/// What runs the function of the loop.
fn runners(cx: &LoopContext<'_>) -> Vec<&'static str> {
    let mut runners = Vec::new();
    // Who asks a generator for the next item decides how long it runs.
    if cx.function.is_generator && !cx.function.is_async {
        return vec!["function"];
    }
    match cx.project.runner(cx.at) {
        Some(Runner::DetachedThread) => runners.push("detached-thread"),
        Some(Runner::DetachedTask) => runners.push("detached-task"),
        Some(Runner::Thread) => runners.push("thread"),
        Some(Runner::Task) => runners.push("task"),
        Some(Runner::Ended) => return vec!["function"],
        None => {}
    }
    if cx.function.owner.is_some() && stops_its_class(cx) {
        runners.push("closable-class");
    }
    let is_main = cx.function.kind == unspin_ir::FunctionKind::Module || cx.function.name == "main";
    if is_main {
        runners.push("main");
    }
    if runners.is_empty() {
        runners.push("function");
    }
    runners
}

fn stops_its_class(cx: &LoopContext<'_>) -> bool {
    let mut family = cx.function.owner.into_iter().flat_map(|owner| cx.project.files[cx.at.file as usize].family(owner));
    family.any(|(_, function)| {
        matches!(
            function.name.as_str(),
            "close" | "stop" | "shutdown" | "terminate" | "disconnect" | "aclose" | "drop" | "__exit__" | "__aexit__"
        )
    })
}
