//! Heartbeats that prove nothing: an answer that is awaited for ever, or a message that nobody answers.

use unspin_ir::{Callee, Expr, LoopKind};

use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::project::Remark;
use crate::sites::{LoopContext, Remote, Site};

/// A heartbeat loop without a deadline for the answer.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let (site, kind) = match cx.sites.iter().find(|site| awaits_pong(cx, site)) {
        Some(site) => (site, "awaited"),
        None => (only_writes(cx)?, "written"),
    };
    let file = cx.at.file;
    Some(Observation {
        subject: Subject::Loop,
        function: cx.at,
        around: Some(cx.source.span),
        attributes: vec![("pings", kind)],
        places: vec![("call", file, site.span), ("loop", file, cx.source.head)],
        words: vec![("call", cx.name_of(site))],
        sureness: if kind == "awaited" { Sureness::High } else { Sureness::Medium },
    })
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
            _ => return None,
        }
    }
    let beat = beat.filter(|_| sleeps)?;
    let is_unused = beat.call.result.is_none_or(|result| {
        !cx.sites.iter().any(|site| site.call.operands().any(|o| *cx.function.expr(o) == Expr::Local(result)))
    });
    (is_unused && !speaks_of_answers(cx)).then_some(beat)
}

/// Whether a call, its function or what it writes is named for a heartbeat.
fn is_heartbeat(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let speaks = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["ping", "heartbeat", "keepalive", "keep_alive"].iter().any(|word| name.contains(word))
    };
    speaks(&cx.name_of(site))
        || speaks(&cx.function.name)
        || site.call.arguments.iter().any(|argument| match cx.function.expr(argument.value) {
            Expr::Variant(variant, _) => speaks(variant),
            _ => cx.function.path(argument.value).is_some_and(|path| speaks(&path)),
        })
}

/// Whether any name of the file speaks of an answer to heartbeats: then somebody else looks for it.
fn speaks_of_answers(cx: &LoopContext<'_>) -> bool {
    let file = &cx.project.files[cx.at.file as usize];
    let speaks = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["pong", "ack", "last_", "missed", "idle", "timeout"].iter().any(|word| name.contains(word))
    };
    let says = |function: &unspin_ir::Function| {
        speaks(&function.name)
            || function.locals.iter().any(|local| speaks(&local.name))
            || function.exprs.iter().any(|expr| matches!(expr, Expr::Field(_, field) if speaks(field)))
            || function.exprs.iter().any(|expr| matches!(expr, Expr::Global(name) if speaks(name)))
    };
    file.families.says(Remark::Answers, || file.module.functions.iter().any(says))
}
