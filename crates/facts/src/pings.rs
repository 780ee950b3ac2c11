//! Heartbeats that prove nothing: an answer that is awaited for ever, or a message that nobody answers.

use unspin_ir::{Callee, Constant, Expr, LoopKind};

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::project::Remark;
use crate::sites::{LoopContext, Remote, Site};

/// A heartbeat loop without a deadline for the answer.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let awaited = cx.sites.iter().find(|site| awaits_pong(cx, site)).map(|site| (site, "awaited"));
    let ignored = || ignored_verdict(cx).map(|site| (site, "ignored"));
    let (site, kind) = awaited.or_else(ignored).or_else(|| only_writes(cx).map(|site| (site, "written")))?;
    Some(cx.observation(
        vec![("pings", kind)],
        &[("call", site.span), ("loop", cx.source.head)],
        vec![("call", cx.name_of(site))],
        if kind == "awaited" { Sureness::High } else { Sureness::Medium },
    ))
}

/// `pong = await ws.ping()`, then `await pong`, with nothing around it that bounds the time.
fn awaits_pong(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Value(awaited) = site.call.callee else { return false };
    let is_ping = cx.origin_site(awaited).is_some_and(|ping| {
        // What a ping gives is only awaited where it is the wait for its answer.
        ping.call.awaited && matches!(ping.call.callee, Callee::Method(_, method) if method == "ping")
    });
    is_ping && site.call.awaited && !site.timed && !crate::timeouts::loop_is_bounded(cx)
}

/// The heartbeat of a loop that sleeps and writes, and does nothing else, where nothing of the file speaks of an answer.
fn only_writes<'c, 'p>(cx: &'c LoopContext<'p>) -> Option<&'c Site<'p>> {
    let mut beat = None;
    let mut sleeps = false;
    for site in &cx.sites {
        match site.effect {
            Some(Effect::Sleep) => sleeps = true,
            Some(
                Effect::Log | Effect::View | Effect::Pure | Effect::StopCheck | Effect::Query | Effect::Clock | Effect::Create,
            ) => {}
            Some(Effect::Write) if site.remote != Remote::No && is_heartbeat(cx, site) => beat = Some(site),
            // What is pushed is written by somebody else; what is asked of or told to an own object waits for nobody.
            _ if !site.resolution.targets.is_empty() && !site.call.awaited && site.remote == Remote::No => {
                if says_heartbeat(cx, site, 2) && beat.is_none() && !is_made_for(cx, site) {
                    beat = Some(site);
                }
            }
            _ => return None,
        }
    }
    let beat = beat.filter(|_| sleeps && !asks_somebody(cx, beat))?;
    let is_unused = beat.call.result.is_none_or(|result| {
        !cx.sites.iter().any(|site| site.call.operands().any(|o| *cx.function.expr(o) == Expr::Local(result)))
    });
    (is_unused && !speaks_of_answers(cx)).then_some(beat)
}

/// Whether a test of the loop looks at what a function of the project says, beside the heartbeat itself.
fn asks_somebody(cx: &LoopContext<'_>, beat: Option<&Site<'_>>) -> bool {
    cx.natural().body.iter().any(|block| {
        let unspin_ir::Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        let mut asks = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            let origin = cx.origin_site(part).filter(|origin| !origin.resolution.targets.is_empty());
            asks |= origin.is_some_and(|origin| !beat.is_some_and(|beat| std::ptr::eq(beat, origin)));
        });
        asks
    })
}

/// Whether the result of a call is only given to another one: `encode(Ping)`.
fn is_made_for(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(result) = site.call.result else { return false };
    cx.sites.iter().any(|other| other.call.arguments.iter().any(|a| *cx.function.expr(a.value) == Expr::Local(result)))
}

fn speaks_of_heartbeat(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["ping", "heartbeat", "keepalive", "keep_alive"].iter().any(|word| name.contains(word))
}

/// Whether a call, its function or what it writes is named for a heartbeat.
fn is_heartbeat(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    speaks_of_heartbeat(&cx.name_of(site))
        || speaks_of_heartbeat(&cx.function.name)
        || site.call.arguments.iter().any(|argument| match cx.function.expr(argument.value) {
            Expr::Variant(variant) => speaks_of_heartbeat(&variant.name),
            _ => cx.function.path(argument.value).is_some_and(|path| speaks_of_heartbeat(&path)),
        })
}

