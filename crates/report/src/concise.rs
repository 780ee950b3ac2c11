//! One line for each finding and error: `path:line:column: rule severity: message`.

use std::io::{self, Write};

use unspin_findings::Report;

use crate::words::{one_line, severity_word};

/// Write the report, one line an entry.
pub(crate) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let (at, severity) = (finding.range.start, severity_word(finding.severity));
        let (path, rule, message) = (one_line(&finding.path), &finding.rule, one_line(&finding.message));
        writeln!(out, "{path}:{}:{}: {rule} {severity}: {message}", at.line, at.column)?;
    }
    for error in &report.errors {
        let (path, message) = (one_line(&error.path), one_line(&error.message));
        match error.range {
            Some(range) => writeln!(out, "{path}:{}:{}: error: {message}", range.start.line, range.start.column)?,
            None => writeln!(out, "{path}: error: {message}")?,
        }
    }
    Ok(())
}
