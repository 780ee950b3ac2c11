//! Loops that serve everybody and take apart what one peer sent outside of any handler, or leave with the failure of one
//! connection: one bad message, or one peer that is gone, ends them all.
//!
//! Only loops that accept, or that receive datagrams, count: what ends there ends for everybody. What is taken apart must
//! come from a read of the same loop, through locals, methods and arguments; a connection from an accept of the same loop.

use unspin_ir::{BlockId, Call, Callee, Constant, Expr, ExprId, Handler, Terminator};

use crate::model::{Effect, FailureKind};
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Remote, Site};
use crate::{FunctionRef, Project};

const MAX_HOPS: u32 = 6;

/// How many calls away a handler is looked for.
const MAX_CALLERS: u32 = 2;

/// The first such decoding of a loop.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !cx.sites.iter().any(|site| serves_everybody(site)) && !walks_connections(cx) {
        return None;
    }
    // Whoever calls it is told of every failure, or it says itself that what came is wrong.
    if is_caught_by_callers(cx.project, cx.at, MAX_CALLERS) || (!accepts(cx) && raises_itself(cx)) {
        return None;
    }
    let decoding = cx.sites.iter().find(|site| {
        is_decoding(site)
            && site.call.raises
            && !is_lenient(cx, site)
            && !is_checked(cx, site)
            && ends_loop(cx, site)
            && site.call.operands().any(|o| is_from_peer(cx, o))
    });
    let (site, attribute) = match decoding {
        Some(site) => (site, ("decodes", "peer-input")),
        None => (cx.sites.iter().find(|site| ends_with_connection(cx, site))?, ("ended-by", "connection")),
    };
    Some(cx.observation(
        vec![attribute],
        &[("call", site.span), ("loop", cx.source.head)],
        vec![("call", cx.name_of(site))],
        Sureness::High,
    ))
}

fn serves_everybody(site: &Site<'_>) -> bool {
    let takes_datagrams = match site.call.callee {
        Callee::Method(_, method) => matches!(method.as_str(), "recvfrom" | "recv_from" | "recvmsg"),
        _ => false,
    };
    site.remote != Remote::No && (site.effect == Some(Effect::Accept) || takes_datagrams)
}

fn accepts(cx: &LoopContext<'_>) -> bool {
    cx.sites.iter().any(|site| site.effect == Some(Effect::Accept)) || walks_connections(cx)
}

/// A loop that raises a failure of its own hands failures on by design.
fn raises_itself(cx: &LoopContext<'_>) -> bool {
    let raises = |block: BlockId| match cx.function.block(block).terminator {
        Terminator::Raise { class, assertion, panics, .. } => class.is_some() && !assertion && !panics,
        _ => false,
    };
    let leads_out = |block: BlockId| cx.shape.cfg.successors(block).iter().copied().any(raises);
    cx.natural().body.iter().any(|block| raises(block) || leads_out(block))
}

/// Whether the function is called, and every call that is seen stands in a handler of everything, or does so itself in
/// every call.
fn is_caught_by_callers(project: &Project, at: FunctionRef, hops: u32) -> bool {
    let is_caught = |(caller, block): (FunctionRef, BlockId)| {
        let function = project.function(caller);
        is_in_broad_handler(function, function.block(block).unwind)
            || hops > 0 && is_caught_by_callers(project, caller, hops - 1)
    };
    let mut calls: Vec<_> = project.calls_in_file(at).map(|(caller, block, _)| (caller, block)).collect();
    if calls.is_empty() {
        calls = project.calls_of(at).into_iter().flatten().map(|(caller, block, _)| (caller, block)).collect();
    }
    !calls.is_empty() && calls.into_iter().all(is_caught)
}

fn is_in_broad_handler(function: &unspin_ir::Function, mut at: Option<BlockId>) -> bool {
    let is_broad = |handler: &Handler| {
        let all = |class: &unspin_ir::Name| matches!(class.as_str(), "Exception" | "BaseException");
        handler.manager.is_none() && (handler.classes.is_empty() || handler.classes.iter().any(all))
    };
    for _ in 0..function.blocks.len() {
        let Some(block) = at else { return false };
        at = match &function.block(block).terminator {
            Terminator::Goto(next) => Some(*next),
            Terminator::Dispatch { handlers, .. } if handlers.iter().any(is_broad) => return true,
            Terminator::Dispatch { otherwise, .. } => *otherwise,
            _ => return false,
        };
    }
    false
}

/// `for stream in listener.incoming()`.
fn walks_connections(cx: &LoopContext<'_>) -> bool {
    let Terminator::Advance { iterable, .. } = cx.function.block(cx.natural().header).terminator else { return false };
    cx.shape.origin(cx.function, iterable).is_some_and(|(_, _, call)| {
        cx.project.resolve(cx.at, call).model.is_some_and(|(model, _)| model.effect == Effect::Accept)
    })
}

