//! A page to look through a report with: figures, risk by folder, findings with their code and the way round.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};
use unspin_findings::{Finding, Report};

use crate::{
    HOME, Presentation, help_url, page,
    risk::risk,
    snippet::{Sources, excerpts},
    words::{confidence_word, severity_word},
};

const SCRIPTS: [&str; 3] = [include_str!("html/modules.js"), include_str!("html/findings.js"), include_str!("html/report.js")];

/// Write the report as one page.
pub(crate) fn render(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sources = Sources::new(presentation.sources);
    let findings = report.findings.iter().enumerate().map(|(at, entry)| finding(at, entry, &sources, presentation));
    let errors = report.errors.iter().map(|error| {
        let line = error.range.map(|range| range.start.line);
        json!({ "path": error.path, "line": line, "message": error.message, "link": presentation.link(&error.path, line) })
    });
    let data = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "home": HOME,
        "summary": report.summary,
        "left_out": presentation.left_out(),
        "errors": errors.collect::<Vec<_>>(),
        "rules": rules(report),
        "findings": findings.collect::<Vec<_>>(),
    });
    page::write("unspin: loops that may never stop", &SCRIPTS, &data, out)
}

/// The rules that reported something.
fn rules(report: &Report) -> BTreeMap<&str, Value> {
    let reported = |name: &str| report.findings.iter().any(|finding| finding.rule == name);
    let rules = report.rules.iter().filter(|rule| reported(&rule.name));
    rules.map(|rule| (rule.name.as_str(), json!({ "summary": rule.summary, "url": help_url(&rule.name) }))).collect()
}

fn finding(at: usize, finding: &Finding, sources: &Sources<'_>, presentation: &Presentation<'_>) -> Value {
    let start = finding.range.start;
    let related = finding.related.iter().map(|related| {
        let line = related.range.start.line;
        let source = presentation.link(&related.path, Some(line));
        json!({ "message": related.message, "path": related.path, "line": line, "link": source })
    });
    json!({
        "at": at,
        "rule": finding.rule,
        "severity": severity_word(finding.severity),
        "confidence": confidence_word(finding.confidence),
        "group": finding.group.name(),
        "risk": risk(finding.severity, finding.confidence),
        "message": finding.message,
        "help": finding.help,
        "fix": finding.fix.as_ref().map(|fix| &fix.message),
        "missing": finding.missing,
        "path": finding.path,
        "function": finding.function,
        "line": start.line,
        "column": start.column,
        "fingerprint": finding.fingerprint,
        "link": presentation.link(&finding.path, Some(start.line)),
        "related": related.collect::<Vec<_>>(),
        "excerpts": excerpts(finding, sources),
    })
}
