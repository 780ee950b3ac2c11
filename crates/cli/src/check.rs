//! `unspin check`: scan, report, exit code.

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use unspin_driver::{BASELINE, BaselineUse, Options, Outcome, scan};
use unspin_report::{BaselineNote, Format, Presentation, render};

use crate::{
    arguments::CheckArguments,
    fix::{self, Changed},
    output,
    progress::Progress,
};

/// Scan and report.
pub(crate) fn run(arguments: &CheckArguments, color: bool) -> anyhow::Result<ExitCode> {
    let mut options = arguments.scan.options()?;
    arguments.new.apply(&mut options);
    let quiet = arguments.output.quiet;
    let mut outcome = scanned(&options, quiet)?;
    match fix::apply(&arguments.fix, &options, &outcome, quiet)? {
        Changed::Nothing => {}
        Changed::Shown(code) => return Ok(code),
        Changed::Files(errors) => {
            outcome = scanned(&options, quiet)?;
            outcome.report.errors.extend(errors);
        }
    }
    let baselines: Vec<BaselineNote> = outcome.baselines.iter().map(note).collect();
    let source_url = arguments.output.source_url.as_deref();
    let presentation = Presentation { source_url, baselines: &baselines, ..presentation(&outcome) };
    for (format, file) in &arguments.output.output {
        write_file(&outcome, *format, &presentation, file).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let presentation = Presentation { color, quiet: arguments.output.quiet, width: output::width(), ..presentation };
    match write_stdout(&outcome, arguments.output.format(), &presentation) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.context("cannot write to standard output")?,
    }
    let code = exit_code(&outcome, arguments.output.exit_zero);
    std::mem::forget(outcome);
    Ok(code)
}

fn scanned(options: &Options, quiet: bool) -> anyhow::Result<Outcome> {
    let progress = Progress::new(quiet);
    let outcome = scan(options, &|phase| progress.report(phase));
    progress.clear();
    Ok(outcome?)
}

fn exit_code(outcome: &Outcome, exit_zero: bool) -> ExitCode {
    let report = &outcome.report;
    let found = !report.findings.is_empty() && !exit_zero;
    ExitCode::from(if report.errors.is_empty() { u8::from(found) } else { 2 })
}

fn presentation(outcome: &Outcome) -> Presentation<'_> {
    Presentation {
        sources: &outcome.sources,
        source_url: None,
        color: false,
        width: output::DEFAULT_WIDTH,
        quiet: false,
        hidden_in_tests: outcome.hidden_in_tests,
        skipped_tests: outcome.skipped_tests,
        suppressed: outcome.suppressed,
        baselines: &[],
        unchanged: outcome.unchanged,
    }
}

fn note(used: &BaselineUse) -> BaselineNote {
    let is_found = used.is_configured || used.file == BASELINE;
    let file = if is_found { String::new() } else { format!(" --file {}", used.file) };
    let prune = format!("unspin baseline --prune{file}");
    BaselineNote { file: used.file.clone(), hidden: used.hidden, stale: used.stale, prune }
}

fn write_file(outcome: &Outcome, format: Format, presentation: &Presentation<'_>, file: &Path) -> io::Result<()> {
    let mut out = output::create(file)?;
    render(&outcome.report, format, presentation, &mut out)?;
    out.flush()
}

fn write_stdout(outcome: &Outcome, format: Format, presentation: &Presentation<'_>) -> io::Result<()> {
    let mut out = output::stdout();
    render(&outcome.report, format, presentation, &mut out)?;
    out.flush()
}
