//! Walks from a folder to its parent. The root is its own parent, so that a walk which only asks for a file on its way never
//! ends where there is none.
//!
//! Silent as soon as a test asks for anything else: for the path before, the rest of the path, a folder that is there.

use unspin_ir::{BinaryOp, Call, Callee, CompareOp, Constant, Expr, ExprId, LocalId, UnaryOp};
use unspin_span::Span;

use crate::model::Effect;
use crate::sites::LoopContext;

const MAX_HOPS: u32 = 4;

const PATH_TYPES: [&str; 6] =
    ["pathlib.Path", "pathlib.PosixPath", "pathlib.PurePath", "pathlib.PurePosixPath", "std.path.Path", "std.path.PathBuf"];

/// Questions whether a file is there.
const QUESTIONS: [&str; 7] = ["exists", "lexists", "isfile", "isdir", "islink", "is_file", "is_dir"];

/// A walk that goes on at the root.
pub(crate) struct Climb {
    /// The step to the parent.
    pub(crate) step: Span,
    /// The local that holds the path.
    pub(crate) path: LocalId,
    /// Whether it looks for a file, which need not be on the way.
    pub(crate) looks_for_file: bool,
}

/// The walk of a loop to the root, where it never ends.
pub(crate) fn own_parent(cx: &LoopContext<'_>) -> Option<Climb> {
    let called = cx.sites.iter().filter_map(|site| Some((stepped_by_call(cx, site.call)?, site.span)));
    let assigned = cx.assignments().filter_map(|(place, value, span)| match *cx.function.expr(place) {
        Expr::Local(local) if is_parent_of(cx, value, local, 0) => Some((local, span)),
        _ => None,
    });
    let (path, step) = called.chain(assigned).next()?;
    let tests = crate::loops::exit_branches(cx);
    if tests.is_empty() || may_leave_otherwise(cx) || !tests.iter().all(|&(test, goes_on)| is_blind(cx, test, goes_on, path)) {
        return None;
    }
    let looks_for_file = tests.iter().any(|&(test, _)| asks_below(cx, test, path));
    Some(Climb { step, path, looks_for_file })
}

/// Whether the loop may be left by something else than a test: by a failure, or with the process.
fn may_leave_otherwise(cx: &LoopContext<'_>) -> bool {
    cx.natural().exits.iter().any(|&(from, to)| cx.function.block(from).unwind == Some(to))
        || cx.sites.iter().any(|site| site.effect == Some(Effect::Exit))
}

/// Whether a test that lets the loop go on by this outcome does so at the root, too.
fn is_blind(cx: &LoopContext<'_>, test: ExprId, goes_on: bool, path: LocalId) -> bool {
    match *cx.function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) => is_blind(cx, inner, !goes_on, path),
        Expr::Truth(inner) => is_blind(cx, inner, goes_on, path),
        // `while path`
        Expr::Local(local) if local == path => goes_on,
        Expr::Local(_) => !goes_on && asks_below(cx, test, path),
        // `while path != "/"` of what may be `//`, `while os.sep in path`
        Expr::Compare(op @ (CompareOp::Eq | CompareOp::Ne), a, b) => {
            goes_on == (op == CompareOp::Ne)
                && *cx.function.expr(a) == Expr::Local(path)
                && is_constant(cx, b)
                && !is_normal(cx, path)
        }
        Expr::Compare(CompareOp::In, a, b) => goes_on && is_constant(cx, a) && *cx.function.expr(b) == Expr::Local(path),
        _ => false,
    }
}

/// Whether a test is the answer to the question for a file below the path.
fn asks_below(cx: &LoopContext<'_>, test: ExprId, path: LocalId) -> bool {
    let test = match *cx.function.expr(test) {
        Expr::Unary(UnaryOp::Not, inner) | Expr::Truth(inner) => return asks_below(cx, inner, path),
        _ => test,
    };
    let Some(site) = cx.origin_site(test) else { return false };
    let asked = match site.call.callee {
        Callee::Method(receiver, method) if QUESTIONS.contains(&method.as_str()) => Some(receiver),
        Callee::Path(name) if QUESTIONS.contains(&unspin_ir::last_part(name).as_str()) => {
            site.call.arguments.first().map(|argument| argument.value)
        }
        _ => None,
    };
    asked.is_some_and(|asked| *cx.function.expr(asked) != Expr::Local(path) && is_below(cx, asked, path, 0))
}

