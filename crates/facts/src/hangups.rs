//! Loops over ready descriptors that pass one over: a hangup that nobody looks at is ready again at once, for ever.
//!
//! Of `select.poll` and `select.epoll`, which are level-triggered and report a hangup or an error without being asked.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BinaryOp, Expr, StatementKind, Terminator};

use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::LoopContext;

/// A walk over ready descriptors with a way round that neither reads, writes nor unregisters.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    let natural = cx.natural();
    let Terminator::Advance { iterable, .. } = cx.function.block(natural.header).terminator else { return None };
    let (block, index, call) = cx.shape.origin(cx.function, iterable)?;
    let resolution = cx.project.resolve(cx.at, call);
    let is_ready_list = resolution.model.is_some_and(|(model, certainty)| {
        let names = matches!(call.callee, unspin_ir::Callee::Method(_, method) if method == "poll");
        model.effect == Effect::Poll && names && certainty == crate::Certainty::Certain
    });
    if !is_ready_list || natural.parent.is_none() || mentions_hangup(cx) || !tests_events(cx) {
        return None;
    }
    let working: BlockSet = natural
        .body
        .iter()
        .filter(|&block| {
            let data = cx.function.block(block);
            let acts = |kind: &StatementKind| !matches!(kind, StatementKind::Assign(..) | StatementKind::Leave(_));
            block != natural.header && data.statements.iter().any(|statement| acts(&statement.kind))
        })
        .collect();
    if !ways::exists_through(&cx.shape.cfg, natural, natural.header, &working) {
        return None;
    }
    let span = cx.function.block(block).statements.get(index).map_or(cx.source.head, |statement| statement.span);
    Some(cx.observation(
        vec![("passes-over", "hangup")],
        &[("loop", cx.source.head), ("call", span)],
        vec![("call", crate::sites::shown_callee(cx.function, call))],
        Sureness::High,
    ))
}

fn mentions_hangup(cx: &LoopContext<'_>) -> bool {
    cx.natural().body.iter().any(|block| {
        let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        crate::shape::any_part(cx.function, test, |part| {
            cx.function.path(part).is_some_and(|path| {
                let name = path.to_ascii_uppercase();
                name.contains("HUP") || name.ends_with("ERR") || name.contains("ERROR")
            })
        })
    })
}

/// `event & POLLIN`.
fn tests_events(cx: &LoopContext<'_>) -> bool {
    cx.natural().body.iter().any(|block| {
        let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
        crate::shape::any_part(cx.function, test, |part| matches!(cx.function.expr(part), Expr::Binary(BinaryOp::BitAnd, ..)))
    })
}
