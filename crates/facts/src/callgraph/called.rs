//! The names of what a function calls, with all that is known of a callee before anything is resolved.

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_ir::{Call, Callee, Expr, ExprId, Function, Name, StatementKind};

use super::typed::Typed;
use crate::Models;
use crate::model::WordKind;

/// What a function calls.
#[derive(Debug)]
pub(crate) enum Called {
    /// Names do not tell: it calls values, or hands functions to what runs them.
    Untold,
    /// Names, each once for each way of calling it.
    Names(Box<[(Name, How)]>),
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
    pub(crate) fn of(models: &Models, function: &Function) -> Self {
        let typed = Typed::new(function);
        let mut tells: FxHashMap<Name, bool> = FxHashMap::default();
        let mut found = FxHashSet::default();
        let mut names = Vec::new();
        for statement in function.blocks.iter().flat_map(|block| &block.statements) {
            let StatementKind::Call(call) = &statement.kind else { continue };
            let Some((name, how)) = named(&typed, function, call) else { return Self::Untold };
            let tells = *tells.entry(name).or_insert_with(|| {
                let word = name.trim_end_matches('!');
                ![WordKind::Combinator, WordKind::Visitor].into_iter().any(|kind| models.has_word(kind, word))
            });
            if !tells {
                return Self::Untold;
            }
            if found.insert((name, how)) {
                names.push((name, how));
            }
        }
        Self::Names(names.into())
    }
}

fn named(typed: &Typed<'_>, function: &Function, call: &Call) -> Option<(Name, How)> {
    Some(match call.callee {
        Callee::Value(_) => return None,
        Callee::Path(path) => match path.rsplit_once('.') {
            Some((_, last)) => (unspin_ir::name(last), How::Path),
            None => (path, How::Plain),
        },
        Callee::Method(on, method) => match function.expr(on) {
            Expr::Global(path) if path == "super" => (method, How::Base),
            _ if is_outside(function, on) => (method, How::Path),
            _ if typed.is_receiver(on) => (method, How::Own),
            _ if typed.may_be(on) => (method, How::Typed),
            _ => (method, How::Untyped),
        },
    })
}

/// Whether a value is a path from outside the function.
fn is_outside(function: &Function, value: ExprId) -> bool {
    match *function.expr(value) {
        Expr::Global(_) => true,
        Expr::Field(base, _) => is_outside(function, base),
        _ => false,
    }
}
