//! Every case file and every code block of a rule's README says exactly what its rule reports.
//!
//! A line that must be reported carries `expect: RULE`, or `expect: RULE/GROUP` for a form that is not in the recommended
//! group. Expectations are exact in both directions: nothing more, nothing less. What is known to be wrong keeps its case:
//! `fixme: expect: RULE` is not reported yet, `fixme: not-expect: RULE` is reported and should not be. Both are exact as
//! well, so that a better analysis has to take them away. `UNSPIN_RULE=name` runs one rule alone.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use unspin_engine::suppression::{self, CommentedFile};
use unspin_engine::{Rule, Rules, Selection, builtin_models, check};
use unspin_facts::{Models, Project, SourceFile};
use unspin_findings::Group;
use unspin_ir::{Module, Source, name};
use unspin_span::LineIndex;

type Expectation = (u32, String, Group);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn lower(path: &str, stem: &str, text: &str) -> Module {
    let is_rust = Path::new(path).extension().is_some_and(|ending| ending == "rs");
    let source = Source { name: name(stem), is_package: false, is_test: false };
    if is_rust { unspin_frontend_rust::lower(text, &source) } else { unspin_frontend_python::lower(text, &source) }
}

fn expectations(text: &str, module: &Module, rule: Option<&str>) -> BTreeSet<Expectation> {
    let index = LineIndex::new(text);
    let mut expected = BTreeSet::new();
    for comment in &module.comments {
        let Some((before, list)) = comment.text.split_once("expect:") else { continue };
        if before.trim_end().ends_with("fixme:") {
            continue;
        }
        for word in list.split([',', ' ']).filter(|word| !word.is_empty()) {
            let (named, group) = word.split_once('/').unwrap_or((word, "recommended"));
            let group = match group {
                "strict" => Group::Strict,
                "audit" => Group::Audit,
                _ => Group::Recommended,
            };
            if rule.is_none_or(|rule| rule == named) {
                expected.insert((index.line(comment.span.start), named.to_owned(), group));
            }
        }
    }
    expected
}

/// Findings and expectations of a small project, file by file, as the lines in which they differ.
fn differences(files: &[(String, String, String)], rules: &Rules, rule: Option<&str>, groups: &[&str]) -> String {
    let is_rust = files.first().is_some_and(|(path, ..)| Path::new(path).extension().is_some_and(|ending| ending == "rs"));
    let models = builtin_models(if is_rust { "rust" } else { "python" }).expect("the built-in models are well formed");
    let sources: Vec<SourceFile> =
        files.iter().map(|(path, stem, text)| SourceFile::new(path.clone(), lower(path, stem, text))).collect();
    let mut report = String::new();
    for (source, (path, ..)) in sources.iter().zip(files) {
        for problem in &source.module.problems {
            let _ = writeln!(report, "{path}: {}", problem.message);
        }
    }
    let project = Project::new(sources, Models::new(models));
    let select = groups.iter().map(|group| (*group).to_owned()).collect();
    let findings = check(&project, rules, &Selection { select, ..Selection::default() });
    let indices: Vec<LineIndex> = files.iter().map(|(_, _, text)| LineIndex::new(text)).collect();
    let commented: Vec<CommentedFile<'_>> = files
        .iter()
        .enumerate()
        .map(|(number, (_, _, text))| CommentedFile {
            file: number as u32,
            text,
            lines: &indices[number],
            comments: &project.files[number].module.comments,
        })
        .collect();
    let suppressions = suppression::parse(&commented);
    let applied = suppression::apply(&suppressions, &findings, |file, offset| indices[file as usize].line(offset));
    let mut suppressed = applied.suppressed.into_iter();
    let mut findings = findings;
    findings.retain(|_| !suppressed.next().unwrap_or(false));
    for (number, (path, _, text)) in files.iter().enumerate() {
        let index = &indices[number];
        let expected = expectations(text, &project.files[number].module, rule);
        let found: BTreeSet<Expectation> = findings
            .iter()
            .filter(|finding| finding.file as usize == number && rule.is_none_or(|rule| rule == finding.rule))
            .map(|finding| (index.line(finding.span.start), finding.rule.clone(), finding.group))
            .collect();
        let line_of = |line: u32| text.lines().nth(line as usize - 1).unwrap_or_default().trim();
        for (line, rule, group) in expected.difference(&found) {
            let _ = writeln!(report, "{path}:{line}: missing {rule} ({group:?}): {}", line_of(*line));
        }
        for (line, rule, group) in found.difference(&expected) {
            let _ = writeln!(report, "{path}:{line}: unexpected {rule} ({group:?}): {}", line_of(*line));
        }
    }
    report
}

