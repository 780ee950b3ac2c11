//! How long a call that failed had waited: short timeouts only serve to look at something else from time to time.

use unspin_ir::{Call, Callee, FunctionId, StatementKind};

use crate::FunctionRef;
use crate::model::{Bound, CallModel};
use crate::shape::Shape;
use crate::sites::{LoopContext, Site};

/// The timeout of the call: short ones only serve to look at something else from time to time.
pub(super) fn class(cx: &LoopContext<'_>, site: &Site<'_>) -> &'static str {
    match timeout_of(cx, site) {
        Some(seconds) if seconds <= 5.0 => "short",
        Some(_) => "long",
        None => "unknown",
    }
}

fn timeout_of(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<f64> {
    match (site.resolution.model, site.resolution.targets.as_slice()) {
        (Some((model, _)), _) => timeout_in(cx, cx.at, &cx.shape, site.made, model),
        (None, &[helper]) => timeout_in_helper(cx, helper),
        (None, _) => None,
    }
}

/// A helper waits as long as the one call in it that can time out.
fn timeout_in_helper(cx: &LoopContext<'_>, helper: FunctionRef) -> Option<f64> {
    let function = cx.project.function(helper);
    let timed = function.calls().filter_map(|(call, _)| {
        let (model, _) = cx.project.resolve(helper, call).model?;
        model.timeout.as_ref().map(|_| (call, model))
    });
    let mut timed = timed.take(2);
    match (timed.next(), timed.next()) {
        (Some((call, model)), None) => timeout_in(cx, helper, &Shape::new(function), call, model),
        _ => None,
    }
}

fn timeout_in(cx: &LoopContext<'_>, at: FunctionRef, shape: &Shape, call: &Call, model: &CallModel) -> Option<f64> {
    let timeout = model.timeout.as_ref()?;
    let position = timeout.position.map(|position| position as usize);
    if let Some(argument) = call.argument(timeout.keyword, position) {
        return crate::sites::seconds(cx.project, at, shape, argument);
    }
    if let Some(seconds) = set_timeout(cx, at, call, &timeout.set_by) {
        return Some(seconds);
    }
    match timeout.default {
        Bound::Seconds(seconds) => Some(seconds),
        Bound::Word(_) => None,
    }
}

/// `sock.settimeout(1.0)` in the same function, in that of the loop, or in a method of the same class.
fn set_timeout(cx: &LoopContext<'_>, own: FunctionRef, call: &Call, set_by: &[unspin_ir::Name]) -> Option<f64> {
    let Callee::Method(receiver, _) = call.callee else { return None };
    let project = cx.project;
    let function = project.function(own);
    let receiver = function.path(receiver)?;
    let owner = function.owner;
    let count = project.files[own.file as usize].module.functions.len();
    let of_file = (0..count).map(|index| FunctionRef { file: own.file, function: FunctionId(index as u32) });
    for at in [own, cx.at].into_iter().chain(of_file) {
        let function = project.function(at);
        let related = at == own || (owner.is_some() && function.owner == owner && receiver.contains('.'));
        if !related {
            continue;
        }
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::Call(call) = &statement.kind
                && let Callee::Method(other, method) = call.callee
                && set_by.contains(&method)
                && function.path(other).as_deref() == Some(&receiver)
                && let Some(argument) = call.arguments.first()
            {
                return crate::sites::seconds(project, at, &Shape::new(function), argument.value);
            }
        }
    }
    None
}
