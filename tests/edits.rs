//! Random edits of the rules' cases: a baseline and `--since` neither lose a finding nor invent one.
//!
//! Every round edits each case file in one way that says what has to become of its findings. Most ways change nothing
//! (lines above, items in another order, another indentation, other line ends, another name of the file or of a function); a
//! copied function brings its findings once more, and a deleted one takes them away. All files are scanned together as
//! one project, with every rule, in both languages. `UNSPIN_EDITS=N` makes N rounds instead of a few; the seed of a round is
//! its number, and is named when it fails: `UNSPIN_EDITS=7..8` makes that round alone. What the analysis itself no longer sees after an edit is no matter of this
//! test: the findings of a round are those of a plain scan of the edited files.

#[path = "edits/edit.rs"]
mod edit;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use edit::{Kind, Random, edited};
use unspin_driver::{BaselineFrom, Changes, Options, Outcome, scan};
use unspin_findings::Finding;

/// Rounds in every run of the tests.
const ROUNDS: u64 = 4;

/// The case files, by the names that they have in the copy.
fn cases() -> BTreeMap<String, String> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut cases = BTreeMap::new();
    for rule in entries(&rules) {
        for case in entries(&rule.join("cases")).into_iter().filter(|path| path.is_file()) {
            // Names of the copy are no names of tests, whatever the case is called.
            let path = format!("{}/case_{}", name(&rule).replace('-', "_"), name(&case));
            cases.insert(path, fs::read_to_string(&case).expect("a case is text"));
        }
    }
    cases
}

struct Project {
    folder: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Project {
    fn new(files: &BTreeMap<String, String>) -> Self {
        let temporary = || tempfile::tempdir().expect("a folder");
        let project = Self { folder: temporary(), cache: temporary() };
        project.write(files);
        project
    }

    fn write(&self, files: &BTreeMap<String, String>) {
        for (path, text) in files {
            let path = self.folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
    }

    fn clear(&self) {
        for entry in fs::read_dir(self.folder.path()).expect("a folder").flatten() {
            let name = entry.file_name();
            if entry.path().is_dir() && name != ".git" {
                fs::remove_dir_all(entry.path()).expect("it can be removed");
            }
        }
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=n", "-c", "user.email=e", "-c", "core.autocrlf=false"];
        let status = Command::new("git").args(identity).args(arguments).current_dir(self.folder.path()).status();
        assert!(status.expect("git is installed").success(), "git {arguments:?}");
    }

    fn scan(&self, with: impl Fn(&mut Options)) -> Outcome {
        let cwd = self.folder.path().canonicalize().expect("it is there");
        let mut options = Options { paths: vec![cwd.clone()], include_tests: Some(true), ..Options::new(cwd) };
        options.selection.extend_select = vec!["strict".to_owned(), "audit".to_owned()];
        options.cache = Some(self.cache.path().join("cache"));
        with(&mut options);
        scan(&options, &|_| ()).expect("the rules are well formed")
    }
}

/// Path, rule, function and line of findings, and how often.
fn named<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeMap<String, usize> {
    let mut named = BTreeMap::new();
    for found in findings {
        let name = format!("{} {} {} {} {}", found.path, found.rule, found.function, found.context, found.range.start.line);
        *named.entry(name).or_default() += 1;
    }
    named
}

/// How often each rule reports.
fn counted<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeMap<&'a str, usize> {
    let mut counted = BTreeMap::new();
    for found in findings {
        *counted.entry(found.rule.as_str()).or_default() += 1;
    }
    counted
}

struct Round<'a> {
    /// By the new path: the old path, and what was done.
    edits: BTreeMap<String, (String, Kind)>,
    before: &'a [Finding],
    after: Vec<Finding>,
}

