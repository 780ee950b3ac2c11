//! One module per output format. Each writes a [`Report`] and knows nothing of how it came about.
//!
//! Every format is a pure function of the report and the [`Presentation`]: same input, same bytes. What could not be
//! scanned appears in every format that can carry it: a report that is silent about it would read as clean.

mod checkstyle;
mod concise;
mod format;
mod github;
mod gitlab;
mod html;
mod json;
mod json_lines;
mod junit;
mod line_hash;
mod markdown;
mod page;
mod rdjson;
mod risk;
mod sarif;
mod snippet;
mod statistics;
mod text;
mod trend;
mod words;
mod xml;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

pub use format::Format;
pub use trend::{Run, TrendFormat, render_trend};
use unspin_findings::Report;

/// Where the project lives, and with it the documentation of each rule.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// The documentation of a rule.
fn help_url(rule: &str) -> String {
    format!("{HOME}/blob/main/rules/{rule}/README.md")
}

/// Under which name formats that only know rules list what could not be scanned.
const NOT_SCANNED: &str = "not-scanned";

/// What a format may use besides the report.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// The texts of the files that findings speak of, by path.
    pub sources: &'a BTreeMap<String, String>,
    /// Where the scanned folder can be read on the web; `/path#L1` is appended.
    pub source_url: Option<&'a str>,
    /// Whether to use ANSI colors.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to leave out the summary and the hints.
    pub quiet: bool,
    /// Findings in test code that are not in the report.
    pub hidden_in_tests: usize,
    /// Test files that were not read.
    pub skipped_tests: usize,
    /// Findings that a comment suppresses.
    pub suppressed: usize,
    /// What baselines hide.
    pub baselines: &'a [BaselineNote],
    /// Findings that the changes in question have nothing to do with.
    pub unchanged: usize,
}

/// What a baseline did.
#[derive(Clone, Debug)]
pub struct BaselineNote {
    /// The file.
    pub file: String,
    /// Findings that it hides.
    pub hidden: usize,
    /// Findings that it names and that are gone.
    pub stale: usize,
    /// The command that takes out what is gone.
    pub prune: String,
}

impl Presentation<'_> {
    /// What a reader of the report does not see, so that a short list is not taken for a clean one.
    fn left_out(&self) -> Vec<String> {
        let baseline = self.baselines.iter().map(|note| note.hidden).sum();
        let parts = [
            (self.suppressed, "finding", "suppressed by comments"),
            (baseline, "finding", "in the baseline"),
            (self.unchanged, "finding", "that no change touches"),
            (self.hidden_in_tests, "finding", "in test code"),
            (self.skipped_tests, "test file", "not scanned"),
        ];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        parts.map(|(count, noun, why)| format!("{} {why}", words::counted(count, noun))).collect()
    }

    /// Where a line of a file can be read on the web.
    fn link(&self, path: &str, line: Option<u32>) -> Option<String> {
        let base = self.source_url.filter(|_| !path.starts_with('/'))?.trim_end_matches('/');
        let anchor = line.map(|line| format!("#L{line}")).unwrap_or_default();
        Some(format!("{base}/{}{anchor}", words::uri(path)))
    }
}

/// Write a report.
///
/// # Errors
///
/// Those of `out`.
pub fn render(report: &Report, format: Format, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::render(report, presentation, out),
        Format::Concise => concise::render(report, out),
        Format::Json => json::render(report, out),
        Format::Sarif => sarif::render(report, presentation.sources, out),
        Format::Github => github::render(report, out),
        Format::JsonLines => json_lines::render(report, out),
        Format::Gitlab => gitlab::render(report, out),
        Format::Junit => junit::render(report, presentation, out),
        Format::Checkstyle => checkstyle::render(report, out),
        Format::Rdjson => rdjson::render(report, presentation.sources, out),
        Format::Markdown => markdown::render(report, presentation, out),
        Format::Html => html::render(report, presentation, out),
        Format::Statistics => statistics::render(report, presentation, out),
    }
}
