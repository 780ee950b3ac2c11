//! Literals.
//!
//! Programs are full of the same few, so that each is kept once, for as long as the process lives. As with names, the table
//! of all costs a lock, and each thread remembers what it asked last.

use std::cell::Cell;
use std::hash::{BuildHasher, Hash, Hasher};
use std::mem::discriminant;
use std::sync::{LazyLock, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::Name;
use crate::name::spread;

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `None`, and Rust's `Option::None`.
    None,
    /// Rust's `()`.
    Unit,
    /// `true`, `False`.
    Bool(bool),
    /// An integer; one that does not fit is [`crate::Expr::Opaque`]. Rust's `b'x'` is an integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// Text, and Rust's `'x'`.
    Text(Name),
    /// Bytes.
    Bytes(Box<[u8]>),
}

static INTERNED: LazyLock<Mutex<FxHashSet<&'static Exact>>> = LazyLock::new(Mutex::default);

/// How many answers a thread remembers.
const REMEMBERED: usize = 1 << 10;

thread_local! {
    static ANSWERS: [Cell<Option<&'static Exact>>; REMEMBERED] = const { [const { Cell::new(None) }; REMEMBERED] };
}

impl Constant {
    /// The one that stands for all of this value.
    pub fn interned(self) -> &'static Self {
        &Exact(self).interned().0
    }
}

/// A literal that equals another one only if nobody can tell them apart: `0.0` is not `-0.0`, and `NaN` is `NaN`.
struct Exact(Constant);

impl Exact {
    fn interned(self) -> &'static Self {
        ANSWERS.with(|answers| {
            let answer = &answers[spread::<REMEMBERED>(FxBuildHasher.hash_one(&self))];
            answer.get().filter(|known| **known == self).unwrap_or_else(|| {
                let known = self.looked_up();
                answer.set(Some(known));
                known
            })
        })
    }

    fn looked_up(self) -> &'static Self {
        let mut table = INTERNED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = table.get(&self) {
            return known;
        }
        let new: &'static Self = Box::leak(Box::new(self));
        table.insert(new);
        new
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Constant::Float(own), Constant::Float(other)) => own.to_bits() == other.to_bits(),
            (own, other) => own == other,
        }
    }
}

impl Eq for Exact {}

impl Hash for Exact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(&self.0).hash(state);
        match &self.0 {
            Constant::None | Constant::Unit => {}
            Constant::Bool(value) => value.hash(state),
            Constant::Int(value) => value.hash(state),
            Constant::Float(value) => value.to_bits().hash(state),
            Constant::Text(value) => value.hash(state),
            Constant::Bytes(value) => value.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_kept_once() {
        let values = || {
            let text = Constant::Text(crate::name("text"));
            let floats = [0.0, -0.0, 1.5].map(Constant::Float);
            [Constant::None, Constant::Int(7), Constant::Int(-7), text, Constant::Bytes([7].into())].into_iter().chain(floats)
        };
        let kept = || values().map(Constant::interned).map(std::ptr::from_ref).collect::<Vec<_>>();
        assert_eq!(kept(), kept());
        assert!(kept().iter().enumerate().all(|(at, one)| kept().iter().position(|other| other == one) == Some(at)));
        assert!(std::ptr::eq(Constant::Float(f64::NAN).interned(), Constant::Float(f64::NAN).interned()));
    }
}
