//! The annotated code of one finding.
//!
//! Each place is marked on its first line only: a bar along a loop of 200 lines explains nothing. Lines far apart become
//! snippets of their own, and a line longer than a person would write is named but not shown, so that the cost of a
//! finding does not depend on the size of its file.

mod excerpt;

use std::{collections::BTreeMap, ops::Range as ByteRange};

use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
pub(crate) use excerpt::excerpts;
use unspin_findings::Finding;
use unspin_span::{LineIndex, Position, Range};

use crate::words::one_line;

/// Lines between two marks that are still one snippet (the renderer folds them).
const MAX_GAP: u32 = 200;

/// Bytes of a line with a mark that is shown; the renderer trims it to the terminal.
const MAX_MARKED_LINE: usize = 5_000;

/// Bytes of a line between marks that are shown.
const MAX_LINE: usize = 300;

/// Texts with their lines.
pub(crate) struct Sources<'a> {
    texts: BTreeMap<&'a str, (&'a str, LineIndex)>,
}

impl<'a> Sources<'a> {
    /// Index every text once.
    pub(crate) fn new(texts: &'a BTreeMap<String, String>) -> Self {
        let index = |(path, text): (&'a String, &'a String)| (path.as_str(), (text.as_str(), LineIndex::new(text)));
        Self { texts: texts.iter().map(index).collect() }
    }

    /// A line without its line break.
    pub(crate) fn line(&self, path: &str, line: u32) -> Option<&'a str> {
        let (text, lines) = self.texts.get(path)?;
        let start = lines.offset(text, line, 0) as usize;
        let end = lines.offset(text, line + 1, 0) as usize;
        Some(text.get(start..end)?.trim_end_matches(['\n', '\r']))
    }

    /// The column of a place counted in bytes, from 1, if its text is known.
    pub(crate) fn byte_column(&self, path: &str, at: Position) -> Option<usize> {
        Some(byte(self.line(path, at.line)?, at.column as usize - 1) + 1)
    }
}

struct Mark<'a> {
    line: u32,
    /// Columns from 0, in characters.
    columns: ByteRange<usize>,
    is_primary: bool,
    label: String,
    path: &'a str,
}

/// The code of a finding: the primary place and what else lies in its file, then the other files.
pub(crate) fn snippets<'a>(finding: &'a Finding, sources: &Sources<'a>) -> Vec<Element<'a>> {
    let mut elements = Vec::new();
    for (path, of_file) in marks_by_path(finding, sources) {
        let (shown, not_shown): (Vec<Mark<'_>>, Vec<Mark<'_>>) = of_file
            .into_iter()
            .partition(|mark| sources.line(path, mark.line).is_some_and(|line| line.len() <= MAX_MARKED_LINE));
        elements.extend(not_shown.iter().map(|mark| origin(mark).into()));
        let segments = shown.chunk_by(|left, right| right.line - left.line <= MAX_GAP);
        elements.extend(segments.filter_map(|marks| Some(snippet(sources, path, marks)?.into())));
    }
    elements
}

/// The marks of each file in the order of the text, the file of the finding first.
fn marks_by_path<'a>(finding: &'a Finding, sources: &Sources<'a>) -> Vec<(&'a str, Vec<Mark<'a>>)> {
    let mut of_files: Vec<(&str, Vec<Mark<'_>>)> = vec![(&finding.path, Vec::new())];
    for mark in marks(finding, sources) {
        match of_files.iter_mut().find(|(path, _)| *path == mark.path) {
            Some((_, marks)) => marks.push(mark),
            None => of_files.push((mark.path, vec![mark])),
        }
    }
    for (_, marks) in &mut of_files {
        marks.sort_by_key(|mark| (mark.line, mark.columns.start));
    }
    of_files
}

/// A place without its code.
fn origin<'a>(mark: &Mark<'a>) -> Origin<'a> {
    Origin::path(one_line(mark.path)).line(mark.line as usize).char_column(mark.columns.start + 1)
}

fn marks<'a>(finding: &'a Finding, sources: &Sources<'a>) -> Vec<Mark<'a>> {
    let mut marks = vec![mark(sources, &finding.path, finding.range, true, missing(finding))];
    for related in &finding.related {
        let added = mark(sources, &related.path, related.range, false, related.message.clone());
        match marks.iter_mut().find(|mark| mark.path == added.path && mark.line == added.line && mark.columns == added.columns)
        {
            Some(mark) if mark.label.is_empty() => mark.label = added.label,
            Some(mark) => mark.label = format!("{}; {}", mark.label, added.label),
            None => marks.push(added),
        }
    }
    let header = finding.loop_range.filter(|header| marks.iter().all(|mark| mark.line != header.start.line));
    if let Some(header) = header {
        marks.push(mark(sources, &finding.path, header, false, "in here".to_owned()));
    }
    marks
}

fn missing(finding: &Finding) -> String {
    let missing: Vec<String> = finding.missing.iter().map(|what| format!("no {}", what.replace('-', " "))).collect();
    missing.join(", ")
}

/// A mark on the first line of a range.
fn mark<'a>(sources: &Sources<'a>, path: &'a str, range: Range, is_primary: bool, label: String) -> Mark<'a> {
    let Range { start, end } = range;
    let from = start.column as usize - 1;
    let to = if end.line == start.line {
        end.column as usize - 1
    } else {
        sources.line(path, start.line).map_or(from, |line| line.trim_end().chars().count())
    };
    Mark { line: start.line, columns: from..to.max(from), is_primary, label, path }
}

/// One snippet with marks of one file, sorted and near each other.
fn snippet<'a>(sources: &Sources<'a>, path: &'a str, marks: &[Mark<'a>]) -> Option<Snippet<'a, Annotation<'a>>> {
    let (first, last) = (marks.first()?.line, marks.last()?.line);
    let mut source = String::new();
    let mut annotations = Vec::new();
    for line in first..=last {
        let text = sources.line(path, line)?;
        let mut of_line = marks.iter().filter(|mark| mark.line == line).peekable();
        let shown = if of_line.peek().is_some() { text } else { cut(text) };
        annotations.extend(of_line.map(|mark| {
            let span = source.len() + byte(text, mark.columns.start)..source.len() + byte(text, mark.columns.end);
            let kind = if mark.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(span).label(Some(one_line(&mark.label)).filter(|label| !label.is_empty()))
        }));
        source.push_str(shown);
        source.push('\n');
    }
    Some(Snippet::source(source).path(one_line(path)).line_start(first as usize).annotations(annotations))
}

/// The start of a line that is long.
fn cut(text: &str) -> &str {
    if text.len() <= MAX_LINE { text } else { &text[..text.floor_char_boundary(MAX_LINE)] }
}

/// The byte at which the character number `column` starts.
fn byte(text: &str, column: usize) -> usize {
    text.char_indices().nth(column).map_or(text.len(), |(at, _)| at)
}
