//! `unspin ir`: the loop IR of one file.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use unspin_driver::{Options, lower_file};

use crate::{output, scan::read_stdin};

/// Print the IR of a file.
pub(crate) fn run(file: &Path, stdin_filename: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let is_stdin = file == Path::new("-");
    let stdin = if is_stdin { Some((stdin_filename.unwrap_or_else(|| file.to_path_buf()), read_stdin()?)) } else { None };
    let cwd = std::env::current_dir().context("the working directory cannot be read")?;
    let paths = if is_stdin { Vec::new() } else { vec![file.to_path_buf()] };
    let (module, problem) = match lower_file(&Options { paths, stdin, ..Options::new(cwd) })? {
        Ok(lowered) => lowered,
        Err(error) => anyhow::bail!("{}: {}", error.path, error.message),
    };
    let mut stdout = output::stdout();
    stdout.write_all(unspin_ir::dump(&module).as_bytes())?;
    stdout.flush()?;
    Ok(match problem {
        Some(problem) => {
            output::complain(&format!("{}: {}", problem.path, problem.message));
            ExitCode::from(2)
        }
        None => ExitCode::SUCCESS,
    })
}
