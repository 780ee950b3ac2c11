//! Interning per file.
//!
//! The table of all names of the process is shared between threads; a file asks it once for each name and remembers the
//! answer.

use rustc_hash::FxHashMap;
use unspin_ir::{Name, name};

/// Names that the lowering itself asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    pub(crate) empty: Name,
    pub(crate) lambda: Name,
    pub(crate) ignored: Name,
    pub(crate) length: Name,
    pub(crate) is_instance: Name,
    pub(crate) super_: Name,
    pub(crate) type_: Name,
    pub(crate) class: Name,
    pub(crate) truth: Name,
}

/// The names of one file.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    pub(crate) words: Words,
    known: FxHashMap<&'a str, Name>,
    joined: FxHashMap<(Name, Name), Name>,
    buffer: String,
}

impl<'a> Names<'a> {
    pub(crate) fn new() -> Self {
        let words = Words {
            empty: name(""),
            lambda: name("<lambda>"),
            ignored: name("_"),
            length: name("len"),
            is_instance: name("isinstance"),
            super_: name("super"),
            type_: name("type"),
            class: name("__class__"),
            truth: name("bool"),
        };
        Self { words, known: FxHashMap::default(), joined: FxHashMap::default(), buffer: String::new() }
    }

    /// The name for a text.
    pub(crate) fn intern(&mut self, text: &'a str) -> Name {
        *self.known.entry(text).or_insert_with(|| name(text))
    }

    /// `prefix.last`; only `last` after an empty prefix.
    pub(crate) fn join(&mut self, prefix: Name, last: Name) -> Name {
        if prefix == self.words.empty {
            return last;
        }
        let buffer = &mut self.buffer;
        *self.joined.entry((prefix, last)).or_insert_with(|| {
            buffer.clear();
            buffer.push_str(prefix.as_str());
            buffer.push('.');
            buffer.push_str(last.as_str());
            name(buffer)
        })
    }
}
