//! Loops that only sleep and look again: what they ask for, and whether anything bounds the asking.
//!
//! Pure polls alone count: every way round sleeps, one or two questions are asked, and besides that nothing is done but
//! logging. A clock, a counter that is compared, a policy, a stop signal or a deadline around the loop says that somebody
//! thought of the end, and so does anything that cannot be told from work.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{Callee, CompareOp, Expr, ExprId, LoopKind, StatementKind, Terminator, UnaryOp};

use crate::model::{Effect, WordKind};
use crate::observation::{Observation, Subject, Sureness};
use crate::sites::{LoopContext, Remote, Site};

const MAX_SITES: usize = 12;
const MAX_QUESTIONS: usize = 2;

/// The pause in seconds from which on nobody stands by for the answer.
const PAUSE_OF_CHORE: f64 = 600.0;

/// How many methods are called on one another's results until a test.
const MAX_CHAIN: u32 = 4;

/// Whom a poll asks, nearest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    /// State of the program itself.
    Own,
    /// Files, processes, objects of somebody else.
    Foreign,
    /// Another machine.
    Remote,
}

/// The loop as a poll without a bound.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let is_open = matches!(cx.source.kind, LoopKind::While | LoopKind::Endless);
    if !is_open || cx.sites.len() > MAX_SITES || !cx.sites.iter().any(|site| is_sleep(cx, site)) || has_inner_loop(cx) {
        return None;
    }
    let sleeping: BlockSet = cx.sites.iter().filter(|site| is_sleep(cx, site)).map(|site| site.block).collect();
    if ways::exists_through(&cx.shape.cfg, cx.natural(), cx.natural().header, &sleeping) {
        return None;
    }
    let tests = crate::loops::exit_tests(cx);
    if tests.is_empty() || tests.iter().any(|&test| is_bound(cx, test)) || crate::walks::counts(cx) || works(cx) {
        return None;
    }
    let mut asked = None;
    let mut question: Option<&Site<'_>> = None;
    let mut questions = 0;
    for site in &cx.sites {
        let targets = &site.resolution.targets;
        let raises = !targets.is_empty() && targets.iter().all(|&target| cx.project.summary(target).never_returns);
        if is_sleep(cx, site) || is_idle(cx, site) || raises {
            continue;
        }
        questions += usize::from(!reads_answer(cx, site));
        let whom = asks(cx, site)?;
        // Of two, the later one is the question; the earlier one makes it.
        if asked <= Some(whom) && !reads_answer(cx, site) {
            asked = Some(whom);
            question = Some(site);
        }
    }
    for &test in &tests {
        asked = asked.max(state_asked(cx, test));
    }
    // What leaves the loop when it works is tried again, which is no poll; nor is what a flag allows once.
    if question.is_some_and(|site| !goes_on_when_asked(cx, site)) || !crate::failures::goes_round_again(cx) {
        return None;
    }
    // `item = queue.pop()`, `if item is not None: return item`: takes work for as long as there is some.
    if question.is_some_and(|site| waits_for_item(cx, site, &tests)) || is_chore(cx) {
        asked = asked.min(Some(Asked::Own));
    }
    // `if process.poll() is not None: raise` beside it: whoever should bring the state about is looked after.
    let is_tested = |site: &&Site<'_>| {
        crate::loops::all_tests(cx).any(|test| {
            crate::shape::any_part(cx.function, test, |part| {
                cx.origin_site(part).is_some_and(|origin| std::ptr::eq(origin, *site))
            })
        })
    };
    let asks = |site: &&Site<'_>| !is_sleep(cx, site) && !is_idle(cx, site) && !reads_answer(cx, site);
    let tested = cx.sites.iter().filter(asks).filter(is_tested).count();
    if tested > 1 {
        return None;
    }
    if question.is_some_and(|site| is_removed_before(cx, site)) {
        return None;
    }
    let asked = asked.filter(|_| questions <= MAX_QUESTIONS && !crate::timeouts::loop_is_bounded(cx))?;
    let file = cx.at.file;
    let mut places = vec![("loop", file, cx.source.head)];
    places.extend(question.map(|site| ("call", file, site.span)));
    places.extend(cx.sites.iter().find(|site| is_sleep(cx, site)).map(|site| ("sleep", file, site.span)));
    let is_guessed = question.is_some_and(|site| site.resolution.model.is_none() && site.remote != Remote::Yes);
    let mut attributes = vec![(
        "polls",
        match asked {
            Asked::Own => "own-state",
            Asked::Foreign => "foreign-state",
            Asked::Remote => "remote-state",
        },
    )];
    let is_watched = crate::timeouts::is_for_person(cx.project, cx.at) || shows_each_round(cx);
    attributes.extend(is_watched.then_some(("within", "script")));
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes,
        places,
        words: vec![("asked", asked_of(cx, &tests, question))],
        sureness: if is_guessed || asked == Asked::Own { Sureness::Medium } else { Sureness::High },
    })
}

