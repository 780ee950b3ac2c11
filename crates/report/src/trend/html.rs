//! A page with a chart of risk by severity, a table of the runs, and what came and went between them.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Entry, Run, Trend};
use crate::{
    HOME, page,
    words::{confidence_word, severity_word},
};

const SCRIPTS: [&str; 3] =
    [include_str!("../html/modules.js"), include_str!("../html/chart.js"), include_str!("../html/trend.js")];

/// Write the page.
pub(super) fn render(trend: &Trend<'_>, runs: &[Run], out: &mut dyn Write) -> io::Result<()> {
    let last = runs.last().map(|run| run.findings.iter().map(entry).collect::<Vec<_>>()).unwrap_or_default();
    let steps = trend.steps.iter().map(|step| {
        let [new, fixed, unknown] =
            [&step.new, &step.fixed, &step.unknown].map(|entries| entries.iter().map(|one| entry(one)).collect::<Vec<_>>());
        let (added, removed) = (&step.rules_added, &step.rules_removed);
        json!({
            "from": step.from, "to": step.to, "new": new, "fixed": fixed, "unknown": unknown,
            "rules_added": added, "rules_removed": removed,
        })
    });
    let data = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "home": HOME,
        "runs": trend.runs,
        "steps": steps.collect::<Vec<_>>(),
        "last": last,
    });
    page::write("unspin: how risk moved", &SCRIPTS, &data, out)
}

fn entry(finding: &Entry) -> Value {
    json!({
        "rule": finding.rule,
        "severity": severity_word(finding.severity),
        "confidence": confidence_word(finding.confidence),
        "risk": finding.risk(),
        "message": finding.message,
        "path": finding.path,
        "line": finding.line(),
    })
}
