//! Word lists: what a name stands for, by the words it is made of.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;

use crate::model::{WordKind, WordsModel};

/// The joined lists of each kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    patterns: Vec<(WordKind, Pattern)>,
    /// Finds all patterns in one pass; `None` without patterns.
    automaton: Option<AhoCorasick>,
    /// Tells these lists from all others of the process.
    id: u64,
}

/// The next [`Words::id`].
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// For each name the kinds that fit, a bit each.
type Answers = FxHashMap<Box<str>, u64>;

thread_local! {
    /// Answers that were given before, with the [`Words::id`] of the lists that gave them. Each thread has its own: a lock
    /// that is asked a million times costs more than a name that is looked at twice.
    static ANSWERS: RefCell<(u64, Answers)> = RefCell::default();
}

/// How many names a thread remembers.
const MAX_NAMES: usize = 200_000;

/// The lists that have a word of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds(u64);

impl Kinds {
    pub(crate) fn has(self, kind: WordKind) -> bool {
        self.0 & (1 << (kind as u8)) != 0
    }
}

/// Text to look for in a name whose words stand between underscores: `_max_depth_`.
#[derive(Clone, Debug)]
enum Pattern {
    Whole(String),
    Part(String),
}

impl Words {
    pub(super) fn extend(&mut self, models: Vec<WordsModel>) {
        for model in models {
            self.patterns.extend(model.list.iter().map(|word| (model.kind, pattern(word))));
        }
    }

    /// Get ready to be asked, when all lists are there.
    pub(super) fn index(&mut self) {
        let texts = self.patterns.iter().map(|(_, Pattern::Whole(text) | Pattern::Part(text))| text);
        // It fails only for lists that no memory holds.
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(texts);
        self.automaton = automaton.ok().filter(|_| !self.patterns.is_empty());
        self.id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn has(&self, kind: WordKind, name: &str) -> bool {
        self.kinds(name).has(kind)
    }

    pub(super) fn kinds(&self, name: &str) -> Kinds {
        Kinds(self.answer(name))
    }

    fn answer(&self, name: &str) -> u64 {
        ANSWERS.with_borrow_mut(|(by, answers)| {
            if std::mem::replace(by, self.id) != self.id {
                answers.clear();
            }
            if let Some(&kinds) = answers.get(name) {
                return kinds;
            }
            let kinds = self.look(name);
            if answers.len() < MAX_NAMES {
                answers.insert(name.into(), kinds);
            }
            kinds
        })
    }

    fn look(&self, name: &str) -> u64 {
        let Some(automaton) = &self.automaton else { return 0 };
        let name = normalize_words(name);
        let mut kinds = 0;
        for found in automaton.find_overlapping_iter(&name) {
            let (kind, pattern) = &self.patterns[found.pattern().as_usize()];
            let fits = match pattern {
                Pattern::Whole(whole) => whole.len() == name.len(),
                Pattern::Part(_) => true,
            };
            kinds |= u64::from(fits) << (*kind as u8);
        }
        kinds
    }
}

fn pattern(word: &str) -> Pattern {
    if let Some(whole) = word.strip_prefix('=') {
        return Pattern::Whole(normalize_words(whole));
    }
    let open_left = word.starts_with('*');
    let open_right = word.ends_with('*');
    let words = normalize_words(word.trim_matches('*'));
    let words = if open_left { words.trim_start_matches('_') } else { &words };
    Pattern::Part(if open_right { words.trim_end_matches('_') } else { words }.to_owned())
}

/// The words of a name in lower case, each between underscores: `_max_depth_` for `maxDepth` and `MAX_DEPTH`.
pub fn normalize_words(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    text.push('_');
    if name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        text.push_str(name);
        if !name.is_empty() {
            text.push('_');
        }
        return text;
    }
    add_words(&mut text, name.chars());
    if !text.ends_with('_') {
        text.push('_');
    }
    text
}

fn add_words(text: &mut String, name: impl Iterator<Item = char>) {
    // What is asked of most letters is answered without a table of all letters there are.
    let is_upper = |c: char| if c.is_ascii() { c.is_ascii_uppercase() } else { c.is_uppercase() };
    let is_lower = |c: char| if c.is_ascii() { c.is_ascii_lowercase() } else { c.is_lowercase() };
    let mut previous = '_';
    let mut rest = name.peekable();
    while let Some(c) = rest.next() {
        let starts_word =
            is_upper(c) && (is_lower(previous) || (is_upper(previous) && rest.peek().is_some_and(|&next| is_lower(next))));
        let is_separator = if c.is_ascii() { !c.is_ascii_alphabetic() } else { !c.is_alphabetic() };
        if (starts_word || is_separator) && !text.ends_with('_') {
            text.push('_');
        }
        if c.is_ascii() && !is_separator {
            text.push(c.to_ascii_lowercase());
        } else if !is_separator {
            text.extend(c.to_lowercase());
        }
        previous = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(word: &str, name: &str) -> bool {
        let mut words = Words::default();
        words.extend(vec![WordsModel { kind: WordKind::Depth, list: vec![word.to_owned()] }]);
        words.index();
        words.has(WordKind::Depth, name)
    }

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(normalize_words("maxDepth"), "_max_depth_");
        assert_eq!(normalize_words("MAX_DEPTH"), "_max_depth_");
        assert_eq!(normalize_words("_HTTPReader2x"), "_http_reader_x_");
        assert_eq!(normalize_words(""), "_");
    }

    #[test]
    fn patterns_look_at_words() {
        assert!(has("read", "read_line") && has("read", "doRead") && !has("read", "thread") && !has("read", "ready"));
        assert!(has("recurs*", "max_recursion") && !has("recurs*", "precursor"));
        assert!(has("*timeout", "readtimeout") && !has("*timeout", "timeouts"));
        assert!(has("*rest*", "interested"));
        assert!(has("=depth", "depth") && !has("=depth", "max_depth"));
        assert!(has("keep_going", "should_keep_going") && !has("keep_going", "keep"));
    }
}
