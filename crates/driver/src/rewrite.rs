//! Changes to source files: what fixes of findings change, and how a changed text gets into its file.
//!
//! A file is replaced as a whole or not at all, keeps its encoding, byte-order mark, line ends and permissions, and is left
//! alone if it is no longer what was scanned. So is one whose program a change would alter: comments are all that these
//! changes are about, and the IR before and after shows it.

use std::{collections::BTreeMap, fs, path::Path};

use unspin_findings::{Edit, Finding, ScanError};
use unspin_ir::{Source, dump, name};
use unspin_span::{LineIndex, Range};

use crate::{Error, Language, Outcome, files::replace, load, pool::pool};

/// A file and its text before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// As it is shown in reports.
    pub path: String,
    /// What was scanned.
    pub before: String,
    /// What is to be.
    pub after: String,
    /// How many findings this does away with.
    pub findings: usize,
}

/// What the fixes of the findings change, file by file.
pub fn fixes(outcome: &Outcome) -> Vec<Rewrite> {
    let mut by_path: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in outcome.report.findings.iter().filter(|finding| finding.fix.is_some()) {
        by_path.entry(&finding.path).or_default().push(finding);
    }
    let rewrites = by_path.into_iter().filter_map(|(path, findings)| {
        let before = outcome.sources.get(path)?.clone();
        let edits: Vec<&Edit> = findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
        let lines = LineIndex::new(&before);
        let edits = edits.into_iter().map(|edit| (offsets(&before, &lines, edit.range), edit.content.clone()));
        let after = edited(&before, edits.collect());
        Some(Rewrite { path: path.to_owned(), before, after, findings: findings.len() })
    });
    rewrites.collect()
}

fn offsets(text: &str, lines: &LineIndex, range: Range) -> (usize, usize) {
    let offset = |line: u32, column: u32| lines.offset(text, line, column - 1) as usize;
    (offset(range.start.line, range.start.column), offset(range.end.line, range.end.column))
}

/// A text with these places replaced. Of edits that overlap the first stands.
pub(crate) fn edited(text: &str, mut edits: Vec<((usize, usize), String)>) -> String {
    edits.sort();
    let mut after = String::with_capacity(text.len());
    let mut done = 0;
    for ((start, end), content) in edits {
        if start < done {
            continue;
        }
        after.push_str(&text[done..start]);
        after.push_str(&content);
        done = end;
    }
    after.push_str(&text[done..]);
    after
}

/// Put the texts into their files. For each that was left as it is: why.
///
/// # Errors
///
/// When the worker thread cannot be started.
pub fn write(cwd: &Path, rewrites: &[Rewrite]) -> Result<Vec<ScanError>, Error> {
    // Only the workers have stacks that hold the deepest tree.
    pool(1)?.install(|| {
        let write = |rewrite: &Rewrite| {
            let path = rewrite.path.clone();
            write_one(cwd, rewrite).err().map(|message| ScanError { path, message, range: None })
        };
        Ok(rewrites.iter().filter_map(write).collect())
    })
}

fn write_one(cwd: &Path, rewrite: &Rewrite) -> Result<(), String> {
    let path = cwd.join(&rewrite.path);
    let language = Language::of_named(&path).unwrap_or(Language::Python);
    if !is_same_program(language, &rewrite.before, &rewrite.after) {
        return Err("was left as it is: the change would make another program of it".to_owned());
    }
    let bytes = fs::read(&path).map_err(|error| load::describe(&error))?;
    if load::decode_bytes(language, &bytes).as_deref() != Ok(rewrite.before.as_str()) {
        return Err("changed while it was being scanned, and was left as it is; run the command again".to_owned());
    }
    let encoded = encode(language, &rewrite.after, &bytes);
    let encoded = encoded.filter(|encoded| load::decode_bytes(language, encoded).as_deref() == Ok(rewrite.after.as_str()));
    let Some(encoded) = encoded else {
        return Err("was left as it is: its encoding lacks a character of the comment".to_owned());
    };
    // Of a link it is the file behind it that is meant.
    let replaced = path.canonicalize().and_then(|path| replace(&path, &encoded));
    replaced.map_err(|error| format!("cannot be written: {error}"))
}

fn encode(language: Language, text: &str, like: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    match language {
        Language::Python => unspin_frontend_python::encode(text, like),
        Language::Rust if like.starts_with(MARK) => Some([MARK, text.as_bytes()].concat()),
        Language::Rust => Some(text.as_bytes().to_owned()),
    }
}

/// Whether two texts lower to one IR.
fn is_same_program(language: Language, before: &str, after: &str) -> bool {
    let source = Source { name: name("rewritten"), is_package: false, is_test: false };
    let [before, after] = [before, after].map(|text| load::lower(language, text, &source));
    before.problems.len() == after.problems.len() && dump(&before) == dump(&after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(before: &str, there: &str, after: &str) -> (Vec<ScanError>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.py");
        fs::write(&file, there).expect("a file");
        let rewrite = Rewrite { path: "a.py".to_owned(), before: before.to_owned(), after: after.to_owned(), findings: 1 };
        let errors = write(folder.path(), &[rewrite]).expect("a thread");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left there");
        (errors, fs::read_to_string(file).expect("it is there"))
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let (errors, text) = written("x = 1  # a\n", "x = 2  # a\n", "x = 1\n");
        assert!(errors[0].message.starts_with("changed while"), "{errors:?}");
        assert_eq!(text, "x = 2  # a\n");
    }

    #[test]
    fn a_change_of_the_program_is_refused() {
        let (errors, text) = written("x = 1  # a\n", "x = 1  # a\n", "x = 2\n");
        assert!(errors[0].message.contains("another program"), "{errors:?}");
        assert_eq!(text, "x = 1  # a\n");
        assert_eq!(written("x = 1  # a\n", "x = 1  # a\n", "x = 1\n"), (vec![], "x = 1\n".to_owned()));
    }

    #[test]
    fn of_edits_that_overlap_the_first_stands() {
        let edits =
            vec![((2, 4), "-".to_owned()), ((0, 1), "+".to_owned()), ((3, 5), "!".to_owned()), ((5, 5), "?".to_owned())];
        assert_eq!(edited("abcdef", edits), "+b-e?f");
    }
}
