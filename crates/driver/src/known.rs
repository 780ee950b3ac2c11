//! Which findings were there before: those of a baseline, or of the tree before a change.
//!
//! A finding is known by its rule, path, function and context (what the source calls the things that it speaks of), never
//! by where it stands. Where these agree more often than is known, the later ones are new, but first those whose code has
//! another shape. What is left over then is compared again, so that a new name makes no new finding:
//!
//! 1. A finding of the same rule, function and context in another file, if the file is no longer there.
//! 2. A finding of the same rule, path and context in another function, if the function is no longer there; and only then
//!    one in a function of that name in another file.
//! 3. A finding of the same rule in the same function with another context, because a local or a callee has another name:
//!    the code has the same shape, or the contexts agree in what is called or on what. Whoever repairs one loop and writes
//!    another into the same function is told of the second, unless it is about the same call.
//! 4. Recursion through several functions of a file, which is reported at the first of them: another one may be first now.

use std::collections::BTreeMap;

use unspin_findings::Finding;

use crate::shape::Shapes;

/// What stands in a context for the function that the finding is in.
pub(crate) const ITSELF: &str = "itself";

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    pub(crate) path: String,
    pub(crate) rule: String,
    pub(crate) function: String,
    pub(crate) context: String,
    /// What its code looks like apart from names; empty if nobody wrote it down.
    pub(crate) shape: String,
}

impl Identity {
    /// The first or the last name in the context that says anything.
    fn name(&self, is_last: bool) -> Option<&str> {
        let is_name = |word: &&str| !["", "self", "cls", ITSELF].contains(word);
        let mut names = self.context.split(|character: char| !character.is_alphanumeric() && character != '_').filter(is_name);
        if is_last { names.next_back() } else { names.next() }
    }

    /// With the name of the function in its context: what has that name may be a method of another thing, which keeps it when
    /// the function gets another one.
    fn in_full(&self) -> Self {
        let name = self.function.rsplit('.').next().unwrap_or_default();
        Self { context: self.context.replace(ITSELF, name), ..self.clone() }
    }

