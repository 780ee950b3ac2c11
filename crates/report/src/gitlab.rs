//! The Code Quality report of GitLab, which becomes a widget of the merge request and marks in its diff.
//!
//! A file that could not be scanned is an entry of its own, at line 1 where no better one is known: the format has no other
//! place for it, and GitLab shows no entry without a line. See
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use std::io::{self, Write};

use serde_json::{Value, json};
use unspin_findings::{Finding, Report, ScanError, Severity};

use crate::{NOT_SCANNED, words::one_line};

/// Write the report as one JSON list.
pub(crate) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.findings.iter().map(finding);
    let entries: Vec<Value> = findings.chain(report.errors.iter().map(error)).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

fn finding(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    };
    let range = finding.range;
    json!({
        "description": one_line(&finding.message),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": severity,
        "location": { "path": finding.path, "lines": { "begin": range.start.line, "end": range.end.line } },
    })
}

fn error(error: &ScanError) -> Value {
    let line = error.range.map_or(1, |range| range.start.line);
    json!({
        "description": format!("could not be scanned in full: {}", one_line(&error.message)),
        "check_name": NOT_SCANNED,
        // It only has to be unique, and the same for the same error.
        "fingerprint": format!("{NOT_SCANNED}:{}:{line}:{}", error.path, error.message),
        "severity": "major",
        "location": { "path": error.path, "lines": { "begin": line } },
    })
}
