//! The same code and marks as data, for formats that draw them on their own.

use serde::Serialize;
use unspin_findings::Finding;

use super::{MAX_MARKED_LINE, Mark, Sources, marks_by_path};

/// Lines shown before and after a mark.
const CONTEXT: u32 = 1;

/// Characters of a line that are shown.
const MAX_WIDTH: usize = 240;

/// Characters shown before the first mark of a line that is longer.
const BEFORE: usize = 60;

/// Code of one file.
#[derive(Serialize)]
pub(crate) struct Excerpt<'a> {
    path: &'a str,
    /// `None` where lines are left out.
    lines: Vec<Option<Line>>,
}

#[derive(Serialize)]
struct Line {
    number: u32,
    text: String,
    marks: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    /// Characters of the text, the end exclusive.
    from: usize,
    to: usize,
    primary: bool,
    label: String,
}

/// The code of a finding: its own file, then the others. A file whose text is not known is left out.
pub(crate) fn excerpts<'a>(finding: &'a Finding, sources: &Sources<'a>) -> Vec<Excerpt<'a>> {
    let of_files = marks_by_path(finding, sources).into_iter();
    of_files
        .map(|(path, marks)| Excerpt { path, lines: lines(sources, path, &marks) })
        .filter(|one| !one.lines.is_empty())
        .collect()
}

fn lines(sources: &Sources<'_>, path: &str, marks: &[Mark<'_>]) -> Vec<Option<Line>> {
    let mut lines: Vec<Option<Line>> = Vec::new();
    let mut next = 1;
    for mark in marks {
        let first = mark.line.saturating_sub(CONTEXT).max(next);
        if first > next && !lines.is_empty() {
            lines.push(None);
        }
        for number in first..=mark.line.saturating_add(CONTEXT) {
            let Some(text) = sources.line(path, number) else { break };
            let of_line = marks.iter().filter(|mark| mark.line == number);
            lines.push(Some(line(number, text, of_line)));
            next = number + 1;
        }
    }
    lines
}

/// A line, or the part of it in which its marks begin.
fn line<'a>(number: u32, text: &str, marks: impl Iterator<Item = &'a Mark<'a>>) -> Line {
    let marks: Vec<&Mark<'_>> = marks.collect();
    // In a line that no person wrote, finding the place would cost as much as the line is long, for each finding in it.
    let text = if text.len() <= MAX_MARKED_LINE { text } else { &text[..text.floor_char_boundary(MAX_MARKED_LINE)] };
    let width = text.chars().count();
    let first = marks.first().map_or(0, |mark| mark.columns.start);
    let skip = first.saturating_sub(BEFORE).min(width.saturating_sub(MAX_WIDTH));
    let mut shown: String = text.chars().skip(skip).take(MAX_WIDTH).collect();
    let end = shown.chars().count();
    let ellipsis = usize::from(skip > 0);
    if skip > 0 {
        shown.insert(0, '…');
    }
    if skip + end < width {
        shown.push('…');
    }
    let within = |column: usize| column.saturating_sub(skip).min(end) + ellipsis;
    let places = marks.into_iter().map(|mark| Place {
        from: within(mark.columns.start),
        to: within(mark.columns.end),
        primary: mark.is_primary,
        label: mark.label.clone(),
    });
    Line { number, text: shown, marks: places.collect() }
}
