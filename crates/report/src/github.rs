//! Workflow commands of GitHub Actions, which become annotations of a pull request.
//!
//! The escapes are those of `@actions/core`: `%`, line breaks, and in properties also `:` and `,`.

use std::io::{self, Write};

use unspin_findings::{Report, Severity};
use unspin_span::Range;

/// Write one command for each finding and error.
pub(crate) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = format!("unspin: {}", finding.rule);
        let message = format!("{}\n{}", finding.message, finding.help);
        annotate(out, command, &finding.path, Some(finding.range), &title, message.trim_end())?;
    }
    for error in &report.errors {
        annotate(out, "error", &error.path, error.range, "unspin", &error.message)?;
    }
    Ok(())
}

fn annotate(
    out: &mut dyn Write,
    command: &str,
    path: &str,
    range: Option<Range>,
    title: &str,
    message: &str,
) -> io::Result<()> {
    write!(out, "::{command} file={}", property(path))?;
    if let Some(range) = range {
        write!(out, ",line={},col={}", range.start.line, range.start.column)?;
    }
    writeln!(out, ",title={}::{}", property(title), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