/// Whether it looks again only after so long that nobody waits for it.
fn is_chore(cx: &LoopContext<'_>) -> bool {
    let sleeps = cx.sites.iter().filter(|site| is_sleep(cx, site));
    let mut pauses = sleeps.filter_map(|site| site.made.arguments.first()).filter_map(|pause| cx.seconds(pause.value));
    pauses.any(|seconds| seconds >= PAUSE_OF_CHORE)
}

/// Whether every round prints something, in Rust, where programs that nobody watches have a log: a person looks at it, and
/// stops it.
fn shows_each_round(cx: &LoopContext<'_>) -> bool {
    let prints = |site: &&Site<'_>| matches!(site.call.callee, unspin_ir::Callee::Path(path) if matches!(path.as_str(), "println!" | "print!"));
    let shown: unspin_flow::BlockSet = cx.sites.iter().filter(prints).map(|site| site.block).collect();
    let natural = cx.natural();
    !shown.is_empty() && !unspin_flow::ways::exists_through(&cx.shape.cfg, natural, natural.header, &shown)
}

/// Whether the function has just removed what the loop waits to be gone: `rmtree(folder)`, `while exists(folder)`.
fn is_removed_before(cx: &LoopContext<'_>, question: &Site<'_>) -> bool {
    let path = |call: &unspin_ir::Call| call.arguments.first().and_then(|argument| cx.function.path(argument.value));
    let removes = |call: &unspin_ir::Call| {
        call.callee.name().is_some_and(|name| {
            matches!(
                unspin_ir::last_part(name).as_str(),
                "rmtree" | "remove" | "unlink" | "rmdir" | "removedirs" | "remove_dir_all" | "remove_file" | "remove_dir"
            )
        })
    };
    let mut helpers = question.resolution.targets.iter().map(|&target| cx.project.function(target));
    let asks_existence =
        asks_for_file(question.call) || helpers.any(|helper| helper.calls().any(|(call, _)| asks_for_file(call)));
    let asked = path(question.call);
    asks_existence && asked.is_some() && cx.function.calls().any(|(call, _)| removes(call) && path(call) == asked)
}

/// What is asked, as a reader of the source would name it.
fn asked_of(cx: &LoopContext<'_>, tests: &[ExprId], question: Option<&Site<'_>>) -> String {
    let field = || {
        let mut read = None;
        for &test in tests {
            crate::shape::for_each_part(cx.function, test, &mut |part| {
                if let Expr::Field(..) = cx.function.expr(part) {
                    read = read.take().or_else(|| cx.function.path(part));
                }
            });
        }
        read
    };
    question.map(|site| cx.name_of(site)).or_else(field).unwrap_or_else(|| "the state".to_owned())
}

/// Whether an inner loop does something: one without a statement that leads nowhere else may as well be away.
fn has_inner_loop(cx: &LoopContext<'_>) -> bool {
    cx.shape.forest.inside(cx.index).any(|inner| {
        inner.body.iter().any(|block| {
            let leaves = cx.shape.cfg.successors(block).iter().any(|&next| !cx.natural().body.contains(next));
            leaves || !cx.function.block(block).statements.is_empty()
        })
    })
}

fn is_sleep(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    if let Some((model, _)) = site.resolution.model {
        return model.effect == Effect::Sleep;
    }
    let targets = &site.resolution.targets;
    let sleeps = |&target: &crate::FunctionRef| {
        let summary = cx.project.summary(target);
        summary.effects.contains(Effect::Sleep) && !summary.compares_bound && !summary.raises
    };
    !targets.is_empty() && site.remote == Remote::No && targets.iter().all(sleeps)
}

/// Whether a call is there for the reader only.
fn is_idle(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    match site.resolution.model {
        Some((model, _)) => matches!(model.effect, Effect::Log | Effect::Pure | Effect::View | Effect::Yield | Effect::Create),
        None => cx.project.models.has_word(WordKind::Log, &cx.name_of(site)),
    }
}

