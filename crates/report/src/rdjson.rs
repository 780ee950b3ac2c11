//! The diagnostic format of reviewdog, `DiagnosticResult` as JSON.
//!
//! Columns count bytes there, so that a place is given by its line alone where its text is not known. See
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};
use unspin_findings::{Finding, Report, ScanError, Severity};
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
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    let suggestions: Option<Vec<Value>> = edits
        .map(|edit| Some(json!({ "range": in_bytes(&finding.path, edit.range, sources)?, "text": edit.content })))
        .collect();
    // A suggestion without columns would replace whole lines.
    if let Some(suggestions) = suggestions.filter(|all| !all.is_empty()) {
        diagnostic["suggestions"] = suggestions.into();
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
    let Some(range) = range else { return json!({ "path": path }) };
    // Without columns a range takes in its last line as a whole.
    let lines = || json!({ "start": { "line": range.start.line }, "end": { "line": range.end.line } });
    json!({ "path": path, "range": in_bytes(path, range, sources).unwrap_or_else(lines) })
}

fn in_bytes(path: &str, Range { start, end }: Range, sources: &Sources<'_>) -> Option<Value> {
    let place = |at: Position| Some(json!({ "line": at.line, "column": sources.byte_column(path, at)? }));
    Some(json!({ "start": place(start)?, "end": place(end)? }))
}
