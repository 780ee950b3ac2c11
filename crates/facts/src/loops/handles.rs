//! Service loops of threads and tasks whose way out may never be taken: one that stands on some ways round only, one that
//! opens only when its owner is asked to, and not when the owner goes.

use unspin_flow::{BlockSet, ways};
use unspin_ir::{BlockId, Callee, ExprId, StatementKind, Terminator};

use super::{leaves_by_design, may_never_return};
use crate::model::{Effect, WordKind};
use crate::sites::{LoopContext, Remote, Site, is_rust};
use crate::spawned::Runner;

/// Whether a way round passes nothing that leaves: no test, no failure that the source hands on. Only of loops that a
/// thread or task runs.
pub(super) fn avoidable(cx: &LoopContext<'_>) -> bool {
    if cx.project.runner(cx.at).is_none_or(|runner| runner == Runner::Ended) {
        return false;
    }
    let natural = cx.natural();
    // What a context manager does on the way out stands between the test and the end.
    let back = ways::reaching_header(&cx.shape.cfg, natural, &BlockSet::default());
    let returns = |block: BlockId| block == natural.header || back.contains(block);
    let decides = |block: BlockId| {
        matches!(cx.function.block(block).terminator, Terminator::Branch { then, otherwise, .. }
            if returns(then) != returns(otherwise))
    };
    let mut leaving: BlockSet = natural.body.iter().filter(|&block| ends(cx, block) || decides(block)).collect();
    let exits = natural.exits.iter().filter(|&&(from, to)| cx.function.block(from).unwind != Some(to));
    let asking = cx.sites.iter().filter(|site| asks(cx, site)).map(|site| site.block);
    let more: BlockSet = exits.map(|&(from, _)| from).chain(asking).collect();
    leaving.extend(&more);
    add_parts_of_tests(cx, &mut leaving);
    add_inner_loops(cx, &mut leaving);
    !leaving.contains(natural.header) && leaving.iter().next().is_some() && goes_round(cx, &leaving)
}

/// What a loop that nobody can stop does not let end it: the failure of something that it writes to or reads from; a stop
/// flag that it hands on.
pub(super) fn missed_end(cx: &LoopContext<'_>) -> Option<&'static str> {
    if !matches!(cx.project.runner(cx.at), Some(Runner::DetachedThread | Runner::DetachedTask)) {
        return None;
    }
    let is_stop =
        |name: &str| cx.project.models.has_word(WordKind::Stop, name) && !cx.project.models.has_word(WordKind::NotStop, name);
    let hands_flag_on = |site: &Site<'_>| {
        let mut given = site.call.arguments.iter().filter_map(|argument| cx.function.path(argument.value));
        site.resolution.model.is_none() && given.any(|path| is_stop(&path))
    };
    if cx.sites.iter().any(hands_flag_on) {
        return Some("flag");
    }
    let back = ways::reaching_header(&cx.shape.cfg, cx.natural(), &BlockSet::default());
    let goes_on = |site: &Site<'_>| {
        let unwind = cx.function.block(site.block).unwind;
        site.call.raises && unwind.is_some_and(|unwind| unwind == cx.natural().header || back.contains(unwind))
    };
    let is_peer = |site: &Site<'_>| {
        let sends = || site.call.callee.name().is_some_and(|name| name.starts_with("send") || name.starts_with("write"));
        matches!(site.effect, Some(Effect::Read | Effect::Write | Effect::Request)) || sends()
    };
    // What is asked or told to anybody now and then is a matter of the next time; what a connection is sent is not.
    let sleeps = |site: &Site<'_>| site.effect == Some(Effect::Sleep) && site.call.awaited && site.resolution.model.is_some();
    let is_timed = cx.sites.iter().any(sleeps);
    let is_of_connection = |site: &Site<'_>| {
        // `write_to_file(status)`
        let is_own = site.remote == Remote::No && !site.resolution.targets.is_empty();
        let name = site.call.callee.name();
        name.is_some_and(|name| (name.starts_with("send") || !is_own && name.starts_with("write")) && name != "send_to")
    };
    let missed = cx.sites.iter().any(|site| is_peer(site) && goes_on(site) && (!is_timed || is_of_connection(site)));
    missed.then_some("failure")
}

/// Whether a way round on which nothing fails enters none of the blocks: what a context manager does with a failure says
/// nothing of this.
fn goes_round(cx: &LoopContext<'_>, avoiding: &BlockSet) -> bool {
    let natural = cx.natural();
    let mut seen = BlockSet::new(cx.shape.cfg.len());
    let mut pending = vec![natural.header];
    while let Some(block) = pending.pop() {
        let unwind = cx.function.block(block).unwind;
        for &next in cx.shape.cfg.successors(block) {
            if next == natural.header {
                return true;
            }
            let inside = natural.body.contains(next) && !avoiding.contains(next) && Some(next) != unwind;
            if inside && seen.insert(next) {
                pending.push(next);
            }
        }
    }
    false
}

