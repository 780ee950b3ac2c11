//! An identity for each finding that survives edits elsewhere in the file.
//!
//! It is made of the rule, the path, the normalised context that the engine gives, and a number that tells findings apart
//! which agree in all of these; never of a line number. The same finding in the next commit has the same fingerprint, so
//! that a baseline or code scanning knows it again.

use rustc_hash::FxHashMap;
use unspin_engine::RawFinding;
use xxhash_rust::xxh3::Xxh3;

/// One fingerprint for each finding, in their order. `path` gives the path of a file of the project.
pub(crate) fn fingerprints<'a>(findings: &'a [RawFinding], path: impl Fn(u32) -> &'a str) -> Vec<String> {
    let mut seen: FxHashMap<(&str, u32, &str), u32> = FxHashMap::default();
    findings
        .iter()
        .map(|finding| {
            let occurrence = seen.entry((&finding.rule, finding.file, &finding.context)).or_default();
            *occurrence += 1;
            digest(&[&finding.rule, path(finding.file), &finding.context, &occurrence.to_string()])
        })
        .collect()
}

fn digest(parts: &[&str]) -> String {
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(part.as_bytes());
        // A byte that no UTF-8 text holds keeps `ab` + `c` apart from `a` + `bc`.
        hasher.update(&[0xff]);
    }
    format!("{:016x}", hasher.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }

    #[test]
    fn the_digest_never_changes_between_releases() {
        assert_eq!(digest(&["endless-loop", "a.py", "while True", "1"]), "62ceaeea70f81bd7");
    }
}
