//! The names of one file: those that the lowering itself asks for, and dotted ones put together.

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
pub(crate) struct Names {
    pub(crate) words: Words,
    joined: FxHashMap<(Name, Name), Name>,
    buffer: String,
}

impl Names {
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
        Self { words, joined: FxHashMap::default(), buffer: String::new() }
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
