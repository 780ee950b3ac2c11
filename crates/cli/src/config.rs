//! `unspin config` and `unspin init`: what is configured for a path and where it was written, and a file to start from.
//!
//! What is shown is TOML of the form of a configuration file, with the place of each value in a comment.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use unspin_driver::{
    config::{FILES, Place, Settings, Sourced, rules_of, schema, settings_for},
    is_test_file,
};
use unspin_findings::RuleInfo;

use crate::{arguments::ConfigCommand, output};

const TEMPLATE: &str = include_str!("config/unspin.toml");

/// Show what is configured.
pub(crate) fn show(arguments: &ConfigCommand) -> anyhow::Result<ExitCode> {
    let mut out = output::stdout();
    if arguments.schema {
        out.write_all(schema().as_bytes())?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let cwd = std::env::current_dir().context("the working directory cannot be read")?;
    let path = &arguments.path;
    let absolute = cwd.join(path).canonicalize().with_context(|| format!("cannot read `{}`", path.display()))?;
    let (settings, is_left_out) = settings_for(&cwd, &absolute, &arguments.config.configuration())?;
    let rules = rules_of(&settings, &absolute)?;
    let is_test = absolute.is_file() && is_test_file(&cwd, &absolute);
    let shown = Shown { settings: &settings, path: &absolute, is_left_out, is_test };
    writeln!(out, "# what holds for {}", path.display())?;
    shown.write(&rules, &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

struct Shown<'a> {
    settings: &'a Settings,
    path: &'a Path,
    is_left_out: bool,
    is_test: bool,
}

impl Shown<'_> {
    fn write(&self, rules: &[RuleInfo], out: &mut impl Write) -> io::Result<()> {
        match self.settings.files.split_first() {
            None => writeln!(out, "# nothing is configured: {} are looked for in each folder above", FILES.join(", "))?,
            Some((nearest, [])) => writeln!(out, "# configured by {nearest}")?,
            Some((nearest, others)) => writeln!(out, "# configured by {nearest}, which extends {}", others.join(", "))?,
        }
        if self.is_left_out {
            writeln!(out, "# left out by `exclude`")?;
        }
        if self.is_test && !self.settings.include_tests.as_ref().is_some_and(|include| include.value) {
            writeln!(out, "# test code, which is not scanned unless `include-tests` or `--include-tests` says so")?;
        }
        writeln!(out)?;
        self.selection(out)?;
        let settings = self.settings;
        let level = settings.min_confidence.as_ref().map(|level| (format!("{:?}", level.value).to_lowercase(), &level.place));
        let (level, place) = level.map_or_else(|| ("low".to_owned(), None), |(level, place)| (level, Some(place)));
        writeln!(out, "min-confidence = {}  # {}", quoted(&level), origin(place))?;
        let tests = settings.include_tests.as_ref();
        let include = tests.is_some_and(|include| include.value);
        writeln!(out, "include-tests = {include}  # {}", origin(tests.map(|include| &include.place)))?;
        if let Some(baseline) = &settings.baseline {
            writeln!(out, "baseline = {}  # {}", quoted(&baseline.value.to_string_lossy()), baseline.place)?;
        }
        list(out, "exclude", settings.exclude.iter())?;
        let folders = settings
            .rules
            .iter()
            .map(|folder| Sourced { value: folder.value.to_string_lossy().into_owned(), place: folder.place.clone() });
        list(out, "rules", folders.collect::<Vec<_>>().iter())?;
        if !settings.severity.is_empty() {
            writeln!(out, "\n[severity]")?;
        }
        for (rule, severity) in &settings.severity {
            let word = format!("{:?}", severity.value).to_lowercase();
            writeln!(out, "{} = {}  # {}", key(rule), quoted(&word), severity.place)?;
        }
        self.per_file_ignores(out)?;
        writeln!(out, "\n# {} rules report here", rules.len())?;
        for rule in rules {
            writeln!(out, "#   {} ({})", rule.name, format!("{:?}", rule.severity).to_lowercase())?;
        }
        Ok(())
    }

    /// What the layers say from the last one on that starts over.
    fn selection(&self, out: &mut impl Write) -> io::Result<()> {
        let layers = &self.settings.layers;
        let start = layers.iter().rposition(|layer| layer.select.is_some());
        let counting = &layers[start.unwrap_or(0)..];
        match start.and_then(|start| layers[start].select.as_ref()) {
            Some(select) if select.is_empty() => writeln!(out, "select = []")?,
            Some(select) => list(out, "select", select.iter())?,
            None => writeln!(out, "select = [\"recommended\"]  # default")?,
        }
        list(out, "extend-select", counting.iter().flat_map(|layer| &layer.extend_select))?;
        list(out, "ignore", counting.iter().flat_map(|layer| &layer.ignore))
    }

    fn per_file_ignores(&self, out: &mut impl Write) -> io::Result<()> {
        let ignores = &self.settings.per_file_ignores;
        if !ignores.is_empty() {
            writeln!(out, "\n[per-file-ignores]")?;
        }
        for one in ignores {
            let names: Vec<String> = one.names.iter().map(|name| quoted(&name.value)).collect();
            let applies = if one.is_about(self.path) { ", applies here" } else { "" };
            writeln!(out, "{} = [{}]  # {}{applies}", quoted(&one.glob.value), names.join(", "), one.glob.place)?;
        }
        Ok(())
    }
}

/// A list with one value a line; nothing if it is empty.
fn list<'a>(out: &mut impl Write, name: &str, values: impl Iterator<Item = &'a Sourced<String>>) -> io::Result<()> {
    let mut values = values.peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "{name} = [")?;
    for one in values {
        writeln!(out, "    {},  # {}", quoted(&one.value), one.place)?;
    }
    writeln!(out, "]")
}

fn origin(place: Option<&Place>) -> String {
    place.map_or_else(|| "default".to_owned(), Place::to_string)
}

/// A string as TOML writes it. What JSON escapes, TOML escapes in the same way.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn key(name: &str) -> String {
    let is_bare = name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character));
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// Write a file to start from. What is there already stays.
pub(crate) fn init() -> anyhow::Result<ExitCode> {
    const NAME: &str = FILES[0];
    let cwd = std::env::current_dir().context("the working directory cannot be read")?;
    let (settings, _) = settings_for(&cwd, &cwd, &unspin_driver::Configuration::Nearest)?;
    let is_here = |file: &&std::sync::Arc<str>| !file.contains('/');
    if let Some(file) = settings.files.first().filter(is_here) {
        anyhow::bail!("`{file}` configures this folder already; it was left as it is");
    }
    let mut file = match OpenOptions::new().write(true).create_new(true).open(NAME) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            anyhow::bail!("`{NAME}` is there already; it was left as it is")
        }
        opened => opened.with_context(|| format!("cannot write `{NAME}`"))?,
    };
    file.write_all(TEMPLATE.as_bytes()).with_context(|| format!("cannot write `{NAME}`"))?;
    let mut out = output::stdout();
    writeln!(out, "Wrote `{NAME}`: every line in it is a comment that says what could be set.")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
