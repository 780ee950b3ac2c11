//! Edits of a text, and the kinds of variants that they make.

use std::ops::Range;

/// What a kind of variant is called, and the edits that make it of a text.
pub(crate) type Kind<S> = (&'static str, fn(&S) -> Vec<Edit>);

/// A piece of text in place of another.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) at: Range<usize>,
    pub(crate) text: String,
    /// Edits of one number are made together or not at all.
    pub(crate) group: usize,
}

impl Edit {
    pub(crate) fn new(at: Range<usize>, text: impl Into<String>, group: usize) -> Self {
        Self { at, text: text.into(), group }
    }

    pub(crate) fn insert(at: usize, text: impl Into<String>, group: usize) -> Self {
        Self::new(at..at, text, group)
    }
}

/// A text with edits; a group of which one overlaps with an earlier group is left out. Answers the places that were edited, too.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> (String, Vec<usize>) {
    let groups: std::collections::BTreeSet<usize> = edits.iter().map(|edit| edit.group).collect();
    let mut made: Vec<Edit> = Vec::new();
    for group in groups {
        let of_group: Vec<&Edit> = edits.iter().filter(|edit| edit.group == group).collect();
        let overlaps = |one: &Edit, other: &Edit| one.at.start < other.at.end && other.at.start < one.at.end;
        if !of_group.iter().any(|edit| made.iter().any(|other| overlaps(edit, other))) {
            made.extend(of_group.into_iter().cloned());
        }
    }
    made.sort_by_key(|edit| (edit.at.start, edit.at.end, edit.group));
    let (mut edited, mut end) = (String::with_capacity(2 * text.len()), 0);
    for edit in &made {
        edited += &text[end..edit.at.start];
        edited += &edit.text;
        end = edit.at.end;
    }
    (edited + &text[end..], made.into_iter().map(|edit| edit.at.start).collect())
}

/// Where the line of a place begins.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line after a place begins.
pub(crate) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// The line that a place is in.
pub(crate) fn line_of(text: &str, at: usize) -> &str {
    text[line_start(text, at)..next_line(text, at)].trim_end_matches('\n')
}

/// The white space before what stands at a place, if nothing else does.
pub(crate) fn indentation(text: &str, at: usize) -> Option<&str> {
    let before = &text[line_start(text, at)..at];
    before.trim().is_empty().then_some(before)
}
