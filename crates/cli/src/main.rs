//! The unspin program: arguments in, exit code out.
//!
//! Exit codes: 0 clean, 1 findings, 2 could not do all of it (2 wins over 1). A reader that closes the pipe early is
//! served, not an error.

mod arguments;
mod baseline;
mod check;
mod clean;
mod config;
mod explain;
mod fix;
mod install;
mod ir;
mod output;
mod progress;
mod scan;
mod test_rules;
mod trend;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// Parsers allocate in small pieces; the system's allocator costs a quarter of the run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| arguments::explained(error).exit());
    let color = output::wants_color(arguments.color);
    let outcome = match arguments.command {
        Command::Check(arguments) => check::run(&arguments, color),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Clean(folder) => clean::run(&folder),
        Command::Rules(arguments) => explain::rules(&arguments, color),
        Command::Explain { rule, folders } => explain::rule(&rule, &folders, color),
        Command::TestRules { folders } => test_rules::run(&folders),
        Command::Config(arguments) => config::show(&arguments),
        Command::Init => config::init(),
        Command::Trend(arguments) => trend::run(&arguments),
        Command::Completions { shell } => install::completions(shell),
        Command::Man { folder } => install::man(&folder),
        Command::Ir { file, stdin_filename } => ir::run(&file, stdin_filename),
    };
    outcome.unwrap_or_else(|error| {
        if output::is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        output::complain(&format!("{error:#}"));
        ExitCode::from(2)
    })
}
