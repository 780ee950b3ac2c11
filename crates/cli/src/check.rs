//! `unspin check`: scan, report, exit code.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use unspin_driver::{MAX_BYTES, Options, Outcome, scan};
use unspin_engine::Selection;
use unspin_findings::Confidence;
use unspin_report::{Format, Presentation, render};

use crate::{
    arguments::{CheckArguments, Level},
    output,
    progress::Progress,
};

/// Scan and report.
pub(crate) fn run(arguments: &CheckArguments, color: bool) -> anyhow::Result<ExitCode> {
    let format = if arguments.statistics { Format::Statistics } else { arguments.output_format };
    let options = options(arguments)?;
    let progress = Progress::new(arguments.quiet);
    let outcome = scan(&options, &|phase| progress.report(phase));
    progress.clear();
    let outcome = outcome?;
    for (format, file) in &arguments.output {
        write_file(&outcome, *format, file).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let presentation = Presentation { color, quiet: arguments.quiet, width: output::width(), ..presentation(&outcome) };
    match write_stdout(&outcome, format, &presentation) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written.context("cannot write to standard output")?,
    }
    let code = exit_code(&outcome);
    std::mem::forget(outcome);
    Ok(code)
}

fn exit_code(outcome: &Outcome) -> ExitCode {
    let report = &outcome.report;
    ExitCode::from(if report.errors.is_empty() { u8::from(!report.findings.is_empty()) } else { 2 })
}

fn options(arguments: &CheckArguments) -> anyhow::Result<Options> {
    let cwd = std::env::current_dir().context("the working directory cannot be read")?;
    let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = arguments.paths.iter().cloned().partition(|path| path == Path::new("-"));
    let stdin = match stdin.into_iter().next() {
        Some(dash) => Some((arguments.stdin_filename.clone().unwrap_or(dash), read_stdin()?)),
        None if arguments.stdin_filename.is_some() => anyhow::bail!("`--stdin-filename` needs the path `-`"),
        None => None,
    };
    Ok(Options {
        paths,
        stdin,
        exclude: arguments.exclude.clone(),
        no_ignore: arguments.no_ignore,
        rules: arguments.rules.clone(),
        selection: Selection {
            select: arguments.select.clone(),
            extend_select: arguments.extend_select.clone(),
            ignore: arguments.ignore.clone(),
        },
        min_confidence: match arguments.min_confidence {
            Level::Low => Confidence::Low,
            Level::Medium => Confidence::Medium,
            Level::High => Confidence::High,
        },
        include_tests: arguments.include_tests,
        threads: arguments.threads,
        ..Options::new(cwd)
    })
}

/// All of standard input, or one byte more than will be looked at.
pub(crate) fn read_stdin() -> anyhow::Result<Arc<[u8]>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).context("cannot read standard input")?;
    Ok(bytes.into())
}

fn presentation(outcome: &Outcome) -> Presentation<'_> {
    Presentation {
        sources: &outcome.sources,
        color: false,
        width: output::DEFAULT_WIDTH,
        quiet: false,
        hidden_in_tests: outcome.hidden_in_tests,
        skipped_tests: outcome.skipped_tests,
        suppressed: outcome.suppressed,
    }
}

fn write_file(outcome: &Outcome, format: Format, file: &Path) -> io::Result<()> {
    let mut out = io::BufWriter::new(fs::File::create(file)?);
    render(&outcome.report, format, &presentation(outcome), &mut out)?;
    out.flush()
}

fn write_stdout(outcome: &Outcome, format: Format, presentation: &Presentation<'_>) -> io::Result<()> {
    let mut out = output::stdout();
    render(&outcome.report, format, presentation, &mut out)?;
    out.flush()
}
