//! What `unspin check` changes in source files when it is asked to.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use similar::TextDiff;
use unspin_driver::{Options, Outcome, Rewrite, adoption, fixes, write};

use crate::{arguments::FixArguments, output};

/// What is left to do after changing what was to be changed.
pub(crate) enum Changed {
    /// Nothing was: report the scan.
    Nothing,
    /// Files were: scan again, and report that. What could not be changed is named here.
    Files(Vec<unspin_findings::ScanError>),
    /// It was only shown.
    Shown(ExitCode),
}

/// Change the files of a scan, or show what would be changed.
pub(crate) fn apply(arguments: &FixArguments, options: &Options, outcome: &Outcome, quiet: bool) -> anyhow::Result<Changed> {
    let is_wanted = arguments.fix || arguments.diff || arguments.add_suppressions;
    if !is_wanted {
        return Ok(Changed::Nothing);
    }
    if options.stdin.is_some() {
        anyhow::bail!("standard input cannot be changed; name a file");
    }
    if !arguments.add_suppressions && !options.paths.iter().any(|path| options.cwd.join(path).is_dir()) {
        anyhow::bail!("name a folder: what a comment suppresses in a file depends on the files around it");
    }
    let rewrites = match &arguments.reason {
        Some(reason) => adoption(outcome, reason)?,
        None => fixes(outcome),
    };
    if arguments.diff {
        show(&rewrites)?;
        say(quiet, &summary(arguments, &rewrites, true));
        let code = if outcome.report.errors.is_empty() { u8::from(!rewrites.is_empty()) } else { 2 };
        return Ok(Changed::Shown(ExitCode::from(code)));
    }
    if rewrites.is_empty() {
        return Ok(Changed::Nothing);
    }
    let errors = write(&options.cwd, &rewrites)?;
    let written: Vec<Rewrite> =
        rewrites.into_iter().filter(|rewrite| !errors.iter().any(|error| error.path == rewrite.path)).collect();
    say(quiet, &summary(arguments, &written, false));
    Ok(Changed::Files(errors))
}

fn show(rewrites: &[Rewrite]) -> io::Result<()> {
    let mut out = output::stdout();
    for Rewrite { path, before, after, .. } in rewrites {
        let diff = TextDiff::from_lines(before, after);
        write!(out, "{}", diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")))?;
    }
    out.flush()
}

fn summary(arguments: &FixArguments, rewrites: &[Rewrite], is_shown: bool) -> String {
    let findings: usize = rewrites.iter().map(|rewrite| rewrite.findings).sum();
    let files = rewrites.len();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let counted = if arguments.add_suppressions {
        format!("suppressions for {findings} finding{}", plural(findings))
    } else {
        format!("{findings} unused suppression{}", plural(findings))
    };
    let verb = match (arguments.add_suppressions, is_shown) {
        (true, true) => "Would add",
        (true, false) => "Added",
        (false, true) => "Would remove",
        (false, false) => "Removed",
    };
    format!("{verb} {counted} in {files} file{}.", plural(files))
}

/// On standard error, so that standard output is the report alone. Nobody can be told that this failed.
fn say(quiet: bool, message: &str) {
    if !quiet {
        drop(writeln!(io::stderr().lock(), "{message}"));
    }
}
