//! Loops that work on the first item of a collection and never take it: the next round gets the same one.
//!
//! The item is looked at in the loop, by a test that ends it where there is none, or by a small function of the project. Then
//! nothing that the loop calls, a few levels deep, may touch a collection of that name in any way but to look at it. Says
//! nothing where the loop waits for somebody, who may take the item, or where a call might lead anywhere.

use rustc_hash::FxHashSet;
use unspin_ir::{Call, Callee, Constant, Expr, ExprId, Function, LoopKind, Name, StatementKind, Terminator};

use crate::definitions::Definition;
use crate::model::Effect;
use crate::observation::{Observation, Sureness};
use crate::sites::{LoopContext, Site, is_rust};
use crate::{FunctionRef, Project};

/// How many locals and views lie between a collection and the item that is returned.
const MAX_HOPS: u32 = 6;
/// How many functions are looked at for what they do to the collection; where there are more the answer is silence.
const MAX_FUNCTIONS: usize = 32;

/// A loop that takes nothing.
pub(crate) fn observe(cx: &LoopContext<'_>) -> Option<Observation> {
    if !matches!(cx.source.kind, LoopKind::While | LoopKind::Endless) {
        return None;
    }
    let (site, collection) = cx.sites.iter().find_map(|site| {
        let collection = looked_at(cx, site)?;
        (is_tested(cx, site) && is_worked_on(cx, site)).then_some((site, collection))
    })?;
    let waits = |site: &Site<'_>| {
        matches!(
            site.effect,
            Some(Effect::Sleep | Effect::Wait | Effect::Poll | Effect::Receive | Effect::Read | Effect::Accept)
        )
    };
    if cx.sites.iter().any(waits) || may_take(cx, site, collection) {
        return None;
    }
    Some(cx.observation(
        vec![("takes", "nothing")],
        &[("loop", cx.source.head), ("call", site.span)],
        vec![("call", cx.name_of(site)), ("place", collection.to_string())],
        Sureness::Medium,
    ))
}

/// The last part of the name of the collection whose first item a call gives.
fn looked_at(cx: &LoopContext<'_>, site: &Site<'_>) -> Option<Name> {
    match site.resolution.targets[..] {
        [] => peeked_by(cx.function, site.call),
        [target] if site.resolution.exact => {
            let function = cx.project.function(target);
            let mut found = None;
            for block in &function.blocks {
                let Terminator::Return(Some(value)) = block.terminator else { continue };
                if *function.expr(value) == Expr::Constant(&Constant::None) {
                    continue;
                }
                let of_this = first_of(cx.project, target, value)?;
                if found.is_some_and(|other| other != of_this) {
                    return None;
                }
                found = Some(of_this);
            }
            found.filter(|_| function.loops.is_empty() && !function.is_async && !function.is_generator)
        }
        _ => None,
    }
}

/// `queue.front()`, of a queue that is a field.
fn peeked_by(function: &Function, call: &Call) -> Option<Name> {
    let Callee::Method(on, method) = call.callee else { return None };
    let looks = matches!(method.as_str(), "front" | "first" | "peek" | "back" | "last") && call.arguments.is_empty();
    field(function, on).filter(|_| looks)
}

fn field(function: &Function, expr: ExprId) -> Option<Name> {
    match *function.expr(expr) {
        Expr::Field(_, field) => Some(field),
        _ => None,
    }
}

/// What a value is the first item of, seen through copies.
fn first_of(project: &Project, at: FunctionRef, value: ExprId) -> Option<Name> {
    let function = project.function(at);
    let mut value = value;
    for _ in 0..MAX_HOPS {
        value = match *function.expr(value) {
            Expr::Index(base, index) => {
                let is_end = matches!(function.expr(index), Expr::Constant(Constant::Int(0 | -1)));
                return field(function, base).filter(|_| is_end);
            }
            Expr::Payload(base, _, _) => base,
            Expr::Local(local) => match project.definitions(at).only(function, local)? {
                Definition::Value(value) => value,
                Definition::Call(call) => match call.callee {
                    Callee::Method(on, method) if matches!(method.as_str(), "cloned" | "clone" | "copied" | "as_ref") => on,
                    _ => return peeked_by(function, call),
                },
                _ => return None,
            },
            _ => return None,
        };
    }
    None
}

