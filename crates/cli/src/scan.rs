//! The arguments that say what is scanned and which rules report, shared by the commands that scan.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use unspin_driver::{MAX_BYTES, Options};
use unspin_engine::Selection;
use unspin_findings::Confidence;

use crate::arguments::{CacheArguments, ConfigArguments};

/// What to scan, and which rules report.
#[derive(Debug, Args)]
pub(crate) struct ScanArguments {
    /// Files and folders; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Report these rules and groups, instead of those that are configured or else `recommended`
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) select: Vec<String>,
    /// Report these rules and groups too
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) extend_select: Vec<String>,
    /// Do not report these rules and groups
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) ignore: Vec<String>,
    /// Use the rules and models of this folder too; repeatable
    #[arg(long, value_name = "FOLDER", help_heading = "Rules")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave out findings that the analysis is less sure of; all are reported unless this is said or configured
    #[arg(long, value_name = "LEVEL", help_heading = "Rules")]
    pub(crate) min_confidence: Option<Level>,
    /// Scan and report test code, too
    #[arg(long, overrides_with = "no_include_tests", help_heading = "Rules")]
    pub(crate) include_tests: bool,
    /// Leave test code out, whatever is configured
    #[arg(long, overrides_with = "include_tests", help_heading = "Rules")]
    pub(crate) no_include_tests: bool,

    #[command(flatten)]
    pub(crate) config: ConfigArguments,

    /// Leave out files and folders that match (as in .gitignore); repeatable
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub(crate) exclude: Vec<String>,
    /// Leave out excluded files even if they are named, as hooks name them
    #[arg(long, help_heading = "Files")]
    pub(crate) force_exclude: bool,
    /// Scan hidden and git-ignored files too, virtual environments, `node_modules` and build output
    #[arg(long, help_heading = "Files")]
    pub(crate) no_ignore: bool,
    /// The name, and so the language, of standard input
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub(crate) stdin_filename: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) cache: CacheArguments,

    /// Number of threads; 0 is one a processor
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
}

/// How sure the analysis has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Guesses too
    Low,
    /// Likely
    Medium,
    /// Only what was resolved in every part
    High,
}

impl ScanArguments {
    /// The options that these arguments ask for; reads standard input if it is named.
    pub(crate) fn options(&self) -> anyhow::Result<Options> {
        let cwd = std::env::current_dir().context("the working directory cannot be read")?;
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) = self.paths.iter().cloned().partition(|path| path == Path::new("-"));
        let stdin = match stdin.into_iter().next() {
            Some(dash) => Some((self.stdin_filename.clone().unwrap_or(dash), read_stdin()?)),
            None if self.stdin_filename.is_some() => anyhow::bail!("`--stdin-filename` needs the path `-`"),
            None => None,
        };
        let mut options = Options {
            paths,
            stdin,
            exclude: self.exclude.clone(),
            no_ignore: self.no_ignore,
            force_exclude: self.force_exclude,
            rules: self.rules.clone(),
            selection: Selection {
                select: Some(self.select.clone()).filter(|names| !names.is_empty()),
                extend_select: self.extend_select.clone(),
                ignore: self.ignore.clone(),
                ..Selection::default()
            },
            configuration: self.config.configuration(),
            min_confidence: self.min_confidence.map(|level| match level {
                Level::Low => Confidence::Low,
                Level::Medium => Confidence::Medium,
                Level::High => Confidence::High,
            }),
            include_tests: (self.include_tests || self.no_include_tests).then_some(self.include_tests),
            threads: self.threads,
            ..Options::new(cwd)
        };
        self.cache.apply(&mut options);
        Ok(options)
    }
}

/// All of standard input, or one byte more than will be looked at.
pub(crate) fn read_stdin() -> anyhow::Result<Arc<[u8]>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).context("cannot read standard input")?;
    Ok(bytes.into())
}
