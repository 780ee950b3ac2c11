//! The tests of the runtime half guard what they say: each promise is taken back in a copy of the sources, and its test fails.
//!
//! `guards.toml` lists them. That each change fits the sources and each test is there is checked always; with `UNSPIN_GUARDS=1`
//! the copies are built and the tests run, which takes some minutes (`UNSPIN_GUARDS=retries`: those whose promise says so).

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use unspin_tests::folders::copy;

/// What a copy is made of.
const CRATES: [&str; 3] = ["resilience", "resilience-macros", "resilient-server"];

/// A test that takes longer turns for ever; each takes a second or two.
const LIMIT: Duration = Duration::from_mins(1);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// A change of one source, and the test that has to notice.
struct Guard {
    promise: String,
    file: PathBuf,
    before: String,
    after: String,
    package: String,
    target: String,
    test: String,
    hangs: bool,
}

fn table(path: &Path) -> toml::Table {
    fs::read_to_string(path).expect("a file").parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Guard {
    fn of(entry: &toml::Table) -> Self {
        let seed = entry.get("seed").map(|name| {
            let path = format!("fixtures/seeded/{}.toml", name.as_str().expect("a name"));
            table(&repository().join(path))["rust"].as_table().expect("a table").clone()
        });
        let text = |from: &toml::Table, key: &str| from.get(key).map(|text| text.as_str().expect("text").to_owned());
        let change = seed.as_ref().unwrap_or(entry);
        let needed = |from, key| text(from, key).unwrap_or_else(|| panic!("`{key}` is missing in {entry}"));
        Self {
            promise: needed(entry, "promise"),
            file: needed(change, "file").into(),
            before: needed(change, "before"),
            after: needed(change, "after"),
            package: text(entry, "package").unwrap_or_else(|| "unspin-resilient-server".to_owned()),
            target: text(entry, "target").unwrap_or_else(|| "promises".to_owned()),
            test: needed(entry, "test"),
            hangs: entry.get("hangs").is_some_and(|hangs| hangs.as_bool() == Some(true)),
        }
    }

    /// The sources that the test is in: a file, or a folder with a file for each module.
    fn source_of_test(&self) -> PathBuf {
        let tests = repository().join("crates").join(self.package.trim_start_matches("unspin-")).join("tests");
        match self.test.split_once("::") {
            Some((module, _)) => tests.join(&self.target).join(module).with_extension("rs"),
            None => tests.join(&self.target).with_extension("rs"),
        }
    }
}

fn guards() -> Vec<Guard> {
    let list = table(&repository().join("tests/guards.toml"));
    let entries = list["guard"].as_array().expect("a list").iter();
    entries.map(|entry| Guard::of(entry.as_table().expect("a table"))).collect()
}

#[test]
fn each_change_fits_and_each_test_is_there() {
    for guard in guards() {
        let source = fs::read_to_string(repository().join(&guard.file)).expect("a source");
        assert_eq!(source.matches(&guard.before).count(), 1, "{}: `before` in {}", guard.promise, guard.file.display());
        let tests = fs::read_to_string(guard.source_of_test()).expect("the tests");
        let name = guard.test.rsplit("::").next().expect("a name");
        assert!(tests.contains(&format!("fn {name}(")), "{}: there is no `{name}`", guard.promise);
    }
}

/// A copy of the runtime half, always in the same place, so that little is built anew.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = repository().join("target/guards");
        let crates = folder.join("crates");
        // What an interrupted run left changed is copied again; what it built is kept.
        let _ = fs::remove_dir_all(&crates);
        for name in CRATES {
            copy(&repository().join("crates").join(name), &crates.join(name));
        }
        let mut manifest = table(&repository().join("Cargo.toml"));
        manifest["workspace"]["members"] = toml::Value::Array(vec!["crates/*".into()]);
        fs::write(folder.join("Cargo.toml"), manifest.to_string()).expect("the folder can be written");
        fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the folder can be written");
        Self(folder)
    }

    /// The program that the tests of a target are in.
    fn build(&self, guard: &Guard) -> PathBuf {
        let arguments =
            ["test", "--offline", "--no-run", "--message-format=json", "-p", &guard.package, "--test", &guard.target];
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).current_dir(&self.0).env("CARGO_TARGET_DIR", self.0.join("target"));
        let output = command.stderr(Stdio::inherit()).output().expect("cargo runs");
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{} cannot be built: {messages}", guard.promise);
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let built = messages.filter(|message| message["target"]["name"] == guard.target.as_str());
        let path = built.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
        path.expect("a test is a program")
    }

    fn run(&self, guard: &Guard) -> Outcome {
        let mut command = Command::new(self.build(guard));
        command.current_dir(self.0.join("crates").join(guard.package.trim_start_matches("unspin-")));
        command.args(["--exact", &guard.test]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the test starts");
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if let Some(status) = child.try_wait().expect("a child") {
                let mut said = String::new();
                child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("text");
                assert!(said.contains("running 1 test\n"), "{}: {said}", guard.promise);
                return if status.success() { Outcome::Passes } else { Outcome::Fails };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().and_then(|()| child.wait()).expect("a child");
        Outcome::Hangs
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passes,
    Fails,
    Hangs,
}

#[test]
fn without_what_keeps_a_promise_its_test_fails() {
    let say = |line: &str| drop(writeln!(std::io::stderr(), "{line}"));
    let Ok(wanted) = std::env::var("UNSPIN_GUARDS") else {
        return say("skipped: set UNSPIN_GUARDS=1 for some minutes of building");
    };
    let (scratch, mut guards) = (Scratch::new(), guards());
    guards.retain(|guard| wanted == "1" || guard.promise.contains(&wanted));
    for guard in &guards {
        assert_eq!(scratch.run(guard), Outcome::Passes, "as it is: {}", guard.promise);
    }
    let mut wrong = Vec::new();
    for guard in &guards {
        let path = scratch.0.join(&guard.file);
        let clean = fs::read_to_string(&path).expect("a source");
        fs::write(&path, clean.replace(&guard.before, &guard.after)).expect("the copy can be written");
        let (outcome, expected) = (scratch.run(guard), if guard.hangs { Outcome::Hangs } else { Outcome::Fails });
        fs::write(&path, clean).expect("the copy can be written");
        say(&format!("{}: without it `{}` {outcome:?}", guard.promise, guard.test));
        if outcome != expected {
            wrong.push(format!("{}: expected that {} {expected:?}, but it {outcome:?}", guard.promise, guard.test));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
