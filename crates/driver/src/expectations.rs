//! Whether rules report in their cases exactly what the cases expect.
//!
//! A line that must be reported carries `expect: RULE` in a comment, or `expect: RULE/GROUP` for a form that is not in the
//! recommended group. Expectations are exact in both directions: nothing more, nothing less. What is known to be wrong
//! keeps its case: `fixme: expect: RULE` is not reported yet, `fixme: not-expect: RULE` is reported and should not be. Both
//! are exact as well, so that a better analysis has to take them away.

use std::{collections::BTreeSet, fmt, path::Path, sync::Arc};

use unspin_engine::{
    RawFinding, Selection, Selections, check,
    suppression::{self, CommentedFile, JoinedLines},
};
use unspin_facts::{Models, Project, SourceFile};
use unspin_findings::Group;
use unspin_ir::{Module, Source, name};
use unspin_span::LineIndex;

use crate::{
    Error, Knowledge, Language,
    knowledge::{entries, name_of, rule_folders, text_of},
    load::{joined, lower},
};

/// One file of a case. Files that are judged together are one project.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// As it is named in what is reported; its ending tells the language.
    pub path: String,
    /// Its dotted module path.
    pub module: String,
    /// Its text.
    pub text: String,
}

/// A line on which what is expected is not what is reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The file.
    pub path: String,
    /// Line in it, from 1.
    pub line: u32,
    /// What is wrong there.
    pub wrong: Wrong,
    /// The line, or what could not be parsed.
    pub text: String,
}

/// How expectation and report differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// It is expected and not reported: rule and group.
    Missing(String, Group),
    /// It is reported and not expected: rule and group.
    Unexpected(String, Group),
    /// The file cannot be parsed, so that nothing is sure.
    Unparsed,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, wrong, text } = self;
        let named = |rule: &str, group: Group| match group {
            Group::Recommended => rule.to_owned(),
            group => format!("{rule}/{}", format!("{group:?}").to_lowercase()),
        };
        match wrong {
            Wrong::Missing(rule, group) => write!(f, "{path}:{line}: missing {}: {text}", named(rule, *group)),
            Wrong::Unexpected(rule, group) => write!(f, "{path}:{line}: unexpected {}: {text}", named(rule, *group)),
            Wrong::Unparsed => write!(f, "{path}:{line}: {text}"),
        }
    }
}

/// What came of comparing.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Findings that are expected.
    pub expected: usize,
    /// Where the report differs, sorted.
    pub differences: Vec<Difference>,
}

type Expectation = (u32, String, Group);

/// Compares what is reported in one small project with what its comments expect; of one rule or of all.
pub fn judge(files: &[CaseFile], knowledge: &Knowledge, rule: Option<&str>, groups: &[&str]) -> Judgement {
    let language = files.first().map_or(Language::Python, language_of);
    judge_with(files, knowledge, knowledge.models(language), rule, groups)
}

/// As [`judge`], with models that are merged already.
pub fn judge_with(files: &[CaseFile], knowledge: &Knowledge, models: Models, rule: Option<&str>, groups: &[&str]) -> Judgement {
    let mut judgement = Judgement::default();
    let sources: Vec<SourceFile> = files.iter().map(|file| SourceFile::new(own_name(file), module_of(file))).collect();
    let project = Project::new(sources, Arc::new(models));
    let indices: Vec<LineIndex> = files.iter().map(|file| LineIndex::new(&file.text)).collect();
    let found = findings(&project, files, &indices, knowledge, groups);
    for (number, (file, index)) in files.iter().zip(&indices).enumerate() {
        let module = &project.files[number].module;
        let difference = |line: u32, wrong, text: String| Difference { path: file.path.clone(), line, wrong, text };
        for problem in &module.problems {
            let line = index.line(problem.span.start);
            judgement.differences.push(difference(line, Wrong::Unparsed, problem.message.clone()));
        }
        let (expected, unknown) = expectations(index, module, knowledge, rule);
        for (line, message) in unknown {
            judgement.differences.push(difference(line, Wrong::Unparsed, message));
        }
        let of_file = found.iter().filter(|one| one.file as usize == number && rule.is_none_or(|rule| rule == one.rule));
        let found: BTreeSet<Expectation> =
            of_file.map(|finding| (index.line(finding.span.start), finding.rule.clone(), finding.group)).collect();
        judgement.expected += expected.len();
        let text_of = |line: u32| file.text.lines().nth(line as usize - 1).unwrap_or_default().trim().to_owned();
        for (line, rule, group) in expected.difference(&found) {
            judgement.differences.push(difference(*line, Wrong::Missing(rule.clone(), *group), text_of(*line)));
        }
        for (line, rule, group) in found.difference(&expected) {
            judgement.differences.push(difference(*line, Wrong::Unexpected(rule.clone(), *group), text_of(*line)));
        }
    }
    judgement.differences.sort();
    judgement
}