/// `a and b`, and `if x == 1: .. elif x == 2: break`, are one question: a test counts where the next one leaves.
fn add_parts_of_tests(cx: &LoopContext<'_>, leaving: &mut BlockSet) {
    let mut pending: Vec<BlockId> = leaving.iter().collect();
    while let Some(next) = pending.pop() {
        for &block in cx.shape.cfg.predecessors(next) {
            let Terminator::Branch { then, otherwise, .. } = cx.function.block(block).terminator else { continue };
            let other = if then == next { otherwise } else { then };
            let is_part = is_bare_test(cx, next) || goes_on_at(cx, next, other);
            if is_part && cx.natural().body.contains(block) && leaving.insert(block) {
                pending.push(block);
            }
        }
    }
}

fn is_bare_test(cx: &LoopContext<'_>, block: BlockId) -> bool {
    let data = cx.function.block(block);
    data.statements.is_empty() && matches!(data.terminator, Terminator::Branch { .. })
}

/// Whether a test that does not leave goes on where the one before it does.
fn goes_on_at(cx: &LoopContext<'_>, block: BlockId, other: BlockId) -> bool {
    matches!(cx.function.block(block).terminator, Terminator::Branch { then, otherwise, .. } if then == other || otherwise == other)
}

/// What an inner loop asks is asked: it is taken to go round at least once.
fn add_inner_loops(cx: &LoopContext<'_>, leaving: &mut BlockSet) {
    let natural = cx.natural();
    let inner = cx.shape.forest.loops.iter().filter(|l| l.header != natural.header && natural.body.contains(l.header));
    let asking = inner.filter(|inner| inner.body.iter().any(|block| leaving.contains(block)));
    let headers: BlockSet = asking.map(|inner| inner.header).collect();
    leaving.extend(&headers);
}

fn ends(cx: &LoopContext<'_>, block: BlockId) -> bool {
    matches!(cx.function.block(block).terminator, Terminator::Return(_) | Terminator::Raise { .. })
}

/// Whether a call may end the loop, or waits for what may say that there is no more.
fn asks(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    matches!(site.effect, Some(Effect::Receive | Effect::Read | Effect::Accept | Effect::Wait | Effect::StopCheck))
        || may_never_return(cx, site)
        || leaves_by_design(cx, site)
}

/// Whether the thread of the loop is kept by an object of a type that stops it when asked, and not when it is dropped: the
/// loop reads a flag, which stays as it is when the object is gone.
pub(super) fn never_dropped(cx: &LoopContext<'_>) -> bool {
    let is_kept = matches!(cx.project.runner(cx.at), Some(Runner::Thread | Runner::Task));
    if !is_rust(cx.project, cx.at) || !is_kept || !reads_flag(cx) {
        return false;
    }
    let Some(parent) = cx.function.parent else { return false };
    let parent = crate::FunctionRef { file: cx.at.file, function: parent };
    let Some(owner) = cx.project.owner(parent) else { return false };
    let function = cx.project.function(parent);
    let makes_owner =
        function.returns.is_some_and(|ty| cx.project.class_in(cx.at.file, ty) == Some(owner)) && !function.has_receiver;
    let drops = cx.project.method(owner, unspin_ir::name("drop"));
    let stops = |at: &crate::FunctionRef| {
        let method = cx.project.function(*at);
        method.blocks.iter().flat_map(|block| &block.statements).any(|statement| match &statement.kind {
            StatementKind::Call(call) => {
                matches!(call.callee, Callee::Method(_, name) if matches!(name.as_str(), "store" | "swap"))
            }
            _ => false,
        })
    };
    makes_owner && drops.is_empty() && cx.project.methods_of(owner).any(|method| stops(&method))
}

/// Whether what leaves the loop is a flag alone: something that would fail or end with its other side is an exit that
/// opens when the owner goes.
fn reads_flag(cx: &LoopContext<'_>) -> bool {
    let is_load = |test: ExprId| {
        crate::shape::any_part(cx.function, test, |part| {
            let asked = cx.origin_site(part).map(|site| site.call.callee);
            matches!(asked, Some(Callee::Method(_, name)) if name == "load")
        })
    };
    let receives = |site: &Site<'_>| site.effect == Some(Effect::Receive);
    super::exit_tests(cx).into_iter().any(is_load) && !cx.sites.iter().any(receives)
}
