//! Which rules report where.
//!
//! A selection is a pile of layers: what holds without any, then each configuration file, then the command line. Each layer
//! changes what the ones below it left: `select` starts over, `extend_select` adds, `ignore` takes away. So a higher layer
//! always wins, whether it names rules or groups, and within a layer `ignore` wins.

use std::sync::Arc;

use unspin_findings::Group;

use crate::Rule;

/// Which rules report, and in which of their groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names of rules and groups that report instead of what the layers below say.
    pub select: Option<Vec<String>>,
    /// Those that report as well.
    pub extend_select: Vec<String>,
    /// Those that do not.
    pub ignore: Vec<String>,
    /// Rules, by name and place, that do not report whatever is selected: another one of the name holds here.
    pub silent: Vec<(String, u32)>,
    /// The layer below; without one, the group `recommended`.
    pub below: Option<Arc<Selection>>,
}

impl Selection {
    /// Every rule in every group.
    pub fn all() -> Self {
        Self { select: Some(vec!["all".to_owned()]), ..Self::default() }
    }

    /// No rule at all.
    pub fn nothing() -> Self {
        Self { select: Some(Vec::new()), ..Self::default() }
    }

    /// Whether findings of this very rule in a group are reported.
    pub fn includes_rule(&self, rule: &Rule, group: Group) -> bool {
        self.speaks(rule) && self.includes(&rule.name, group)
    }

    /// Whether this is the one of its name that holds.
    pub fn speaks(&self, rule: &Rule) -> bool {
        !self.silent.iter().any(|(name, place)| *name == rule.name && *place == rule.place)
    }

    /// Whether findings of a rule of that name in a group are reported.
    pub fn includes(&self, rule: &str, group: Group) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == rule || name == group.name() || name == "all");
        if named(&self.ignore) {
            return false;
        }
        named(&self.extend_select)
            || match (&self.select, &self.below) {
                (Some(select), _) => named(select),
                (None, Some(below)) => below.includes(rule, group),
                (None, None) => group == Group::Recommended,
            }
    }
}

/// A selection for each file of a project.
#[derive(Clone, Debug, Default)]
pub struct Selections {
    distinct: Vec<Selection>,
    of_file: Vec<u32>,
}

impl Selections {
    /// One for each file: an index into the distinct ones.
    pub fn new(distinct: Vec<Selection>, of_file: Vec<u32>) -> Self {
        Self { distinct, of_file }
    }

    /// The same for all files.
    pub fn one(selection: Selection) -> Self {
        Self { distinct: vec![selection], of_file: Vec::new() }
    }

    /// That of a file.
    pub fn of(&self, file: u32) -> &Selection {
        &self.distinct[self.of_file.get(file as usize).map_or(0, |&at| at as usize)]
    }

    /// Each that holds for some file.
    pub fn distinct(&self) -> impl Iterator<Item = &Selection> {
        self.distinct.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_higher_layer_wins() {
        let below = Selection { ignore: names(&["busy-wait", "strict"]), ..Selection::default() };
        let above = |layer: Selection| Selection { below: Some(Arc::new(below.clone())), ..layer };
        let again = above(Selection { extend_select: names(&["busy-wait", "leaked-connection"]), ..Selection::default() });
        assert!(again.includes("busy-wait", Group::Recommended));
        assert!(again.includes("leaked-connection", Group::Strict), "its group was taken away below, its name is given above");
        assert!(!again.includes("unbounded-read", Group::Strict));
        let over = above(Selection { select: Some(names(&["recommended"])), ..Selection::default() });
        assert!(over.includes("busy-wait", Group::Recommended), "`select` starts over");
        let kept = above(Selection { extend_select: names(&["audit"]), ..Selection::default() });
        assert!(!kept.includes("busy-wait", Group::Recommended) && kept.includes("endless-loop", Group::Recommended));
    }

    #[test]
    fn nothing_can_be_selected() {
        assert!(!Selection::nothing().includes("busy-wait", Group::Recommended));
        let one = Selection { select: Some(Vec::new()), extend_select: names(&["busy-wait"]), ..Selection::default() };
        assert!(one.includes("busy-wait", Group::Recommended) && !one.includes("zero-step", Group::Recommended));
    }
}
