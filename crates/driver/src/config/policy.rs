//! Settings to what the engine asks for: which rules report in which file.
//!
//! The layers, from the lowest: the configuration files, the command line, and what no flag brings back: rules that the
//! configuration ignores in single files, and rules of other projects' own folders.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustc_hash::FxHashMap;
use unspin_engine::{Selection, Selections};
use unspin_findings::{RuleInfo, Severity};

use super::Settings;
use crate::{Error, Knowledge, input::Input, selection};

/// A selection for each file, from its settings and the command line.
pub(crate) fn selections<'a>(
    inputs: impl Iterator<Item = &'a Input>,
    command_line: &Selection,
    knowledge: &Knowledge,
) -> Selections {
    let mut known: FxHashMap<(*const Settings, Vec<usize>), u32> = FxHashMap::default();
    let mut distinct = Vec::new();
    let mut of_file = Vec::new();
    for input in inputs {
        let about = ignores_about(&input.settings, || input.path().to_owned());
        let key = (Arc::as_ptr(&input.settings), about);
        let at = known.get(&key).copied().unwrap_or_else(|| {
            let at = distinct.len() as u32;
            distinct.push(selection_of(&input.settings, &key.1, command_line, knowledge));
            known.insert(key, at);
            at
        });
        of_file.push(at);
    }
    if distinct.is_empty() {
        return Selections::one(command_line.clone());
    }
    Selections::new(distinct, of_file)
}

/// Which of the per-file ignores are about a file. Its path is made only where there are any.
fn ignores_about(settings: &Settings, path: impl FnOnce() -> PathBuf) -> Vec<usize> {
    if settings.per_file_ignores.is_empty() {
        return Vec::new();
    }
    let path = path();
    let ignores = settings.per_file_ignores.iter().enumerate();
    ignores.filter(|(_, one)| one.is_about(&path)).map(|(at, _)| at).collect()
}

fn selection_of(settings: &Settings, about: &[usize], command_line: &Selection, knowledge: &Knowledge) -> Selection {
    let asked = Selection { below: Some(Arc::new(settings.selection())), ..command_line.clone() };
    let ignored = about.iter().flat_map(|&at| &settings.per_file_ignores[at].names).map(|name| name.value.clone());
    let (of_others, silent) = knowledge.rules_of_others(settings);
    let ignore: Vec<String> = ignored.chain(of_others).collect();
    if ignore.is_empty() {
        return Selection { silent, ..asked };
    }
    Selection { ignore, silent, below: Some(Arc::new(asked)), ..Selection::default() }
}

/// The rules and models that come with the program, and those that settings name.
///
/// # Errors
///
/// When a folder of rules cannot be used.
pub fn knowledge_of(settings: &Arc<Settings>) -> Result<Knowledge, Error> {
    Knowledge::builtin()?.with_configured([settings].into_iter())
}

/// The rules that report in a file, sorted by name, with the severity that they have there.
///
/// # Errors
///
/// When the settings name a rule that does not exist, or a folder of rules that cannot be used.
pub fn rules_of(settings: &Arc<Settings>, file: &Path) -> Result<Vec<RuleInfo>, Error> {
    let knowledge = knowledge_of(settings)?;
    selection::validate_settings(&knowledge.rules, settings)?;
    let about = ignores_about(settings, || file.to_owned());
    let selection = selection_of(settings, &about, &Selection::default(), &knowledge);
    let mut rules = selection::enabled(&knowledge.rules, &Selections::one(selection));
    for rule in &mut rules {
        rule.severity = severity(settings, &rule.name, rule.severity);
    }
    Ok(rules)
}

/// The severity of a rule where these settings hold.
pub(crate) fn severity(settings: &Settings, rule: &str, own: Severity) -> Severity {
    settings.severity.get(rule).map_or(own, |severity| severity.value)
}
