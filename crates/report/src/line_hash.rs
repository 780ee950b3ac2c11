//! The fingerprint of a line by which code scanning knows an alert again, computed as GitHub's upload action does.
//!
//! A rolling 64-bit hash over 100 characters (UTF-16 units) from the start of the line, multiplier 37, spaces and tabs
//! skipped, every line break a line feed; then `:` and how often that hash has occurred so far in the file. See
//! `fingerprints.ts` of <https://github.com/github/codeql-action>.

use std::collections::BTreeMap;

const WINDOW: usize = 100;
const MULTIPLIER: u64 = 37;
const END_OF_FILE: u16 = 0xffff;

/// The hashes of the lines of a text; the first is that of line 1.
pub(crate) fn line_hashes(text: &str) -> Vec<String> {
    let mut state = State::new();
    let mut after_return = false;
    for unit in text.encode_utf16() {
        let is_second_half = after_return && unit == u16::from(b'\n');
        after_return = unit == u16::from(b'\r');
        if is_second_half || unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        state.take(if after_return { u16::from(b'\n') } else { unit });
    }
    state.take(END_OF_FILE);
    for _ in 0..WINDOW {
        state.finish_line();
        state.roll(0);
    }
    state.hashes
}

struct State {
    window: [u16; WINDOW],
    /// Whether a line starts at that place of the window.
    starts: [bool; WINDOW],
    index: usize,
    hash: u64,
    /// The weight with which a unit leaves the window.
    leaving: u64,
    at_line_start: bool,
    counts: BTreeMap<u64, u32>,
    hashes: Vec<String>,
}

impl State {
    fn new() -> Self {
        let leaving = (0..WINDOW).fold(1_u64, |weight, _| weight.wrapping_mul(MULTIPLIER));
        Self {
            window: [0; WINDOW],
            starts: [false; WINDOW],
            index: 0,
            hash: 0,
            leaving,
            at_line_start: true,
            counts: BTreeMap::new(),
            hashes: Vec::new(),
        }
    }

    fn take(&mut self, unit: u16) {
        self.finish_line();
        self.starts[self.index] = self.at_line_start;
        self.at_line_start = unit == u16::from(b'\n');
        self.roll(unit);
    }

    /// If a line started a window ago, its hash is complete.
    fn finish_line(&mut self) {
        if std::mem::take(&mut self.starts[self.index]) {
            let count = self.counts.entry(self.hash).or_default();
            *count += 1;
            self.hashes.push(format!("{:x}:{count}", self.hash));
        }
    }

    fn roll(&mut self, unit: u16) {
        let begin = std::mem::replace(&mut self.window[self.index], unit);
        self.hash = MULTIPLIER
            .wrapping_mul(self.hash)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.leaving.wrapping_mul(u64::from(begin)));
        self.index = (self.index + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the action's own tests.
    #[test]
    fn hashes_are_those_of_the_upload_action() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        let expected = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d"), expected);
    }

    #[test]
    fn line_breaks_of_every_kind_are_one() {
        assert_eq!(line_hashes("a\r\nb\rc\n"), line_hashes("a\nb\nc\n"));
    }
}
