//! Arguments that change source files.

use clap::Args;

/// What to change.
#[derive(Debug, Args)]
#[command(next_help_heading = "Suppressing")]
pub(crate) struct FixArguments {
    /// Remove suppressions that suppress nothing
    #[arg(long, conflicts_with_all = ["select", "ignore", "staged"])]
    pub(crate) fix: bool,
    /// Show what would be changed, instead: by `--fix`, or by `--add-suppressions`
    #[arg(long, conflicts_with_all = ["select", "ignore"])]
    pub(crate) diff: bool,
    /// Allow every finding that there is now with a comment, to adopt a code base in one go
    #[arg(long, requires = "reason", conflicts_with_all = ["fix", "staged"])]
    pub(crate) add_suppressions: bool,
    /// Why these findings are allowed
    #[arg(long, value_name = "TEXT", requires = "add_suppressions", value_parser = parse_reason)]
    pub(crate) reason: Option<String>,
}

fn parse_reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.contains(['\n', '\r']) {
        Err("a reason is one line".to_owned())
    } else if text.chars().any(char::is_alphanumeric) {
        Ok(text.to_owned())
    } else {
        Err("say why, in words".to_owned())
    }
}
