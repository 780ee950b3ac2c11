//! `unspin rules` and `unspin explain`: the catalogue, what rules can ask for, and one rule's documentation in the terminal.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use unspin_driver::{
    Configuration, Knowledge,
    config::{knowledge_of, settings_for},
    enabled, validate,
};
use unspin_engine::{Rules, Selection, Selections};
use unspin_facts::observation::{PLACES, Subject, VOCABULARY, WORDS};
use unspin_findings::{Group, RuleInfo};

use crate::{arguments::RulesArguments, output};

const HEADING: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default().bold();
const CODE: Style = AnsiColor::Green.on_default();

/// What comes with the program, what is configured for the working directory, and what these folders hold.
fn knowledge(folders: &[PathBuf]) -> anyhow::Result<Knowledge> {
    let cwd = std::env::current_dir().context("the working directory cannot be read")?;
    let (settings, _) = settings_for(&cwd, &cwd, &Configuration::Nearest)?;
    Ok(knowledge_of(&settings)?.with_folders(folders)?)
}

/// Every rule there is.
fn all(rules: &Rules) -> Vec<RuleInfo> {
    enabled(rules, &Selections::one(Selection::all()))
}

/// List the rules, group by group.
pub(crate) fn rules(arguments: &RulesArguments, color: bool) -> anyhow::Result<ExitCode> {
    if arguments.vocabulary {
        vocabulary(&mut output::stdout(), if color { NAME } else { Style::new() })?;
        return Ok(ExitCode::SUCCESS);
    }
    let rules = knowledge(&arguments.folders)?.rules;
    validate(&rules, &Selection { select: Some(arguments.group.clone()), ..Selection::default() })?;
    let infos = all(&rules);
    let width = infos.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let mut stdout = output::stdout();
    let (heading, name) = if color { (HEADING, NAME) } else { (Style::new(), Style::new()) };
    let groups = [
        ("recommended", Group::Recommended, "on by default"),
        ("strict", Group::Strict, "with `--extend-select strict`"),
        ("audit", Group::Audit, "with `--extend-select audit`, for a review by hand"),
    ];
    let wanted = |group: &str| arguments.group.is_empty() || arguments.group.iter().any(|wanted| wanted == group);
    for (title, group, when) in groups.into_iter().filter(|(title, ..)| wanted(title)) {
        let mut of_group = infos.iter().filter(|rule| rule.group == group).peekable();
        if of_group.peek().is_none() {
            continue;
        }
        writeln!(stdout, "{heading}{title}{heading:#} ({when})")?;
        for rule in of_group {
            writeln!(stdout, "  {name}{:width$}{name:#}  {}", rule.name, rule.summary)?;
        }
        writeln!(stdout)?;
    }
    writeln!(stdout, "`unspin explain RULE` shows what a rule reports, why, and what it accepts.")?;
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// What `rule.toml` can ask for, from the lists that rules are checked against.
fn vocabulary(out: &mut impl Write, name: Style) -> io::Result<()> {
    let subjects = [
        (Subject::WayRound, "way-round", "a way round a loop: a path from its head back to it"),
        (Subject::Loop, "loop", "a loop as a whole"),
        (Subject::Call, "call", "a call, in a loop or not"),
        (Subject::Cycle, "cycle", "functions that call each other in a circle"),
    ];
    for (subject, title, meaning) in subjects {
        writeln!(out, "about = \"{title}\": {meaning}\n")?;
        for (_, attribute, values, meaning) in VOCABULARY.iter().filter(|(about, ..)| *about == subject) {
            writeln!(out, "  {name}{attribute}{name:#} = {}\n      {meaning}", values.join(" | "))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "at: the places of a report; its loop or call, where it has no such place\n")?;
    for (place, meaning) in PLACES {
        writeln!(out, "  {name}{place}{name:#}  {meaning}")?;
    }
    writeln!(out, "\nmessage, text, help: words in braces\n")?;
    for (word, meaning) in WORDS {
        writeln!(out, "  {name}{{{word}}}{name:#}  {meaning}")?;
    }
    out.flush()
}

/// Show one rule's documentation.
pub(crate) fn rule(name: &str, folders: &[PathBuf], color: bool) -> anyhow::Result<ExitCode> {
    let rules = knowledge(folders)?.rules;
    let infos = all(&rules);
    let Some(rule) = infos.iter().find(|rule| rule.name == name) else {
        let names: Vec<&str> = infos.iter().map(|rule| rule.name.as_str()).collect();
        match unspin_engine::suppression::suggest(name, &names) {
            Some(near) => anyhow::bail!("there is no rule `{name}`; did you mean `{near}`?"),
            None => anyhow::bail!("there is no rule `{name}`; `unspin rules` lists them"),
        }
    };
    let mut stdout = output::stdout();
    let mut in_code = false;
    for line in rule.readme.lines() {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        let style = match line {
            _ if !color => Style::new(),
            _ if in_code || is_fence => CODE,
            heading if heading.starts_with('#') => HEADING,
            _ => Style::new(),
        };
        writeln!(stdout, "{style}{line}{style:#}")?;
    }
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}
