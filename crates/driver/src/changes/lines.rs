//! Which lines of a text are not what they were.

use similar::{Algorithm, DiffTag, capture_diff_slices};
use unspin_span::Range;

/// The changed lines of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// None.
    Nothing,
    /// The file is new, or nothing tells what it was.
    Everything,
    /// Lines from 1, the last exclusive; where lines were taken away and none put there, both are the line after them.
    Lines(Vec<(u32, u32)>),
}

impl Changed {
    /// What differs between two texts, however they end their lines; and of a hundred lines how many are in both.
    pub(super) fn between(before: &str, after: &str) -> (Self, u32) {
        let (before, after) = (plain(before), plain(after));
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let mut changed = Vec::new();
        let mut common = 0;
        for operation in capture_diff_slices(Algorithm::Histogram, &before, &after) {
            let lines = operation.new_range();
            if operation.tag() == DiffTag::Equal {
                common += lines.len();
            } else {
                changed.push((lines.start as u32 + 1, lines.end as u32 + 1));
            }
        }
        let longest = before.len().max(after.len()).max(1);
        (Self::Lines(changed), (common * 100 / longest) as u32)
    }

    /// Whether a place holds a changed line, or stands around lines that were taken away.
    pub(super) fn touch(&self, place: Range) -> bool {
        let first = place.start.line;
        // A place that ends where a line starts holds nothing of that line.
        let last = if place.end.column > 1 { place.end.line } else { place.end.line.saturating_sub(1) }.max(first);
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Lines(hunks) => hunks
                .iter()
                .any(|&(from, to)| if from == to { first < from && from <= last } else { first < to && from <= last }),
        }
    }
}

/// Every line end a line feed, as [`unspin_span::LineIndex`] counts them.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use unspin_span::Position;

    use super::*;

    fn place(first: u32, last: u32) -> Range {
        Range { start: Position { line: first, column: 1 }, end: Position { line: last, column: 9 } }
    }

    #[test]
    fn a_place_is_touched_by_lines_in_it_and_by_what_was_taken_out_of_it() {
        let (added, alike) = Changed::between("a\nb\nc\n", "a\nx\nb\nc\n");
        assert_eq!((&added, alike), (&Changed::Lines(vec![(2, 3)]), 75));
        assert!(added.touch(place(2, 2)) && added.touch(place(1, 4)));
        assert!(!added.touch(place(1, 1)) && !added.touch(place(3, 4)));
        let (removed, _) = Changed::between("a\nb\nc\n", "a\nc\n");
        assert_eq!(removed, Changed::Lines(vec![(2, 2)]));
        assert!(removed.touch(place(1, 2)));
        assert!(!removed.touch(place(1, 1)) && !removed.touch(place(2, 2)));
    }

    #[test]
    fn other_line_ends_change_nothing() {
        assert_eq!(Changed::between("a\r\nb\rc\r\n", "a\nb\nc\n"), (Changed::Lines(Vec::new()), 100));
    }
}
