//! One module per output format. Each writes a [`Report`] and knows nothing of how it came about.
//!
//! Every format is a pure function of the report and the [`Presentation`]: same input, same bytes.

mod concise;
mod github;
mod json;
mod line_hash;
mod sarif;
mod snippet;
mod statistics;
mod text;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    str::FromStr,
};

use unspin_findings::{Report, Severity};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The code of each finding with what happens where, for people.
    Text,
    /// `path:line:column: rule severity: message`, for editors and `grep`.
    Concise,
    /// For tools; see `unspin_findings`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate a pull request.
    Github,
    /// The number of findings of each rule.
    Statistics,
}

impl Format {
    /// Every format with its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("text", Self::Text),
        ("concise", Self::Concise),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("github", Self::Github),
        ("statistics", Self::Statistics),
    ];
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, format)| format).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            format!("there is no format `{text}`; there are {}", names.join(", "))
        })
    }
}

/// What a format may use besides the report.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// The texts of the files that findings speak of, by path.
    pub sources: &'a BTreeMap<String, String>,
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
        Format::Statistics => statistics::render(report, presentation, out),
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