/// The fenced blocks of a README in the two languages, each padded so that lines keep their numbers.
fn blocks(readme: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for (number, line) in readme.lines().enumerate() {
        match &mut open {
            None => {
                let ending = match line.trim() {
                    "```python" => "py",
                    "```rust" => "rs",
                    _ => continue,
                };
                open = Some((ending, "\n".repeat(number + 1)));
            }
            Some((ending, text)) => {
                if line.trim() == "```" {
                    blocks.push(((*ending).to_owned(), std::mem::take(text)));
                    open = None;
                } else {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    blocks
}

fn builtin() -> Rules {
    Rules::builtin().expect("the built-in rules are well formed")
}

const ALL: [&str; 3] = ["recommended", "strict", "audit"];

fn rule_folders() -> Vec<PathBuf> {
    let only = std::env::var("UNSPIN_RULE").ok();
    let folders = std::fs::read_dir(repository().join("rules")).expect("the folder of rules");
    let mut folders: Vec<PathBuf> = folders.filter_map(Result::ok).map(|entry| entry.path()).collect();
    folders.retain(|folder| {
        let rule = folder.file_name().and_then(|name| name.to_str());
        folder.join("rule.toml").exists() && only.as_deref().is_none_or(|only| rule == Some(only))
    });
    folders.sort();
    folders
}

#[test]
fn cases_expect_exactly_what_is_reported() {
    let mut report = String::new();
    for folder in rule_folders() {
        let rule = folder.file_name().and_then(|name| name.to_str()).expect("a rule's name").to_owned();
        let Ok(cases) = std::fs::read_dir(folder.join("cases")) else {
            let _ = writeln!(report, "{rule}: no cases");
            continue;
        };
        let mut cases: Vec<PathBuf> = cases.filter_map(Result::ok).map(|entry| entry.path()).collect();
        cases.sort();
        for case in cases {
            let text = std::fs::read_to_string(&case).expect("a case is text");
            let stem = case.file_stem().and_then(|stem| stem.to_str()).unwrap_or("case").to_owned();
            let path = format!("{rule}/cases/{}", case.file_name().and_then(|name| name.to_str()).unwrap_or("case"));
            report += &differences(&[(path, stem, text)], &builtin(), Some(&rule), &ALL);
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn readmes_expect_exactly_what_is_reported() {
    let mut report = String::new();
    for folder in rule_folders() {
        let rule = folder.file_name().and_then(|name| name.to_str()).expect("a rule's name").to_owned();
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        if readme.is_empty() {
            let _ = writeln!(report, "{rule}: no README.md");
        }
        for (ending, text) in blocks(&readme) {
            report += &differences(
                &[(format!("{rule}/README.md.{ending}"), "block".to_owned(), text)],
                &builtin(),
                Some(&rule),
                &ALL,
            );
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn the_incident_is_reported_where_it_stands_and_its_fixes_are_accepted() {
    for ending in ["py", "rs"] {
        let folder = repository().join("fixtures/incident");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("the fixture").filter_map(Result::ok).map(|e| e.path()).collect();
        files.retain(|path| path.extension().is_some_and(|found| found == ending));
        files.sort();
        let files: Vec<(String, String, String)> = files
            .iter()
            .map(|path| {
                let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("file");
                let module = if ending == "rs" {
                    format!("incident.{stem}").replace("incident.server", "incident")
                } else {
                    stem.to_owned()
                };
                (
                    path.file_name().and_then(|n| n.to_str()).unwrap_or("file").to_owned(),
                    module,
                    std::fs::read_to_string(path).expect("text"),
                )
            })
            .collect();
        let report = differences(&files, &builtin(), None, &["recommended"]);
        assert!(report.is_empty(), "\n{report}");
    }
}

/// The text of the first block of a language in a guide.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("```{language}\n")).expect("the guide shows one");
    rest.split_once("```").expect("the block ends").0
}

#[test]
fn the_example_of_the_contributing_guide_is_a_rule() {
    let guide = std::fs::read_to_string(repository().join(".github/CONTRIBUTING.md")).expect("the guide");
    let name = "swallowed-at-once";
    let rule = Rule::parse(name, "rule.toml", block(&guide, "toml"), "").expect("the example is well formed");
    let case = ("case.py".to_owned(), "case".to_owned(), block(&guide, "python").to_owned());
    let report = differences(&[case], &Rules::new(vec![rule]), Some(name), &ALL);
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn the_catalogue_lists_every_rule() {
    let mut catalogue = "# Rules\n\nOne folder a rule; `unspin explain RULE` shows its page. How to add one stands in the contributing guide.\n\n\
                         | rule | group | severity | what it finds |\n|---|---|---|---|\n"
        .to_owned();
    for info in builtin().infos() {
        let group = format!("{:?}", info.group).to_lowercase();
        let severity = format!("{:?}", info.severity).to_lowercase();
        let _ = writeln!(catalogue, "| [{0}]({0}/README.md) | {group} | {severity} | {1} |", info.name, info.summary);
    }
    let path = repository().join("rules/README.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &catalogue).expect("the catalogue can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(known, catalogue, "run with UPDATE=1 to write the catalogue anew");
}
