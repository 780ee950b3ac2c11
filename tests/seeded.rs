//! The reference server is clean, and each classic defect that is put into it is found, in Rust and in Python.
//!
//! `fixtures/seeded/README.md` says how a defect is written down. What is known to be missed is said so there, and is exact
//! as well: as soon as a finding appears, the mark has to go.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use unspin_driver::{Options, scan};
use unspin_tests::folders::copy;

/// The parts of the runtime half that defects are put into.
const CRATES: [&str; 3] = ["resilience", "resilience-macros", "resilient-server"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What is reported in a folder, with the rules of these groups beside the recommended ones: rule, file and source line.
fn findings(folder: &Path, groups: &[&str]) -> Vec<(String, String, String)> {
    let cwd = folder.canonicalize().expect("the folder is there");
    let mut options = Options { paths: vec![cwd.clone()], ..Options::new(cwd.clone()) };
    options.selection.extend_select = groups.iter().map(|&group| group.to_owned()).collect();
    let outcome = scan(&options, &|_| ()).expect("the rules are well formed");
    assert!(outcome.report.errors.is_empty(), "{:?}", outcome.report.errors);
    assert_eq!(outcome.suppressed, 0, "no comment may hide a loop of the server");
    let findings = outcome.report.findings.iter().map(|finding| {
        let text = fs::read_to_string(cwd.join(&finding.path)).expect("a source");
        let line = text.lines().nth(finding.range.start.line as usize - 1).unwrap_or_default().trim();
        (finding.rule.clone(), finding.path.clone(), line.to_owned())
    });
    findings.collect()
}

/// A folder with sources into which one defect after the other is put.
struct Sources {
    folder: tempfile::TempDir,
}

impl Sources {
    fn rust() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // What makes one of the crates.
        fs::copy(repository().join("Cargo.toml"), folder.path().join("Cargo.toml")).expect("a manifest");
        for name in CRATES {
            let (from, to) = (repository().join("crates").join(name), folder.path().join("crates").join(name));
            copy(&from.join("src"), &to.join("src"));
            fs::copy(from.join("Cargo.toml"), to.join("Cargo.toml")).expect("a manifest");
        }
        Self { folder }
    }

    fn python() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let from = repository().join("fixtures/seeded/server.py");
        fs::copy(from, folder.path().join("server.py")).expect("the server");
        Self { folder }
    }

    /// Puts a defect in, looks, and takes it out again; answers what is wrong with what is found.
    fn judge(&self, file: &str, defect: &toml::Table) -> Result<(), String> {
        let text = |key: &str| defect.get(key).and_then(toml::Value::as_str);
        let Some(rule) = text("rule") else { return Err("`rule` is needed".into()) };
        let more = defect.get("and").and_then(toml::Value::as_array).into_iter().flatten();
        let mut parts = std::iter::once(defect).chain(more.filter_map(toml::Value::as_table));
        let mut clean = Vec::new();
        let put_in = parts.try_for_each(|part| self.put_in(file, part, &mut clean));
        let group = text("group");
        let found = findings(self.folder.path(), group.as_slice());
        for (path, text) in clean.into_iter().rev() {
            fs::write(path, text).expect("the copy can be written");
        }
        put_in?;
        let is_missed = defect.get("missed").and_then(toml::Value::as_bool).unwrap_or(false);
        let expected = match text("at") {
            _ if is_missed => Vec::new(),
            at => vec![(rule.to_owned(), file.to_owned(), at.unwrap_or_default().to_owned())],
        };
        if found == expected { Ok(()) } else { Err(format!("expected {expected:?}\n    found {found:?}")) }
    }

    /// Replaces one text of a file, and notes what was there.
    fn put_in(&self, file: &str, part: &toml::Table, clean: &mut Vec<(PathBuf, String)>) -> Result<(), String> {
        let text = |key: &str| part.get(key).and_then(toml::Value::as_str);
        let (Some(before), Some(after)) = (text("before"), text("after")) else {
            return Err("`before` and `after` are needed".into());
        };
        let file = text("file").unwrap_or(file);
        let path = self.folder.path().join(file);
        let source = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
        let count = source.matches(before).count();
        if count != 1 {
            return Err(format!("`before` occurs {count} times in {file}"));
        }
        fs::write(&path, source.replace(before, after)).expect("the copy can be written");
        clean.push((path, source));
        Ok(())
    }
}

fn defects() -> Vec<(String, toml::Table)> {
    let folder = repository().join("fixtures/seeded");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the fixture").flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8").to_owned();
        let text = fs::read_to_string(path).expect("a defect is text");
        (name, text.parse().expect("TOML"))
    };
    files.iter().map(read).collect()
}

/// Judges every defect in a language.
fn judge_all(language: &str, sources: &Sources) {
    let clean = findings(sources.folder.path(), &["strict"]);
    assert!(clean.is_empty(), "without any defect: {clean:?}");
    let mut report = String::new();
    for (name, defect) in defects() {
        let part = defect.get(language).and_then(toml::Value::as_table).expect("each defect is in both languages");
        let file = part.get("file").and_then(toml::Value::as_str).unwrap_or("server.py");
        if let Err(wrong) = sources.judge(file, part) {
            let _ = writeln!(report, "{name}: {wrong}");
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn each_defect_of_the_server_is_found_and_nothing_else() {
    judge_all("rust", &Sources::rust());
}

#[test]
fn each_defect_of_the_python_twin_is_found_and_nothing_else() {
    judge_all("python", &Sources::python());
}

#[test]
fn there_are_enough_defects() {
    assert!(defects().len() >= 25);
}
