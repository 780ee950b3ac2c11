//! Same input, same output, byte for byte, whatever the number of threads.

mod program;

use std::{path::Path, process::Command};

fn report(threads: &str, format: &str, root: &Path) -> String {
    let arguments = ["check", "--threads", threads, "--include-tests", "--extend-select", "strict,audit", "--output-format"];
    let output = Command::new(env!("CARGO_BIN_EXE_unspin")).args(arguments).arg(format).current_dir(root).output();
    let text = String::from_utf8(output.expect("the program runs").stdout).expect("output is UTF-8");
    // The clock is the one thing that differs between two runs.
    text.lines().filter(|line| !line.contains("\"seconds\"")).collect::<Vec<_>>().join("\n")
}

#[test]
fn threads_do_not_show_in_the_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for format in ["json", "sarif", "concise"] {
        let (one, many) = (report("1", format, &root), report("8", format, &root));
        assert!(format == "concise" || one.len() > 200, "{one}");
        assert_eq!(one, many, "{format} differs between 1 and 8 threads");
    }
}

#[test]
fn the_order_of_arguments_does_not_show_in_the_output() {
    let text = "x = 1  # unspin: allow(endless-loop)\n";
    let folder = program::Folder::new(&[("a/one.py", text), ("b/two.py", text), ("b/three.rs", "fn f() {}\n")]);
    let concise = ["check", "--output-format", "concise"];
    let forward = folder.run(&[&concise[..], &["a", "b"]].concat()).stdout;
    assert_eq!(forward, folder.run(&[&concise[..], &["b/two.py", "b", "a"]].concat()).stdout);
}
