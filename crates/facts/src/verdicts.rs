//! Objects of the project that count failures and say when to give up, and loops that make nothing of what they say: one
//! that makes the count anew each round, one that no answer ends, one that does not wait as long as it is told.
//!
//! A function gives verdicts if it returns, on some ways, a variant that is named for stopping, or `None` where a count that
//! it steps has come to its limit, and something else on others; and if its name, its class or what it is called on speaks of
//! failures or attempts.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{Callee, CompareOp, Constant, Expr, ExprId, Function, LocalId, LoopKind, StatementKind, Terminator};

use crate::FunctionRef;
use crate::model::{Effect, WordKind};
use crate::observation::{Observation, Sureness};
use crate::shape::mentions;
use crate::sites::{LoopContext, Site};

/// What a loop does with the verdicts that it asks for.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Vec<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for site in cx.sites.iter().filter(|site| !cx.is_in_inner_loop(site.block) && gives_verdict(cx, site)) {
        let how = if is_made_anew(cx, site) && leaves_by(cx, site) {
            Some("made-anew")
        } else {
            is_ignored(cx, site).then_some("ignored")
        };
        found.extend(how.map(|how| observation(cx, ("limit", how), site)));
    }
    found.extend(dropped_delay(cx).map(|site| observation(cx, ("delay", "dropped"), site)));
    found
}

fn observation(cx: &LoopContext<'_>, attribute: (&'static str, &'static str), site: &Site<'_>) -> Observation {
    cx.observation(
        vec![attribute],
        &[("step", site.span), ("call", site.span), ("loop", cx.source.head)],
        vec![("bound", cx.name_of(site)), ("call", cx.name_of(site))],
        Sureness::High,
    )
}

/// Whether a call asks an object of the project, named for failures or attempts, whether to give up.
fn gives_verdict(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(receiver, method) = site.call.callee else { return false };
    let [target] = site.resolution.targets[..] else { return false };
    let speaks = |name: &str| cx.project.models.has_word(WordKind::Limit, name);
    let named = speaks(&method)
        || cx.function.path(receiver).is_some_and(|path| speaks(&path))
        || cx.project.function(target).owner.is_some_and(|owner| speaks(&owner));
    named && !site.call.awaited && is_verdict(cx, target)
}

fn is_verdict(cx: &LoopContext<'_>, target: FunctionRef) -> bool {
    let function = cx.project.function(target);
    let returned: Vec<&Expr> = function
        .blocks
        .iter()
        .filter_map(|block| match block.terminator {
            Terminator::Return(value) => value.map(|value| function.expr(value)),
            _ => None,
        })
        .collect();
    let stops = |expr: &&Expr| expr.named().is_some_and(|name| is_stop(cx, &name));
    let gives_up = |expr: &&Expr| matches!(expr, Expr::Constant(Constant::None | Constant::Bool(false)));
    let others = |is_end: &dyn Fn(&&Expr) -> bool| returned.iter().any(|&expr| !is_end(&expr));
    let by_variant = returned.iter().any(stops) && others(&stops);
    by_variant || (returned.iter().any(gives_up) && others(&gives_up) && counts(function))
}

/// `Verdict.Stop`, `Decision.GiveUp`.
fn is_stop(cx: &LoopContext<'_>, variant: &str) -> bool {
    let last = variant.rsplit('.').next().unwrap_or_default();
    cx.project.models.has_word(WordKind::Stop, last) || ["GiveUp", "GIVE_UP", "Exhausted"].contains(&last)
}

/// Whether a method steps a field and compares it.
fn counts(function: &Function) -> bool {
    let stepped = function.blocks.iter().flat_map(|block| &block.statements).filter_map(|statement| match statement.kind {
        StatementKind::Assign(place, value) if crate::summary::steps_itself(function, place, value) => function.path(place),
        _ => None,
    });
    let stepped: Vec<String> = stepped.filter(|path| path.contains('.')).collect();
    function.exprs.iter().any(|expr| match *expr {
        Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b) => {
            [a, b].into_iter().any(|side| function.path(side).is_some_and(|path| stepped.contains(&path)))
        }
        _ => false,
    })
}

