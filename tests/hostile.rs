//! Input made to break the program: never a crash, never a hang, each bad file named, each good one scanned.
//!
//! `UNSPIN_HEAVY=1` makes everything ten times as deep and adds files near the limits of size.

#[path = "hostile/deep.rs"]
mod deep;

use std::{fs, process::Command, time::Duration};

use deep::Deep;
use serde_json::Value;
use unspin_tests::program::{Folder, Outcome};

/// A file that is scanned if anything is: it has a finding whatever the rules think of loops.
const GOOD: &str = "x = 1  # unspin: allow(endless-loop)\n";

fn folder(files: &[(&str, &str)]) -> Folder {
    Folder::new(env!("CARGO_BIN_EXE_unspin"), files)
}

fn is_heavy() -> bool {
    std::env::var_os("UNSPIN_HEAVY").is_some()
}

fn check(folder: &Folder, paths: &[&str]) -> Outcome {
    let outcome = folder.run(&[&["check", "--output-format", "json"], paths].concat());
    assert!(matches!(outcome.code, Some(0..=2)), "killed or crashed: {outcome:?}");
    assert_eq!(outcome.stderr, "", "something panicked");
    outcome
}

fn paths(outcome: &Outcome, list: &str) -> Vec<String> {
    let json = outcome.json();
    let entries = json[list].as_array().expect("a list").iter();
    entries.map(|entry| entry["path"].as_str().expect("a path").to_owned()).collect()
}

fn message<'a>(json: &'a Value, path: &str) -> &'a str {
    let errors = json["errors"].as_array().expect("a list");
    let error = errors.iter().find(|error| error["path"] == path);
    error.unwrap_or_else(|| panic!("no error names {path}: {errors:#?}"))["message"].as_str().expect("text")
}

fn assert_survives(files: &[Deep], limit: Duration) {
    let folder = folder(&[("good.py", GOOD)]);
    for file in files {
        folder.write(&file.name, file.text.as_bytes());
    }
    let outcome = check(&folder, &["."]);
    assert!(paths(&outcome, "findings").contains(&"good.py".to_owned()));
    // Each file was scanned or is named; most are both, with the part that was too deep.
    let scanned = outcome.json()["summary"]["files"].as_u64().expect("a number") as usize;
    assert!(scanned + paths(&outcome, "errors").len() > files.len(), "{outcome:?}");
    assert!(outcome.cpu < limit, "{:?}", outcome.cpu);
}

#[test]
fn deep_python_is_survived() {
    assert_survives(&deep::python(if is_heavy() { 200_000 } else { 20_000 }), Duration::from_mins(2));
}

#[test]
fn deep_rust_is_survived() {
    assert_survives(&deep::rust(if is_heavy() { 200_000 } else { 20_000 }), Duration::from_mins(2));
}

#[test]
fn depth_that_parses_is_walked_and_dropped() {
    // Around the depths at which the frontends begin to refuse, every tree that is let through must fit the stack.
    for depth in [50, 200, 500, 1_000] {
        let files: Vec<Deep> = deep::python(depth).into_iter().chain(deep::rust(depth)).collect();
        assert_survives(&files, Duration::from_mins(1));
    }
}

#[test]
fn text_that_cannot_be_decoded_is_named() {
    let folder = folder(&[("good.py", GOOD), ("good.rs", "fn f() {}\n")]);
    folder.write("invalid.py", b"x = 1\ny = '\xff\xfe\xfa'\n");
    folder.write("invalid.rs", b"fn f() { \"\xff\" }\n");
    folder.write("utf16.py", b"\xff\xfex\0 \0=\0 \x001\0\n\0");
    folder.write("utf16.rs", b"\xff\xfef\0n\0 \0f\0(\0)\0{\0}\0");
    folder.write("nul.py", b"x = 1\n\0\0\0\ny = 2\n");
    folder.write("nul.rs", b"fn f() {}\n\0\0\n");
    let outcome = check(&folder, &["."]);
    assert_eq!(outcome.code, Some(2));
    for path in ["invalid.py", "invalid.rs", "utf16.rs", "nul.py", "nul.rs"] {
        message(&outcome.json(), path);
    }
    assert!(paths(&outcome, "findings").contains(&"good.py".to_owned()));
    assert!(!paths(&outcome, "errors").iter().any(|path| path.starts_with("good")));
}

