//! The command line.

mod config;
mod fix;
mod known;
mod output;

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    error::{ContextKind, ContextValue},
};
use clap_complete::Shell;
pub(crate) use config::{ConfigArguments, ConfigCommand};
pub(crate) use fix::FixArguments;
pub(crate) use known::{BaselineArguments, CacheArguments, CacheFolder, NewArguments};
use output::OutputArguments;

use crate::{scan::ScanArguments, trend::TrendArguments};

/// Find loops that may never stop, in Python and Rust.
#[derive(Debug, Parser)]
#[command(
    name = "unspin",
    version,
    long_version = env!("UNSPIN_VERSION"),
    max_term_width = 100,
    after_help = "\
Examples:
  unspin check                              the working directory
  unspin check src tests/run.py             some of it
  unspin explain timeout-without-limit      what a rule reports, and why
  unspin ir server.py                       the loop IR that the rules see"
)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files and folders for loops that may never stop
    Check(Box<CheckArguments>),
    /// Write down what is found now, so that `check --baseline` reports only what is new
    Baseline(Box<BaselineArguments>),
    /// Remove results of earlier runs
    Clean(CacheFolder),
    /// List the rules
    Rules(RulesArguments),
    /// Show what a rule reports, why, and what it accepts
    #[command(after_help = "Example:\n  unspin explain retry-without-limit")]
    Explain {
        /// Name of the rule
        rule: String,
        /// Also look in this folder of rules of your own; repeatable
        #[arg(long = "rules", value_name = "FOLDER")]
        folders: Vec<PathBuf>,
    },
    /// Run the cases of your own rules: does each report exactly what its cases expect?
    #[command(after_help = TEST_RULES_HELP)]
    TestRules {
        /// Folders of rules, or a rule's own folder
        #[arg(value_name = "FOLDER", required = true)]
        folders: Vec<PathBuf>,
    },
    /// Show what is configured for a file or folder, and where
    Config(ConfigCommand),
    /// Write a commented `unspin.toml` into the working directory
    Init,
    /// Show how risk moved over the JSON reports of several runs
    Trend(TrendArguments),
    /// Show the loop IR of a file, as the rules see it
    #[command(after_help = "Examples:\n  unspin ir server.py\n  unspin ir - --stdin-filename client.rs < client.rs")]
    Ir {
        /// The file; `-` reads standard input
        file: PathBuf,
        /// The name, and so the language, of standard input
        #[arg(long, value_name = "FILE")]
        stdin_filename: Option<PathBuf>,
    },
    /// Print the completions of a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Write man pages, one for each command
    #[command(after_help = "Example:\n  unspin man ~/.local/share/man/man1")]
    Man {
        /// Where to
        folder: PathBuf,
    },
}

/// A wrong command line, with what was probably meant: other linters take paths without a command.
pub(crate) fn explained(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand)
        && std::path::Path::new(given).exists()
    {
        let tip = format!("`unspin check {given}` scans it");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

const COMPLETIONS_HELP: &str = "\
Examples:
  unspin completions bash > ~/.local/share/bash-completion/completions/unspin
  unspin completions zsh > ~/.zfunc/_unspin
  unspin completions fish > ~/.config/fish/completions/unspin.fish";

const TEST_RULES_HELP: &str = "\
A folder of rules:
  our-rules/NAME/rule.toml           what it looks for; `unspin rules --vocabulary` lists the words
  our-rules/NAME/cases/*.py, *.rs    a line that must be reported carries `expect: NAME` in a comment
  our-rules/NAME/README.md           why; its code blocks are cases too
  our-rules/models/*.toml            what functions of your own libraries do

Comments in cases:
  # expect: NAME               reported here
  # expect: NAME/strict        reported here by a form of that group
  # fixme: expect: NAME        should be reported, is not yet
  # fixme: not-expect: NAME    is reported, should not be

Exit codes:
  0  every case is as expected
  1  a case is not
  2  a rule, model or case cannot be read";

/// Which rules to list.
#[derive(Debug, Args)]
pub(crate) struct RulesArguments {
    /// List what the rules can ask for, instead of the rules
    #[arg(long, conflicts_with = "group")]
    pub(crate) vocabulary: bool,
    /// Also list the rules of this folder; repeatable
    #[arg(long = "rules", value_name = "FOLDER")]
    pub(crate) folders: Vec<PathBuf>,
    /// Only rules of these groups: recommended, strict, audit
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    pub(crate) group: Vec<String>,
}

/// What to scan and how to report it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unspin check                                       scan the working directory
  unspin check --extend-select strict src            with the rules that ask for more
  unspin check --select retry-without-limit .        one rule alone
  unspin check --rules our-rules src                 with rules and models of your own
  unspin check --fix                                 remove suppressions that suppress nothing
  unspin check --since main                          what a branch changes, for review
  unspin check --staged                              what the next commit changes
  unspin check --output sarif=unspin.sarif .         for code scanning, besides the text
  git show HEAD:a.py | unspin check - --stdin-filename a.py

Exit codes:
  0  no findings
  1  findings
  2  not all of it could be done: a file that cannot be read or parsed, a wrong argument
`--exit-zero` makes 0 of 1, and leaves 2 as it is.

Suppressing:
  while True:  # unspin: allow(endless-loop) the supervisor kills this worker
  while True:  # unspin: forever service loop, ends with the process")]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) scan: ScanArguments,

    #[command(flatten)]
    pub(crate) new: NewArguments,

    #[command(flatten)]
    pub(crate) fix: FixArguments,

    #[command(flatten)]
    pub(crate) output: OutputArguments,
}
