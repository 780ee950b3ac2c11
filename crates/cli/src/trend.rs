//! `unspin trend`: how risk moved over the reports of several runs.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use unspin_report::{Run, TrendFormat, render_trend};

use crate::output;

/// Which reports, and how to show them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  unspin check --output json=reports/$(date +%F).json
  unspin trend reports/*.json
  unspin trend --output html=trend.html v1.0.json v1.1.json

Order:
  The reports are taken in the order given, the oldest first; a shell sorts `*.json` by name, so name them by
  date. A finding is known again by its fingerprint.")]
pub(crate) struct TrendArguments {
    /// Reports that `unspin check --output json=FILE` wrote, the oldest first
    #[arg(value_name = "REPORT", required = true)]
    reports: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format())]
    output_format: TrendFormat,
    /// Write it to a file as well, in any of the same formats; repeatable
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    output: Vec<(TrendFormat, PathBuf)>,
}

fn format() -> impl TypedValueParser<Value = TrendFormat> {
    let names = TrendFormat::ALL.map(|(name, _, about)| PossibleValue::new(name).help(about));
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

fn parse_output(text: &str) -> Result<(TrendFormat, PathBuf), String> {
    output::format_and_file(text, "html=trend.html")
}

/// Read the reports and show what moved.
pub(crate) fn run(arguments: &TrendArguments) -> anyhow::Result<ExitCode> {
    let runs = read(&arguments.reports)?;
    for (format, file) in &arguments.output {
        write_file(&runs, *format, file).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    let mut stdout = output::stdout();
    render_trend(&runs, arguments.output_format, &mut stdout)?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn read(reports: &[PathBuf]) -> anyhow::Result<Vec<Run>> {
    let names = names(reports);
    let read = |(file, name): (&PathBuf, String)| {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        Run::parse(&name, &text).map_err(|problem| anyhow::anyhow!("`{}` {problem}", file.display()))
    };
    reports.iter().zip(names).map(read).collect()
}

/// Names of files without folder and extension, where that tells them apart.
fn names(reports: &[PathBuf]) -> Vec<String> {
    let stem = |file: &PathBuf| file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let stems: Vec<String> = reports.iter().map(stem).collect();
    if stems.iter().collect::<BTreeSet<_>>().len() == stems.len() {
        return stems;
    }
    reports.iter().map(|file| file.with_extension("").display().to_string()).collect()
}

fn write_file(runs: &[Run], format: TrendFormat, file: &Path) -> io::Result<()> {
    let mut out = output::create(file)?;
    render_trend(runs, format, &mut out)?;
    out.flush()
}
