//! Every case file and every code block of a rule's README says exactly what its rule reports.
//!
//! What an expectation looks like is said in `unspin_driver::expectations`. `UNSPIN_RULE=name` runs one rule alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use unspin_driver::Knowledge;
use unspin_driver::expectations::{CaseFile, Judgement, judge, test_rules};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn builtin() -> Knowledge {
    Knowledge::builtin().expect("the built-in rules are well formed")
}

fn shown(judgement: &Judgement) -> String {
    judgement.differences.iter().fold(String::new(), |shown, difference| shown + &format!("{difference}\n"))
}

#[test]
fn cases_and_readmes_expect_exactly_what_is_reported() {
    let only = std::env::var("UNSPIN_RULE").ok();
    let folder = repository().join("rules").join(only.unwrap_or_default());
    let mut report = String::new();
    for outcome in test_rules(&folder, &builtin()).expect("the cases can be read") {
        report += &shown(&outcome.judgement);
        if outcome.judgement.expected == 0 {
            let _ = writeln!(report, "{}: nothing is expected", outcome.rule);
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn each_rule_has_a_page() {
    for info in builtin().rules.infos() {
        assert!(!info.readme.is_empty(), "{}: no README.md", info.name);
    }
}

#[test]
fn the_incident_is_reported_where_it_stands_and_its_fixes_are_accepted() {
    for ending in ["py", "rs"] {
        let folder = repository().join("fixtures/incident");
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).expect("the fixture").filter_map(Result::ok).map(|e| e.path()).collect();
        files.retain(|path| path.extension().is_some_and(|found| found == ending));
        files.sort();
        let files: Vec<CaseFile> = files
            .iter()
            .map(|path| {
                let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("file");
                let module = if ending == "rs" {
                    format!("incident.{stem}").replace("incident.server", "incident")
                } else {
                    stem.to_owned()
                };
                let path_shown = path.file_name().and_then(|name| name.to_str()).unwrap_or("file").to_owned();
                CaseFile { path: path_shown, module, text: std::fs::read_to_string(path).expect("text") }
            })
            .collect();
        let judgement = judge(&files, &builtin(), None, &["recommended"]);
        assert!(judgement.differences.is_empty(), "\n{}", shown(&judgement));
    }
}

/// The texts of the blocks of a language in a guide.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).map(|rest| rest.split_once("```").expect("the block ends").0).collect()
}

/// Runs an example of a guide as a team's own folder: files by path.
fn run_example(files: &[(&str, &str)]) -> Judgement {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let knowledge = builtin().with_folders(&[folder.path().to_owned()]).expect("the example is well formed");
    test_rules(folder.path(), &knowledge).expect("the cases can be read").remove(0).judgement
}

#[test]
fn the_example_of_the_contributing_guide_is_a_rule() {
    let guide = std::fs::read_to_string(repository().join(".github/CONTRIBUTING.md")).expect("the guide");
    let (rule, case) = (blocks(&guide, "toml")[0], blocks(&guide, "python")[0]);
    let judgement = run_example(&[("swallowed-at-once/rule.toml", rule), ("swallowed-at-once/cases/case.py", case)]);
    assert!(judgement.expected == 1 && judgement.differences.is_empty(), "\n{}", shown(&judgement));
}

#[test]
fn the_example_of_the_readme_is_a_rule_with_a_model() {
    let guide = std::fs::read_to_string(repository().join("README.md")).expect("the guide");
    let (_, section) = guide.split_once("## Your own rules").expect("the section is there");
    let [model, rule] = blocks(section, "toml")[..] else { panic!("a model and a rule") };
    let judgement = run_example(&[
        ("models/python/acme.toml", model),
        ("fetch-without-timeout/rule.toml", rule),
        ("fetch-without-timeout/cases/drain.py", blocks(section, "python")[0]),
    ]);
    assert!(judgement.expected == 1 && judgement.differences.is_empty(), "\n{}", shown(&judgement));
}

#[test]
fn the_catalogue_lists_every_rule() {
    let mut catalogue = "# Rules\n\nOne folder a rule; `unspin explain RULE` shows its page. How to add one stands in the contributing guide.\n\n\
                         | rule | group | severity | what it finds |\n|---|---|---|---|\n"
        .to_owned();
    for info in builtin().rules.infos() {
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
