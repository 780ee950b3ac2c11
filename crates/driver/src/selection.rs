//! Whether names are those of rules, and which rules are on.

use std::collections::BTreeSet;

use unspin_engine::{Rule, Rules, Selection, Selections, suppression};
use unspin_findings::{Group, RuleInfo};

use crate::{
    Error,
    config::{ConfigError, Settings, Sourced},
};

/// Whether every name is that of a rule or group.
///
/// # Errors
///
/// For the first name that is neither.
pub fn validate(rules: &Rules, selection: &Selection) -> Result<(), Error> {
    let known: Vec<&str> = names(rules);
    let given = selection.select.iter().flatten().chain(&selection.extend_select).chain(&selection.ignore);
    match given.into_iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let suggestion = suppression::suggest(name, &known).map(str::to_owned);
            Err(Error::UnknownRule { name: name.clone(), suggestion })
        }
    }
}

/// Whether every name in settings is that of a rule or group; where a severity is given, of a rule.
pub(crate) fn validate_settings(rules: &Rules, settings: &Settings) -> Result<(), Error> {
    let groups_and_rules = names(rules);
    let of_layers = settings.layers.iter().flat_map(|layer| {
        let select = layer.select.iter().flatten();
        select.chain(&layer.extend_select).chain(&layer.ignore)
    });
    let of_files = settings.per_file_ignores.iter().flat_map(|one| &one.names);
    for name in of_layers.chain(of_files) {
        validate_name(name, &groups_and_rules, "rule or group")?;
    }
    let rules: Vec<&str> = rule_names(rules).collect();
    for (rule, severity) in &settings.severity {
        validate_name(&Sourced { value: rule.clone(), place: severity.place.clone() }, &rules, "rule")?;
    }
    Ok(())
}

fn validate_name(name: &Sourced<String>, known: &[&str], kind: &str) -> Result<(), Error> {
    if known.contains(&name.value.as_str()) {
        return Ok(());
    }
    let hint = match suppression::suggest(&name.value, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`unspin rules` lists them".to_owned(),
    };
    Err(ConfigError::at(&name.place, format!("there is no {kind} `{}`; {hint}", name.value)).into())
}

/// The rules that report anything in some file, sorted by name.
pub fn enabled(rules: &Rules, selections: &Selections) -> Vec<RuleInfo> {
    let is_on = |test: &dyn Fn(&Selection) -> bool| selections.distinct().any(test);
    let reports = |rule: &Rule| rule.groups().any(|group| is_on(&|selection| selection.includes_rule(rule, group)));
    let names: BTreeSet<&str> = rules.iter().filter(|rule| reports(rule)).map(|rule| rule.name.as_str()).collect();
    let of_loops = rules.infos().iter().filter(|info| names.contains(info.name.as_str())).cloned();
    let of_comments = suppression::infos().into_iter();
    let of_comments = of_comments.filter(|rule| is_on(&|selection| selection.includes(&rule.name, rule.group)));
    let mut infos: Vec<RuleInfo> = of_loops.chain(of_comments).collect();
    infos.sort_by(|left, right| left.name.cmp(&right.name));
    infos
}

fn rule_names(rules: &Rules) -> impl Iterator<Item = &str> {
    rules.infos().iter().map(|rule| rule.name.as_str()).chain(suppression::RULES)
}

fn names(rules: &Rules) -> Vec<&str> {
    Group::ALL.iter().map(|group| group.name()).chain(["all"]).chain(rule_names(rules)).collect()
}
