//! Arguments about what is already known: earlier runs, baselines, and what was there before a change.

use std::path::PathBuf;

use clap::Args;
use unspin_driver::{BaselineFrom, Changes, Options, folder_for};

/// Which findings are new.
#[derive(Debug, Args)]
pub(crate) struct NewArguments {
    /// Report only what changed since HEAD and this commit or branch parted, committed or not
    #[arg(long, value_name = "REF", help_heading = "Only what is new")]
    #[arg(
        long_help = "Report only what changed since HEAD and this commit or branch parted: findings with a changed line in \
        their loop or at a place that explains them, and findings that were not there before. What is not committed counts, \
        and so do files that git does not know yet. The whole project is analysed."
    )]
    since: Option<String>,
    /// Report only what changes with the next commit; what is staged is analysed, not the work tree
    #[arg(long, conflicts_with = "since", help_heading = "Only what is new")]
    staged: bool,
    /// Do not report what this file names, instead of the configured one; `unspin baseline` writes it
    #[arg(long, value_name = "FILE", help_heading = "Only what is new")]
    baseline: Option<PathBuf>,
    /// Report what a configured baseline names, too
    #[arg(long, conflicts_with = "baseline", help_heading = "Only what is new")]
    no_baseline: bool,
}

impl NewArguments {
    /// The options that these arguments ask for.
    pub(crate) fn apply(&self, options: &mut Options) {
        options.changes = self.since.clone().map(Changes::Since).or(self.staged.then_some(Changes::Staged));
        options.baseline = match &self.baseline {
            Some(file) => BaselineFrom::File(file.clone()),
            None if self.no_baseline => BaselineFrom::Nowhere,
            None => BaselineFrom::default(),
        };
    }
}

/// Where results of earlier runs are kept.
#[derive(Debug, Args)]
pub(crate) struct CacheArguments {
    /// Neither use nor keep results of earlier runs
    #[arg(long, help_heading = "Cache")]
    no_cache: bool,
    #[command(flatten)]
    folder: CacheFolder,
}

/// The folder of the cache.
#[derive(Debug, Args)]
pub(crate) struct CacheFolder {
    /// Keep results of earlier runs here instead of in `.unspin_cache`
    #[arg(long, value_name = "FOLDER", env = "UNSPIN_CACHE_DIR", help_heading = "Cache")]
    cache_dir: Option<PathBuf>,
}

impl CacheArguments {
    /// The options that these arguments ask for.
    pub(crate) fn apply(&self, options: &mut Options) {
        options.cache = (!self.no_cache).then(|| self.folder.of(&options.cwd));
    }
}

impl CacheFolder {
    /// The folder, for a run in this working directory.
    pub(crate) fn of(&self, cwd: &std::path::Path) -> PathBuf {
        self.cache_dir.as_ref().map_or_else(|| folder_for(cwd), |folder| cwd.join(folder))
    }
}

/// What to write into a baseline.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unspin baseline                                     agree to live with what is found now
  unspin check --baseline unspin-baseline.json        report what is new
  unspin baseline --prune                             forget what was repaired since
  unspin baseline --extend-select strict src          the same flags as for `check`")]
pub(crate) struct BaselineArguments {
    #[command(flatten)]
    pub(crate) scan: crate::scan::ScanArguments,
    /// The file, instead of the configured one or else `unspin-baseline.json`
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub(crate) file: Option<PathBuf>,
    /// Only remove what is not found any more; add nothing
    #[arg(long, help_heading = "Baseline")]
    pub(crate) prune: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
