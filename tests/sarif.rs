//! What code scanning relies on in a SARIF log. `.ci/sarif` runs the validator of the format itself on the same folder.

use serde_json::Value;
use unspin_tests::program::Folder;

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

fn run_of(folder: &Folder, more: &[&str]) -> Value {
    let outcome = folder.run(&[&["check", "--output-format", "sarif"], more].concat());
    let log = outcome.json();
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
    log["runs"][0].clone()
}

fn names(list: &Value, key: &str) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|entry| entry[key].as_str().expect("text").to_owned()).collect()
}

#[test]
fn a_clean_run_lists_its_rules_and_no_results() {
    let run = run_of(&folder(&[("a.py", "x = 1\n")]), &[]);
    assert_eq!(run["results"], Value::Array(Vec::new()));
    assert!(names(&run["tool"]["driver"]["rules"], "id").contains(&"unused-suppression".to_owned()));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "unspin/");
}

#[test]
fn results_name_listed_rules_and_one_line_of_a_relative_file() {
    let folder = folder(&[("a folder/ü.py", "x = 1  # unspin: allow(endless-loop)\n")]);
    let run = run_of(&folder, &["--extend-select", "strict,audit"]);
    let rules = names(&run["tool"]["driver"]["rules"], "id");
    let results = run["results"].as_array().expect("a list");
    assert!(!results.is_empty());
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(result["ruleId"], rules[index].as_str());
        let location = &result["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "a%20folder/%C3%BC.py");
        assert_eq!(location["region"]["startLine"], location["region"]["endLine"]);
        assert!(result["partialFingerprints"]["unspin/v1"].is_string());
    }
}

#[test]
fn only_enabled_rules_are_listed() {
    let run = run_of(&folder(&[]), &["--select", "unused-suppression"]);
    assert_eq!(names(&run["tool"]["driver"]["rules"], "id"), ["unused-suppression"]);
}

#[test]
fn what_could_not_be_scanned_is_a_notification() {
    let run = run_of(&folder(&[("bad.py", "x = = 1\n")]), &["."]);
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "bad.py");
    assert_eq!(notification["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
}

#[test]
fn fingerprints_survive_edits_elsewhere_in_the_file() {
    let found = "x = 1  # unspin: allow(endless-loop)\n";
    let fingerprints = |text: &str| -> Vec<Value> {
        let run = run_of(&folder(&[("a.py", text)]), &["--select", "suppression-without-reason"]);
        let results = run["results"].as_array().expect("a list").iter();
        results.map(|result| result["partialFingerprints"]["unspin/v1"].clone()).collect()
    };
    let before = fingerprints(found);
    assert_eq!(before.len(), 1);
    assert_eq!(before, fingerprints(&format!("import os\n\n\ndef f():\n    pass\n\n{found}")));
    let twice = fingerprints(&found.repeat(2));
    assert_eq!(twice.len(), 2);
    assert_ne!(twice[0], twice[1]);
}
