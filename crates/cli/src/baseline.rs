//! `unspin baseline`: write down what is found now, or forget what is not found any more.

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use unspin_driver::{Baseline, Options, Outcome, scan};

use crate::{arguments::BaselineArguments, output, progress::Progress};

/// Scan and write the baseline.
pub(crate) fn run(arguments: &BaselineArguments) -> anyhow::Result<ExitCode> {
    let file = &arguments.file;
    let options = Options { baseline: arguments.prune.then(|| file.clone()), ..arguments.scan.options()? };
    let progress = Progress::new(arguments.quiet);
    let outcome = scan(&options, &|phase| progress.report(phase));
    progress.clear();
    let outcome = outcome?;
    let (baseline, said) = if let Some(used) = &outcome.baseline {
        (used.pruned.clone(), pruned(used.stale, &used.pruned, file))
    } else {
        let baseline = Baseline::of(&outcome.report.findings, &options.cwd, file);
        let said = format!("Wrote {} to `{}`.", findings(baseline.len()), file.display());
        (baseline, said)
    };
    baseline.write(&options.cwd.join(file)).with_context(|| format!("cannot write `{}`", file.display()))?;
    if !arguments.quiet {
        writeln!(output::stdout(), "{said}")?;
    }
    let code = complain(&outcome);
    std::mem::forget(outcome);
    Ok(code)
}

fn pruned(stale: usize, left: &Baseline, file: &Path) -> String {
    let verb = if stale == 1 { "is" } else { "are" };
    format!("Removed {} that {verb} gone from `{}`; {} left.", findings(stale), file.display(), left.len())
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
