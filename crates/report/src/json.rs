//! JSON, for tools: the contract in `unspin_findings`, under a version number.

use std::io::{self, Write};

use serde::Serialize;
use unspin_findings::{Finding, Report, ScanError, Summary};

/// Raised when a field changes or goes; a new field does not raise it.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: &'a [Finding],
    errors: &'a [ScanError],
    summary: &'a Summary,
    /// Those that may report somewhere, sorted: without them nobody can tell what is clean from what was not looked for.
    rules: Vec<&'a str>,
}

/// Write the report as one JSON document.
pub(crate) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Report { findings, errors, summary, rules } = report;
    let rules = rules.iter().map(|rule| rule.name.as_str()).collect();
    serde_json::to_writer_pretty(&mut *out, &Document { version: VERSION, findings, errors, summary, rules })?;
    writeln!(out)
}
