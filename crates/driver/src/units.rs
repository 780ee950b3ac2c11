//! Which files are analysed together: those of one repository, or of one project where there is no repository.
//!
//! What one file calls in another is followed only within a unit, so that a folder full of unpacked releases is as many
//! analyses: what one needs in memory is given back before the next begins, and of what did not change the last result is
//! still known. Whatever lies in no repository and in no project belongs together. Of nested ones the outermost counts:
//! its members call each other.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustc_hash::FxHashMap;
use unspin_ir::Source;

use crate::input::Input;

/// What marks the folder of a repository or project, or of an unpacked release.
const MARKS: [&str; 7] = [".git", "Cargo.toml", "PKG-INFO", "pyproject.toml", "requirements.txt", "setup.cfg", "setup.py"];

/// How the name of a folder ends that marks the one around it as a place where Python packages are installed.
const INSTALLED: &str = ".dist-info";

/// How many files are worth sharing among threads.
const FILES_OF_WAVE: usize = 256;

/// A file with what the frontends are told of it.
type Named = (Source, Input);

/// Split files into units, which are in the order of their first files.
pub(crate) fn units(files: &[Named]) -> Vec<Vec<&Named>> {
    let mut folders = Folders::default();
    let mut known: FxHashMap<Option<PathBuf>, usize> = FxHashMap::default();
    let mut units: Vec<Vec<&Named>> = Vec::new();
    for file in files {
        let folder = file.1.path().parent().and_then(|folder| folders.outermost(folder));
        let at = *known.entry(folder).or_insert(units.len());
        if at == units.len() {
            units.push(Vec::new());
        }
        units[at].push(file);
    }
    units
}

/// Units that are worked on at a time: one needs less memory than many, but several small ones keep more threads busy.
pub(crate) fn waves<'u, 'f>(units: &'u [Vec<&'f Named>]) -> Vec<&'u [Vec<&'f Named>]> {
    let mut waves = Vec::new();
    let (mut start, mut files) = (0, 0);
    for (at, unit) in units.iter().enumerate() {
        if files > 0 && files + unit.len() > FILES_OF_WAVE {
            waves.push(&units[start..at]);
            (start, files) = (at, 0);
        }
        files += unit.len();
    }
    waves.push(&units[start..]);
    waves
}

/// What is known of folders: the outermost one that is marked, above each.
#[derive(Default)]
struct Folders(FxHashMap<PathBuf, Option<PathBuf>>);

impl Folders {
    fn outermost(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.0.get(folder) {
            return known.clone();
        }
        let above = folder.parent().and_then(|above| self.outermost(above));
        let found = above.or_else(|| is_marked(folder).then(|| folder.to_owned()));
        self.0.insert(folder.to_owned(), found.clone());
        found
    }
}

fn is_marked(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.to_str().is_some_and(|name| MARKS.contains(&name) || name.ends_with(INSTALLED)))
}
