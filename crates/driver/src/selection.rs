//! Whether a selection names rules that exist, and which rules it turns on.

use unspin_engine::{Rules, Selection, suppression};
use unspin_findings::{Group, RuleInfo};

use crate::Error;

const GROUPS: [(&str, Group); 3] = [("recommended", Group::Recommended), ("strict", Group::Strict), ("audit", Group::Audit)];

/// Whether every name is that of a rule or group.
///
/// # Errors
///
/// For the first name that is neither.
pub fn validate(rules: &Rules, selection: &Selection) -> Result<(), Error> {
    let known: Vec<&str> = names(rules);
    let given = selection.select.iter().chain(&selection.extend_select).chain(&selection.ignore);
    match given.into_iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let suggestion = suppression::suggest(name, &known).map(str::to_owned);
            Err(Error::UnknownRule { name: name.clone(), suggestion })
        }
    }
}

/// The rules that a selection turns on, sorted by name. A rule may report its loose form in a higher group than the one
/// it is listed under, so a higher group turns on the rules of the lower ones too.
pub fn enabled(rules: &Rules, selection: &Selection) -> Vec<RuleInfo> {
    let default = ["recommended".to_owned()];
    let select = if selection.select.is_empty() { &default[..] } else { &selection.select };
    let chosen = |name: &str| select.iter().chain(&selection.extend_select).any(|chosen| chosen == name);
    let ignored = |name: &str| selection.ignore.iter().any(|ignored| ignored == name);
    let highest = GROUPS.iter().filter(|(name, _)| chosen(name) && !ignored(name)).map(|&(_, group)| group).max();
    let mut infos: Vec<RuleInfo> = all(rules)
        .filter(|rule| chosen(&rule.name) || highest.is_some_and(|highest| rule.group <= highest))
        .filter(|rule| !ignored(&rule.name))
        .collect();
    infos.sort_by(|left, right| left.name.cmp(&right.name));
    infos
}

fn all(rules: &Rules) -> impl Iterator<Item = RuleInfo> {
    rules.infos().iter().cloned().chain(suppression::infos())
}

fn names(rules: &Rules) -> Vec<&str> {
    let of_rules = rules.infos().iter().map(|rule| rule.name.as_str());
    GROUPS.iter().map(|&(name, _)| name).chain(of_rules).chain(suppression::RULES).collect()
}