impl Round<'_> {
    /// Whether the analysis sees in the file what it saw before; it looks at names, too.
    fn sees_the_same(&self, path: &str) -> bool {
        let (old, kind) = &self.edits[path];
        let is_copy = |found: &&Finding| kind.made(&found.function);
        let before = counted(self.before.iter().filter(|found| found.path == *old && !kind.removed(&found.function)));
        let after = counted(self.after.iter().filter(|found| found.path == path && !is_copy(found)));
        before == after
    }

    /// What has to be new: what is in copies.
    fn expected(&self, paths: &BTreeSet<&str>) -> BTreeMap<String, usize> {
        let is_copy = |found: &&Finding| self.edits[&found.path].1.made(&found.function);
        named(self.after.iter().filter(|found| paths.contains(found.path.as_str())).filter(is_copy))
    }
}

#[test]
fn no_edit_loses_or_invents_a_finding() {
    let number = |text: &str| text.parse::<u64>().expect("a number");
    let rounds = std::env::var("UNSPIN_EDITS").ok().map_or(0..ROUNDS, |asked| match asked.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => 0..number(&asked),
    });
    let files = cases();
    let project = Project::new(&files);
    project.git(&["init", "-q"]);
    project.git(&["add", "-A"]);
    project.git(&["commit", "-q", "-m", "before"]);
    let before = project.scan(|_| ());
    assert!(before.report.findings.len() > 500, "the cases report much");
    let file = project.folder.path().join("unspin-baseline.json");
    let written = project.scan(|options| {
        options.baseline = BaselineFrom::File(file.clone());
        options.adopt = true;
    });
    written.baselines[0].current.write(&file).expect("it is written");
    for seed in rounds {
        round(&project, &files, &before.report.findings, &file, seed);
    }
}

fn round(project: &Project, files: &BTreeMap<String, String>, before: &[Finding], file: &Path, seed: u64) {
    let mut random = Random::new(seed);
    let mut edits = BTreeMap::new();
    let mut texts = BTreeMap::new();
    for (path, text) in files {
        let (new, text, kind) = edited(path, text, &mut random);
        texts.insert(new.clone(), text);
        edits.insert(new, (path.clone(), kind));
    }
    project.clear();
    project.write(&texts);
    let round = Round { edits, before, after: project.scan(|_| ()).report.findings };
    let same: BTreeSet<&str> = round.edits.keys().map(String::as_str).filter(|path| round.sees_the_same(path)).collect();
    assert!(
        same.len() * 20 > files.len() * 19,
        "seed {seed}: in {} files the analysis sees something else",
        files.len() - same.len()
    );
    let expected = round.expected(&same);
    let judged = |outcome: &Outcome| named(outcome.report.findings.iter().filter(|found| same.contains(found.path.as_str())));

    let beside = project.scan(|options| options.baseline = BaselineFrom::File(file.to_owned()));
    let kinds = |names: &BTreeMap<String, usize>| {
        names
            .keys()
            .map(|name| format!("{name}: {:?}", round.edits[name.split(' ').next().unwrap_or_default()]))
            .collect::<Vec<_>>()
    };
    assert_eq!(judged(&beside), expected, "seed {seed}, beside the baseline: {:#?}", kinds(&judged(&beside)));
    let removed = |found: &&Finding| {
        let edit = round.edits.values().find(|(old, _)| *old == found.path);
        edit.is_some_and(|(_, kind)| kind.removed(&found.function))
    };
    if same.len() == files.len() {
        let stale = beside.baselines.first().map(|used| used.stale);
        assert_eq!(stale, Some(before.iter().filter(removed).count()), "seed {seed}");
    }

    let asked = |options: &mut Options| options.changes = Some(Changes::Since("HEAD".to_owned()));
    let since = project.scan(asked);
    if seed == 0 {
        let anew = project.scan(|options| {
            asked(options);
            options.cache = None;
        });
        assert_eq!(anew.report.findings, since.report.findings, "with and without results of earlier runs");
        assert_eq!(anew.unchanged, since.unchanged);
    }
    let reported = judged(&since);
    for name in expected.keys() {
        assert!(reported.contains_key(name), "seed {seed}: {name} is new and not reported");
    }
    let invented: Vec<&String> = reported
        .keys()
        .filter(|name| !expected.contains_key(*name))
        .filter(|name| round.edits[name.split(' ').next().unwrap_or_default()].1.leaves_lines_alone())
        .collect();
    assert!(invented.is_empty(), "seed {seed}: no change touches {invented:#?}");
}