fn is_decoding(site: &Site<'_>) -> bool {
    let by_name = match site.call.callee {
        Callee::Method(_, method) => matches!(method.as_str(), "decode" | "parse" | "json"),
        Callee::Path(path) => {
            let is_conversion = path.ends_with("from_utf8") || path.ends_with("from_str_radix");
            matches!(path.as_str(), "int" | "float") || is_conversion
        }
        Callee::Value(_) => false,
    };
    // In Rust a value that is handed on fails nobody.
    site.resolution.model.is_some_and(|(model, _)| model.effect == Effect::Decode)
        || (by_name && site.resolution.targets.is_empty())
}

/// `data.decode("latin-1")`, `data.decode(errors="replace")`: every byte means something.
fn is_lenient(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    site.call.arguments.iter().enumerate().any(|(position, argument)| {
        let Expr::Constant(Constant::Text(text)) = cx.function.expr(argument.value) else { return false };
        let is_errors = argument.name.map_or(position == 1, |name| name == "errors");
        let encoding = text.to_ascii_lowercase().replace(['-', '_'], "");
        (is_errors && text != "strict") || ["latin", "iso8859", "cp437", "charmap"].iter().any(|of| encoding.starts_with(of))
    })
}

/// Whether a test of the loop asked first: for the length of what is unpacked, for digits.
fn is_checked(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let roots: Vec<_> = site.call.operands().filter_map(|operand| crate::shape::root_local(cx.function, operand)).collect();
    let of_operand = |expr: ExprId| crate::shape::root_local(cx.function, expr).is_some_and(|root| roots.contains(&root));
    let unpacks = cx.name_of(site).contains("unpack");
    let asks_length = || {
        cx.natural().body.iter().any(|block| {
            let Terminator::Branch { test, .. } = cx.function.block(block).terminator else { return false };
            crate::shape::any_part(
                cx.function,
                test,
                |part| matches!(cx.function.expr(part), Expr::Length(inner) if of_operand(*inner)),
            )
        })
    };
    let asks_digits = cx.sites.iter().any(|other| match other.call.callee {
        Callee::Method(on, method) => {
            matches!(method.as_str(), "isdigit" | "isdecimal" | "isnumeric" | "isascii") && of_operand(on)
        }
        _ => false,
    });
    asks_digits || (unpacks && asks_length())
}

/// Whether a value was read from a peer in this loop.
fn is_from_peer(cx: &LoopContext<'_>, value: ExprId) -> bool {
    let reads = |site: &Site<'_>| matches!(site.effect, Some(Effect::Read | Effect::Receive)) && site.remote != Remote::No;
    let origin = Origin { gives_it: &reads, ends_it: &|_| false, fills: &|local| is_filled(cx, local) };
    origin.gives(cx, value, 0)
}

/// Where a value may come from.
struct Origin<'o> {
    /// Whether the result of a call is it.
    gives_it: &'o dyn Fn(&Site<'_>) -> bool,
    /// Whether the result of a call says nothing of what the call is given.
    ends_it: &'o dyn Fn(&Site<'_>) -> bool,
    /// Whether a local is it, whatever it is assigned.
    fills: &'o dyn Fn(unspin_ir::LocalId) -> bool,
}

impl Origin<'_> {
    /// Whether a value comes from there, or is made of what does, in this loop.
    fn gives(&self, cx: &LoopContext<'_>, value: ExprId, hops: u32) -> bool {
        if hops > MAX_HOPS || is_address(cx, value) {
            return false;
        }
        let mut found = false;
        crate::shape::for_each_part(cx.function, value, &mut |part| {
            let Expr::Local(local) = *cx.function.expr(part) else { return };
            if let Some(site) = cx.origin_site(part) {
                let passes_on = || site.call.operands().any(|operand| self.gives(cx, operand, hops + 1));
                found |= (self.gives_it)(site) || (!(self.ends_it)(site) && passes_on());
                return;
            }
            found |= (self.fills)(local);
            let definitions = cx.shape.definitions(local).iter().filter(|d| cx.natural().body.contains(d.block));
            found |= definitions.filter_map(|d| d.value).any(|value| self.gives(cx, value, hops + 1));
        });
        found
    }
}

/// Whether a value is the second of what an accept gives: the address says nothing that could be wrong, nor can it be gone.
fn is_address(cx: &LoopContext<'_>, value: ExprId) -> bool {
    let Expr::Index(accepted, part) = *cx.function.expr(value) else { return false };
    *cx.function.expr(part) == Expr::Constant(&Constant::Int(1))
        && cx.origin_site(accepted).is_some_and(|site| site.effect == Some(Effect::Accept))
}

