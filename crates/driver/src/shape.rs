//! What code looks like apart from its names: a loop is known again when a local or a callee gets another name.
//!
//! A few keywords, numbers and punctuation count; names, whitespace and what is written in strings do not. Read from the
//! text without a parser, because two languages and comments make no difference to what it is for: telling whether two
//! findings that are called differently stand for the same code.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use unspin_findings::Finding;
use unspin_span::LineIndex;
use xxhash_rust::xxh3::xxh3_64;

/// Lines that are looked at; so that a function full of nested loops takes no longer than its text is long.
const MOST_LINES: u32 = 40;

/// Words that say what is done and not to what.
const KEYWORDS: [&str; 22] = [
    "and", "as", "async", "await", "break", "continue", "elif", "else", "except", "for", "if", "in", "let", "loop", "match",
    "not", "or", "return", "try", "while", "with", "yield",
];

/// The shapes of the findings of a run.
pub(crate) struct Shapes<'a> {
    sources: &'a BTreeMap<String, String>,
    lines: FxHashMap<&'a str, LineIndex>,
}

impl<'a> Shapes<'a> {
    /// With the texts of the files that findings speak of.
    pub(crate) fn new(sources: &'a BTreeMap<String, String>) -> Self {
        Self { sources, lines: FxHashMap::default() }
    }

    /// The shape of the loop of a finding, or of its own lines outside of loops; nothing if its text is not at hand.
    pub(crate) fn of(&mut self, finding: &Finding) -> String {
        let Some((path, text)) = self.sources.get_key_value(&finding.path) else { return String::new() };
        let lines = self.lines.entry(path).or_insert_with(|| LineIndex::new(text));
        let range = finding.loop_range.unwrap_or(finding.range);
        let after = range.end.line.min(range.start.line.saturating_add(MOST_LINES)) + 1;
        let start = lines.offset(text, range.start.line, 0) as usize;
        let end = lines.offset(text, after, 0) as usize;
        format!("{:08x}", xxh3_64(without_names(text.get(start..end).unwrap_or_default()).as_bytes()) as u32)
    }
}

fn without_names(text: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut shape = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) { rest.find(|next| !is_word(next)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        rest = after;
        if is_word(first) {
            let counts = first.is_ascii_digit() || KEYWORDS.contains(&token);
            shape.push_str(if counts { token } else { "_" });
        } else if !first.is_whitespace() {
            shape.push(first);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_count_and_what_is_done_does() {
        let shape = without_names("while not client.ready():\n    sleep(1)\n");
        assert_eq!(shape, "whilenot_._():_(1)");
        assert_eq!(without_names("  while not peer.up() :\n\n      pause( 1 )"), shape);
        assert_ne!(without_names("while not client.ready():\n    sleep(2)\n"), shape);
        assert_ne!(without_names("if not client.ready():\n    sleep(1)\n"), shape);
    }
}