/// Whether what a call is given, or what that was made of, says that it is a heartbeat: `push(encode({"type": "ping"}))`.
fn says_heartbeat(cx: &LoopContext<'_>, site: &Site<'_>, depth: u32) -> bool {
    site.call.arguments.iter().any(|argument| {
        crate::shape::any_part(cx.function, argument.value, |part| match cx.function.expr(part) {
            Expr::Constant(Constant::Text(text)) => speaks_of_heartbeat(text) && text.len() < 16,
            Expr::Local(_) => depth > 0 && cx.origin_site(part).is_some_and(|origin| says_heartbeat(cx, origin, depth - 1)),
            named => named.named().is_some_and(|name| speaks_of_heartbeat(&unspin_ir::last_part(name))),
        })
    })
}

/// The verdict of a function of the project that may say that the peer is dead, which nobody looks at beside a heartbeat.
fn ignored_verdict<'c, 'p>(cx: &'c LoopContext<'p>) -> Option<&'c Site<'p>> {
    if !cx.sites.iter().any(|site| says_heartbeat(cx, site, 2)) {
        return None;
    }
    let is_dead = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        ["dead", "lost", "gone", "silent", "expired"].contains(&last.as_str())
    };
    let names_dead = |target: crate::FunctionRef| {
        cx.project.function(target).exprs.iter().any(|expr| match expr {
            Expr::HasVariant(_, name) => is_dead(name),
            named => named.named().is_some_and(|name| is_dead(&name)),
        })
    };
    let may_say = |target: crate::FunctionRef| {
        let calls = cx.project.function(target).calls();
        let returns = cx.project.function(target).blocks.iter().any(|block| {
            matches!(block.terminator, unspin_ir::Terminator::Return(Some(value)) if *cx.project.function(target).expr(value) != Expr::Constant(&Constant::Unit))
        });
        returns
            && (names_dead(target)
                || calls.into_iter().any(|(call, _)| cx.project.resolve(target, call).targets.into_iter().any(names_dead)))
    };
    cx.sites.iter().find(|site| {
        let is_unused = site.call.result.is_none_or(|result| !is_read(cx, result));
        is_unused && matches!(site.resolution.targets[..], [target] if may_say(target)) && !says_heartbeat(cx, site, 2)
    })
}

/// Whether a local is read anywhere.
fn is_read(cx: &LoopContext<'_>, local: unspin_ir::LocalId) -> bool {
    let mentions = |expr| crate::shape::mentions(cx.function, expr, local);
    cx.function.blocks.iter().any(|block| {
        let of_terminator = match block.terminator {
            unspin_ir::Terminator::Branch { test, .. } => mentions(test),
            unspin_ir::Terminator::Return(Some(value)) => mentions(value),
            _ => false,
        };
        of_terminator
            || block.statements.iter().any(|statement| match &statement.kind {
                unspin_ir::StatementKind::Assign(_, value) => mentions(*value),
                unspin_ir::StatementKind::Call(call) => call.operands().any(mentions),
                _ => false,
            })
    })
}

/// Whether any name speaks of an answer to heartbeats, or of how long ago something came: then somebody else looks for it.
///
/// An answer is looked for anywhere in the file; the clock of a class is read by its own functions.
fn speaks_of_answers(cx: &LoopContext<'_>) -> bool {
    let file = &cx.project.files[cx.at.file as usize];
    let has = |words: &[&str], name: &str| words.iter().any(|word| name.contains(word));
    let of_answer = |name: &str| has(&["pong", "ack", "missed"], &name.to_ascii_lowercase());
    if file.families.says(Remark::Answers, || file.module.functions.iter().any(|function| says(function, &of_answer))) {
        return true;
    }
    let of_silence = |name: &str| {
        let is_constant = !name.contains(char::is_lowercase);
        let name = name.to_ascii_lowercase();
        // What shaking hands, connecting or writing may take says nothing of a peer that falls silent.
        let is_of_silence = !has(&["handshake", "connect", "login", "write", "send", "shutdown"], &name);
        has(&["idle"], &name) || (has(&["last_"], &name) && !is_constant) || (has(&["timeout"], &name) && is_of_silence)
    };
    match cx.function.owner {
        Some(owner) => file.family(owner).any(|(_, function)| says(function, &of_silence)),
        None => file.families.says(Remark::Silences, || file.module.functions.iter().any(|f| says(f, &of_silence))),
    }
}

/// Whether a function, its locals, or the fields and globals that it names speak of something.
fn says(function: &unspin_ir::Function, speaks: &dyn Fn(&str) -> bool) -> bool {
    speaks(&function.name)
        || function.locals.iter().any(|local| speaks(&local.name))
        || function.exprs.iter().any(|expr| match expr {
            Expr::Field(_, name) | Expr::Global(name) => speaks(unspin_ir::last_part(*name).as_str()),
            _ => false,
        })
}
