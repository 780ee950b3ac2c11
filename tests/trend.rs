//! `unspin trend`: what moved over the reports of several runs.

use std::fs;

use serde_json::Value;
use unspin_tests::program::{Folder, Outcome};

const FIRST: &str = "x = 1  # unspin: allow(endless-loop)\n";
const SECOND: &str = "y = 2  # unspin: allow(endless-poll)\n";

/// A folder with a report for each of these texts of `a.py`, besides one for `b.py` that never moves.
fn reports(texts: &[&str]) -> Folder {
    let folder = Folder::new(env!("CARGO_BIN_EXE_unspin"), &[("src/b.py", FIRST)]);
    for (at, text) in texts.iter().enumerate() {
        folder.write("src/a.py", text.as_bytes());
        let to = format!("json=run-{at}.json");
        folder.run(&["check", "src", "--select", "suppression-without-reason", "--output", &to]);
    }
    folder
}

fn json(folder: &Folder, reports: &[&str]) -> Value {
    folder.run(&[&["trend", "--output-format", "json"], reports].concat()).json()
}

fn paths(step: &Value, list: &str) -> Vec<String> {
    let entries = step[list].as_array().expect("a list").iter();
    entries.map(|entry| format!("{}:{}", entry["path"].as_str().expect("text"), entry["range"]["start"]["line"])).collect()
}

#[test]
fn what_came_and_went_is_told_by_fingerprint_not_by_line() {
    let moved = format!("import os\n\n\n{FIRST}");
    let both = format!("{moved}{SECOND}");
    let folder = reports(&[FIRST, &moved, &both, SECOND]);
    let trend = json(&folder, &["run-0.json", "run-1.json", "run-2.json", "run-3.json"]);
    let steps = trend["steps"].as_array().expect("a list");
    let told: Vec<_> = steps.iter().map(|step| (paths(step, "new"), paths(step, "fixed"))).collect();
    let (a4, a5) = (vec!["src/a.py:4".to_owned()], vec!["src/a.py:5".to_owned()]);
    assert_eq!(told, [(vec![], vec![]), (a5, vec![]), (vec![], a4)]);
    let risks: Vec<_> =
        trend["runs"].as_array().expect("a list").iter().map(|run| run["risk"].as_u64().expect("a number")).collect();
    assert_eq!((risks[0], risks[3]), (risks[1], risks[1]));
    assert!(risks[2] > risks[1], "{risks:?}");
}

#[test]
fn runs_are_taken_in_the_order_given() {
    let folder = reports(&[FIRST, "x = 1\n"]);
    let there = json(&folder, &["run-0.json", "run-1.json"]);
    let back = json(&folder, &["run-1.json", "run-0.json"]);
    assert_eq!(paths(&there["steps"][0], "fixed"), paths(&back["steps"][0], "new"));
    assert_eq!(there["runs"][0]["name"], "run-0");
    assert_eq!(back["runs"][0]["name"], "run-1");
}

#[test]
fn rules_that_differ_are_named() {
    let folder = reports(&[FIRST]);
    folder.run(&["check", "src", "--select", "endless-loop", "--output", "json=other.json"]);
    let text = folder.run(&["trend", "run-0.json", "other.json"]).stdout;
    assert!(text.contains("Rules that did not report before: endless-loop.\n"), "{text}");
    assert!(text.contains("Rules that report no more: suppression-without-reason.\n"), "{text}");
    assert!(!folder.run(&["trend", "run-0.json", "run-0.json"]).stdout.contains("Rules that"));
}

#[test]
fn what_nobody_could_read_is_not_called_fixed() {
    let folder = reports(&[&format!("{FIRST}{SECOND}"), "x = = 1\n"]);
    let trend = json(&folder, &["run-0.json", "run-1.json"]);
    assert_eq!(paths(&trend["steps"][0], "fixed"), Vec::<String>::new());
    assert_eq!(paths(&trend["steps"][0], "unknown").len(), 2);
    let text = folder.run(&["trend", "run-0.json", "run-1.json"]).stdout;
    assert!(text.contains("\nrun-1: 1 path could not be scanned in full, so that findings may be missing.\n"), "{text}");
}

#[test]
fn the_terminal_gets_a_table_and_what_moved_last() {
    let folder = reports(&[FIRST, SECOND]);
    let outcome = folder.run(&["trend", "run-0.json", "run-1.json", "--output", "html=trend.html"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert!(
        lines[0].starts_with("run    files  loops  findings  errors  warnings  notes  risk  new  fixed"),
        "{}",
        outcome.stdout
    );
    assert!(lines[1].ends_with("    -      -") && lines[2].ends_with("    1      1"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nNew (1):\n  src/a.py:1: suppression-without-reason warning: "), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nFixed (1):\n  src/a.py:1: suppression-without-reason warning: "), "{}", outcome.stdout);
    let page = fs::read_to_string(folder.path("trend.html")).expect("it was written");
    assert!(page.contains("\"runs\":[{\"name\":\"run-0\"") && page.contains("default-src 'none'"));
}

#[test]
fn one_run_is_a_trend_too_and_runs_of_one_name_keep_apart() {
    let folder = reports(&[FIRST]);
    assert_eq!(json(&folder, &["run-0.json"])["steps"], Value::Array(Vec::new()));
    assert_eq!(folder.run(&["trend", "run-0.json"]).code, Some(0));
    folder.write("old/run-0.json", &fs::read(folder.path("run-0.json")).expect("it was written"));
    let runs = json(&folder, &["old/run-0.json", "run-0.json"])["runs"].clone();
    assert_eq!((&runs[0]["name"], &runs[1]["name"]), (&"old/run-0".into(), &"run-0".into()));
}

#[test]
fn a_file_that_is_no_report_is_named_with_what_to_do() {
    let folder = reports(&[FIRST]);
    folder.run(&["check", "src", "--output", "sarif=run.sarif", "--output", "jsonl=run.jsonl"]);
    let report = fs::read_to_string(folder.path("run-0.json")).expect("it was written");
    folder.write("text.json", b"no findings");
    folder.write("bytes.json", b"\xff\xfe\x00");
    folder.write("other.json", b"{\"version\": 1, \"findings\": [{}]}");
    folder.write("newer.json", report.replace("\"version\": 1", "\"version\": 2").as_bytes());
    let refused = |file: &str, what: &str| {
        let Outcome { code, stdout, stderr, .. } = folder.run(&["trend", "run-0.json", file]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert!(stderr.contains(&format!("`{file}`")) && stderr.contains(what), "{stderr}");
    };
    refused("missing.json", "cannot read");
    refused("bytes.json", "cannot read");
    refused("text.json", "is not JSON");
    refused("run.jsonl", "is not JSON");
    refused("run.sarif", "is JSON, but not a report; `unspin check --output json=FILE` writes one");
    refused("other.json", "is JSON, but not a report (missing field");
    refused("newer.json", "is a report of version 2");
    assert_eq!(folder.run(&["trend"]).code, Some(2));
}
