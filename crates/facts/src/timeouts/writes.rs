//! Writes to a peer with no deadline, in a file that puts one around its other waits for the same connection.
//!
//! Says nothing where no deadline of the file shows that its peers are not trusted to read: most programs write without one.

use rustc_hash::FxHashSet;
use unspin_ir::{Call, Callee, Expr, Function, Name, StatementKind};

use super::deadline;
use crate::definitions::Definition;
use crate::model::Effect;
use crate::observation::{Observation, Subject, Sureness};
use crate::shape::LazyShape;
use crate::sites::shown_callee;
use crate::{FunctionRef, Project};

/// Whether a call may be a write that waits, by its name.
pub(crate) fn may_observe(call: &Call) -> bool {
    let Callee::Method(_, method) = call.callee else { return false };
    call.awaited
        && matches!(method.as_str(), "drain" | "write" | "write_all" | "write_buf" | "write_all_buf" | "flush" | "send_all")
}

/// Every such write of a function.
pub(crate) fn observe(project: &Project, at: FunctionRef, shape: &LazyShape<'_>) -> Vec<Observation> {
    let function = project.function(at);
    let mut found = Vec::new();
    for (block, data) in function.block_ids() {
        for statement in &data.statements {
            let StatementKind::Call(call) = &statement.kind else { continue };
            if !may_observe(call) || !writes(project, at, call) || !is_bounded_elsewhere(project, at, call) {
                continue;
            }
            if deadline::is_bounded(project, at, shape, block, call) {
                continue;
            }
            let in_loop = shape.forest.loops.iter().any(|natural| natural.body.contains(block));
            found.push(Observation {
                subject: Subject::Call,
                function: at,
                around: None,
                attributes: vec![
                    ("effect", "write"),
                    ("elsewhere", "bounded"),
                    ("in-loop", if in_loop { "yes" } else { "no" }),
                    ("phase", "stream"),
                ],
                places: vec![("call", at.file, statement.span)],
                words: vec![("call", shown_callee(function, call))],
                sureness: Sureness::Medium,
            });
        }
    }
    found
}

fn writes(project: &Project, at: FunctionRef, call: &Call) -> bool {
    project.resolve(at, call).model.is_some_and(|(model, _)| model.effect == Effect::Write)
}

/// Whether the file puts a deadline around the same call, or around another on the field of this name.
fn is_bounded_elsewhere(project: &Project, at: FunctionRef, call: &Call) -> bool {
    let file = &project.files[at.file as usize];
    let functions = || project.functions_of(at.file);
    let bounded = file.families.bounded(|| functions().flat_map(|at| bounded_in(project, at)).collect());
    let (method, field) = keys(project.function(at), call);
    method.is_some_and(|method| bounded.contains(&method)) || field.is_some_and(|field| bounded.contains(&field))
}

/// What a function puts under deadlines.
fn bounded_in(project: &Project, at: FunctionRef) -> FxHashSet<Name> {
    let function = project.function(at);
    let keys = deadline::handed_over(project, at).filter_map(|given| match given {
        Definition::Call(bounded) => Some(keys(function, bounded)),
        _ => None,
    });
    keys.flat_map(|(method, field)| method.into_iter().chain(field)).collect()
}

/// A call by its method, and by the field that it is on.
fn keys(function: &Function, call: &Call) -> (Option<Name>, Option<Name>) {
    let Callee::Method(on, method) = call.callee else { return (None, None) };
    let field = match *function.expr(on) {
        Expr::Field(_, field) => Some(unspin_ir::name(&format!(".{field}"))),
        _ => None,
    };
    (Some(method), field)
}