#[test]
fn unusual_but_valid_text_is_scanned() {
    let folder = folder(&[("empty.py", ""), ("empty.rs", ""), ("comment.py", "# nothing"), ("comment.rs", "// nothing")]);
    folder.write("bom.py", b"\xef\xbb\xbfx = 1  # unspin: allow(endless-loop)\n");
    folder.write("bom.rs", b"\xef\xbb\xbffn f() {}\n");
    folder.write("cr.py", b"x = 1\rx = 1  # unspin: allow(endless-loop)\r");
    folder.write("crlf.rs", b"fn f() {\r\n}\r\n");
    folder.write("latin.py", b"# -*- coding: latin-1 -*-\nx = '\xe4'  # unspin: allow(endless-loop)\n");
    folder.write("no_line_break.py", GOOD.trim_end().as_bytes());
    folder.write("shebang.rs", b"#!/usr/bin/env run\nfn f() {}\n");
    let outcome = check(&folder, &["."]);
    let json = outcome.json();
    assert_eq!(json["errors"], Value::Array(Vec::new()));
    assert_eq!(json["summary"]["files"], 11);
    let place = |path: &str| {
        let findings = json["findings"].as_array().expect("a list");
        let start = &findings.iter().find(|finding| finding["path"] == path).expect("a finding")["range"]["start"];
        (start["line"].as_u64().expect("a line"), start["column"].as_u64().expect("a column"))
    };
    assert_eq!(place("bom.py"), (1, 8));
    assert_eq!(place("cr.py"), (2, 8));
    assert_eq!(place("latin.py"), (2, 10));
    assert_eq!(place("no_line_break.py"), (1, 8));
}

#[test]
fn files_that_are_too_large_are_named_and_not_read() {
    let folder = folder(&[("good.py", GOOD)]);
    let line = format!("x = [{}]\n", "1, ".repeat(17_000_000));
    folder.write("large.py", line.as_bytes());
    folder.write("large.rs", format!("const X: [u8; 1] = [{}];\n", "1, ".repeat(17_000_000)).as_bytes());
    let outcome = check(&folder, &["."]);
    assert!(message(&outcome.json(), "large.py").contains("larger than"));
    assert!(message(&outcome.json(), "large.rs").contains("larger than"));
    assert!(paths(&outcome, "findings").contains(&"good.py".to_owned()));
    assert!(outcome.cpu < Duration::from_secs(20), "{:?}", outcome.cpu);
}

#[test]
fn long_lines_cost_no_more_than_long_files() {
    let loops = if is_heavy() { 20_000 } else { 1_000 };
    let folder = folder(&[]);
    folder.write("one_line.rs", format!("fn f() {{ {} }}\n", "loop { let ü = 1; } ".repeat(loops)).as_bytes());
    folder.write("one_line.py", format!("x = [{}]\n", "'ü', ".repeat(100 * loops)).as_bytes());
    for format in ["json", "text", "sarif"] {
        let outcome = folder.run(&["check", "--output-format", format, "--extend-select", "strict,audit"]);
        assert!(matches!(outcome.code, Some(0..=2)), "{outcome:?}");
        assert!(outcome.cpu < Duration::from_mins(1), "{format}: {:?}", outcome.cpu);
    }
}

/// What each method does is judged by what the others do: looked at one by one for each, they would cost the square of their
/// number, which takes minutes here.
/// What each of forty macros writes is twice the next one: a trillion loops.
#[test]
fn macros_that_double_are_expanded_no_further_than_a_file_may_grow() {
    let double = |n: u32| format!("macro_rules! m{n} {{ ($($x:tt)*) => {{ m{0}!{{$($x)*}} m{0}!{{$($x)*}} }} }}\n", n + 1);
    let text: String = (0..40).map(double).collect::<String>() + "m0!{fn f() { loop {} }}\n";
    let folder = folder(&[("doubling.rs", &text)]);
    let outcome = check(&folder, &["."]);
    let loops = outcome.json()["summary"]["loops"].as_u64().expect("a number");
    assert!(loops < 10_000, "{loops} loops in {} bytes", text.len());
}

#[test]
fn many_methods_of_one_class_cost_no_more_than_as_many_of_others() {
    let methods = if is_heavy() { 5_000 } else { 400 };
    let numbered = |text: &str| -> String { (0..methods).map(|number| text.replace("_n(", &format!("_{number}("))).collect() };
    let python = "    def run_n(self):
        while not self._stop.is_set():
            self.sock.recv(1)

    def listen_n(self):
        sock = self.sock
        while True:
            try:
                sock.recv(1)
            except socket.timeout:
                continue

    def stop_n(self):
        self._stop.set()

";
    let rust = "    fn run_n(&mut self) -> io::Result<()> {
        while !self.stop.load(Ordering::Relaxed) {
            self.stream.read(&mut [0; 1])?;
        }
        Ok(())
    }

    fn connect_n(&mut self) {
        loop {
            if let Ok(stream) = TcpStream::connect(self.address) {
                self.stream = stream;
                return;
            }
        }
    }

    fn stop_n(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

";
    let folder = folder(&[]);
    let uses = "use std::{io::{self, Read}, net::TcpStream, sync::atomic::Ordering};";
    folder.write("class.py", format!("import socket\n\nclass Worker:\n{}", numbered(python)).as_bytes());
    folder.write("class.rs", format!("{uses}\n\nimpl Worker {{\n{}}}\n", numbered(rust)).as_bytes());
    let outcome = folder.run(&["check", "--output-format", "json", "--extend-select", "strict,audit"]);
    assert_eq!(outcome.code, Some(1), "there is something to find: {outcome:?}");
    assert!(outcome.cpu < Duration::from_mins(1), "{:?}", outcome.cpu);
}

