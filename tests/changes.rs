//! `--since` and `--staged`: findings that a change has to do with, and no others.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use unspin_tests::program::{Folder, Outcome};

/// A loop that goes round on a timeout for ever, in a function of that name.
fn endless(name: &str) -> String {
    format!(
        "import socket\n\n\ndef {name}(sock: socket.socket, handle) -> None:\n    while True:\n        try:\n            \
         data = sock.recv(1024)\n        except socket.timeout:\n            continue\n        if not data:\n            \
         return\n        handle(data)\n"
    )
}

/// A loop whose bound is in another file.
const CALLER: &str = "import socket\n\nfrom limits import check\n\n\ndef serve(sock: socket.socket, handle) -> None:\n    \
    attempts = 0\n    while True:\n        try:\n            data = sock.recv(1024)\n        except socket.timeout:\n            \
    attempts = check(attempts)\n            continue\n        if not data:\n            return\n        handle(data)\n";
const BOUND: &str =
    "def check(attempts):\n    if attempts > 5:\n        raise RuntimeError('too many')\n    return attempts + 1\n";
const NO_BOUND: &str = "def check(attempts):\n    return attempts\n";

fn git(folder: &Folder, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=n", "-c", "user.email=e", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder.path(""))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A repository with these files in its first commit, on the branch `main`.
fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(env!("CARGO_BIN_EXE_unspin"), files);
    git(&folder, &["init", "-q", "-b", "main"]);
    commit(&folder);
    folder
}

fn commit(folder: &Folder) {
    // Two commits that agree in everything, the second included, are one.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", &COUNT.fetch_add(1, Ordering::Relaxed).to_string()]);
}

/// `path:function` of each finding.
fn found(outcome: &Outcome) -> Vec<String> {
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
    let json = outcome.json();
    assert_eq!(json["errors"].as_array().map(Vec::len), Some(0), "{json}");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let findings = json["findings"].as_array().expect("a list").iter();
    findings.map(|finding| format!("{}:{}", text(&finding["path"]), text(&finding["function"]))).collect()
}

fn since(folder: &Folder, reference: &str) -> Vec<String> {
    found(&folder.run(&["check", "--output-format", "json", "--since", reference]))
}

fn staged(folder: &Folder) -> Vec<String> {
    found(&folder.run(&["check", "--output-format", "json", "--staged"]))
}

#[test]
fn what_no_change_touches_is_not_reported_but_counted() {
    let folder = repository(&[("a.py", &endless("a")), ("b.py", &endless("b"))]);
    assert!(since(&folder, "HEAD").is_empty());
    folder.write("a.py", endless("a").replace("1024", "2048").as_bytes());
    assert_eq!(since(&folder, "HEAD"), ["a.py:a"]);
    let text = folder.run(&["check", "--since", "HEAD"]).stdout;
    assert!(text.contains("\n1 finding not shown: no change touches them"), "{text}");
}

#[test]
fn a_line_taken_out_of_a_loop_touches_it_and_one_below_it_does_not() {
    let with = endless("a").replace("            continue\n", "            print()\n            continue\n");
    let folder = repository(&[("a.py", &(with + "\n\nprint()\n"))]);
    folder.write("a.py", endless("a").as_bytes());
    assert_eq!(since(&folder, "HEAD"), ["a.py:a"]);
    commit(&folder);
    folder.write("a.py", format!("# above\n{}print()\n", endless("a")).as_bytes());
    assert!(since(&folder, "HEAD").is_empty());
}

#[test]
fn a_helper_that_gives_up_no_more_is_seen_in_its_caller() {
    let folder = repository(&[("a.py", CALLER), ("limits.py", BOUND), ("other.py", &endless("other"))]);
    folder.write("limits.py", NO_BOUND.as_bytes());
    assert_eq!(since(&folder, "HEAD"), ["a.py:serve"]);
    assert!(staged(&folder).is_empty(), "what is staged is as it was");
    git(&folder, &["add", "limits.py"]);
    folder.write("limits.py", BOUND.as_bytes());
    assert_eq!(staged(&folder), ["a.py:serve"], "the index is looked at, not the work tree");
    assert!(since(&folder, "HEAD").is_empty());
    fs::remove_file(folder.path("limits.py")).expect("it is there");
    assert_eq!(staged(&folder), ["a.py:serve"], "whatever became of the work tree");
}

#[test]
fn a_branch_is_compared_with_where_it_parted() {
    let folder = repository(&[("a.py", "x = 1\n"), ("b.py", &endless("b"))]);
    git(&folder, &["checkout", "-q", "-b", "work"]);
    folder.write("a.py", endless("a").as_bytes());
    commit(&folder);
    git(&folder, &["checkout", "-q", "main"]);
    folder.write("b.py", b"x = 1\n");
    commit(&folder);
    git(&folder, &["checkout", "-q", "work"]);
    folder.write("new.py", endless("new").as_bytes());
    assert_eq!(since(&folder, "main"), ["a.py:a", "new.py:new"], "what main did since is no change of ours");
}

#[test]
fn a_new_name_of_a_file_changes_nothing() {
    let folder = repository(&[("a.py", &endless("a")), ("gone.py", &endless("gone"))]);
    fs::create_dir(folder.path("sub")).expect("a folder");
    git(&folder, &["mv", "a.py", "sub/b.py"]);
    git(&folder, &["rm", "-q", "gone.py"]);
    assert!(since(&folder, "HEAD").is_empty());
    assert!(staged(&folder).is_empty());
    folder.write("sub/b.py", endless("a").replace("1024", "2048").as_bytes());
    assert_eq!(since(&folder, "HEAD"), ["sub/b.py:a"]);
    git(&folder, &["reset", "-q", "--hard"]);
    fs::rename(folder.path("a.py"), folder.path("unknown.py")).expect("it can be renamed");
    assert!(since(&folder, "HEAD").is_empty(), "git does not know the new name yet");
}

