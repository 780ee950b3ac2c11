//! Checkstyle XML, which most CI servers read.
//!
//! One `file` for each file, in the order of the report; a rule is a `source` under `unspin.`. What could not be scanned is an
//! `error` with the source `unspin.not-scanned`. See
//! <https://github.com/checkstyle/checkstyle/blob/master/src/main/java/com/puppycrawl/tools/checkstyle/XMLLogger.java>.

use std::io::{self, Write};

use unspin_findings::{Report, Severity};
use unspin_span::Position;

use crate::{
    NOT_SCANNED,
    words::one_line,
    xml::{Xml, clean, document},
};

/// The version of the format that every reader knows.
const VERSION: &str = "4.3";

struct Entry<'a> {
    path: &'a str,
    at: Option<Position>,
    severity: &'static str,
    message: String,
    rule: &'a str,
}

/// Write the report as one XML document.
pub(crate) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(report);
    document(out, |xml| {
        let checkstyle = xml.create_element("checkstyle").with_attribute(("version", VERSION));
        checkstyle.write_inner_content(|xml| {
            entries.chunk_by(|left, right| left.path == right.path).try_for_each(|of_file| file(xml, of_file))
        })?;
        Ok(())
    })
}

/// Findings and errors, those of a file side by side.
fn entries(report: &Report) -> Vec<Entry<'_>> {
    let findings = report.findings.iter().map(|finding| Entry {
        path: &finding.path,
        at: Some(finding.range.start),
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "info",
        },
        message: format!("{}; {}", one_line(&finding.message), one_line(&finding.help)),
        rule: &finding.rule,
    });
    let errors = report.errors.iter().map(|error| Entry {
        path: &error.path,
        at: error.range.map(|range| range.start),
        severity: "error",
        message: one_line(&error.message),
        rule: NOT_SCANNED,
    });
    let mut entries: Vec<Entry<'_>> = findings.chain(errors).collect();
    entries.sort_by_key(|entry| entry.path);
    entries
}

fn file(xml: &mut Xml<'_>, entries: &[Entry<'_>]) -> io::Result<()> {
    let Some(first) = entries.first() else { return Ok(()) };
    let file = xml.create_element("file").with_attribute(("name", clean(first.path).as_ref()));
    file.write_inner_content(|xml| entries.iter().try_for_each(|entry| error(xml, entry)))?;
    Ok(())
}

fn error(xml: &mut Xml<'_>, entry: &Entry<'_>) -> io::Result<()> {
    let mut error = xml.create_element("error");
    if let Some(at) = entry.at {
        let (line, column) = (at.line.to_string(), at.column.to_string());
        error = error.with_attributes([("line", line.as_str()), ("column", column.as_str())]);
    }
    let source = format!("unspin.{}", entry.rule);
    let message = clean(entry.message.trim_end_matches("; "));
    error = error.with_attributes([("severity", entry.severity), ("message", &message), ("source", &source)]);
    error.write_empty()?;
    Ok(())
}
