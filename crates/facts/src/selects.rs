//! Tasks that select for ever: an endless loop around `select!`, none of whose arms leaves.

use unspin_ir::{LoopKind, Terminator};

use crate::observation::Attribute;
use crate::sites::LoopContext;

/// Whether a loop is an endless select.
pub(crate) fn select(cx: &LoopContext<'_>) -> Option<Attribute> {
    let selects = |block| matches!(cx.function.block(block).terminator, Terminator::Select { .. });
    let is_select = cx.source.kind == LoopKind::Endless && cx.natural().body.iter().any(selects);
    let leaves = || crate::loops::ends(cx).iter().any(|&end| !matches!(end, "never" | "failure"));
    (is_select && !leaves()).then_some(("selects", "for-ever"))
}