/// Whether a test ends the loop where there is no item.
fn is_tested(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    crate::loops::exit_tests(cx).into_iter().any(|test| {
        let mut asks = false;
        crate::shape::for_each_part(cx.function, test, &mut |part| {
            asks |= cx.origin_site(part).is_some_and(|origin| std::ptr::eq(origin, site));
        });
        asks
    })
}

/// Whether the item is given to something that is no log.
fn is_worked_on(cx: &LoopContext<'_>, site: &Site<'_>) -> bool {
    cx.sites.iter().any(|other| {
        let is_it = |operand| cx.origin_site(operand).is_some_and(|origin| std::ptr::eq(origin, site));
        let does = matches!(other.effect, Some(Effect::Write | Effect::Request)) || !other.resolution.targets.is_empty();
        does && !std::ptr::eq(other, site) && other.call.arguments.iter().any(|argument| is_it(argument.value))
    })
}

/// Whether anything in the loop may take from a collection of this name.
fn may_take(cx: &LoopContext<'_>, looked: &Site<'_>, collection: Name) -> bool {
    let mut search = Search { project: cx.project, collection, seen: FxHashSet::default() };
    // Who is given what holds the collection may do with it as he likes.
    let holder = match looked.call.callee {
        Callee::Method(on, _) => crate::shape::root_local(cx.function, on),
        _ => None,
    };
    let gets_holder = |call: &Call| {
        holder.is_some() && call.arguments.iter().any(|a| crate::shape::root_local(cx.function, a.value) == holder)
    };
    cx.natural().body.iter().flat_map(|block| &cx.function.block(block).statements).any(|statement| match &statement.kind {
        StatementKind::Call(call) if std::ptr::eq(&raw const **call, looked.call) => {
            looked.resolution.targets.iter().any(|&target| search.takes(target))
        }
        StatementKind::Call(call) => gets_holder(call) || search.call_takes(cx.at, call),
        other => search.changes(cx.at, other),
    })
}

/// Looks through functions for what they do to collections of a name.
struct Search<'p> {
    project: &'p Project,
    collection: Name,
    seen: FxHashSet<FunctionRef>,
}

impl Search<'_> {
    fn takes(&mut self, at: FunctionRef) -> bool {
        if !self.seen.insert(at) {
            return false;
        }
        if self.seen.len() > MAX_FUNCTIONS {
            return true;
        }
        let project = self.project;
        let function = project.function(at);
        let statements = function.blocks.iter().flat_map(|block| &block.statements);
        let takes_itself = statements.into_iter().any(|statement| match &statement.kind {
            StatementKind::Call(call) => self.call_takes(at, call),
            other => self.changes(at, other),
        });
        // Closures and async blocks run when somebody runs them.
        let inner = |expr: &Expr| match expr {
            Expr::Function(function) => Some(FunctionRef { file: at.file, function: *function }),
            _ => None,
        };
        takes_itself || function.exprs.iter().filter_map(inner).any(|inner| self.takes(inner))
    }

    /// An assignment to the collection, or to a part of it.
    fn changes(&self, at: FunctionRef, kind: &StatementKind) -> bool {
        let function = self.project.function(at);
        let place = match kind {
            StatementKind::Assign(place, _) | StatementKind::Delete(place) => *place,
            _ => return false,
        };
        crate::shape::any_part(function, place, |part| field(function, part) == Some(self.collection))
    }

    fn call_takes(&mut self, at: FunctionRef, call: &Call) -> bool {
        let function = self.project.function(at);
        let is_it = |expr: ExprId| field(function, expr) == Some(self.collection);
        let resolution = self.project.resolve(at, call);
        if let Callee::Method(on, _) = call.callee
            && is_it(on)
        {
            let asks = |effect: Effect| matches!(effect, Effect::Query | Effect::View | Effect::Pure);
            return !resolution.model.is_some_and(|(model, _)| asks(model.effect));
        }
        if call.arguments.iter().any(|argument| is_it(argument.value)) {
            return true;
        }
        if resolution.model.is_some() {
            return false;
        }
        if resolution.targets.is_empty() {
            // In Rust nobody changes what he is not given. A function of a library knows nothing of the project.
            return !is_rust(self.project, at) && !matches!(call.callee, Callee::Path(_));
        }
        resolution.targets.iter().any(|&target| self.takes(target))
    }
}
