//! JSON Lines: what the JSON format holds, one object a line with its kind, so that a log can be read as it comes.
//!
//! `kind` is `finding`, `error` or, once and last, `summary`, which also holds the version of the contract. A log without
//! its summary was cut off.

use std::io::{self, Write};

use serde::Serialize;
use unspin_findings::{Finding, Report, ScanError, Summary};

use crate::json::VERSION;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Finding(&'a Finding),
    Error(&'a ScanError),
    Summary {
        version: u32,
        #[serde(flatten)]
        summary: &'a Summary,
    },
}

/// Write the report as one JSON object a line.
pub(crate) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().map(Line::Finding);
    let errors = report.errors.iter().map(Line::Error);
    let summary = Line::Summary { version: VERSION, summary: &report.summary };
    for line in findings.chain(errors).chain([summary]) {
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}
