//! Where output goes, and whether it is colored.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::arguments::Color;

/// Bold red, for what went wrong.
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Columns where there is no terminal.
pub(crate) const DEFAULT_WIDTH: usize = 120;

/// Columns of the terminal.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(terminal_size::Width(columns), _)| columns.into())
}

/// Whether standard output gets colors.
pub(crate) fn wants_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
    }
}

/// Standard output, buffered: reports are written in small pieces.
pub(crate) fn stdout() -> io::BufWriter<io::StdoutLock<'static>> {
    io::BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// A file to write into, with the folders above it: `reports/today.json` is asked for before there are any reports.
pub(crate) fn create(file: &Path) -> io::Result<io::BufWriter<fs::File>> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create(file).map(io::BufWriter::new)
}

/// Say on standard error what went wrong. Nobody can be told that this failed.
pub(crate) fn complain(message: &str) {
    let mut stderr = anstream::stderr().lock();
    drop(writeln!(stderr, "{ERROR}error{ERROR:#}: {message}"));
}

/// Whether the reader of our output went away, as `head` does.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

/// The two sides of `FORMAT=FILE`.
pub(crate) fn format_and_file<F: FromStr<Err = String>>(text: &str, example: &str) -> Result<(F, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or_else(|| format!("write FORMAT=FILE, as in `{example}`"))?;
    if file.is_empty() {
        return Err("the name of the file is missing".to_owned());
    }
    Ok((format.parse()?, PathBuf::from(file)))
}
