//! A table of runs, and what moved from the last but one to the last.

use std::io::{self, Write};

use super::{Entry, Point, Step, Trend};
use crate::words::{counted, grouped, one_line, severity_word};

/// Findings that are named of each kind; the page and the JSON name all.
const NAMED: usize = 20;

const HEADS: [&str; 10] = ["run", "files", "loops", "findings", "errors", "warnings", "notes", "risk", "new", "fixed"];

/// Write the table, then what moved last.
pub(super) fn render(trend: &Trend<'_>, out: &mut dyn Write) -> io::Result<()> {
    let steps = std::iter::once(None).chain(trend.steps.iter().map(Some));
    let rows: Vec<[String; 10]> = trend.runs.iter().zip(steps).map(|(run, step)| row(run, step)).collect();
    let widths: Vec<usize> = (0..HEADS.len())
        .map(|at| rows.iter().map(|row| row[at].chars().count()).chain([HEADS[at].len()]).max().unwrap_or_default())
        .collect();
    line(&HEADS.map(str::to_owned), &widths, out)?;
    for row in &rows {
        line(row, &widths, out)?;
    }
    if let (Some(step), [.., before, after]) = (trend.steps.last(), trend.runs.as_slice()) {
        moved(step, before, after, out)?;
    }
    for run in trend.runs.iter().filter(|run| run.not_scanned > 0) {
        let paths = counted(run.not_scanned, "path");
        writeln!(out, "\n{}: {paths} could not be scanned in full, so that findings may be missing.", one_line(run.name))?;
    }
    Ok(())
}

fn row(run: &Point<'_>, step: Option<&Step<'_>>) -> [String; 10] {
    let [errors, warnings, notes] = run.severities.map(|share| grouped(share.findings));
    let (new, fixed) = match step {
        Some(step) => (grouped(step.new.len()), grouped(step.fixed.len())),
        None => ("-".to_owned(), "-".to_owned()),
    };
    let counts = [run.files, run.loops, run.findings].map(grouped);
    let [files, loops, findings] = counts;
    [one_line(run.name), files, loops, findings, errors, warnings, notes, grouped(run.risk as usize), new, fixed]
}

/// The name to the left, numbers to the right.
fn line(cells: &[String; 10], widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let (name, width) = (&cells[0], widths[0]);
    write!(out, "{name:width$}")?;
    for (cell, width) in cells.iter().zip(widths).skip(1) {
        write!(out, "  {cell:>width$}")?;
    }
    writeln!(out)
}

fn moved(step: &Step<'_>, before: &Point<'_>, after: &Point<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (from, to) = (one_line(step.from), one_line(step.to));
    let difference = i64::from(after.risk) - i64::from(before.risk);
    let how = match difference {
        0 => "as before".to_owned(),
        _ => format!("{difference:+}"),
    };
    writeln!(out, "\nFrom {from} to {to}: risk {} ({how}).", grouped(after.risk as usize))?;
    rules("Rules that did not report before", &step.rules_added, out)?;
    rules("Rules that report no more", &step.rules_removed, out)?;
    list("New", &step.new, out)?;
    list("Fixed", &step.fixed, out)?;
    list("Gone from files that could not be scanned in full", &step.unknown, out)
}

fn rules(what: &str, names: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = names.iter().map(|name| one_line(name)).collect();
    if names.is_empty() { Ok(()) } else { writeln!(out, "{what}: {}.", names.join(", ")) }
}

fn list(what: &str, findings: &[&Entry], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{what} ({}):", grouped(findings.len()))?;
    for finding in findings.iter().take(NAMED) {
        let (path, severity, message) = (one_line(&finding.path), severity_word(finding.severity), one_line(&finding.message));
        writeln!(out, "  {path}:{}: {} {severity}: {message}", finding.line(), finding.rule)?;
    }
    if findings.len() > NAMED {
        writeln!(
            out,
            "  and {} more; `--output html=FILE` and `--output json=FILE` name all",
            grouped(findings.len() - NAMED)
        )?;
    }
    Ok(())
}
