//! Comments for findings that are there already, so that a code base can be adopted in one go.
//!
//! A rule is added to an `allow` comment that speaks of the line of its finding. Else a comment of its own goes on a line
//! above, where formatters leave it; or, where a comment above would speak of another line (above a decorator, it speaks
//! of the function), behind a line of the finding. No comment is put inside a string or after a backslash: lines that these
//! join are one line. What is given is pure text: whether it parses to the same program is for the caller to see.

use std::collections::{BTreeMap, BTreeSet};

use unspin_span::Span;

use super::{CommentedFile, Directive, MARKER, Suppression, WITHOUT_REASON, line_text, parse_file};

/// A finding that is to be suppressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its rule.
    pub rule: String,
    /// The first line of its primary place.
    pub first: u32,
    /// The last line of it; the first if the place is the whole loop or function.
    pub last: u32,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// Which places get which text, in order.
    pub edits: Vec<(Span, String)>,
    /// Findings for which there is no line that can hold a comment.
    pub left: Vec<Wanted>,
}

/// Where a comment goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    /// Into the list of this suppression.
    Into(usize),
    /// On a line of its own above this one.
    Above(u32),
    /// Behind this line.
    Behind(u32),
}

/// The edits that put a comment to each finding of a file, and a reason to each suppression that has none. `sign` begins a
/// comment in its language.
pub fn adopt(file: &CommentedFile<'_>, wanted: &[Wanted], sign: &str, reason: &str) -> Adopted {
    let suppressions = parse_file(file);
    let mut sites: BTreeMap<Site, BTreeSet<&str>> = BTreeMap::new();
    let mut adopted = Adopted::default();
    for one in wanted.iter().filter(|one| one.rule != WITHOUT_REASON) {
        match site(file, &suppressions, one) {
            Some(site) => drop(sites.entry(site).or_default().insert(&one.rule)),
            None => adopted.left.push(one.clone()),
        }
    }
    for (site, rules) in sites {
        let rules = rules.into_iter().collect::<Vec<_>>().join(", ");
        let comment = format!("{sign} unspin: allow({rules}) {reason}");
        adopted.edits.extend(match site {
            Site::Into(at) => suppressions[at].names.map(|names| (Span::new(names.end, names.end), format!(", {rules}"))),
            Site::Above(line) => Some(above(file, line, &comment)),
            Site::Behind(line) => Some(behind(file, line, &comment)),
        });
    }
    if wanted.iter().any(|one| one.rule == WITHOUT_REASON) {
        let ends = suppressions.iter().filter(|one| !one.has_reason).map(|one| one.end);
        adopted.edits.extend(ends.map(|end| (Span::new(end, end), format!(" {reason}"))));
    }
    adopted.edits.sort();
    adopted
}

fn site(file: &CommentedFile<'_>, suppressions: &[Suppression], wanted: &Wanted) -> Option<Site> {
    let (first, last) = (file.joined.first(wanted.first), file.joined.first(wanted.last));
    let speaks_of_it = |one: &Suppression| (first..=last).contains(&one.line);
    let takes_names =
        |one: &Suppression| one.names.is_some() && matches!(&one.directive, Directive::Allow(names) if !names.is_empty());
    if let Some(at) = suppressions.iter().position(|one| speaks_of_it(one) && takes_names(one)) {
        return Some(Site::Into(at));
    }
    if !is_attribute(line_text(file, first)) {
        return Some(Site::Above(first));
    }
    let ends = (first..=last).map(|line| file.joined.last(line));
    ends.into_iter().find(|&line| is_free(file, line)).map(Site::Behind)
}

/// A comment above such a line speaks of the function below.
fn is_attribute(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('@') || line.starts_with("#[")
}

/// Whether no comment for this tool ends the line, nor documentation, in which one would mean nothing.
fn is_free(file: &CommentedFile<'_>, line: u32) -> bool {
    let has_comment = file.comments.iter().any(|one| one.text.contains(MARKER) && file.lines.line(one.span.start) == line);
    !has_comment && !["///", "//!"].iter().any(|sign| line_text(file, line).contains(sign))
}

fn above(file: &CommentedFile<'_>, line: u32, comment: &str) -> (Span, String) {
    let start = file.lines.offset(file.text, line, 0);
    let text = line_text(file, line);
    let indentation = &text[..text.len() - text.trim_start_matches([' ', '\t', '\x0c']).len()];
    (Span::new(start, start), format!("{indentation}{comment}{}", line_end(file, text)))
}

/// The end of this line, or the one that the first line has.
fn line_end<'a>(file: &CommentedFile<'a>, line: &'a str) -> &'a str {
    let end_of = |text: &'a str| &text[text.trim_end_matches(['\r', '\n']).len()..];
    [line, line_text(file, 1)].into_iter().map(end_of).find(|end| !end.is_empty()).unwrap_or("\n")
}

fn behind(file: &CommentedFile<'_>, line: u32, comment: &str) -> (Span, String) {
    let start = file.lines.offset(file.text, line, 0);
    let text = line_text(file, line);
    let end = start + text.trim_end_matches(['\r', '\n']).len() as u32;
    (Span::new(start + text.trim_end().len() as u32, end), format!("  {comment}"))
}