/// Whether what is asked was made in this round, on every way.
fn is_made_anew(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Callee::Method(receiver, _) = site.call.callee else { return false };
    let Expr::Local(local) = *cx.function.expr(receiver) else { return false };
    let definitions = cx.shape.definitions(local);
    let makes = |definition: &crate::shape::Definition| {
        let statement = cx.function.block(definition.block).statements.get(definition.index).map(|statement| &statement.kind);
        cx.natural().body.contains(definition.block)
            && matches!(statement, Some(StatementKind::Call(call)) if matches!(call.callee, Callee::Path(_)))
    };
    let blocks: BlockSet = definitions.iter().map(|definition| definition.block).collect();
    !definitions.is_empty()
        && definitions.iter().all(makes)
        && !ways::exists_through(&cx.shape.cfg, cx.natural(), cx.natural().header, &blocks)
}

/// The tests of the loop that read the result of a call, with their blocks.
fn tests_of<'c>(cx: &'c LoopContext<'_>, result: LocalId) -> impl Iterator<Item = unspin_ir::BlockId> + 'c {
    cx.natural().body.iter().filter(move |&block| match cx.function.block(block).terminator {
        Terminator::Branch { test, .. } => mentions(cx.function, test, result),
        _ => false,
    })
}

/// Whether a test of the verdict leaves the loop.
fn leaves_by(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let tests = crate::loops::exit_tests(cx);
    let is_exit =
        |block| matches!(cx.function.block(block).terminator, Terminator::Branch { test, .. } if tests.contains(&test));
    site.call.result.is_some_and(|result| tests_of(cx, result).any(is_exit))
}

/// Whether no verdict ends anything: none is tested by what leaves the loop, none goes anywhere else, and nothing else of
/// what is asked is tested either.
fn is_ignored(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let may_raise =
        |site: &Site<'_>| site.call.raises && site.resolution.targets.iter().any(|&target| cx.project.summary(target).raises);
    if may_raise(site) || leaves_by(cx, site) {
        return false;
    }
    let Callee::Method(receiver, _) = site.call.callee else { return false };
    let path = cx.function.path(receiver);
    let asks_same = |other: &&Site<'_>| match other.call.callee {
        Callee::Method(on, _) => !std::ptr::eq(*other, site) && cx.function.path(on) == path,
        _ => false,
    };
    if cx.sites.iter().filter(asks_same).any(|other| leaves_by(cx, other) || may_raise(other)) {
        return false;
    }
    let Some(result) = site.call.result else { return false };
    let is_whole = |expr: ExprId| *cx.function.expr(expr) == Expr::Local(result);
    let is_kept = cx.function.blocks.iter().any(|block| {
        matches!(block.terminator, Terminator::Return(Some(value)) if mentions(cx.function, value, result))
            || block.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Call(call) => call.operands().any(is_whole),
                StatementKind::Assign(_, value) => is_whole(*value),
                _ => false,
            })
    });
    tests_of(cx, result).next().is_some() && !is_kept
}

/// A call that says how long to wait, in a loop with failures that waits for nothing of its own.
fn dropped_delay<'c, 'p>(cx: &'c LoopContext<'p>) -> Option<&'c Site<'p>> {
    const PAUSES: [Effect; 4] = [Effect::Sleep, Effect::Wait, Effect::Poll, Effect::RetryPolicy];
    // What is called may pause, but not where it does other things as well.
    let only_pauses = |&target: &FunctionRef| {
        let summary = cx.project.summary(target);
        let works = [Effect::Read, Effect::Receive, Effect::Write, Effect::Connect, Effect::Request];
        summary.effects.contains_any(&PAUSES) && !summary.effects.contains_any(&works) && !summary.calls_unknown
    };
    let is_named =
        |site: &Site<'_>| site.call.callee.name().is_some_and(|name| cx.project.models.has_word(WordKind::Delay, &name));
    let pauses = |site: &Site<'_>| match site.resolution.model {
        Some((model, _)) => PAUSES.contains(&model.effect) && model.wraps.is_none(),
        None => is_named(site) || site.resolution.targets.iter().any(only_pauses),
    };
    if cx.sites.iter().any(pauses) {
        return None;
    }
    cx.sites.iter().find(|site| !cx.is_in_inner_loop(site.block) && (drops_payload(cx, site) || drops_number(cx, site)))
}