/// Whom a question asks; `None` if the call is none.
fn asks(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<Asked> {
    if let Some((model, _)) = site.resolution.model {
        return match model.effect {
            Effect::Request if site.remote != Remote::No => Some(Asked::Remote),
            // `connect_ex` tells by its result whether somebody listens, a program by its exit code.
            Effect::Connect if is_method(site, "connect_ex") => Some(Asked::Remote),
            Effect::Wait | Effect::Request if is_program(site) => Some(Asked::Foreign),
            // Whoever waits for a file by its name mostly means to, for as long as that takes.
            Effect::Query => Some(if is_of_own_object(site) || asks_for_file(site.call) { Asked::Own } else { Asked::Foreign }),
            _ if reads_answer(cx, site) => Some(Asked::Own),
            _ => None,
        };
    }
    if reads_answer(cx, site) {
        return Some(Asked::Own);
    }
    if site.resolution.targets.is_empty() {
        let name = cx.name_of(site);
        let last = name.rsplit('.').next().unwrap_or_default();
        if matches!(last, "reload" | "refresh" | "refresh_from_db") {
            return Some(Asked::Remote);
        }
        let is_question = cx.project.models.has_word(WordKind::Question, last);
        let is_client = cx.project.models.has_word(WordKind::Client, name.rsplit_once('.')?.0);
        return (is_question && is_client).then_some(Asked::Remote);
    }
    if site.remote == Remote::Yes {
        let is_request = |&target: &crate::FunctionRef| {
            let summary = cx.project.summary(target);
            !summary.compares_bound
                && summary.remote.contains(Effect::Request)
                && !summary.remote.contains_any(&[Effect::Receive, Effect::Read, Effect::Accept, Effect::Connect])
        };
        return site.resolution.targets.iter().all(is_request).then_some(Asked::Remote);
    }
    let only_looks = |&target: &crate::FunctionRef| {
        let summary = cx.project.summary(target);
        !summary.calls_unknown && !summary.compares_bound && summary.writes.is_empty() && summary.effects.only_ask()
    };
    site.resolution.targets.iter().all(only_looks).then_some(Asked::Own)
}

/// `path.exists()`, `os.path.isfile(path)`.
fn asks_for_file(call: &unspin_ir::Call) -> bool {
    call.callee.name().is_some_and(|name| {
        matches!(unspin_ir::last_part(name).as_str(), "exists" | "lexists" | "isdir" | "isfile" | "is_dir" | "is_file")
    })
}

/// `subprocess.call(..)`.
fn is_program(site: &Site<'_>) -> bool {
    matches!(site.call.callee, Callee::Path(path) if path.starts_with("subprocess."))
}

fn is_method(site: &Site<'_>, name: &str) -> bool {
    matches!(site.call.callee, Callee::Method(_, method) if method == name)
}

/// `answer.json()`: takes apart what a question of the same round gave.
fn reads_answer(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(receiver, _) = site.call.callee else { return false };
    site.remote != Remote::Yes && cx.origin_site(receiver).is_some()
}

/// `self._queue.empty()`, `task.done()`: an object of this program, which others of it change.
fn is_of_own_object(site: &Site<'_>) -> bool {
    match site.call.callee {
        Callee::Method(..) => {
            !site.resolution.receiver.is_some_and(|ty| matches!(ty.rsplit('.').next(), Some("Path" | "PathBuf")))
        }
        Callee::Value(_) => true,
        Callee::Path(path) => !["os.", "glob.", "pathlib.", "shutil.", "socket.", "std.fs.", "std.path."]
            .iter()
            .any(|prefix| path.starts_with(prefix)),
    }
}

/// Whether the loop goes on when a question was answered and nothing failed.
fn goes_on_when_asked(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let natural = cx.natural();
    let mut seen = BlockSet::new(cx.shape.cfg.len());
    let mut pending = vec![site.block];
    while let Some(block) = pending.pop() {
        if natural.latches.contains(&block) {
            return true;
        }
        let unwind = cx.function.block(block).unwind;
        let next = cx.shape.cfg.successors(block).iter().filter(|&&next| Some(next) != unwind);
        pending.extend(next.filter(|&&next| natural.body.contains(next) && seen.insert(next)));
    }
    false
}

/// Whether nothing but whether there is an answer is tested, and the answer is given back.
fn waits_for_item(cx: &LoopContext<'_>, site: &Site<'_>, tests: &[ExprId]) -> bool {
    let is_answer = |expr: ExprId| cx.origin_site(expr).is_some_and(|origin| std::ptr::eq(origin, site));
    let asks_for_it = |test: ExprId| {
        let mut at = test;
        while let Expr::Unary(UnaryOp::Not, inner) | Expr::Truth(inner) | Expr::Length(inner) = *cx.function.expr(at) {
            at = inner;
        }
        match *cx.function.expr(at) {
            Expr::Compare(CompareOp::Is | CompareOp::IsNot, a, b) => {
                is_answer(a) && *cx.function.expr(b) == Expr::Constant(&unspin_ir::Constant::None)
            }
            Expr::HasVariant(value, _) => is_answer(value),
            _ => is_answer(at),
        }
    };
    tests.iter().all(|&test| asks_for_it(test)) && crate::failures::is_given_back(cx, site)
}

/// Whom a test asks that reads state itself. A connection that is to go away was closed by the program itself.
fn state_asked(cx: &LoopContext<'_>, test: ExprId) -> Option<Asked> {
    let mut asked = None;
    let stays_while_true = cx.natural().body.iter().any(|block| {
        let Terminator::Branch { test: tested, then, .. } = cx.function.block(block).terminator else { return false };
        let mut at = tested;
        let mut is_true = true;
        while let Expr::Unary(op, inner) = *cx.function.expr(at) {
            is_true ^= op == UnaryOp::Not;
            at = inner;
        }
        tested == test && is_true == cx.natural().body.contains(then)
    });
    crate::shape::for_each_part(cx.function, test, &mut |part| {
        if let Expr::Field(_, field) = cx.function.expr(part) {
            let of_peer = !stays_while_true && cx.project.models.has_word(WordKind::PeerState, field);
            asked = asked.max(Some(if of_peer { Asked::Foreign } else { Asked::Own }));
        }
    });
    asked
}

/// Whether a test of the loop looks at a limit, a deadline or a stop signal, or takes something.
fn is_bound(cx: &LoopContext<'_>, test: ExprId) -> bool {
    let models = &cx.project.models;
    // Nobody has the object yet who could stop it.
    let is_constructor = cx.function.name == "__init__";
    if !is_constructor && !crate::loops::stop_paths(cx, cx.function, test).is_empty() {
        return true;
    }
    let mut found = false;
    crate::shape::for_each_part(cx.function, test, &mut |part| {
        let path = cx.function.path(part);
        found |= path.as_deref().is_some_and(|path| models.has_word(WordKind::Deadline, path));
        // `state in (STOPPED, CONNECTED)`: whoever sets the state says when it gives up.
        found |= matches!(cx.function.expr(part), Expr::Global(name) if models.has_word(WordKind::Stop, name));
        if let Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) = cx.function.expr(part) {
            let is_limit = |side: ExprId| cx.function.path(side).is_some_and(|path| models.has_word(WordKind::Limit, &path));
            found |= is_limit(*a) || is_limit(*b);
        }
        if let Some(site) = cx.origin_site(part) {
            let named = cx.name_of(site);
            found |= !is_constructor && models.has_word(WordKind::Stop, &named) && !models.has_word(WordKind::NotStop, &named);
            let waits = site.effect == Some(Effect::Wait) && !is_program(site);
            let asks_to_stop = |&target: &crate::FunctionRef| cx.project.summary(target).effects.contains(Effect::StopCheck);
            found |= waits || matches!(site.effect, Some(Effect::StopCheck | Effect::RetryPolicy)) || reads_clock(cx, site);
            found |= site.resolution.targets.iter().any(asks_to_stop);
        }
    });
    found
}

/// `started.elapsed()`, also taken apart: `metadata.modified()?.elapsed()?.as_secs()`.
fn reads_clock(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let mut site = site;
    for _ in 0..MAX_CHAIN {
        if site.effect == Some(Effect::Clock) {
            return true;
        }
        let Callee::Method(receiver, _) = site.call.callee else { return false };
        let Some(origin) = cx.origin_site(receiver) else { return false };
        site = origin;
    }
    false
}

/// Whether the loop changes anything but locals that hold answers.
fn works(cx: &LoopContext<'_>) -> bool {
    let is_inner = |block| cx.shape.forest.inside(cx.index).any(|inner| inner.header == block);
    cx.natural().body.iter().any(|block| {
        let data = cx.function.block(block);
        let takes = matches!(data.terminator, Terminator::Advance { .. }) && !is_inner(block);
        takes
            || matches!(data.terminator, Terminator::Select { .. })
            || data.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Assign(place, _) => !matches!(cx.function.expr(*place), Expr::Local(_)),
                StatementKind::Delete(_) | StatementKind::Yield(_) => true,
                _ => false,
            })
    })
}
