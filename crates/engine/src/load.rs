//! Finds rules and models in folders: those that are built into the program, and a team's own.
//!
//! A rule is a folder with a `rule.toml`; there is no list to add it to. The folders come as text, because reading files
//! is the driver's business.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use unspin_facts::Models;
use unspin_facts::model::ModelFile;
use unspin_findings::RuleInfo;

use crate::RuleError;
use crate::rule::Rule;

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");

/// The rules of a run.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    infos: Vec<RuleInfo>,
}

impl Rules {
    /// The rules that come with the program.
    ///
    /// # Errors
    ///
    /// When one of them is malformed, which a test rules out.
    pub fn builtin() -> Result<Self, RuleError> {
        let mut rules = Vec::new();
        for folder in BUILTIN.dirs() {
            let Some(file) = folder.get_file(folder.path().join("rule.toml")) else { continue };
            let name = folder.path().to_string_lossy();
            let readme = folder.get_file(folder.path().join("README.md")).and_then(|readme| readme.contents_utf8());
            let text = file.contents_utf8().unwrap_or_default();
            rules.push(Rule::parse(&name, &format!("rules/{name}/rule.toml"), text, readme.unwrap_or_default())?);
        }
        Ok(Self::new(rules))
    }

    /// These rules, sorted by name and place; a later one of both replaces an earlier one.
    pub fn new(rules: Vec<Rule>) -> Self {
        let by_name: BTreeMap<(String, u32), Rule> =
            rules.into_iter().map(|rule| ((rule.name.clone(), rule.place), rule)).collect();
        let rules: Vec<Rule> = by_name.into_values().collect();
        let infos: BTreeMap<String, RuleInfo> = rules.iter().map(|rule| (rule.name.clone(), info(rule))).collect();
        Self { rules, infos: infos.into_values().collect() }
    }

    /// These rules and others, which replace all of the same name.
    #[must_use]
    pub fn with(mut self, more: Vec<Rule>) -> Self {
        self.rules.retain(|rule| !more.iter().any(|other| other.name == rule.name));
        Self::new(self.rules.into_iter().chain(more).collect())
    }

    /// These rules and others, which hold in one place only and there take the place of those of the same name.
    #[must_use]
    pub fn with_those_of(self, place: u32, more: Vec<Rule>) -> Self {
        let more = more.into_iter().map(|rule| Rule { place, ..rule });
        Self::new(self.rules.into_iter().chain(more).collect())
    }

    /// The rules, sorted by name and place.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// What there is to know of each rule, sorted by name, once for each name.
    pub fn infos(&self) -> &[RuleInfo] {
        &self.infos
    }
}

fn info(rule: &Rule) -> RuleInfo {
    RuleInfo {
        name: rule.name.clone(),
        severity: rule.file.severity,
        group: rule.group(),
        summary: rule.file.summary.clone(),
        cwe: rule.file.cwe.clone(),
        readme: rule.readme.clone(),
    }
}

/// The models that come with the program for the libraries of one language, and the words that all share.
///
/// # Errors
///
/// When one of them is malformed, which a test rules out.
pub fn builtin_models(language: &str) -> Result<Vec<ModelFile>, RuleError> {
    let mut files = Vec::new();
    let Some(models) = BUILTIN.get_dir("models") else { return Ok(files) };
    let own = models.get_dir(models.path().join(language));
    let mut found: Vec<_> = models.files().chain(own.into_iter().flat_map(Dir::files)).collect();
    found.sort_by_key(|file| file.path());
    for file in found.into_iter().filter(|file| file.path().extension().is_some_and(|ending| ending == "toml")) {
        let path = format!("rules/{}", file.path().display());
        let parsed = Models::parse(&path, file.contents_utf8().unwrap_or_default());
        files.push(parsed.map_err(|error| RuleError { file: path, line: error.line, message: error.message })?);
    }
    Ok(files)
}
