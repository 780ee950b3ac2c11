//! Which findings were there before: those of a baseline, or of the tree before a change.
//!
//! A finding is known by its rule, path, function and context (what the source calls the things that it speaks of), never
//! by where it stands. Where these agree more often than is known, the later ones are new. What is left over then is
//! compared again, so that a new name makes no new finding:
//!
//! 1. A finding of the same rule, function and context in another file, if the file is no longer there.
//! 2. A finding of the same rule, path and context in another function, if the function is no longer there; and only then
//!    one in a function of that name in another file.
//! 3. A finding of the same rule in the same function with another context: a local or a callee has another name. Whoever
//!    repairs one loop and writes another such loop into the same function is not told of the second; it is rare, and
//!    reporting what was agreed to whenever something gets a better name is not.
//! 4. Recursion through several functions of a file, which is reported at the first of them: another one may be first now.

use std::collections::BTreeMap;

use unspin_findings::Finding;

/// What stands in a context for the function that the finding is in.
pub(crate) const ITSELF: &str = "itself";

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    pub(crate) path: String,
    pub(crate) rule: String,
    pub(crate) function: String,
    pub(crate) context: String,
}

impl Identity {
    /// What this finding is known by.
    pub(crate) fn of(finding: &Finding) -> Self {
        Self {
            path: finding.path.clone(),
            rule: finding.rule.clone(),
            function: finding.function.clone(),
            context: finding.context.clone(),
        }
    }
}

/// Where a known finding was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The function is still there, or nobody can tell.
    There,
    /// The file is, the function is not.
    WithoutFunction,
    /// The file is not there any more.
    Gone,
}

/// How known findings and those of a run go together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Matched {
    /// For each finding whether it was known.
    pub(crate) is_known: Vec<bool>,
    /// For each known one how many were not found again.
    pub(crate) left: Vec<usize>,
}

/// Tell known findings, each with how often it is known, from new ones. `place` says of a path and function of a known one what became of it.
pub(crate) fn matched(
    known: &[(Identity, usize)],
    findings: &[&Finding],
    mut place: impl FnMut(&str, &str) -> Place,
) -> Matched {
    let mut matched = Matched { is_known: vec![false; findings.len()], left: known.iter().map(|(_, count)| *count).collect() };
    matched.take(
        known,
        findings,
        |_| true,
        |known| [&known.path, &known.rule, &known.function, &known.context],
        |finding| [&finding.path, &finding.rule, &finding.function, &finding.context],
    );
    if matched.is_known.iter().all(|&is_known| is_known) || matched.left.iter().all(|&left| left == 0) {
        return matched;
    }
    let places: Vec<Place> = known
        .iter()
        .zip(&matched.left)
        .map(|((known, _), &left)| if left == 0 { Place::There } else { place(&known.path, &known.function) })
        .collect();
    matched.take(
        known,
        findings,
        |at| places[at] == Place::Gone,
        |known| [&known.rule, &known.function, &known.context],
        |finding| [&finding.rule, &finding.function, &finding.context],
    );
    matched.take(
        known,
        findings,
        |at| places[at] == Place::WithoutFunction,
        |known| [&known.path, &known.rule, &known.context],
        |finding| [&finding.path, &finding.rule, &finding.context],
    );
    matched.take(
        known,
        findings,
        |at| places[at] == Place::WithoutFunction,
        |known| [&known.rule, &known.function, &known.context],
        |finding| [&finding.rule, &finding.function, &finding.context],
    );
    matched.take(
        known,
        findings,
        |_| true,
        |known| [&known.path, &known.rule, &known.function],
        |finding| [&finding.path, &finding.rule, &finding.function],
    );
    matched.take(
        known,
        findings,
        |at| known[at].0.context.contains(ITSELF),
        |known| [&known.path, &known.rule, &known.context],
        |finding| [&finding.path, &finding.rule, &finding.context],
    );
    matched
}

impl Matched {
    /// Pair what agrees in a key, in order, as often as is left.
    fn take<'a, const N: usize>(
        &mut self,
        known: &'a [(Identity, usize)],
        findings: &[&'a Finding],
        may: impl Fn(usize) -> bool,
        key: impl Fn(&'a Identity) -> [&'a String; N],
        key_of: impl Fn(&'a Finding) -> [&'a String; N],
    ) {
        let mut at_hand: BTreeMap<[&String; N], Vec<usize>> = BTreeMap::new();
        for (at, (known, _)) in known.iter().enumerate().rev().filter(|&(at, _)| self.left[at] > 0 && may(at)) {
            at_hand.entry(key(known)).or_default().push(at);
        }
        for (finding, is_known) in findings.iter().zip(&mut self.is_known).filter(|(_, is_known)| !**is_known) {
            let Some(candidates) = at_hand.get_mut(&key_of(finding)) else { continue };
            let Some(&at) = candidates.last() else { continue };
            self.left[at] -= 1;
            *is_known = true;
            if self.left[at] == 0 {
                candidates.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(path: &str, function: &str) -> Finding {
        let place = serde_json::json!({ "start": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 2 } });
        let json = serde_json::json!({
            "rule": "endless-poll", "severity": "warning", "confidence": "high", "group": "recommended", "message": "",
            "help": "", "missing": [], "path": path, "function": function, "range": place, "loop": null, "related": [],
            "fingerprint": "", "fix": null,
        });
        let read: Finding = serde_json::from_value(json).expect("a finding");
        Finding { context: "client.ask".to_owned(), ..read }
    }

    #[test]
    fn a_renamed_function_is_looked_for_in_its_own_file_first() {
        let known = [(Identity::of(&finding("a.py", "wait")), 1)];
        let (elsewhere, renamed) = (finding("b.py", "wait"), finding("a.py", "await_state"));
        let is_known = |findings: &[&Finding]| matched(&known, findings, |_, _| Place::WithoutFunction).is_known;
        assert_eq!(is_known(&[&renamed, &elsewhere]), [true, false]);
        assert_eq!(is_known(&[&elsewhere]), [true], "it may have moved with its function");
    }
}
