//! The names of what a function calls, with all that is known of a callee before anything is resolved.

use rustc_hash::FxHashSet;
use unspin_ir::{Call, Callee, Expr, ExprId, Function, LocalId, LocalKind, Name};

use super::typed::Typed;
use crate::outline::KnownName;
use crate::resolve::is_receiver;
use crate::shape::root_local;

/// So many names are looked through one by one.
const FEW: usize = 16;

/// What a function calls.
#[derive(Debug)]
pub(crate) struct Called {
    /// Names, each once for each way of calling it.
    pub(crate) names: Box<[(Name, How)]>,
    /// Whether names tell all: it neither calls values nor hands functions to what runs them.
    pub(crate) is_told: bool,
    /// Names of functions that it gives to what runs them.
    pub(crate) handed: Box<[Name]>,
    /// Parameters on which, or on parts of which, it calls what may wait.
    pub(crate) waits_on: Box<[LocalId]>,
    /// Whether it calls a method that may wait.
    pub(crate) waits: bool,
}

/// How something is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum How {
    /// By its name.
    Plain,
    /// By a path: a function of a module, or a method of a class.
    Path,
    /// A method of the receiver of the calling method.
    Own,
    /// A method of a base class, on `super()`.
    Base,
    /// A method of a value that may have a type.
    Typed,
    /// A method of a value that inference tells nothing of.
    Untyped,
}

impl Called {
    /// What a function calls, given what the names of its callees tell.
    pub(crate) fn of(callees: &[Option<KnownName>], function: &Function) -> Self {
        let is_told = callees.iter().all(|known| known.is_some_and(|known| known.tells));
        let typed = Typed::new(function);
        let mut found: FxHashSet<(Name, How)> = FxHashSet::default();
        let (mut called, mut handed, mut waits_on, mut waits) = (Vec::new(), Vec::new(), Vec::new(), false);
        for ((call, _), known) in function.calls().zip(callees) {
            let Some(KnownName { name, hints, .. }) = *known else { continue };
            if hints.runs {
                handed.extend(call.arguments.iter().filter_map(|argument| function_name(function, argument.value)));
            }
            if hints.waits
                && let Callee::Method(on, _) = call.callee
            {
                waits = true;
                let root = root_local(function, on).filter(|&root| function.local(root).kind == LocalKind::Parameter);
                waits_on.extend(root.filter(|root| !waits_on.contains(root)));
            }
            let how = how(&typed, function, call, name);
            // Few functions call so many that looking through them takes longer than a table does.
            if called.len() == FEW {
                found.extend(&called);
            }
            let is_new = if called.len() < FEW { !called.contains(&(name, how)) } else { found.insert((name, how)) };
            if is_new {
                called.push((name, how));
            }
        }
        Self { names: called.into(), is_told, handed: handed.into(), waits_on: waits_on.into(), waits }
    }
}

/// The name of a function that is given by its path: `handle`, `self.handle`.
fn function_name(function: &Function, value: ExprId) -> Option<Name> {
    match *function.expr(value) {
        Expr::Global(path) => Some(unspin_ir::last_part(path)),
        Expr::Field(_, name) => Some(name),
        _ => None,
    }
}

fn how(typed: &Typed<'_>, function: &Function, call: &Call, name: Name) -> How {
    match call.callee {
        Callee::Path(path) if name != path => How::Path,
        Callee::Path(_) | Callee::Value(_) => How::Plain,
        Callee::Method(on, _) => match function.expr(on) {
            Expr::Global(path) if path == "super" => How::Base,
            _ if is_outside(function, on) => How::Path,
            _ if is_receiver(function, on) => How::Own,
            _ if typed.may_be(on) => How::Typed,
            _ => How::Untyped,
        },
    }
}

/// Whether a value is a path from outside the function.
fn is_outside(function: &Function, value: ExprId) -> bool {
    match *function.expr(value) {
        Expr::Global(_) => true,
        Expr::Field(base, _) => is_outside(function, base),
        _ => false,
    }
}
