//! The findings that a project has agreed to live with for now: a file that names them, so that only new ones are reported.
//!
//! One line for each finding (with a count where several agree), sorted, each line complete in itself: two branches that add
//! to it merge like any other list. A finding stands there by rule, path, function and context, never by line number or
//! severity; see `known.rs` for how it is found again. Paths are relative to the folder of the file, so that it does
//! not matter from where unspin is run.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use unspin_findings::Group;

use crate::{
    Error,
    files::replace,
    input::{normalize, shown, slashed},
    known::Identity,
    load::describe,
};

/// The file that `unspin baseline` writes.
pub const BASELINE: &str = "unspin-baseline.json";

/// Raised when an older program would read the file wrongly.
const VERSION: u32 = 1;

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// How often each is known. Paths are relative to the folder of the file.
    entries: BTreeMap<Identity, Times>,
}

/// How often a finding is known, and the lowest group in which it was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    count: usize,
    group: Group,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    path: String,
    rule: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    function: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    context: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    shape: String,
    group: Group,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
struct File {
    /// The last is `null`: no line of a finding has to change because another follows.
    findings: Vec<Option<Entry>>,
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Baseline {
    /// Read a file, which is called by that name where something is wrong with it.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is damaged, or was written by a later version. None of its findings is hidden then.
    pub fn read(file: &Path, name: &str) -> Result<Self, Error> {
        let fail = |line, message: String| Error::Baseline { file: name.to_owned(), line, message };
        let text = fs::read_to_string(file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => fail(None, "there is no such baseline; `unspin baseline` writes one".to_owned()),
            _ => fail(None, describe(&error)),
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let damaged = |error: &serde_json::Error| {
            let in_conflict = text.lines().any(|line| line.starts_with("<<<<<<<"));
            let help =
                if in_conflict { "keep the lines of both sides of the merge" } else { "`unspin baseline` writes it anew" };
            fail(u32::try_from(error.line()).ok(), format!("this is no baseline, or a damaged one ({error}); {help}"))
        };
        let Version { version } = serde_json::from_str(text).map_err(|error| damaged(&error))?;
        if version != VERSION {
            let help = if version > VERSION { "use the unspin that wrote it" } else { "`unspin baseline` writes it anew" };
            let message = format!("this baseline has version {version}, and this unspin reads {VERSION}; {help}");
            return Err(fail(None, message));
        }
        let File { findings } = serde_json::from_str(text).map_err(|error| damaged(&error))?;
        let mut baseline = Self::default();
        for Entry { path, rule, function, context, shape, group, count } in findings.into_iter().flatten() {
            baseline.add(Identity { path, rule, function, context, shape }, Times { count, group });
        }
        Ok(baseline)
    }

    /// The baseline that hides these findings. `file` is where it will be written, from the working directory.
    pub(crate) fn of(findings: impl IntoIterator<Item = (Identity, Group)>, cwd: &Path, file: &Path) -> Self {
        let folder = folder_of(cwd, file);
        let mut baseline = Self::default();
        for (known, group) in findings {
            let path = relative(&normalize(&cwd.join(&known.path)), &folder);
            baseline.add(Identity { path, ..known }, Times { count: 1, group });
        }
        baseline
    }

    /// With what another one says of some files. `is_of` is asked for absolute paths.
    pub(crate) fn with(mut self, other: &Self, cwd: &Path, file: &Path, is_of: impl Fn(&Path) -> bool) -> Self {
        let folder = folder_of(cwd, file);
        for (known, times) in other.entries.iter().filter(|(known, _)| is_of(&normalize(&folder.join(&known.path)))) {
            self.entries.insert(known.clone(), *times);
        }
        self
    }

    /// A merge may have brought the same finding from both sides.
    fn add(&mut self, known: Identity, times: Times) {
        let all = self.entries.entry(known).or_insert(Times { count: 0, ..times });
        *all = Times { count: all.count + times.count, group: all.group.min(times.group) };
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.entries.values().map(|times| times.count).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Write it, all of it or nothing.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        replace(file, self.text().as_bytes())
    }

    fn text(&self) -> String {
        let mut text = format!("{{\"version\": {VERSION}, \"findings\": [\n");
        for (known, &Times { count, group }) in &self.entries {
            let Identity { path, rule, function, context, shape } = known.clone();
            let line = serde_json::to_string(&Entry { path, rule, function, context, shape, group, count });
            text.push_str(&line.unwrap_or_default());
            text.push_str(",\n");
        }
        text + "null]}\n"
    }

    /// What it knows, with paths as a run from this working directory reports them.
    pub(crate) fn known(&self, cwd: &Path, file: &Path) -> Vec<(Identity, usize)> {
        let folder = folder_of(cwd, file);
        let known = self.entries.iter().map(|(known, times)| {
            let path = shown(cwd, &folder.join(&known.path));
            (Identity { path, ..known.clone() }, times.count)
        });
        known.collect()
    }

    /// The groups in which its findings were reported, in the order of [`Self::known`].
    pub(crate) fn groups(&self) -> impl Iterator<Item = Group> {
        self.entries.values().map(|times| times.group)
    }

    /// It without so many of each, in the order of [`Self::known`].
    pub(crate) fn without(&self, gone: &[usize]) -> Self {
        let entries = self
            .entries
            .iter()
            .zip(gone)
            .map(|((known, times), gone)| (known.clone(), Times { count: times.count.saturating_sub(*gone), ..*times }));
        Self { entries: entries.filter(|(_, times)| times.count > 0).collect() }
    }
}

fn folder_of(cwd: &Path, file: &Path) -> PathBuf {
    let file = normalize(&cwd.join(file));
    file.parent().map_or_else(|| cwd.to_owned(), Path::to_owned)
}

/// The path from a folder to a file, both absolute; up with `..` where the file does not lie below.
fn relative(path: &Path, folder: &Path) -> String {
    let mut up = PathBuf::new();
    for above in folder.ancestors() {
        if let Ok(below) = path.strip_prefix(above) {
            return slashed(&up.join(below));
        }
        up.push(Component::ParentDir);
    }
    slashed(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(entries: &[(&str, &str, usize)]) -> Baseline {
        let mut baseline = Baseline::default();
        for &(path, context, count) in entries {
            let (path, context) = (path.to_owned(), context.to_owned());
            let (rule, function) = ("endless-poll".to_owned(), "run".to_owned());
            let known = Identity { path, rule, function, context, shape: "1a2b3c4d".to_owned() };
            baseline.add(known, Times { count, group: Group::Recommended });
        }
        baseline
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("b.json");
        let written = baseline(&[("b.py", "x \"y\"\n", 1), ("a.py", "ü", 2)]);
        written.write(&file).expect("it is written");
        let text = fs::read_to_string(&file).expect("it is there");
        assert_eq!(Baseline::read(&file, "b.json").expect("it is whole"), written);
        fs::write(&file, format!("\u{feff}{}", text.replace('\n', "\r\n"))).expect("an editor on Windows writes it");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1],
            r#"{"path":"a.py","rule":"endless-poll","function":"run","context":"ü","shape":"1a2b3c4d","group":"recommended","count":2},"#
        );
        assert_eq!((lines.len(), lines[3]), (4, "null]}"));
        assert_eq!(Baseline::read(&file, "b.json").expect("it is whole"), written);
    }

    #[test]
    fn both_sides_of_a_merge_add_up() {
        let both = baseline(&[("a.py", "x", 1), ("b.py", "x", 1), ("a.py", "x", 2)]);
        assert_eq!((both.len(), both.entries.len()), (4, 2));
        assert_eq!(both.without(&[1, 1]), baseline(&[("a.py", "x", 2)]));
    }

    #[test]
    fn paths_start_at_the_folder_of_the_file() {
        let to = |path: &str, folder: &str| relative(Path::new(path), Path::new(folder));
        assert_eq!(to("/p/src/a.py", "/p"), "src/a.py");
        assert_eq!(to("/p/src/a.py", "/p/ci"), "../src/a.py");
    }
}