/// Whether a value is made of the path and a constant: `path / "pyproject.toml"`, `os.path.join(path, ".git")`.
fn is_below(cx: &LoopContext<'_>, value: ExprId, path: LocalId, hops: u32) -> bool {
    let is_part = |part: ExprId| *cx.function.expr(part) == Expr::Local(path);
    match cx.function.expr(value) {
        Expr::Binary(BinaryOp::Divide | BinaryOp::Add, base, _) => is_part(*base) || is_below(cx, *base, path, hops),
        Expr::Aggregate(_, parts) => parts.first().is_some_and(|&part| is_part(part)),
        Expr::Local(other) if hops < MAX_HOPS => match cx.origin_site(value) {
            Some(site) => match site.call.callee {
                Callee::Method(receiver, method) => matches!(method.as_str(), "join" | "joinpath") && is_part(receiver),
                Callee::Path(name) => {
                    unspin_ir::last_part(name) == "join"
                        && site.call.arguments.first().is_some_and(|first| is_part(first.value))
                }
                Callee::Value(_) => false,
            },
            None => match cx.shape.definitions(*other) {
                [only] => only.value.is_some_and(|value| is_below(cx, value, path, hops + 1)),
                _ => false,
            },
        },
        _ => false,
    }
}

/// Whether the path was made absolute before the loop: then its root has one name.
fn is_normal(cx: &LoopContext<'_>, path: LocalId) -> bool {
    let makes = |call: &Call| {
        let names = ["abspath", "realpath", "getcwd", "cwd", "resolve", "absolute", "canonicalize"];
        call.callee.name().is_some_and(|name| names.contains(&unspin_ir::last_part(name).as_str()))
    };
    let values = cx.shape.definitions(path).iter().filter_map(|definition| definition.value);
    let mut origins = values.filter_map(|value| cx.shape.origin(cx.function, value));
    cx.function.calls().any(|(call, _)| call.result == Some(path) && makes(call)) || origins.any(|(.., call)| makes(call))
}

fn is_constant(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    match cx.function.expr(expr) {
        Expr::Constant(_) => true,
        Expr::Global(name) => name.ends_with(".sep"),
        _ => false,
    }
}

/// Whether a value is the parent of what a local holds.
fn is_parent_of(cx: &LoopContext<'_>, value: ExprId, local: LocalId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    match *cx.function.expr(value) {
        Expr::Index(base, index) => {
            matches!(cx.function.expr(index), Expr::Constant(Constant::Int(0))) && is_parent_of(cx, base, local, hops + 1)
        }
        Expr::Field(base, field) => field == "parent" && *cx.function.expr(base) == Expr::Local(local) && is_path(cx, base),
        Expr::Local(other) if other != local => match cx.origin_site(value) {
            Some(site) => is_parent_call(cx, site.call, local),
            None => cx.shape.definitions(other).iter().any(|d| {
                cx.natural().body.contains(d.block) && d.value.is_some_and(|value| is_parent_of(cx, value, local, hops + 1))
            }),
        },
        _ => false,
    }
}

/// `os.path.dirname(path)`, `os.path.split(path)`.
pub(crate) fn is_parent_call(cx: &LoopContext<'_>, call: &Call, local: LocalId) -> bool {
    let Callee::Path(path) = call.callee else { return false };
    let (module, name) = path.rsplit_once('.').unwrap_or_default();
    module.ends_with("path")
        && matches!(name, "dirname" | "split")
        && call.arguments.first().is_some_and(|a| *cx.function.expr(a.value) == Expr::Local(local))
}

/// The local that a call steps by itself: `path = dirname(path)`, and Rust's `path.pop()`, which leaves the root as it is.
fn stepped_by_call(cx: &LoopContext<'_>, call: &Call) -> Option<LocalId> {
    match call.callee {
        Callee::Method(receiver, method) if method == "pop" && is_path(cx, receiver) => match *cx.function.expr(receiver) {
            Expr::Local(local) => Some(local),
            _ => None,
        },
        _ => call.result.filter(|&result| is_parent_call(cx, call, result)),
    }
}

fn is_path(cx: &LoopContext<'_>, expr: ExprId) -> bool {
    cx.project.type_of(cx.at, expr).is_some_and(|ty| PATH_TYPES.contains(&ty.as_str()))
}
