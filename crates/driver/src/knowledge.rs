//! Rules and models of a run: those that come with the program, and those of a team's own folders.
//!
//! A folder of one's own has the form of `rules/`: a folder for each rule with its `rule.toml`, `README.md` and `cases/`, and
//! `models/` with files for both languages, `models/python/` and `models/rust/`. It may also be one rule. What it holds
//! replaces a rule of the same name and speaks after the built-in models. A folder that holds nothing is an error, and so
//! is anything in it that cannot be read: a rule that is silently not there would be worse.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use unspin_engine::{Rule, RuleError, Rules, builtin_models};
use unspin_facts::{Models, model::ModelFile};

use crate::{
    Error, Language,
    config::{ConfigError, Settings, Sourced},
    load::describe,
};

/// What is looked for, and what is known of libraries.
#[derive(Debug)]
pub struct Knowledge {
    /// The rules.
    pub rules: Rules,
    python: Vec<ModelFile>,
    rust: Vec<ModelFile>,
    /// Configured folders; rules of the first have place 1.
    configured: Vec<PathBuf>,
    is_builtin: bool,
}

impl Knowledge {
    /// What comes with the program.
    ///
    /// # Errors
    ///
    /// When some of it is malformed, which a test rules out.
    pub fn builtin() -> Result<Self, Error> {
        Ok(Self {
            rules: Rules::builtin()?,
            python: builtin_models("python")?,
            rust: builtin_models("rust")?,
            configured: Vec::new(),
            is_builtin: true,
        })
    }

    /// With the rules and models of folders.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read, holds neither rules nor models, or holds one that is malformed.
    pub fn with_folders(mut self, folders: &[PathBuf]) -> Result<Self, Error> {
        for folder in folders {
            let rules = self.read(folder)?;
            self.rules = self.rules.with(rules);
        }
        Ok(self)
    }

    /// The rules of a folder; its models are known from now on.
    fn read(&mut self, folder: &Path) -> Result<Vec<Rule>, Error> {
        self.is_builtin = false;
        let rules = rule_folders(folder)?;
        let models = folder.join("models");
        if rules.is_empty() && !models.is_dir() {
            return Err(RuleError::new(folder, None, "holds no rule: a rule is a folder with a `rule.toml`").into());
        }
        let (both, python, rust) = (models_of(&models)?, models_of(&models.join("python"))?, models_of(&models.join("rust"))?);
        self.python.extend(both.iter().cloned().chain(python));
        self.rust.extend(both.into_iter().chain(rust));
        rules.iter().map(|rule| read_rule(rule)).collect()
    }

    /// With the folders that configurations name. Their rules are known to this run, and report where they are named.
    pub(crate) fn with_configured<'a>(mut self, all: impl Iterator<Item = &'a Arc<Settings>>) -> Result<Self, Error> {
        let mut seen = BTreeSet::new();
        for Sourced { value: folder, place } in all.flat_map(|settings| &settings.rules) {
            if !seen.insert(folder) {
                continue;
            }
            if !folder.is_dir() {
                return Err(ConfigError::at(place, format!("there is no folder `{}`", folder.display())).into());
            }
            let rules = self.read(folder)?;
            self.configured.push(folder.clone());
            self.rules = self.rules.with_those_of(self.configured.len() as u32, rules);
        }
        Ok(self)
    }

    /// What does not report where these settings hold: rules that nothing here names, by name; and of several of one name
    /// all but the one of the folder that is named last.
    pub(crate) fn rules_of_others(&self, settings: &Settings) -> (Vec<String>, Vec<(String, u32)>) {
        let rank = |rule: &Rule| match rule.place.checked_sub(1) {
            None => Some(0),
            Some(at) => settings.rules.iter().rposition(|own| own.value == self.configured[at as usize]).map(|at| at + 1),
        };
        let mut best: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        for rule in self.rules.iter() {
            let best = best.entry(&rule.name).or_default();
            *best = rank(rule).max(*best);
        }
        let unknown = best.iter().filter(|(_, best)| best.is_none()).map(|(name, _)| (*name).to_owned()).collect();
        let silent = self.rules.iter().filter(|rule| rank(rule) != best[rule.name.as_str()]);
        (unknown, silent.map(|rule| (rule.name.clone(), rule.place)).collect())
    }

    /// Whether it is what comes with the program and no more.
    pub(crate) fn is_builtin(&self) -> bool {
        self.is_builtin
    }

    /// The merged models of a language.
    pub fn models(&self, language: Language) -> Models {
        Models::new(match language {
            Language::Python => self.python.clone(),
            Language::Rust => self.rust.clone(),
        })
    }
}

/// The folders of rules in a folder, sorted; the folder itself if it is one.
pub(crate) fn rule_folders(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if folder.join("rule.toml").exists() {
        return Ok(vec![folder.to_owned()]);
    }
    let mut folders = entries(folder)?;
    folders.retain(|entry| entry.join("rule.toml").exists());
    Ok(folders)
}

/// What is in a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || -> io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect() };
    let mut entries = read().map_err(|error| unreadable(folder, &error))?;
    entries.sort();
    Ok(entries)
}

/// The text of a file.
pub(crate) fn text_of(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|error| unreadable(file, &error))
}

/// The name of a rule's folder, which is the rule's.
pub(crate) fn name_of(folder: &Path) -> String {
    let named = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    named.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read_rule(folder: &Path) -> Result<Rule, Error> {
    let file = folder.join("rule.toml");
    let readme = folder.join("README.md");
    let readme = if readme.exists() { text_of(&readme)? } else { String::new() };
    Ok(Rule::parse(&name_of(folder), &file.to_string_lossy(), &text_of(&file)?, &readme)?)
}

/// The model files that lie directly in a folder, which need not be there.
fn models_of(folder: &Path) -> Result<Vec<ModelFile>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = entries(folder)?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    let read = |file: &PathBuf| {
        let parsed = Models::parse(&file.to_string_lossy(), &text_of(file)?);
        parsed.map_err(|error| RuleError::new(file, error.line, error.message).into())
    };
    files.iter().map(read).collect()
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    RuleError::new(path, None, describe(error)).into()
}