    /// What this finding is known by.
    pub(crate) fn of(finding: &Finding, shapes: &mut Shapes<'_>) -> Self {
        Self {
            path: finding.path.clone(),
            rule: finding.rule.clone(),
            function: finding.function.clone(),
            context: finding.context.clone(),
            shape: shapes.of(finding),
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

/// Tell known findings, each with how often it is known, from new ones. `place` says of a path and function of a known one
/// what became of it.
pub(crate) fn matched(
    known: &[(Identity, usize)],
    findings: &[Identity],
    mut place: impl FnMut(&str, &str) -> Place,
) -> Matched {
    let mut matched = Matched { is_known: vec![false; findings.len()], left: known.iter().map(|(_, count)| *count).collect() };
    matched.take(known, findings, |_| true, |one| Some([&one.path, &one.rule, &one.function, &one.context, &one.shape]));
    matched.take(known, findings, |_| true, |one| Some([&one.path, &one.rule, &one.function, &one.context]));
    if matched.is_known.iter().all(|&is_known| is_known) || matched.left.iter().all(|&left| left == 0) {
        return matched;
    }
    let places: Vec<Place> = known
        .iter()
        .zip(&matched.left)
        .map(|((known, _), &left)| if left == 0 { Place::There } else { place(&known.path, &known.function) })
        .collect();
    let is_gone = |at: usize| places[at] == Place::Gone;
    let is_without = |at: usize| places[at] == Place::WithoutFunction;
    matched.take(known, findings, is_gone, |one| Some([&one.rule, &one.function, &one.context]));
    matched.take(known, findings, is_without, |one| Some([&one.path, &one.rule, &one.context]));
    let known_in_full: Vec<_> = known.iter().map(|(one, count)| (one.in_full(), *count)).collect();
    let found_in_full: Vec<_> = findings.iter().map(Identity::in_full).collect();
    matched.take(&known_in_full, &found_in_full, is_without, |one| Some([&one.path, &one.rule, &one.context]));
    matched.take(known, findings, is_without, |one| Some([&one.rule, &one.function, &one.context]));
    matched.renamed(known, findings);
    let by_itself = |at: usize| known[at].0.context.contains(ITSELF);
    matched.take(known, findings, by_itself, |one| Some([&one.path, &one.rule, &one.context]));
    matched
}

impl Matched {
    /// Pair what stands in the same function and is called otherwise.
    fn renamed(&mut self, known: &[(Identity, usize)], findings: &[Identity]) {
        let is_plain = |at: usize| known[at].0.shape.is_empty();
        self.take(known, findings, |at| !is_plain(at), |one| Some([&one.path, &one.rule, &one.function, &one.shape]));
        for is_last in [true, false] {
            self.take(known, findings, |_| true, |one| Some([&one.path, &one.rule, &one.function, one.name(is_last)?]));
        }
        // Of what an earlier version wrote down nobody can tell.
        self.take(known, findings, is_plain, |one| Some([&one.path, &one.rule, &one.function]));
    }

    /// Pair what agrees in a key, in order, as often as is left.
    fn take<'a, const N: usize>(
        &mut self,
        known: &'a [(Identity, usize)],
        findings: &'a [Identity],
        may: impl Fn(usize) -> bool,
        key: impl Fn(&'a Identity) -> Option<[&'a str; N]>,
    ) {
        let mut at_hand: BTreeMap<[&str; N], Vec<usize>> = BTreeMap::new();
        for (at, (known, _)) in known.iter().enumerate().rev().filter(|&(at, _)| self.left[at] > 0 && may(at)) {
            if let Some(key) = key(known) {
                at_hand.entry(key).or_default().push(at);
            }
        }
        for (finding, is_known) in findings.iter().zip(&mut self.is_known).filter(|(_, is_known)| !**is_known) {
            let Some(candidates) = key(finding).and_then(|key| at_hand.get_mut(&key)) else { continue };
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

    fn finding(path: &str, function: &str, context: &str, shape: &str) -> Identity {
        let [path, function, context, shape] = [path, function, context, shape].map(str::to_owned);
        Identity { path, rule: "endless-poll".to_owned(), function, context, shape }
    }

    #[test]
    fn a_renamed_function_is_looked_for_in_its_own_file_first() {
        let named = |path, function| finding(path, function, "client.ask", "1");
        let known = [(named("a.py", "wait"), 1)];
        let (elsewhere, renamed) = (named("b.py", "wait"), named("a.py", "await_state"));
        let is_known = |findings: &[Identity]| matched(&known, findings, |_, _| Place::WithoutFunction).is_known;
        assert_eq!(is_known(&[renamed, elsewhere.clone()]), [true, false]);
        assert_eq!(is_known(&[elsewhere]), [true], "it may have moved with its function");
    }

    #[test]
    fn a_method_of_another_thing_keeps_the_name_that_the_function_had() {
        let is_known = |before: (&str, &str), after: (&str, &str)| {
            let [before, after] = [before, after].map(|(function, context)| finding("a.py", function, context, "1"));
            matched(&[(before, 1)], &[after], |_, _| Place::WithoutFunction).is_known[0]
        };
        assert!(is_known(("Client.connect", "peer.itself"), ("Client.dial", "peer.connect")));
        assert!(is_known(("Client.dial", "peer.connect"), ("Client.connect", "peer.itself")));
        assert!(is_known(("walk", "node.itself"), ("visit", "node.itself")), "its own name");
        assert!(!is_known(("Client.connect", "peer.itself"), ("Client.dial", "peer.ask")));
    }

    #[test]
    fn a_new_name_is_told_from_another_loop() {
        let is_known = |before: (&str, &str), after: (&str, &str)| {
            let [before, after] = [before, after].map(|(context, shape)| finding("a.py", "wait", context, shape));
            matched(&[(before, 1)], &[after], |_, _| Place::There).is_known[0]
        };
        assert!(is_known(("self.client.ask", "1"), ("self.peer.question", "1")), "the same code");
        assert!(is_known(("self.client.ask", "1"), ("self.peer.ask", "2")), "the same call");
        assert!(is_known(("self.client.ask", "1"), ("self.client.question", "2")), "of the same thing");
        assert!(!is_known(("self.client.ask", "1"), ("self.queue.get", "2")));
        assert!(is_known(("client.ask", ""), ("queue.get", "2")), "nobody wrote down what it looked like");
    }

    #[test]
    fn of_two_that_are_called_alike_the_one_of_another_shape_is_new() {
        let named = |shape| finding("a.py", "wait", "", shape);
        let new = matched(&[(named("1"), 1)], &[named("2"), named("1")], |_, _| Place::There);
        assert_eq!(new.is_known, [false, true]);
    }
}
