//! Reads whose end is handed on as "not ready": whoever waits for more is woken at once, reads nothing, and waits again.
//!
//! Only where nothing else is asked between the end and that answer: a count of empty reads may still give up.

use unspin_ir::{BlockId, Call, CompareOp, Constant, Expr, ExprId, Function, StatementKind, Terminator, UnaryOp};
use unspin_span::Span;

use crate::model::{Effect, EndValue};
use crate::observation::{Observation, Subject, Sureness};
use crate::rounds::Mode;
use crate::shape::LazyShape;
use crate::{FunctionRef, Project};

/// Whether a call says that something is not ready, by what it is given.
pub(crate) fn may_observe(function: &Function, call: &Call) -> bool {
    call.operands().any(|operand| says_not_ready(function, operand))
}

/// Whether a block leaves with a failure that says that something is not ready.
pub(crate) fn may_leave(terminator: &Terminator) -> bool {
    let is_not_ready =
        |class: &str| matches!(class, "BlockingIOError" | "InterruptedError" | "SSLWantReadError" | "WouldBlock");
    matches!(terminator, Terminator::Raise { class: Some(class), .. } if is_not_ready(&unspin_ir::last_part(*class)))
}

fn says_not_ready(function: &Function, expr: ExprId) -> bool {
    match function.expr(expr) {
        Expr::Global(path) => path.ends_with(".WouldBlock"),
        Expr::Variant(variant) => variant.parts.iter().any(|&part| says_not_ready(function, part)),
        _ => false,
    }
}

/// The first read of a function whose end is handed on as "not ready".
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Option<Observation> {
    let function = project.function(at);
    function.blocks.iter().find_map(|block| {
        let Terminator::Branch { test, then, otherwise } = block.terminator else { return None };
        let (read, when) = end_asked_for((project, at), function, test)?;
        let read = if let Expr::Length(read) = *function.expr(read) { read } else { read };
        let (_, _, call) = shape.origin(function, read).filter(|(_, _, call)| reads(project, at, call))?;
        let span = not_ready_from(function, if when { then } else { otherwise })?;
        Some(Observation {
            subject: Subject::Call,
            function: at,
            around: None,
            attributes: vec![("gives", "not-ready-at-end")],
            places: vec![("call", at.file, span), ("test", at.file, block.span)],
            words: vec![("call", crate::sites::shown_callee(function, call))],
            sureness: Sureness::Medium,
        })
    })
}

/// What is compared with the end of an input, and the outcome that means it.
fn end_asked_for(cx: (&Project, FunctionRef), function: &Function, test: ExprId) -> Option<(ExprId, bool)> {
    let is_number = |expr: ExprId, wanted: i64| match function.expr(expr) {
        Expr::Global(name) => cx.0.constant(cx.1.file, *name) == Some(&Constant::Int(wanted)),
        other => matches!(other, Expr::Constant(Constant::Int(number)) if *number == wanted),
    };
    match *function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => end_asked_for(cx, function, inner).map(|(read, when)| (read, !when)),
        Expr::Truth(inner) => Some((inner, false)),
        Expr::Compare(CompareOp::Eq | CompareOp::Le, read, zero) if is_number(zero, 0) => Some((read, true)),
        Expr::Compare(CompareOp::Lt, read, one) if is_number(one, 1) => Some((read, true)),
        Expr::Compare(CompareOp::Gt | CompareOp::Ne, read, zero) if is_number(zero, 0) => Some((read, false)),
        Expr::Compare(CompareOp::Ge, read, one) if is_number(one, 1) => Some((read, false)),
        _ => None,
    }
}

/// Whether a call reads, and says by nothing that the input has ended.
fn reads(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let found = project.resolve(at, call);
    if let Some((model, _)) = found.model {
        let gives_nothing = matches!(model.end, Some(EndValue::Zero | EndValue::EmptyBytes | EndValue::Empty));
        return model.effect == Effect::Read && gives_nothing;
    }
    let counts = |&target: &FunctionRef| {
        let function = project.function(target);
        function.returns.is_some_and(|ty| ty == "usize") && project.summary(target).ends.contains(Mode::EndOfInput)
    };
    found.exact && found.targets.iter().all(counts) && !found.targets.is_empty()
}

/// Where "not ready" is said on the one way from a block, before anything else is asked.
fn not_ready_from(function: &Function, start: BlockId) -> Option<Span> {
    let mut at = start;
    for _ in 0..8 {
        let data = function.block(at);
        let said = data.statements.iter().find(|statement| match &statement.kind {
            StatementKind::Call(call) => may_observe(function, call),
            _ => false,
        });
        if let Some(said) = said {
            return Some(said.span);
        }
        match data.terminator {
            Terminator::Goto(next) => at = next,
            Terminator::Return(Some(value)) if says_not_ready(function, value) => return Some(data.span),
            ref other => return may_leave(other).then_some(data.span),
        }
    }
    None
}
