//! Loops over pages of an answer that end only when the server says so, or never.

mod numbered;
mod options;

use unspin_ir::{Callee, CompareOp, Expr, ExprId, LocalId, LoopKind, StatementKind};

use crate::model::WordKind;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Remote, Site};

const MAX_HOPS: u32 = 6;

/// A loop over pages that the client does not bound.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    named(cx).or_else(|| numbered::observe(cx)).or_else(|| options::observe(cx))
}

/// A request that hands on what the last answer said comes next, without a cap and without a look at what was handed on
/// before.
fn named(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) || crate::walks::counts(cx) {
        return None;
    }
    let site = cx.sites.iter().find(|site| is_request(cx, site))?;
    let tests = crate::loops::exit_tests(cx);
    let token = tokens(cx).into_iter().find(|&token| {
        is_from_answer(cx, token, site, 0)
            && site.call.operands().any(|operand| is_made_from(cx, operand, token, 0))
            && tests.iter().any(|&test| is_made_from(cx, test, token, 0) || is_test_of_answer(cx, test, site))
    })?;
    if tests.iter().any(|&test| compares_tokens(cx, test, token)) || remembers(cx, token) {
        return None;
    }
    Some(cx.observation(
        vec![("pages", "endless")],
        &[("loop", cx.source.head), ("call", site.span)],
        vec![("call", cx.name_of(site)), ("token", cx.function.local(token).name.to_string())],
        Sureness::Medium,
    ))
}

fn is_request(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let is_known = site.remote != Remote::No && site.effect == Some(crate::model::Effect::Request);
    let name = cx.name_of(site);
    let speaks = || {
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_unknown = site.resolution.model.is_none() && site.resolution.targets.is_empty();
        let of_client =
            name.rsplit_once('.').is_some_and(|(receiver, _)| cx.project.models.has_word(WordKind::Client, receiver));
        is_unknown && of_client && cx.project.models.has_word(WordKind::Question, last)
    };
    is_known || speaks()
}

/// Variables named for a place in pages that the loop assigns.
fn tokens(cx: &LoopContext<'_>) -> Vec<LocalId> {
    let speaks = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["token", "cursor", "marker", "next", "continuation", "url", "page", "offset"].iter().any(|word| name.contains(word))
    };
    (0..cx.function.locals.len())
        .map(LocalId::new)
        .filter(|&local| {
            let data = cx.function.local(local);
            data.kind == unspin_ir::LocalKind::Variable || data.kind == unspin_ir::LocalKind::Parameter
        })
        .filter(|&local| speaks(&cx.function.local(local).name))
        .filter(|&local| cx.shape.definitions(local).iter().any(|d| cx.natural().body.contains(d.block)))
        .collect()
}

/// Whether the loop gives a variable something out of the answer.
fn is_from_answer(cx: &LoopContext<'_>, token: LocalId, site: &Site<'_>, hops: u32) -> bool {
    cx.shape.definitions(token).iter().filter(|d| cx.natural().body.contains(d.block)).any(|d| match d.value {
        Some(value) => comes_from(cx, value, site, hops),
        None => match cx.site_at(d.block, d.index) {
            Some(other) => !std::ptr::eq(other, site) && other.call.operands().any(|o| comes_from(cx, o, site, hops + 1)),
            None => false,
        },
    })
}

fn comes_from(cx: &LoopContext<'_>, value: ExprId, site: &Site<'_>, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, value, &mut |part| parts.push(part));
    parts.into_iter().any(|part| match *cx.function.expr(part) {
        Expr::Local(local) if Some(local) == site.call.result => true,
        Expr::Local(local) => match cx.origin_site(part) {
            Some(other) => std::ptr::eq(other, site) || other.call.operands().any(|o| comes_from(cx, o, site, hops + 1)),
            None => cx
                .shape
                .definitions(local)
                .iter()
                .filter(|d| cx.natural().body.contains(d.block))
                .filter_map(|d| d.value)
                .any(|value| comes_from(cx, value, site, hops + 1)),
        },
        _ => false,
    })
}

/// Whether an expression is, or holds, the variable: also a dictionary that it was put into.
fn is_made_from(cx: &LoopContext<'_>, expr: ExprId, token: LocalId, hops: u32) -> bool {
    if hops > MAX_HOPS {
        return false;
    }
    let mut parts = Vec::new();
    crate::shape::for_each_part(cx.function, expr, &mut |part| parts.push(part));
    parts.into_iter().any(|part| match *cx.function.expr(part) {
        Expr::Local(local) if local == token => true,
        Expr::Local(local) => {
            let stored = cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).any(|statement| {
                match statement.kind {
                    StatementKind::Assign(place, value) => {
                        matches!(cx.function.expr(place), Expr::Index(base, _) if *cx.function.expr(*base) == Expr::Local(local))
                            && *cx.function.expr(value) == Expr::Local(token)
                    }
                    _ => false,
                }
            });
            let defined = || {
                cx.shape.definitions(local).iter().filter_map(|d| d.value).any(|value| {
                    !matches!(cx.function.expr(value), Expr::Local(_)) && is_made_from(cx, value, token, hops + 1)
                })
            };
            stored || defined()
        }
        _ => false,
    })
}

/// `if not answer["has_more"]: break`.
fn is_test_of_answer(cx: &LoopContext<'_>, test: ExprId, site: &Site<'_>) -> bool {
    comes_from(cx, test, site, 0)
}

/// Whether a test compares the variable with another value than a constant: with the one before.
fn compares_tokens(cx: &LoopContext<'_>, test: ExprId, token: LocalId) -> bool {
    let mut found = false;
    crate::shape::for_each_part(cx.function, test, &mut |part| {
        let Expr::Compare(op, a, b) = *cx.function.expr(part) else { return };
        let is_token = |side: ExprId| *cx.function.expr(side) == Expr::Local(token);
        let is_constant = |side: ExprId| matches!(cx.function.expr(side), Expr::Constant(_));
        let is_membership = matches!(op, CompareOp::In | CompareOp::NotIn);
        found |= (is_token(a) && (is_membership || !is_constant(b))) || (is_token(b) && !is_constant(a));
    });
    found
}

/// Whether what was handed on is put aside.
fn remembers(cx: &LoopContext<'_>, token: LocalId) -> bool {
    cx.sites.iter().any(|site| {
        let keeps = matches!(site.call.callee, Callee::Method(_, method) if matches!(method.as_str(), "add" | "append" | "insert" | "push"));
        keeps && site.call.arguments.iter().any(|a| *cx.function.expr(a.value) == Expr::Local(token))
    })
}
