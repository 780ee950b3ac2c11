//! Markdown for a comment on a pull request: one table, then the code of each finding to unfold.
//!
//! It opens with [`MARKER`], by which the comment is found again and updated in place. It never takes more than [`LIMIT`]
//! bytes, and so never more than the 65,536 characters that GitHub takes; what does not fit is counted. Text of the
//! scanned code is escaped: it can neither open a tag, leave its cell, nor call a person by name.

use std::io::{self, Write};

use unspin_findings::{Finding, Report, ScanError, Severity};
use unspin_span::Position;

use crate::{
    HOME, Presentation, help_url,
    snippet::Sources,
    text,
    words::{by_severity, confidence_word, counted, one_line, severity_word},
};

mod escape;

use escape::{code, fence, html, prose};

/// Invisible in the rendered comment.
const MARKER: &str = "<!-- unspin -->";

/// Bytes of a comment; GitHub takes 65,536 characters, and whoever posts it may add a line.
const LIMIT: usize = 65_000;

/// Bytes of the table, so that there is room for code.
const TABLE_LIMIT: usize = 24_000;

/// Bytes into which nothing fits any more.
const LITTLE: usize = 500;

/// Characters of a path or a message in the table.
const CELL: usize = 300;

/// Write the report as one comment.
pub(crate) fn render(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
    let mut page = Page { text: head(report, presentation), limit: TABLE_LIMIT };
    table(&findings, presentation, &mut page);
    page.limit = LIMIT - 2_000;
    errors(report, presentation, &mut page);
    details(&findings, presentation, &mut page);
    page.push(&foot());
    out.write_all(page.text.as_bytes())
}

/// Text up to a limit; what is over it is refused as a whole.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Add the parts that fit, and tell how many do not.
    fn add_all(&mut self, parts: impl ExactSizeIterator<Item = String>) -> usize {
        let all = parts.len();
        let mut added = 0;
        for part in parts {
            if self.text.len() + part.len() <= self.limit {
                self.text.push_str(&part);
                added += 1;
            } else if self.text.len() + LITTLE > self.limit {
                break;
            }
        }
        all - added
    }
}

fn head(report: &Report, presentation: &Presentation<'_>) -> String {
    let summary = &report.summary;
    let title = match report.findings.len() {
        0 if report.errors.is_empty() => "no findings".to_owned(),
        0 => "no findings in what could be scanned".to_owned(),
        count => counted(count, "finding"),
    };
    let scanned = format!("{}, {}", counted(summary.files, "file"), counted(summary.loops, "loop"));
    let severities = if report.findings.is_empty() { String::new() } else { format!("{} in ", by_severity(&report.findings)) };
    let left_out = match presentation.left_out() {
        parts if parts.is_empty() => String::new(),
        parts => format!(" Not shown: {}.", parts.join(", ")),
    };
    format!("{MARKER}\n### unspin: {title}\n\n{severities}{scanned}.{left_out}\n")
}

/// The worst first.
fn table(findings: &[&Finding], presentation: &Presentation<'_>, page: &mut Page) {
    if findings.is_empty() {
        return;
    }
    page.push("\n| | Where | What |\n|---|---|---|\n");
    let left = page.add_all(findings.iter().map(|finding| row(finding, presentation)));
    if left > 0 {
        page.push(&format!("| | | and {} |\n", counted(left, "more finding")));
    }
}

fn row(finding: &Finding, presentation: &Presentation<'_>) -> String {
    let place = place(&finding.path, Some(finding.range.start), presentation, true);
    let rule = format!("[{}](<{}>)", code(&finding.rule, true), help_url(&finding.rule));
    let message = prose(&cut(&finding.message), true);
    format!("| {} | {place} | {rule}<br>{message} |\n", symbol(finding.severity))
}

fn symbol(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => ":red_circle: error",
        Severity::Warning => ":orange_circle: warning",
        Severity::Note => ":blue_circle: note",
    }
}

/// A path and a line, as a link where it is known to what.
fn place(path: &str, at: Option<Position>, presentation: &Presentation<'_>, in_table: bool) -> String {
    let line = at.map(|at| format!(":{}", at.line)).unwrap_or_default();
    let shown = code(&format!("{}{line}", cut(path)), in_table);
    match presentation.link(path, at.map(|at| at.line)) {
        Some(target) => format!("[{shown}](<{target}>)"),
        None => shown,
    }
}

fn errors(report: &Report, presentation: &Presentation<'_>, page: &mut Page) {
    if report.errors.is_empty() {
        return;
    }
    page.push("\n**Not scanned in full**, so that findings may be missing:\n\n");
    let item = |error: &ScanError| {
        let place = place(&error.path, error.range.map(|range| range.start), presentation, false);
        format!("- {place}: {}\n", prose(&cut(&error.message), false))
    };
    let limit = std::mem::replace(&mut page.limit, TABLE_LIMIT + 8_000);
    let left = page.add_all(report.errors.iter().map(item));
    page.limit = limit;
    if left > 0 {
        page.push(&format!("- and {}\n", counted(left, "more path")));
    }
}

fn details(findings: &[&Finding], presentation: &Presentation<'_>, page: &mut Page) {
    let sources = Sources::new(presentation.sources);
    let left = page.add_all(findings.iter().map(|finding| detail(finding, &sources)));
    if left > 0 {
        page.push(&format!("\nThe code of {} does not fit into a comment.\n", counted(left, "more finding")));
    }
}

fn detail(finding: &Finding, sources: &Sources<'_>) -> String {
    let start = finding.range.start;
    let title = html(&format!("{}:{}", one_line(&finding.path), start.line));
    let rule = html(&finding.rule);
    let code = fence(&text::plain(finding, sources));
    let level = format!("{}, {} confidence", severity_word(finding.severity), confidence_word(finding.confidence));
    format!("\n<details>\n<summary><code>{title}</code> {rule} ({level})</summary>\n\n{code}\n\n</details>\n")
}

fn foot() -> String {
    format!("\n<sub>[unspin]({HOME}) finds loops that may never stop. `unspin explain RULE` shows what a rule accepts.</sub>\n")
}

/// The start of a text that is too long for a table.
fn cut(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
