//! Tells the program which build it is: for which target, and of which commit.
//!
//! The commit and its date are those of git, never the time of the build, so that a build can be repeated. `UNSPIN_COMMIT` and
//! `UNSPIN_COMMIT_DATE` say them where there is no repository. Builds for development leave them out: each commit would link
//! every test anew.

use std::{env, process::Command};

fn main() {
    let target = env::var("TARGET").unwrap_or_default();
    for name in ["UNSPIN_COMMIT", "UNSPIN_COMMIT_DATE"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    // A source distribution may lie in a repository that has nothing to do with it.
    let is_ours = git(&["rev-parse", "--show-prefix"]).is_some_and(|prefix| prefix == "crates/cli/");
    let is_told = is_ours && env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = env::var("UNSPIN_COMMIT").ok().or_else(|| git(&["rev-parse", "--short=10", "HEAD"]).filter(|_| is_told));
    let date = env::var("UNSPIN_COMMIT_DATE").ok().or_else(|| git(&["show", "-s", "--format=%cs", "HEAD"]).filter(|_| is_told));
    if let (true, Some(log)) = (is_told, git(&["rev-parse", "--git-path", "logs/HEAD"])) {
        // Every commit and every switch of branches writes a line there.
        println!("cargo:rerun-if-changed={log}");
    }
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let of_commit: Vec<String> = [commit, date].into_iter().flatten().collect();
    let build = if of_commit.is_empty() { String::new() } else { format!(" ({})", of_commit.join(" ")) };
    println!("cargo:rustc-env=UNSPIN_VERSION={version}{build} {target}");
}

/// What git says of the repository that this crate lies in; nothing in a source distribution.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
