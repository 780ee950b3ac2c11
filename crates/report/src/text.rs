//! Findings as people read them: the code, what happens where, one line of help, and a summary.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use annotate_snippets::{Group, Level, Renderer};
use anstyle::{AnsiColor, Style};
use unspin_findings::{Confidence, Finding, Report, Severity};

use crate::{
    BaselineNote, Presentation,
    snippet::{Sources, snippets},
    words::{by_severity, counted, one_line, visible},
};

const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
/// Columns where it is not a terminal that shows the text.
const PLAIN_WIDTH: usize = 120;

const STRONG: Style = Style::new().bold();

/// As many findings as nobody reads one after the other.
const MANY: usize = 25;

/// Write every finding with its code, then what could not be scanned, then a summary.
pub(crate) fn render(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if presentation.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(presentation.width);
    let sources = Sources::new(presentation.sources);
    for finding in &report.findings {
        writeln!(out, "{}\n", renderer.render(&[group(finding, &sources)]))?;
    }
    errors(report, presentation, out)?;
    if presentation.quiet { Ok(()) } else { summary(report, presentation, out) }
}

/// A finding with its code.
fn group<'a>(finding: &'a Finding, sources: &Sources<'a>) -> Group<'a> {
    let title = level(finding.severity).primary_title(one_line(&finding.message)).id(&finding.rule);
    let mut group = title.elements(snippets(finding, sources));
    if finding.confidence == Confidence::Low {
        group = group.element(Level::NOTE.message("low confidence: part of the evidence is no more than a name"));
    }
    if finding.help.is_empty() { group } else { group.element(Level::HELP.message(one_line(&finding.help))) }
}

/// A finding with its code, without colors, at a width that suits a log.
pub(crate) fn plain(finding: &Finding, sources: &Sources<'_>) -> String {
    Renderer::plain().term_width(PLAIN_WIDTH).render(&[group(finding, sources)])
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// Write what could not be scanned.
pub(crate) fn errors(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (red, strong) = styles(presentation);
    for error in &report.errors {
        write!(out, "{red}error{red:#}{strong}: {}", one_line(&error.path))?;
        if let Some(range) = error.range {
            write!(out, ":{}:{}", range.start.line, range.start.column)?;
        }
        writeln!(out, "{strong:#}: {}", visible(&error.message))?;
    }
    if report.errors.is_empty() { Ok(()) } else { writeln!(out) }
}

/// Write what was looked at, what was found, and what to do next.
pub(crate) fn summary(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (_, strong) = styles(presentation);
    let summary = &report.summary;
    if summary.files == 0 && presentation.skipped_tests == 0 && report.errors.is_empty() {
        return writeln!(out, "{strong}No Python and no Rust files found.{strong:#}");
    }
    let found = match report.findings.len() {
        0 => "No findings".to_owned(),
        count => format!("Found {} ({})", counted(count, "finding"), by_severity(&report.findings)),
    };
    let scanned = format!("{}, {}", counted(summary.files, "file"), counted(summary.loops, "loop"));
    writeln!(out, "{strong}{found}{strong:#} in {scanned} ({:.2} s).", summary.seconds)?;
    if !report.errors.is_empty() {
        let files = report.errors.iter().map(|error| &error.path).collect::<std::collections::BTreeSet<_>>().len();
        writeln!(out, "{} could not be scanned in full; see the errors above.", counted(files, "path"))?;
    }
    hints(report, presentation, out)
}

fn hints(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    if presentation.suppressed > 0 {
        writeln!(out, "{} suppressed by comments.", counted(presentation.suppressed, "finding"))?;
    }
    for note in presentation.baselines {
        baseline(note, out)?;
    }
    if presentation.unchanged > 0 {
        let count = counted(presentation.unchanged, "finding");
        writeln!(out, "{count} not shown: no change touches them, and they were there before.")?;
    }
    if presentation.hidden_in_tests > 0 {
        let count = counted(presentation.hidden_in_tests, "finding");
        writeln!(out, "{count} in test code not shown; `--include-tests` shows them.")?;
    }
    if presentation.skipped_tests > 0 {
        let count = counted(presentation.skipped_tests, "test file");
        writeln!(out, "{count} not scanned; `--include-tests` scans test code, too.")?;
    }
    let is_all = presentation.baselines.is_empty() && presentation.unchanged == 0;
    if is_all && report.findings.len() >= MANY {
        writeln!(
            out,
            "`--statistics` counts them by rule; `unspin baseline` agrees to live with them, so that only new ones are reported."
        )?;
    }
    // The rule that spoke most often is the one to read about first.
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(&finding.rule).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|&(rule, count)| (count, std::cmp::Reverse(rule)));
    match most {
        Some((rule, _)) => writeln!(out, "`unspin explain {rule}` shows what the rule reports, why, and what it accepts."),
        None => Ok(()),
    }
}

fn baseline(note: &BaselineNote, out: &mut dyn Write) -> io::Result<()> {
    let BaselineNote { file, hidden, stale, prune } = note;
    if *hidden > 0 {
        writeln!(out, "{} in the baseline `{file}` not shown.", counted(*hidden, "finding"))?;
    }
    if *stale > 0 {
        let (are, them) = if *stale == 1 { ("is", "it") } else { ("are", "them") };
        writeln!(out, "{} in the baseline {are} gone; `{prune}` removes {them}.", counted(*stale, "finding"))?;
    }
    Ok(())
}

fn styles(presentation: &Presentation<'_>) -> (Style, Style) {
    if presentation.color { (ERROR, STRONG) } else { (Style::new(), Style::new()) }
}