/// The file's name alone: a folder called `tests` above it does not make the case a test.
fn own_name(file: &CaseFile) -> String {
    Path::new(&file.path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn language_of(file: &CaseFile) -> Language {
    Language::of_named(Path::new(&file.path)).unwrap_or(Language::Python)
}

fn module_of(file: &CaseFile) -> Module {
    lower(language_of(file), &file.text, &Source { name: name(&file.module), is_package: false, is_test: false })
}

/// What is reported and not suppressed.
fn findings(
    project: &Project,
    files: &[CaseFile],
    indices: &[LineIndex],
    knowledge: &Knowledge,
    groups: &[&str],
) -> Vec<RawFinding> {
    let select = Some(groups.iter().map(|group| (*group).to_owned()).collect());
    let selections = Selections::one(Selection { select, ..Selection::default() });
    let mut findings = check(project, &knowledge.rules, &selections);
    let joined_in = |(file, lines): (&CaseFile, &LineIndex)| joined(language_of(file), &file.text, lines);
    let joined: Vec<JoinedLines> = files.iter().zip(indices).map(joined_in).collect();
    let commented = files.iter().zip(indices).zip(&joined).enumerate().map(|(number, ((file, lines), joined))| CommentedFile {
        file: number as u32,
        text: &file.text,
        lines,
        comments: &project.files[number].module.comments,
        joined,
    });
    let suppressions = suppression::parse(&commented.collect::<Vec<_>>());
    let line = |file: u32, offset| joined[file as usize].first(indices[file as usize].line(offset));
    let applied = suppression::apply(&suppressions, &findings, line);
    let mut suppressed = applied.suppressed.into_iter();
    findings.retain(|_| !suppressed.next().unwrap_or(false));
    findings
}

/// What the comments expect, and the lines on which that is no rule or group that there is.
fn expectations(
    index: &LineIndex,
    module: &Module,
    knowledge: &Knowledge,
    rule: Option<&str>,
) -> (BTreeSet<Expectation>, Vec<(u32, String)>) {
    let (mut expected, mut unknown) = (BTreeSet::new(), Vec::new());
    let is_rule = |named: &str| knowledge.rules.infos().iter().any(|info| info.name == named);
    for comment in &module.comments {
        let Some((before, list)) = comment.text.split_once("expect:") else { continue };
        if before.trim_end().ends_with("fixme:") {
            continue;
        }
        for word in list.split([',', ' ']).filter(|word| !word.is_empty()) {
            let (named, group) = word.split_once('/').unwrap_or((word, "recommended"));
            let line = index.line(comment.span.start);
            let group = match group {
                "recommended" => Group::Recommended,
                "strict" => Group::Strict,
                "audit" => Group::Audit,
                _ => {
                    unknown.push((line, format!("`{word}` is expected, but there is no group `{group}`")));
                    continue;
                }
            };
            if !is_rule(named) {
                unknown.push((line, format!("`{word}` is expected, but there is no rule `{named}`")));
            } else if rule.is_none_or(|rule| rule == named) {
                expected.insert((line, named.to_owned(), group));
            }
        }
    }
    (expected, unknown)
}

/// The fenced blocks of a README in the two languages, with lines before them so that theirs keep their numbers.
pub fn blocks(path: &str, readme: &str) -> Vec<CaseFile> {
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
            Some((ending, text)) if line.trim() == "```" => {
                blocks.push(CaseFile {
                    path: format!("{path}.{ending}"),
                    module: "block".to_owned(),
                    text: std::mem::take(text),
                });
                open = None;
            }
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    blocks
}

/// What came of the cases of one rule.
#[derive(Clone, Debug)]
pub struct RuleOutcome {
    /// Its name.
    pub rule: String,
    /// How many case files and blocks there are.
    pub cases: usize,
    /// What came of them.
    pub judgement: Judgement,
}

/// Runs the cases of each rule of a folder: its case files, and the code blocks of its README.
///
/// # Errors
///
/// When something in the folder cannot be read. A case that cannot be parsed is a difference.
pub fn test_rules(folder: &Path, knowledge: &Knowledge) -> Result<Vec<RuleOutcome>, Error> {
    let mut outcomes = Vec::new();
    // Merging takes longer than a case does.
    let (python, rust) = (knowledge.models(Language::Python), knowledge.models(Language::Rust));
    for rule in rule_folders(folder)? {
        let mut cases = case_files(&rule.join("cases"))?;
        let readme = rule.join("README.md");
        if readme.exists() {
            cases.extend(blocks(&readme.to_string_lossy(), &text_of(&readme)?));
        }
        let name = name_of(&rule);
        let mut judgement = Judgement::default();
        for case in &cases {
            let is_rust = Language::of_named(Path::new(&case.path)) == Some(Language::Rust);
            let models = if is_rust { &rust } else { &python }.clone();
            let groups = ["recommended", "strict", "audit"];
            let one = judge_with(std::slice::from_ref(case), knowledge, models, Some(&name), &groups);
            judgement.expected += one.expected;
            judgement.differences.extend(one.differences);
        }
        outcomes.push(RuleOutcome { rule: name, cases: cases.len(), judgement });
    }
    Ok(outcomes)
}

fn case_files(folder: &Path) -> Result<Vec<CaseFile>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = entries(folder)?;
    files.retain(|file| Language::of_named(file).is_some());
    let read = |file: &std::path::PathBuf| {
        let module = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(CaseFile { path: file.to_string_lossy().into_owned(), module, text: text_of(file)? })
    };
    files.iter().map(read).collect()
}
