//! Baselines: what is agreed to is hidden, what is new is not, what is gone is said.

use std::fs;

use unspin_tests::program::{Folder, Outcome};

/// A loop that goes round on a timeout for ever, in a function of that name.
fn endless(name: &str) -> String {
    format!(
        "import socket\n\n\ndef {name}(sock: socket.socket, handle) -> None:\n    while True:\n        try:\n            \
         data = sock.recv(1024)\n        except socket.timeout:\n            continue\n        if not data:\n            \
         return\n        handle(data)\n\n\n"
    )
}

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

/// A folder whose findings are all in its baseline.
fn settled(files: &[(&str, &str)]) -> Folder {
    let folder = folder(files);
    let outcome = folder.run(&["baseline"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(new(&folder).is_empty());
    folder
}

fn check(folder: &Folder) -> Outcome {
    folder.run(&["check", "--baseline", "unspin-baseline.json"])
}

/// `path:function` of what is new.
fn new(folder: &Folder) -> Vec<String> {
    let outcome = folder.run(&["check", "--baseline", "unspin-baseline.json", "--output-format", "json"]);
    assert_eq!(outcome.stderr, "");
    let json = outcome.json();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings.map(|finding| format!("{}:{}", text(&finding["path"]), text(&finding["function"]))).collect()
}

fn baseline(folder: &Folder) -> String {
    fs::read_to_string(folder.path("unspin-baseline.json")).expect("it was written")
}

#[test]
fn only_what_is_new_is_reported_and_what_is_hidden_is_counted() {
    let folder = settled(&[("a.py", &endless("a")), ("b.py", &endless("b"))]);
    let outcome = check(&folder);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stdout.contains("2 findings in the baseline `unspin-baseline.json` not shown."), "{}", outcome.stdout);
    folder.write("a.py", (endless("new") + &endless("a")).as_bytes());
    assert_eq!(new(&folder), ["a.py:new"]);
    assert_eq!(check(&folder).code, Some(1));
}

#[test]
fn a_baseline_can_be_configured() {
    let folder = folder(&[("unspin.toml", "\nbaseline = \"ci/known.json\"\n"), ("a.py", &endless("a"))]);
    let missing = folder.run(&["check"]);
    let expected = "unspin.toml:2:12: there is no baseline `ci/known.json` yet; `unspin baseline` writes it";
    assert!(missing.code == Some(2) && missing.stderr.contains(expected), "{}", missing.stderr);
    let written = folder.run(&["baseline"]);
    assert_eq!(
        written.stdout, "Wrote 1 finding to `ci/known.json`. `unspin check` reports what is new.\n",
        "{}",
        written.stderr
    );
    let outcome = folder.run(&["check"]);
    assert!(outcome.code == Some(0) && outcome.stdout.contains("1 finding in the baseline `ci/known.json` not shown."));
    assert_eq!(folder.run(&["check", "--no-baseline"]).code, Some(1));
    assert_eq!(folder.run(&["check", "--isolated"]).code, Some(1));
    folder.write("other.json", b"{\"version\": 1, \"findings\": [null]}");
    assert_eq!(folder.run(&["check", "--baseline", "other.json"]).code, Some(1), "the command line wins");
    assert!(folder.run(&["config"]).stdout.contains("ci/known.json\"  # unspin.toml:2"));
    folder.write("a.py", b"x = 1\n");
    assert!(folder.run(&["check"]).stdout.contains("is gone; `unspin baseline --prune` removes it."));
    folder.run(&["baseline", "--prune"]);
    assert!(!folder.run(&["check"]).stdout.contains("--prune"));
}

#[test]
fn each_file_is_judged_by_the_baseline_of_its_own_configuration() {
    let folder = folder(&[
        ("a.py", &endless("a")),
        ("one/unspin.toml", "baseline = 'known.json'\n"),
        ("one/b.py", &endless("b")),
        ("two/unspin.toml", "extend = '../one/unspin.toml'\n"),
        ("two/c.py", &endless("c")),
    ]);
    let written = folder.run(&["baseline"]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert_eq!(baseline(&folder).lines().count(), 3, "what nothing is configured for");
    let one = || fs::read_to_string(folder.path("one/known.json")).expect("it was written");
    assert!(one().contains("{\"path\":\"../two/c.py\"") && one().contains("{\"path\":\"b.py\""), "{}", one());
    assert_eq!(folder.run(&["check"]).stdout.matches("error[").count(), 1, "the rest is known");
    assert_eq!(folder.run(&["check", "one", "two"]).code, Some(0));
    let whole = one();
    assert_eq!(folder.run(&["baseline", "two"]).code, Some(0));
    assert_eq!(one(), whole, "what was not looked at stays");
    folder.write("one/b.py", b"x = = 1\n");
    assert_eq!(folder.run(&["baseline", "one"]).code, Some(2));
    assert_eq!(one(), whole, "what cannot be parsed may hold anything");
    folder.write("one/b.py", b"x = 1\n");
    folder.run(&["baseline"]);
    assert_eq!(one().lines().count(), 3);
}

#[test]
fn a_line_for_each_finding_sorted_and_without_line_numbers() {
    let folder = settled(&[("b.py", &endless("b")), ("a.py", &endless("a"))]);
    let line = |name: &str| {
        format!(
            "{{\"path\":\"{name}.py\",\"rule\":\"timeout-without-limit\",\"function\":\"{name}\",\"context\":\"sock.recv\",\
             \"shape\":\"SHAPE\",\"group\":\"recommended\"}},\n"
        )
    };
    let expected = format!("{{\"version\": 1, \"findings\": [\n{}{}null]}}\n", line("a"), line("b"));
    let written = baseline(&folder);
    let shape = &written.split_once("\"shape\":\"").expect("a shape").1[..8];
    assert_eq!(written, expected.replace("SHAPE", shape));
    folder.write("a.py", format!("# one\n# two\n{}", endless("a")).as_bytes());
    folder.run(&["baseline"]);
    assert_eq!(baseline(&folder), written);
}

#[test]
fn new_names_and_places_are_no_new_findings() {
    let folder = settled(&[("a.py", &endless("a")), ("b.py", &endless("b"))]);
    folder.write("a.py", endless("renamed").as_bytes());
    fs::rename(folder.path("b.py"), folder.path("c.py")).expect("it can be renamed");
    assert!(new(&folder).is_empty());
    folder.write("a.py", (endless("renamed") + &endless("new")).as_bytes());
    assert_eq!(new(&folder), ["a.py:new"]);
    folder.write("a.py", b"x = 1\n");
    folder.write("d.py", endless("a").as_bytes());
    assert!(new(&folder).is_empty(), "it was moved to another file");
}

#[test]
fn a_function_that_calls_itself_and_a_local_may_get_other_names() {
    let recursive = "def again(value):\n    print(value)\n    return again(value)\n";
    let folder = settled(&[("a.py", &endless("a")), ("b.py", recursive)]);
    assert!(baseline(&folder).contains("endless-recursion"), "{}", baseline(&folder));
    folder.write("a.py", endless("a").replace("sock.", "peer.").replace("(sock:", "(peer:").as_bytes());
    folder.write("b.py", recursive.replace("again", "once_more").as_bytes());
    assert!(new(&folder).is_empty(), "{:?}", new(&folder));
    assert!(!check(&folder).stdout.contains("--prune"));
}

#[test]
fn one_that_was_repaired_does_not_hide_another() {
    let file = |first: &str, second: &str| {
        format!(
            "import socket\n\n\ndef a(one: socket.socket, two: socket.socket):\n    while one:\n        try:\n            \
             data = one.recv(10)\n            break\n        except socket.timeout:\n            {first}\n    \
             while data != two:\n        try:\n            return two.recv_into(data)\n        \
             except socket.timeout:\n            print(two)\n            {second}\n"
        )
    };
    let folder = settled(&[("a.py", &file("continue", "return None"))]);
    assert_eq!(baseline(&folder).lines().count(), 3, "{}", baseline(&folder));
    folder.write("a.py", file("return None", "continue").as_bytes());
    assert_eq!(new(&folder), ["a.py:a"]);
    assert!(check(&folder).stdout.contains("1 finding in the baseline is gone"), "{}", check(&folder).stdout);
}

#[test]
fn a_copy_is_new_while_the_original_stands() {
    let folder = settled(&[("a.py", &endless("a"))]);
    folder.write("b.py", endless("a").as_bytes());
    assert_eq!(new(&folder), ["b.py:a"]);
    folder.write("b.py", endless("b").as_bytes());
    assert_eq!(new(&folder), ["b.py:b"]);
}

#[test]
fn the_same_finding_twice_in_a_function_counts_twice() {
    let one = endless("a");
    let body = one.split_once("None:\n").expect("a header").1.trim_end().replace("            return\n", "            break\n");
    let twice = format!("{}{body}\n", one.trim_end().replace("            return\n", "            break\n") + "\n");
    let folder = settled(&[("a.py", &twice)]);
    assert!(baseline(&folder).contains("\"count\":2"), "{}", baseline(&folder));
    folder.write("a.py", format!("{twice}{body}\n").as_bytes());
    assert_eq!(new(&folder), ["a.py:a"]);
    folder.write("a.py", one.as_bytes());
    assert!(new(&folder).is_empty());
    assert!(check(&folder).stdout.contains("1 finding in the baseline is gone"), "{}", check(&folder).stdout);
}

#[test]
fn what_is_gone_is_said_and_pruned() {
    let folder = settled(&[("a.py", &endless("a")), ("b.py", &endless("b")), ("c.py", &endless("c"))]);
    folder.write("a.py", b"x = 1\n");
    fs::remove_file(folder.path("b.py")).expect("it is there");
    let said = check(&folder);
    assert_eq!(said.code, Some(0));
    let expected = "2 findings in the baseline are gone; `unspin baseline --prune` removes them.";
    assert!(said.stdout.contains(expected), "{}", said.stdout);
    folder.write("d.py", endless("d").as_bytes());
    let pruned = folder.run(&["baseline", "--prune"]);
    assert_eq!(pruned.stdout, "Removed 2 findings that are gone from `unspin-baseline.json`; 1 left.\n");
    assert_eq!(new(&folder), ["d.py:d"], "pruning adds nothing");
    assert!(!check(&folder).stdout.contains("--prune"));
}

#[test]
fn what_was_not_looked_at_is_not_gone() {
    let strict = ["baseline", "--extend-select", "strict,audit", "--include-tests"];
    let folder = folder(&[("src/a.py", &endless("a")), ("lib/b.py", &endless("b")), ("tests/c.py", &endless("c"))]);
    folder.run(&strict);
    let whole = baseline(&folder);
    assert!(whole.contains("tests/c.py") && whole.contains("lib/b.py"), "{whole}");
    for arguments in [&["src"][..], &["--select", "endless-poll"], &["--exclude", "lib"], &["--min-confidence", "high"], &[]] {
        let outcome = folder.run(&[&["check", "--baseline", "unspin-baseline.json"], arguments].concat());
        assert!(outcome.code == Some(0) && !outcome.stdout.contains("--prune"), "{arguments:?}: {}", outcome.stdout);
        folder.run(&[&["baseline", "--prune"], arguments].concat());
        assert_eq!(baseline(&folder), whole, "{arguments:?}");
    }
    folder.write("src/a.py", b"x = = 1\n");
    assert_eq!(folder.run(&["baseline", "--prune"]).code, Some(2));
    assert_eq!(baseline(&folder), whole, "what cannot be parsed may hold anything");
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let folder = settled(&[("sub/a.py", &endless("a"))]);
    let outcome = std::process::Command::new(env!("CARGO_BIN_EXE_unspin"))
        .args(["check", "--baseline", "../unspin-baseline.json"])
        .current_dir(folder.path("sub"))
        .output()
        .expect("the program runs");
    assert_eq!(outcome.status.code(), Some(0), "{}", String::from_utf8_lossy(&outcome.stdout));
}

#[test]
fn a_baseline_that_cannot_be_used_hides_nothing_silently() {
    let folder = settled(&[("a.py", &endless("a"))]);
    let whole = baseline(&folder);
    let complaint = |text: &str| {
        folder.write("unspin-baseline.json", text.as_bytes());
        let outcome = check(&folder);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{}", outcome.stderr);
        outcome.stderr
    };
    assert!(complaint(&whole.replace("\"version\": 1", "\"version\": 2")).contains("has version 2, and this unspin reads 1"));
    assert!(complaint(&whole[..whole.len() - 4]).contains("unspin-baseline.json:3: "));
    assert!(complaint(&whole.replace("\"rule\"", "\"rul\"")).contains("unspin-baseline.json:2: "));
    let conflict = whole.replace("null]}", "<<<<<<< HEAD\nnull]}");
    assert!(complaint(&conflict).contains("keep the lines of both sides"));
    fs::remove_file(folder.path("unspin-baseline.json")).expect("it is there");
    let outcome = check(&folder);
    assert!(outcome.code == Some(2) && outcome.stderr.contains("`unspin baseline` writes one"), "{}", outcome.stderr);
}

#[test]
fn two_branches_merge() {
    let folder = settled(&[("a.py", &endless("a"))]);
    let common = baseline(&folder);
    let with = |name: &str| {
        let other = settled(&[(name, &endless("x"))]);
        baseline(&other).lines().nth(1).expect("a finding").to_owned()
    };
    let merged = common.replace("null]}", &format!("{}\n{}\nnull]}}", with("b.py"), with("c.py")));
    folder.write("unspin-baseline.json", merged.as_bytes());
    folder.write("b.py", endless("x").as_bytes());
    folder.write("c.py", endless("x").as_bytes());
    assert!(new(&folder).is_empty());
}
