//! Same input, same output, byte for byte, whatever the number of threads.

use std::{fs, path::Path, process::Command};

use unspin_tests::program::Folder;

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

/// The reports of one run over the rules' own cases and some of our crates: findings of every kind, related places in
/// several files, suppressions, errors.
fn reports(threads: &str) -> [String; 2] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sarif = folder.path().join("report.sarif");
    let output = Command::new(env!("CARGO_BIN_EXE_unspin"))
        .args([
            "check",
            "--no-cache",
            "--threads",
            threads,
            "--include-tests",
            "--no-ignore",
            "--extend-select",
            "strict,audit",
        ])
        .args(["--output-format", "json", "--output"])
        .arg(format!("sarif={}", sarif.display()))
        .args(["rules", "fixtures", "crates/driver"])
        .current_dir(root)
        .output()
        .expect("the program runs");
    let json = String::from_utf8(output.stdout).expect("output is UTF-8");
    // The clock is the one thing that differs between two runs.
    let json = json.lines().filter(|line| !line.contains("\"seconds\"")).collect::<Vec<_>>().join("\n");
    [json, fs::read_to_string(sarif).expect("it was written")]
}

#[test]
fn threads_do_not_show_in_the_output() {
    let (one, many) = (reports("1"), reports("8"));
    assert!(one[0].contains("\"fingerprint\""), "{}", one[0]);
    assert!(one == many, "the reports of 1 and 8 threads differ");
}

#[test]
fn the_order_of_arguments_does_not_show_in_the_output() {
    let text = "x = 1  # unspin: allow(endless-loop)\n";
    let folder = folder(&[("a/one.py", text), ("b/two.py", text), ("b/three.rs", "fn f() {}\n")]);
    let concise = ["check", "--output-format", "concise"];
    let forward = folder.run(&[&concise[..], &["a", "b"]].concat()).stdout;
    assert_eq!(forward, folder.run(&[&concise[..], &["b/two.py", "b", "a"]].concat()).stdout);
}
