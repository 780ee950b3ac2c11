//! `unspin clean`: remove results of earlier runs.

use std::{io::Write, process::ExitCode};

use anyhow::Context;

use crate::{arguments::CacheFolder, output};

/// Remove the cache of the project around the working directory.
pub(crate) fn run(folder: &CacheFolder) -> anyhow::Result<ExitCode> {
    let cwd = std::env::current_dir().context("the working directory cannot be read")?;
    let folder = folder.of(&cwd);
    let shown = folder.strip_prefix(&cwd).unwrap_or(&folder).display();
    let removed = unspin_driver::clear(&folder).with_context(|| format!("cannot remove what is in `{shown}`"))?;
    let results = format!("{removed} result{}", if removed == 1 { "" } else { "s" });
    writeln!(output::stdout(), "Removed {results} from `{shown}`.")?;
    Ok(ExitCode::SUCCESS)
}
