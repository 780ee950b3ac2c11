//! Lines that are one for a comment: a string of several lines, or lines joined by a backslash, hold none in between.
//!
//! A comment at the end of such lines, or above them, speaks of all of them. Which these are only a frontend knows.

use unspin_span::{LineIndex, Span};

/// The joined lines of a text.
#[derive(Clone, Debug, Default)]
pub struct JoinedLines {
    /// First and last line of each stretch, apart and in order.
    stretches: Vec<(u32, u32)>,
}

impl JoinedLines {
    /// From the places of what joins them, in the order of the text.
    pub fn new(joins: &[Span], lines: &LineIndex) -> Self {
        let mut stretches: Vec<(u32, u32)> = Vec::new();
        for join in joins {
            let (first, last) = (lines.line(join.start), lines.line(join.end));
            match stretches.last_mut() {
                Some(before) if first <= before.1 => before.1 = before.1.max(last),
                _ if first < last => stretches.push((first, last)),
                _ => {}
            }
        }
        Self { stretches }
    }

    /// The first of the lines that are joined with this one.
    pub fn first(&self, line: u32) -> u32 {
        self.of(line).0
    }

    /// The last of the lines that are joined with this one.
    pub fn last(&self, line: u32) -> u32 {
        self.of(line).1
    }

    fn of(&self, line: u32) -> (u32, u32) {
        let at = self.stretches.partition_point(|&(_, last)| last < line);
        self.stretches.get(at).copied().filter(|&(first, _)| first <= line).unwrap_or((line, line))
    }
}