/// `Verdict::RetryAfter(_) => {}`
fn drops_payload(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(result) = site.call.result.filter(|_| gives_verdict(cx, site)) else { return false };
    let target = cx.project.function(site.resolution.targets[0]);
    let has_delay = target.exprs.iter().any(|expr| match expr {
        Expr::Variant(variant) => !variant.parts.is_empty() && is_delay(cx, &variant.name),
        _ => false,
    });
    let is_read = cx.function.exprs.iter().any(|expr| match expr {
        Expr::Payload(of, name, _) => is_delay(cx, name) && *cx.function.expr(*of) == Expr::Local(result),
        _ => false,
    });
    has_delay && !is_read && leaves_by(cx, site)
}

fn is_delay(cx: &LoopContext<'_>, variant: &str) -> bool {
    let last = variant.rsplit('.').next().unwrap_or_default();
    cx.project.models.has_word(WordKind::Delay, last) || ["After", "Later", "Again"].iter().any(|word| last.ends_with(word))
}

/// `pause = failures.failed()`, of which it is only asked whether it is there, or which is only logged.
fn drops_number(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let Some(result) = site.call.result else { return false };
    let held = |local: LocalId| cx.project.models.has_word(WordKind::Delay, &cx.function.local(local).name);
    // `self.waits_for_debugger.get()`
    let is_flag =
        matches!(site.call.callee, Callee::Method(on, _) if cx.project.type_of(cx.at, on).is_some_and(|ty| ty == "bool"));
    let is_number =
        !is_flag && site.resolution.model.is_some_and(|(model, _)| matches!(model.effect, Effect::Random | Effect::Pure));
    let tells = || gives_verdict(cx, site) && gives_number(cx.project.function(site.resolution.targets[0]));
    if !((is_number && held(result)) || tells()) || !swallows_failure(cx) {
        return false;
    }
    let is_shown =
        |call: &unspin_ir::Call| cx.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::Log);
    !cx.function.blocks.iter().any(|block| {
        matches!(block.terminator, Terminator::Return(Some(value)) if mentions(cx.function, value, result))
            || block.statements.iter().any(|statement| match &statement.kind {
                StatementKind::Call(call) => {
                    !is_shown(call) && call.operands().any(|operand| mentions(cx.function, operand, result))
                }
                StatementKind::Assign(_, value) => mentions(cx.function, *value, result),
                _ => false,
            })
    })
}

/// Whether a function computes what it returns, or gives `None`.
fn gives_number(function: &Function) -> bool {
    let returns = |wanted: &dyn Fn(&Expr) -> bool| {
        function
            .blocks
            .iter()
            .any(|block| matches!(block.terminator, Terminator::Return(Some(value)) if wanted(function.expr(value))))
    };
    returns(&|expr| *expr == Expr::Constant(&Constant::None))
        && returns(&|expr| matches!(expr, Expr::Binary(..) | Expr::Local(_)))
}

/// Whether a handler of the loop goes on with it.
fn swallows_failure(cx: &LoopContext<'_>) -> bool {
    cx.natural().body.iter().any(|block| match &cx.function.block(block).terminator {
        Terminator::Dispatch { handlers, .. } => handlers.iter().any(|handler| cx.natural().body.contains(handler.block)),
        _ => false,
    })
}
