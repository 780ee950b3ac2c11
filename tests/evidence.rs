//! What `EVIDENCE.md` says is shown by a test is: each test that it names exists, and each test of a promise is named.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")
}

/// `file::test` of each test in a folder.
fn tests(folder: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let (file, text) = (path.file_stem().expect("a name").to_string_lossy(), fs::read_to_string(&path).expect("text"));
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let is_test = line.trim_start().starts_with("#[test]") || line.trim_start().starts_with("#[tokio::test");
            if !is_test {
                continue;
            }
            let signature = lines.by_ref().find_map(|line| line.split_once("fn ")).expect("a function");
            let name = signature.1.split('(').next().expect("a name");
            all.insert(format!("{file}::{name}"));
        }
    }
    all
}

#[test]
fn the_tests_that_are_named_are_there_and_those_of_promises_are_named() {
    let text = fs::read_to_string(crates().join("resilient-server/EVIDENCE.md")).expect("the evidence");
    let named: BTreeSet<String> =
        text.split('`').filter(|word| word.contains("::") && !word.contains(' ')).map(str::to_owned).collect();
    let promises = tests(&crates().join("resilient-server/tests/promises"));
    let mut there = promises.clone();
    there.extend(tests(&crates().join("resilient-server/tests")));
    there.extend(tests(&crates().join("resilience/tests")));
    let missing: Vec<_> = named.difference(&there).collect();
    assert!(missing.is_empty(), "named, but not there: {missing:#?}");
    let unnamed: Vec<_> = promises.difference(&named).collect();
    assert!(unnamed.is_empty(), "there, but not named: {unnamed:#?}");
}
