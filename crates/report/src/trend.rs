//! How risk moved over several runs: what each found, and what came and went between one and the next.
//!
//! Runs are taken in the order in which they are given, the oldest first: a report says nothing of when it was made, so that
//! the same code gives the same report. Findings are known again by their fingerprint; one in a file that was renamed counts
//! as fixed and as new. A finding that is gone from a file which could not be scanned in full is not counted as fixed, because
//! nobody knows. Runs with different rules can be compared, and which rules differ is said: then they are part of what moved.

mod html;
mod run;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    str::FromStr,
};

use run::Entry;
pub use run::Run;
use serde::Serialize;
use unspin_findings::Severity;

/// How a trend is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrendFormat {
    /// A table and what moved last, for people.
    Text,
    /// A page with a chart.
    Html,
    /// For tools.
    Json,
}

impl TrendFormat {
    /// Every format with its name and what it is for.
    pub const ALL: [(&'static str, Self, &'static str); 3] = [
        ("text", Self::Text, "a table and what moved last"),
        ("html", Self::Html, "a page with a chart, in one file"),
        ("json", Self::Json, "everything, for tools"),
    ];
}

impl FromStr for TrendFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(name, ..)| *name == text);
        found.map(|(_, format, _)| format).ok_or_else(|| format!("there is no format `{text}`; there are text, html, json"))
    }
}

/// Raised when a field of the JSON changes or goes.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Trend<'a> {
    version: u32,
    runs: Vec<Point<'a>>,
    steps: Vec<Step<'a>>,
}

/// What one run found.
#[derive(Serialize)]
struct Point<'a> {
    name: &'a str,
    files: usize,
    lines: usize,
    loops: usize,
    findings: usize,
    /// Findings and risk of each severity, the worst first.
    severities: [Share; 3],
    risk: u32,
    not_scanned: usize,
}

#[derive(Clone, Copy, Serialize)]
struct Share {
    severity: Severity,
    findings: usize,
    risk: u32,
}

/// What moved from one run to the next.
#[derive(Serialize)]
struct Step<'a> {
    from: &'a str,
    to: &'a str,
    new: Vec<&'a Entry>,
    fixed: Vec<&'a Entry>,
    /// Gone from a file that could not be scanned in full.
    unknown: Vec<&'a Entry>,
    /// Rules that did not report in the run before: what they find was there, perhaps.
    rules_added: Vec<&'a str>,
    /// Rules that reported in the run before only: what they found is there still, perhaps.
    rules_removed: Vec<&'a str>,
}

/// Write how risk moved over these runs, the oldest first.
///
/// # Errors
///
/// Those of `out`.
pub fn render_trend(runs: &[Run], format: TrendFormat, out: &mut dyn Write) -> io::Result<()> {
    let trend = Trend {
        version: VERSION,
        runs: runs.iter().map(point).collect(),
        steps: runs.windows(2).map(|pair| step(&pair[0], &pair[1])).collect(),
    };
    match format {
        TrendFormat::Text => text::render(&trend, out),
        TrendFormat::Html => html::render(&trend, runs, out),
        TrendFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &trend)?;
            writeln!(out)
        }
    }
}

fn point(run: &Run) -> Point<'_> {
    let severities = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let of_severity = || run.findings.iter().filter(|finding| finding.severity == severity);
        Share { severity, findings: of_severity().count(), risk: of_severity().map(Entry::risk).sum() }
    });
    Point {
        name: &run.name,
        files: run.summary.files,
        lines: run.summary.lines,
        loops: run.summary.loops,
        findings: run.findings.len(),
        severities,
        risk: severities.iter().map(|share| share.risk).sum(),
        not_scanned: run.errors.iter().map(|error| &error.path).collect::<BTreeSet<_>>().len(),
    }
}

fn step<'a>(from: &'a Run, to: &'a Run) -> Step<'a> {
    let (before, after) = (by_fingerprint(from), by_fingerprint(to));
    let unclear: BTreeSet<&str> = to.errors.iter().map(|error| error.path.as_str()).collect();
    let missing_in = |other: &BTreeMap<&str, &Entry>, run: &'a Run| -> Vec<&'a Entry> {
        run.findings.iter().filter(|finding| !other.contains_key(finding.fingerprint.as_str())).collect()
    };
    let new = missing_in(&before, to);
    let (unknown, fixed) = missing_in(&after, from).into_iter().partition(|gone| unclear.contains(gone.path.as_str()));
    let (rules_added, rules_removed) = (rules_only_in(to, from), rules_only_in(from, to));
    Step { from: &from.name, to: &to.name, new, fixed, unknown, rules_added, rules_removed }
}

fn rules_only_in<'a>(run: &'a Run, other: &'a Run) -> Vec<&'a str> {
    match (&run.rules, &other.rules) {
        (Some(rules), Some(others)) => rules.difference(others).map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn by_fingerprint(run: &Run) -> BTreeMap<&str, &Entry> {
    run.findings.iter().map(|finding| (finding.fingerprint.as_str(), finding)).collect()
}
