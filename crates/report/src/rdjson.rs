//! The diagnostic format of reviewdog, `DiagnosticResult` as JSON.
//!
//! Columns count bytes there, so that a place is given by its line alone where its text is not known. See
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};
use unspin_findings::{Edit, Finding, Report, ScanError, Severity};
use unspin_span::{Position, Range};

use crate::{HOME, NOT_SCANNED, help_url, snippet::Sources};

/// Write the report as one JSON object.
pub(crate) fn render(report: &Report, sources: &BTreeMap<String, String>, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::new(sources);
    let findings = report.findings.iter().map(|finding| diagnostic(finding, &sources));
    let errors = report.errors.iter().map(|error| not_scanned(error, &sources));
    let result = json!({
        "source": { "name": "unspin", "url": HOME },
        "diagnostics": findings.chain(errors).collect::<Vec<Value>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &result)?;
    writeln!(out)
}

fn diagnostic(finding: &Finding, sources: &Sources<'_>) -> Value {
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    };
    let mut diagnostic = json!({
        "message": format!("{}\n{}", finding.message, finding.help).trim_end(),
        "location": location(&finding.path, Some(finding.range), sources),
        "severity": severity,
        "code": { "value": finding.rule, "url": help_url(&finding.rule) },
    });
    if let Some(fix) = &finding.fix {
        let suggestion = |edit: &Edit| json!({ "range": columns(&finding.path, edit.range, sources), "text": edit.content });
        diagnostic["suggestions"] = fix.edits.iter().map(suggestion).collect();
    }
    diagnostic
}

fn not_scanned(error: &ScanError, sources: &Sources<'_>) -> Value {
    json!({
        "message": error.message,
        "location": location(&error.path, error.range, sources),
        "severity": "ERROR",
        "code": { "value": NOT_SCANNED },
    })
}

fn location(path: &str, range: Option<Range>, sources: &Sources<'_>) -> Value {
    match range {
        Some(range) => json!({ "path": path, "range": columns(path, range, sources) }),
        None => json!({ "path": path }),
    }
}

fn columns(path: &str, Range { start, end }: Range, sources: &Sources<'_>) -> Value {
    let column = |at: Position| sources.byte_column(path, at);
    // Without columns a range takes in its last line as a whole.
    match (column(start), column(end)) {
        (Some(from), Some(to)) => {
            json!({ "start": { "line": start.line, "column": from }, "end": { "line": end.line, "column": to } })
        }
        _ => json!({ "start": { "line": start.line }, "end": { "line": end.line } }),
    }
}
