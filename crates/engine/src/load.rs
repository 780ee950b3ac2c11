//! Finds rules and models in folders: those that are built into the program, and a team's own.
//!
//! A rule is a folder with a `rule.toml`; there is no list to add it to. The folders come as text, because reading files
//! is the driver's business.

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

    /// These rules, sorted by name; a later one of a name replaces an earlier one.
    pub fn new(rules: Vec<Rule>) -> Self {
        let mut by_name = std::collections::BTreeMap::new();
        for rule in rules {
            by_name.insert(rule.name.clone(), rule);
        }
        let rules: Vec<Rule> = by_name.into_values().collect();
        let infos = rules
            .iter()
            .map(|rule| RuleInfo {
                name: rule.name.clone(),
                severity: rule.file.severity,
                group: rule.group(),
                summary: rule.file.summary.clone(),
                cwe: rule.file.cwe.clone(),
                readme: rule.readme.clone(),
            })
            .collect();
        Self { rules, infos }
    }

    /// These rules and others, which replace those of the same name.
    #[must_use]
    pub fn with(self, more: Vec<Rule>) -> Self {
        Self::new(self.rules.into_iter().chain(more).collect())
    }

    /// The rules, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// What there is to know of each rule, sorted by name.
    pub fn infos(&self) -> &[RuleInfo] {
        &self.infos
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
