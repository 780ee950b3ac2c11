//! How a report is written, and where to.

use std::path::PathBuf;

use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use unspin_report::Format;

use crate::output::format_and_file;

/// How to report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArguments {
    /// How to print the report
    #[arg(long, alias = "format", value_name = "FORMAT", default_value = "text", value_parser = format())]
    pub(crate) output_format: Format,
    /// Write the report to a file as well, in any of the same formats; repeatable
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub(crate) output: Vec<(Format, PathBuf)>,
    /// Count findings per rule instead of showing them
    #[arg(long, conflicts_with = "output_format")]
    pub(crate) statistics: bool,
    /// Print findings and errors only: no summary, no hints, no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Exit with 0 even if there are findings; what could not be scanned is a failure all the same
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Where the code can be read on the web, as `https://github.com/OWNER/NAME/blob/COMMIT`: links in markdown and html
    #[arg(long, value_name = "URL", value_parser = parse_url)]
    pub(crate) source_url: Option<String>,
}

impl OutputArguments {
    /// How standard output is written.
    pub(crate) fn format(&self) -> Format {
        if self.statistics { Format::Statistics } else { self.output_format }
    }
}

fn format() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|(name, _, about)| PossibleValue::new(name).help(about));
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

fn parse_output(text: &str) -> Result<(Format, PathBuf), String> {
    format_and_file(text, "sarif=unspin.sarif")
}

/// What can be put in front of a path, in any format.
fn parse_url(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:@%+".contains(&byte);
    if (text.starts_with("https://") || text.starts_with("http://")) && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("write the address of a folder, as `https://github.com/OWNER/NAME/blob/COMMIT`".to_owned())
    }
}