#[test]
fn files_may_have_any_name() {
    let names = ["a b.py", "ü.py", "tab\there.py", "line\nbreak.py", "quote\".py"];
    let texts: Vec<(&str, String)> = names.iter().map(|&name| (name, endless("old"))).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = repository(&files);
    for name in names {
        folder.write(name, (endless("old") + &endless("new")).as_bytes());
    }
    let found = since(&folder, "HEAD");
    assert_eq!(found.len(), names.len(), "{found:?}");
    assert!(found.iter().all(|found| found.ends_with(":new")), "{found:?}");
    git(&folder, &["add", "-A"]);
    assert_eq!(staged(&folder), found);
    folder.write("binary.bin", b"\0\xff\0");
    assert_eq!(since(&folder, "HEAD"), found);
}

#[test]
fn paths_are_those_of_the_working_directory() {
    let folder = repository(&[("pkg/a.py", &endless("a")), ("other/b.py", &endless("b"))]);
    for name in ["pkg/a.py", "other/b.py"] {
        folder.write(name, endless("new").replace("1024", "2048").as_bytes());
    }
    let outcome = Command::new(env!("CARGO_BIN_EXE_unspin"))
        .args(["check", "--no-cache", "--since", "HEAD", "--output-format", "concise", "."])
        .current_dir(folder.path("pkg"))
        .output()
        .expect("the program runs");
    let text = String::from_utf8(outcome.stdout).expect("UTF-8");
    assert!(text.lines().all(|line| line.starts_with("a.py:")) && text.lines().count() == 1, "{text}");
    let outside = tempfile::tempdir().expect("a folder");
    let outside = outside.path().to_str().expect("UTF-8");
    let outcome = folder.run(&["check", "--since", "HEAD", outside]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("lies outside of the repository"), "{}", outcome.stderr);
}

#[test]
fn standard_input_is_compared_with_the_file_of_its_name() {
    let folder = repository(&[("a.py", &endless("a"))]);
    let run = |text: &str| {
        let arguments = ["check", "--since", "HEAD", "--output-format", "json", "-", "--stdin-filename", "a.py"];
        found(&folder.run_with_input(&arguments, text.as_bytes()))
    };
    assert!(run(&endless("a")).is_empty());
    assert_eq!(run(&(endless("a") + &endless("b"))), ["a.py:b"]);
}

#[test]
fn a_submodule_that_moved_is_all_new_and_one_that_did_not_is_not() {
    let library = repository(&[("lib.py", &endless("lib"))]);
    let folder = repository(&[("a.py", "x = 1\n")]);
    git(&folder, &["submodule", "--quiet", "add", library.path("").to_str().expect("UTF-8"), "lib"]);
    commit(&folder);
    assert!(since(&folder, "HEAD").is_empty());
    assert_eq!(since(&folder, "HEAD~1"), ["lib/lib.py:lib"]);
}

#[test]
fn before_the_first_commit_everything_staged_is_new() {
    let folder = Folder::new(env!("CARGO_BIN_EXE_unspin"), &[("a.py", &endless("a")), ("b.py", &endless("b"))]);
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["add", "a.py"]);
    assert_eq!(staged(&folder), ["a.py:a"]);
}

#[test]
fn what_git_cannot_tell_ends_the_run_with_what_helps() {
    let complaint = |folder: &Folder, arguments: &[&str]| {
        let outcome = folder.run(&[&["check"], arguments].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{}", outcome.stderr);
        outcome.stderr
    };
    let folder = repository(&[("a.py", "x = 1\n")]);
    let said = complaint(&folder, &["--since", "mian"]);
    assert!(said.contains("`--since mian`: git knows no commit `mian`; did you mean `main`?"), "{said}");
    let said = complaint(&folder, &["--since", "--output=x"]);
    assert!(!Path::new(&folder.path("x")).exists(), "{said}");
    git(&folder, &["checkout", "-q", "--orphan", "other"]);
    commit(&folder);
    let said = complaint(&folder, &["--since", "main"]);
    assert!(said.contains("have no commit in common"), "{said}");
    let nowhere = Folder::new(env!("CARGO_BIN_EXE_unspin"), &[("a.py", "x = 1\n")]);
    let said = complaint(&nowhere, &["--staged"]);
    assert!(said.contains("not a git repository here; run unspin in the one"), "{said}");
    let without_git = Command::new(env!("CARGO_BIN_EXE_unspin"))
        .args(["check", "--staged"])
        .current_dir(folder.path(""))
        .env("PATH", "")
        .output()
        .expect("the program runs");
    assert!(String::from_utf8_lossy(&without_git.stderr).contains("`git` was not found"));
}

#[test]
fn a_shallow_clone_is_told_how_to_reach_back() {
    let origin = repository(&[("a.py", "x = 1\n")]);
    git(&origin, &["checkout", "-q", "-b", "work"]);
    commit(&origin);
    git(&origin, &["checkout", "-q", "main"]);
    commit(&origin);
    let clone = Folder::new(env!("CARGO_BIN_EXE_unspin"), &[]);
    let url = format!("file://{}", origin.path("").display());
    git(&clone, &["clone", "-q", "--depth", "1", "--no-single-branch", &url, "."]);
    git(&clone, &["checkout", "-q", "work"]);
    let said = clone.run(&["check", "--since", "origin/main"]).stderr;
    assert!(said.contains("shallow clone") && said.contains("git fetch --unshallow"), "{said}");
}
