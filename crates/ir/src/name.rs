//! Interned strings.
//!
//! The table of all names of the process is shared between threads and costs a lock, so that each thread remembers what
//! it asked last: programs use few names, most of them again and again.

use std::cell::Cell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use ustr::Ustr;

/// An interned string: one word, compared and hashed by address, ordered by its text, alive as long as the process.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(Ustr);

impl Name {
    /// The name of a text, if any name has it.
    pub fn existing(text: &str) -> Option<Self> {
        ustr::existing_ustr(text).map(Self)
    }

    /// Its text.
    #[inline]
    pub fn as_str(&self) -> &'static str {
        self.0.as_str()
    }

    pub(crate) fn address(self) -> usize {
        self.0.as_char_ptr().addr()
    }
}

impl Hash for Name {
    /// By address: the text, and the hash that is kept beside it, are seldom in the caches of the processor.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.address());
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// How many answers a thread remembers.
const REMEMBERED: usize = 1 << 12;

/// What was asked of paths.
type OfPaths<T> = [Cell<Option<(Name, T)>>; REMEMBERED];

thread_local! {
    static ANSWERS: [Cell<Option<Name>>; REMEMBERED] = const { [const { Cell::new(None) }; REMEMBERED] };
    /// Paths with their last parts.
    static LAST_PARTS: OfPaths<Name> = const { [const { Cell::new(None) }; REMEMBERED] };
    /// Paths with what stands before their last parts.
    static PARENTS: OfPaths<Option<Name>> = const { [const { Cell::new(None) }; REMEMBERED] };
}

/// Intern a string.
pub fn name(text: &str) -> Name {
    ANSWERS.with(|answers| {
        let answer = &answers[place(text.as_bytes())];
        match answer.get() {
            Some(known) if known.as_str() == text => known,
            _ => {
                let new = Name(ustr::ustr(text));
                answer.set(Some(new));
                new
            }
        }
    })
}

/// The part of a path behind its last dot; the path itself if it has none.
pub fn last_part(path: Name) -> Name {
    LAST_PARTS.with(|answers| of_path(answers, path, || path.rsplit_once('.').map_or(path, |(_, last)| name(last))))
}

/// The part of a path before its last dot, if it has one.
pub fn parent_path(path: Name) -> Option<Name> {
    PARENTS.with(|answers| of_path(answers, path, || path.rsplit_once('.').map(|(parent, _)| name(parent))))
}

fn of_path<T: Copy>(answers: &OfPaths<T>, path: Name, ask: impl FnOnce() -> T) -> T {
    let answer = &answers[spread::<REMEMBERED>(path.address() as u64)];
    match answer.get() {
        Some((known, part)) if known == path => part,
        _ => {
            let part = ask();
            answer.set(Some((path, part)));
            part
        }
    }
}

/// Where the answer for a text is kept: by its ends and its length, which tell most names of a program apart.
fn place(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| bytes.iter().fold(0_u64, |word, &byte| word << 8 | u64::from(byte));
    let ends = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(23),
        _ => word(text),
    };
    spread::<REMEMBERED>(ends ^ text.len() as u64)
}

/// A place in a table for a key, by Fibonacci hashing.
pub(crate) fn spread<const PLACES: usize>(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - PLACES.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_whatever_was_asked_between() {
        let texts: Vec<String> = (0..3 * REMEMBERED).map(|number| format!("name_{number}")).collect();
        let first: Vec<Name> = texts.iter().map(|text| name(text)).collect();
        let again: Vec<Name> = texts.iter().map(|text| name(text)).collect();
        assert!(first == again && texts.iter().zip(&first).all(|(text, name)| name.as_str() == text));
        assert_eq!(name(""), Name::default());
    }

    #[test]
    fn a_path_is_parted_at_its_last_dot() {
        for _ in 0..2 {
            assert_eq!((parent_path(name("a.b.c")), last_part(name("a.b.c"))), (Some(name("a.b")), name("c")));
            assert_eq!((parent_path(name("plain")), last_part(name("plain"))), (None, name("plain")));
            assert_eq!((parent_path(name("ends.")), last_part(name("ends."))), (Some(name("ends")), name("")));
        }
    }
}
