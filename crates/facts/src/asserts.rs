//! Endless loops that only an `assert` leaves, which Python removes when it optimizes.

use unspin_ir::{LoopKind, Terminator};

use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, is_rust};

/// A loop whose every exit is an assertion.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if is_rust(cx.project, cx.at) || cx.source.kind != LoopKind::Endless {
        return None;
    }
    let is_assertion = |block| matches!(cx.function.block(block).terminator, Terminator::Raise { assertion: true, .. });
    let mut at = None;
    for &(from, to) in &cx.natural().exits {
        if cx.function.block(from).unwind == Some(to) {
            continue;
        }
        if !is_assertion(to) {
            return None;
        }
        at = at.or(Some(cx.function.block(to).span));
    }
    let leaves = |block| matches!(cx.function.block(block).terminator, Terminator::Return(_) | Terminator::Raise { .. });
    let exits = |site: &crate::sites::Site<'_>| {
        site.effect == Some(crate::model::Effect::Exit)
            || site.resolution.targets.iter().any(|&target| cx.project.summary(target).raises)
            || site.resolution.model.is_some_and(|(model, _)| !model.end_raises.is_empty())
    };
    if cx.natural().body.iter().any(leaves) || cx.sites.iter().any(exits) {
        return None;
    }
    let yields = crate::loops::waits(cx) == "yes";
    at.filter(|_| !yields).map(|at| {
        cx.observation(vec![("leaves-by", "assertion")], &[("loop", cx.source.head), ("call", at)], Vec::new(), Sureness::High)
    })
}
