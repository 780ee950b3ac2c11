//! `unspin baseline`: write down what is found now, or forget what is not found any more.

use std::{io::Write, process::ExitCode};

use anyhow::Context;
use unspin_driver::{BASELINE, BaselineFrom, BaselineUse, Options, Outcome, scan};

use crate::{arguments::BaselineArguments, output, progress::Progress};

/// Scan and write the baselines.
pub(crate) fn run(arguments: &BaselineArguments) -> anyhow::Result<ExitCode> {
    let baseline = match &arguments.file {
        Some(file) => BaselineFrom::File(file.clone()),
        None => BaselineFrom::Configured { otherwise: Some(BASELINE.into()) },
    };
    let options = Options { baseline, adopt: !arguments.prune, ..arguments.scan.options()? };
    let progress = Progress::new(arguments.quiet);
    let outcome = scan(&options, &|phase| progress.report(phase));
    progress.clear();
    let outcome = outcome?;
    let mut out = output::stdout();
    for used in &outcome.baselines {
        let file = options.cwd.join(&used.file);
        used.current.write(&file).with_context(|| format!("cannot write `{}`", used.file))?;
        if !arguments.quiet {
            writeln!(out, "{}", if arguments.prune { pruned(used) } else { written(used) })?;
        }
    }
    out.flush()?;
    let code = complain(&outcome);
    std::mem::forget(outcome);
    Ok(code)
}

fn written(BaselineUse { file, is_configured, current, .. }: &BaselineUse) -> String {
    let said = format!("Wrote {} to `{file}`.", findings(current.len()));
    if *is_configured {
        return said + " `unspin check` reports what is new.";
    }
    format!(
        "{said} `unspin check --baseline {file}` reports what is new; with `baseline = \"{file}\"` in `unspin.toml` every run does."
    )
}

fn pruned(BaselineUse { file, stale, current, .. }: &BaselineUse) -> String {
    let verb = if *stale == 1 { "is" } else { "are" };
    format!("Removed {} that {verb} gone from `{file}`; {} left.", findings(*stale), current.len())
}

fn findings(count: usize) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

/// A baseline of part of a project would report the rest as new one day.
fn complain(outcome: &Outcome) -> ExitCode {
    for error in &outcome.report.errors {
        output::complain(&format!("{}: {}", error.path, error.message));
    }
    ExitCode::from(if outcome.report.errors.is_empty() { 0 } else { 2 })
}
