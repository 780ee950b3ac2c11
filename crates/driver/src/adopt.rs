//! Suppressions for findings that are there already.

use std::collections::BTreeMap;

use unspin_engine::suppression::{CommentedFile, Wanted, adopt};
use unspin_findings::Finding;
use unspin_ir::{Source, name};
use unspin_span::LineIndex;

use crate::{
    Error, Language, Outcome,
    load::{joined, lower},
    pool::pool,
    rewrite::{Rewrite, edited},
};

/// What to write so that each finding has a comment that allows it for this reason, file by file.
///
/// # Errors
///
/// When the worker thread cannot be started.
pub fn adoption(outcome: &Outcome, reason: &str) -> Result<Vec<Rewrite>, Error> {
    let mut by_path: BTreeMap<&str, Vec<Wanted>> = BTreeMap::new();
    // A comment that suppresses nothing is to be removed, not to be allowed.
    for finding in outcome.report.findings.iter().filter(|finding| finding.rule != "unused-suppression") {
        by_path.entry(&finding.path).or_default().push(wanted(finding));
    }
    let pool = pool(1)?;
    let rewrites = by_path.into_iter().filter_map(|(path, wanted)| {
        let before = outcome.sources.get(path)?;
        let (after, left) = pool.install(|| adopted(path, before, &wanted, reason));
        Some(Rewrite { path: path.to_owned(), before: before.clone(), after, findings: wanted.len() - left })
    });
    Ok(rewrites.filter(|rewrite| rewrite.before != rewrite.after).collect())
}

/// The lines for which a comment counts, as `suppression::apply` sees them.
fn wanted(finding: &Finding) -> Wanted {
    let first = finding.range.start.line;
    let is_whole = finding.loop_range == Some(finding.range);
    Wanted { rule: finding.rule.clone(), first, last: if is_whole { first } else { finding.range.end.line } }
}

fn adopted(path: &str, text: &str, wanted: &[Wanted], reason: &str) -> (String, usize) {
    let language = Language::of_named(std::path::Path::new(path)).unwrap_or(Language::Python);
    let source = Source { name: name("adopted"), is_package: false, is_test: false };
    let comments = lower(language, text, &source).comments;
    let lines = LineIndex::new(text);
    let joined = joined(language, text, &lines);
    let file = CommentedFile { file: 0, text, lines: &lines, comments: &comments, joined: &joined };
    let sign = if language == Language::Rust { "//" } else { "#" };
    let adopted = adopt(&file, wanted, sign, reason);
    let edits = adopted.edits.into_iter().map(|(span, content)| ((span.start as usize, span.end as usize), content));
    (edited(text, edits.collect()), adopted.left.len())
}
