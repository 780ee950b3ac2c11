//! The number of findings of each rule, most first.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use unspin_findings::Report;

use crate::{Presentation, text, words::grouped};

/// Write one line for each rule that reported something, then the summary.
pub(crate) fn render(report: &Report, presentation: &Presentation<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry(&finding.rule).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(rule, count)| (std::cmp::Reverse(count), rule));
    let width = counts.first().map_or(0, |(_, count)| grouped(*count).len());
    for (rule, count) in counts {
        writeln!(out, "{:>width$}  {rule}", grouped(count))?;
    }
    text::errors(report, presentation, out)?;
    if presentation.quiet { Ok(()) } else { text::summary(report, presentation, out) }
}