/// `socket.recv_from(&mut buffer)`.
fn is_filled(cx: &LoopContext<'_>, local: unspin_ir::LocalId) -> bool {
    cx.sites.iter().any(|site| {
        let fills = site.resolution.model.and_then(|(model, _)| model.fills);
        let buffer = fills.and_then(|position| site.call.arguments.get(position as usize));
        site.remote != Remote::No
            && buffer.is_some_and(|buffer| crate::shape::root_local(cx.function, buffer.value) == Some(local))
    })
}

/// Whether a call reads from or writes to the connection that this round accepted, and a failure of that leaves the loop.
fn ends_with_connection(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let unwind = cx.function.block(site.block).unwind;
    // Who guards the whole loop means it to end.
    let guards_loop = unwind.is_some()
        && cx.sites.iter().any(|other| other.effect == Some(Effect::Accept) && cx.function.block(other.block).unwind == unwind);
    let leaves = || match unwind.map(|unwind| &cx.function.block(unwind).terminator) {
        None => true,
        Some(Terminator::Dispatch { handlers, otherwise }) => {
            let stays = |block: &BlockId| cx.natural().body.contains(*block);
            otherwise.is_none() && !handlers.is_empty() && !handlers.iter().any(|handler| stays(&handler.block))
        }
        Some(_) => false,
    };
    let is_modelled = site.resolution.model.is_some();
    let is_work = is_modelled && matches!(site.effect, Some(Effect::Read | Effect::Receive | Effect::Write));
    (is_work || runs_connection(cx, site.made))
        && site.call.raises
        && !site.call.panics
        && !guards_loop
        && site.made.operands().any(|operand| is_accepted(cx, operand))
        && leaves()
}

/// Whether a call, or the one that a deadline is put around, runs a function that reads or writes.
fn runs_connection(cx: &LoopContext<'_>, call: &Call) -> bool {
    let transfers =
        |&target: &crate::FunctionRef| cx.project.summary(target).effects.contains_any(&[Effect::Read, Effect::Write]);
    let resolution = cx.project.resolve(cx.at, call);
    // What fails in a process of its own ends that process.
    let forks = |&target: &crate::FunctionRef| {
        let mut calls = cx.project.function(target).calls();
        calls.any(|(call, _)| matches!(call.callee, unspin_ir::Callee::Path(path) if path == "os.fork"))
    };
    if resolution.targets.iter().any(forks) {
        return false;
    }
    let is_task = |target: &crate::FunctionRef| cx.project.function(*target).is_async && !call.awaited;
    resolution.targets.iter().any(|target| transfers(target) && !is_task(target))
        || resolution.model.and_then(|(model, _)| model.wrapped(call)).is_some_and(|wrapped| {
            let inner = cx.shape.origin(cx.function, wrapped);
            inner.is_some_and(|(_, _, inner)| cx.project.resolve(cx.at, inner).targets.iter().any(transfers))
        })
}

/// Whether a value is, or is made of, a connection that was accepted in this round.
fn is_accepted(cx: &LoopContext<'_>, value: ExprId) -> bool {
    let accepts = |site: &Site<'_>| site.effect == Some(Effect::Accept) && site.remote != Remote::No;
    let spawns = |site: &Site<'_>| site.resolution.model.is_some_and(|(model, _)| model.effect == Effect::Spawn);
    Origin { gives_it: &accepts, ends_it: &spawns, fills: &|_| false }.gives(cx, value, 0)
}

/// Whether a failure of the call leaves the function: a handler of everything, wherever it stands, was meant for it.
fn ends_loop(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    let mut at = cx.function.block(site.block).unwind;
    for _ in 0..cx.function.blocks.len() {
        let Some(block) = at else { return true };
        at = match &cx.function.block(block).terminator {
            Terminator::Goto(next) => Some(*next),
            Terminator::Dispatch { handlers, otherwise } => {
                if handlers.iter().any(|handler| catches(cx, handler)) {
                    return false;
                }
                *otherwise
            }
            _ => return false,
        };
    }
    false
}

/// Whether a handler catches whatever can be wrong with a message: not its form alone.
fn catches(cx: &LoopContext<'_>, handler: &Handler) -> bool {
    let is_partial =
        |class: &unspin_ir::Name| matches!(class.rsplit('.').next(), Some("JSONDecodeError" | "KeyError" | "IndexError"));
    let kind = |class: &unspin_ir::Name| cx.project.models.failure_kind(*class);
    handler.classes.is_empty()
        || handler.classes.iter().any(|class| {
            !is_partial(class)
                && matches!(kind(class), None | Some(FailureKind::Any | FailureKind::Item | FailureKind::Cancellation))
        })
}