#[test]
fn ten_thousand_files_are_scanned() {
    let folder = folder(&[]);
    for number in 0..10_000 {
        let text = if number % 100 == 7 { GOOD } else { "def f():\n    pass\n" };
        folder.write(&format!("d{}/f{number}.py", number % 50), text.as_bytes());
    }
    let outcome = check(&folder, &["."]);
    assert_eq!(outcome.json()["summary"]["files"], 10_000);
    assert!(paths(&outcome, "findings").len() >= 100);
    assert!(outcome.cpu < Duration::from_mins(1), "{:?}", outcome.cpu);
}

#[test]
fn a_folder_that_is_named_like_a_file_is_walked() {
    let folder = folder(&[("pkg.py/good.py", GOOD)]);
    assert_eq!(paths(&check(&folder, &["."]), "findings")[0], "pkg.py/good.py");
    assert_eq!(paths(&check(&folder, &["pkg.py"]), "findings")[0], "pkg.py/good.py");
}

#[test]
fn files_that_vanish_while_they_are_scanned_end_nothing() {
    let folder = folder(&[]);
    for number in 0..3_000 {
        folder.write(&format!("f{number}.py"), GOOD.as_bytes());
    }
    let root = folder.path("");
    let remover = std::thread::spawn(move || {
        for number in (0..3_000).rev() {
            // A file may be gone already only if this ran before; either way the scan has to cope.
            drop(fs::remove_file(root.join(format!("f{number}.py"))));
        }
    });
    check(&folder, &["."]);
    remover.join().expect("removing files does not panic");
}

#[cfg(unix)]
#[test]
fn links_pipes_and_sockets_neither_hang_nor_hide() {
    use std::os::unix::{fs::symlink, net::UnixListener};

    let folder = folder(&[("real/good.py", GOOD)]);
    symlink("..", folder.path("real/up")).expect("a link");
    symlink("loop_b.py", folder.path("loop_a.py")).expect("a link");
    symlink("loop_a.py", folder.path("loop_b.py")).expect("a link");
    symlink("nowhere.py", folder.path("dangling.py")).expect("a link");
    symlink("real", folder.path("again")).expect("a link");
    symlink("real/good.py", folder.path("link.py")).expect("a link");
    let made = Command::new("mkfifo").arg(folder.path("pipe.py")).status().expect("mkfifo runs");
    assert!(made.success());
    let _socket = UnixListener::bind(folder.path("socket.py")).expect("a socket");

    let outcome = check(&folder, &["."]);
    assert_eq!(outcome.json()["summary"]["files"], 1, "links are not followed");
    assert_eq!(paths(&outcome, "errors"), ["pipe.py", "socket.py"]);
    assert!(outcome.cpu < Duration::from_secs(20), "{:?}", outcome.cpu);

    let named = ["dangling.py", "loop_a.py", "pipe.py", "socket.py", "link.py", "again", "."];
    let outcome = check(&folder, &named);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.json()["summary"]["files"], 1, "one file, however it is reached");
    for path in &named[..4] {
        message(&outcome.json(), path);
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_scanned() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let folder = folder(&[]);
    fs::write(folder.path("").join(OsStr::from_bytes(b"\xff.py")), GOOD).expect("a file");
    folder.write("new\nline.py", GOOD.as_bytes());
    let outcome = check(&folder, &["."]);
    assert_eq!(outcome.json()["summary"]["files"], 2);
    let concise = folder.run(&["check", "--output-format", "github"]).stdout;
    assert!(concise.lines().all(|line| line.starts_with("::")), "{concise}");
}

#[test]
fn files_just_below_the_limit_of_size_are_survived() {
    if !is_heavy() {
        return;
    }
    let folder = folder(&[("good.py", GOOD)]);
    folder.write("list.py", format!("x = [{}]\n", "1,".repeat(4_900_000)).as_bytes());
    folder.write("lines.py", "while a:\n b = f(a)\n".repeat(500_000).as_bytes());
    folder.write("array.rs", format!("const X: [u8; 1] = [{}];\n", "1,".repeat(4_900_000)).as_bytes());
    let outcome = check(&folder, &["."]);
    assert!(paths(&outcome, "findings").contains(&"good.py".to_owned()));
    assert!(outcome.cpu < Duration::from_mins(5), "{:?}", outcome.cpu);
}
