//! What a refactoring does not change, a finding does not either.
//!
//! Every case file of the rules is written anew in several ways that leave its loops as they were: a condition moves into a
//! helper, a number gets a name, a local another one. The variants are made from the syntax trees of the files, each kind
//! in all places of a file at once, and the expectations, which are comments, go with their lines. A variant is one kind
//! in one function. What does not hold yet is listed in `variants/known.txt`, exact in both directions: `UPDATE=1`
//! writes it anew, and what is new in it has to be worth keeping. `UNSPIN_VARIANTS=FOLDER` leaves the variants there.

#[path = "variants/edit.rs"]
mod edit;
#[path = "variants/python.rs"]
mod python;
#[path = "variants/rust.rs"]
mod rust;
#[path = "variants/rust_kinds.rs"]
mod rust_kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use edit::{Edit, apply};
use unspin_driver::expectations::{CaseFile, Wrong, judge_with};
use unspin_driver::{Knowledge, Language};
use unspin_facts::Models;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules")
}

/// The functions of a text: names with ranges.
type Functions = Vec<(String, Range<usize>)>;

/// One case file, in either language.
enum Program {
    Python(python::Program),
    Rust(Box<rust::Program>),
}

impl Program {
    fn new(language: Language, text: &str) -> Option<Self> {
        Some(match language {
            Language::Python => Self::Python(python::Program::new(text)?),
            Language::Rust => Self::Rust(Box::new(rust::Program::new(text)?)),
        })
    }

    fn functions(&self) -> Functions {
        match self {
            Self::Python(program) => program.functions().map(|(name, range)| (name.to_owned(), range)).collect(),
            Self::Rust(program) => program.functions().map(|(name, range)| (name.to_owned(), range)).collect(),
        }
    }

    /// The edits of each kind.
    fn variants(&self) -> Vec<(&'static str, Vec<Edit>)> {
        match self {
            Self::Python(program) => python::KINDS.iter().map(|(kind, make)| (*kind, make(program))).collect(),
            Self::Rust(program) => rust_kinds::KINDS.iter().map(|(kind, make)| (*kind, make(program))).collect(),
        }
    }
}

fn function_at(functions: &Functions, at: usize) -> &str {
    functions.iter().find(|(_, range)| range.contains(&at)).map_or("-", |(name, _)| name)
}

/// What came of all variants.
#[derive(Default)]
struct Tally {
    /// By language and kind: how many functions were changed, how many of these are as before.
    counts: BTreeMap<(&'static str, &'static str), (usize, usize)>,
    /// What is not as it was.
    known: BTreeSet<String>,
}

impl Tally {
    /// Makes and judges all variants of one case file.
    fn take(&mut self, rule: &str, path: &Path, knowledge: &Knowledge, models: &Models) {
        let text = std::fs::read_to_string(path).expect("a case is text");
        let language = Language::of_named(path).expect("a case is a program");
        let file = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        let Some(program) = Program::new(language, &text) else { return };
        let functions = program.functions();
        for (kind, edits) in program.variants() {
            let (edited, places) = apply(&text, &edits);
            let changed: BTreeSet<&str> =
                places.iter().map(|&at| function_at(&functions, at)).filter(|name| *name != "-").collect();
            if changed.is_empty() {
                continue;
            }
            let variant =
                Program::new(language, &edited).unwrap_or_else(|| panic!("{kind} of {file} is no program:\n{edited}"));
            if let Some(folder) = std::env::var_os("UNSPIN_VARIANTS") {
                let name = format!("{}-{rule}-{file}", kind.replace(' ', "-"));
                std::fs::write(Path::new(&folder).join(name), &edited).expect("the variant can be written");
            }
            let case = CaseFile { path: file.to_owned(), module: "case".to_owned(), text: edited.clone() };
            let judgement = judge_with(&[case], knowledge, models.clone(), Some(rule), &["recommended", "strict", "audit"]);
            let lines: Vec<usize> = std::iter::once(0).chain(edited.match_indices('\n').map(|(at, _)| at + 1)).collect();
            let (in_variant, mut wrong) = (variant.functions(), BTreeSet::new());
            for difference in judgement.differences {
                let line = lines[difference.line as usize - 1];
                let at = line + edited[line..].len() - edited[line..].trim_start().len();
                let (what, of) = match &difference.wrong {
                    Wrong::Missing(_, group) => ("misses", *group),
                    Wrong::Unexpected(_, group) => ("reports", *group),
                    Wrong::Unparsed => panic!("{kind} of {file}: {difference}"),
                };
                let function = function_at(&in_variant, at).to_owned();
                self.known.insert(format!("{kind} | {rule}/{file} | {function} | {what} {of:?}").to_lowercase());
                wrong.insert(function);
            }
            let name = if language == Language::Rust { "Rust" } else { "Python" };
            let (made, held) = self.counts.entry((name, kind)).or_default();
            *made += changed.len();
            *held += changed.iter().filter(|function| !wrong.contains(**function)).count();
        }
    }
}

fn tally() -> Tally {
    let knowledge = Knowledge::builtin().expect("the built-in rules are well formed");
    let (python, rust) = (knowledge.models(Language::Python), knowledge.models(Language::Rust));
    let mut tally = Tally::default();
    for rule in knowledge.rules.infos() {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder().join(&rule.name).join("cases"))
            .expect("cases")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        for file in files.iter().filter(|file| Language::of_named(file).is_some()) {
            let models = if Language::of_named(file) == Some(Language::Rust) { &rust } else { &python };
            tally.take(&rule.name, file, &knowledge, models);
        }
    }
    tally
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for whoever asks with --nocapture; in the file they would collide")]
fn what_a_refactoring_leaves_is_reported_as_before() {
    let tally = tally();
    for ((language, kind), (made, held)) in &tally.counts {
        println!("{language}: {kind}: {held} of {made} hold");
    }
    let (made, held) = tally.counts.values().fold((0, 0), |(made, held), (m, h)| (made + m, held + h));
    println!("all: {held} of {made} hold");
    let mut text =
        "# Variants of cases that come out otherwise than the case: kind | case | function | what differs. Written by\n\
                    # UPDATE=1 cargo test -p unspin-tests --test variants\n\
                    # and counted by cargo test -p unspin-tests --test variants -- --nocapture\n\n"
            .to_owned();
    text.extend(tally.known.iter().map(|line| format!("{line}\n")));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("variants/known.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("the list can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    let lines =
        |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<BTreeSet<String>>();
    let (now, before) = (lines(&text), lines(&known));
    let new: Vec<&String> = now.difference(&before).collect();
    let gone: Vec<&String> = before.difference(&now).collect();
    assert!(new.is_empty() && gone.is_empty(), "\nnew:\n{new:#?}\nno longer so:\n{gone:#?}");
}
