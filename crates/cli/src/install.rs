//! `unspin completions` and `unspin man`: what a shell and `man` want to know of the command line, made from its definition.

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::{arguments::Arguments, output};

/// Print the completions of a shell.
pub(crate) fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    // Generated as a whole: the generator panics where it cannot write, and a reader may go away.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "unspin", &mut script);
    let mut stdout = output::stdout();
    stdout.write_all(&script)?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Write a man page for the program and one for each command.
pub(crate) fn man(folder: &Path) -> anyhow::Result<ExitCode> {
    let write = || {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(Arguments::command(), folder)
    };
    write().with_context(|| format!("cannot write man pages to `{}`", folder.display()))?;
    Ok(ExitCode::SUCCESS)
}
