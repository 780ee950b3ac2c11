//! The files of a commit or of the index, as if they lay on the disk.
//!
//! Only what differs from the work tree is read from git; everything else is read where it lies. What git does not
//! know (untracked files) is not there; what lies outside the repository, or in a submodule, is as it is on the disk.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHashSet};

use super::git::{Git, Listed};
use crate::{
    Error, Language,
    input::{Input, Origin},
    walk::{Walk, input_at},
};

/// A commit or the index.
#[derive(Debug)]
pub(crate) struct Tree {
    top: PathBuf,
    files: FxHashSet<PathBuf>,
    submodules: Vec<PathBuf>,
    /// What differs from the work tree, if anything may read it.
    contents: FxHashMap<PathBuf, Arc<[u8]>>,
}

impl Tree {
    /// The tree with these files, of which some differ from the work tree.
    pub(super) fn new(git: &Git, listed: Vec<Listed>, differing: &FxHashSet<PathBuf>) -> Result<Self, Error> {
        let wanted = |file: &&Listed| !file.is_submodule && differing.contains(&file.path) && is_read(&file.path);
        let ids: Vec<String> = listed.iter().filter(wanted).map(|file| file.id.clone()).collect();
        let blobs = git.blobs(&ids)?;
        let contents = listed.iter().filter(wanted).filter_map(|file| Some((file.path.clone(), blobs.get(&file.id)?.clone())));
        Ok(Self {
            top: git.top.clone(),
            contents: contents.collect(),
            submodules: listed.iter().filter(|file| file.is_submodule).map(|file| file.path.clone()).collect(),
            files: listed.into_iter().filter(|file| !file.is_submodule).map(|file| file.path).collect(),
        })
    }

    /// What there is to scan, given what there is in the work tree.
    pub(crate) fn inputs(&self, walked: Vec<Input>, walk: &Walk<'_>) -> Result<Vec<Input>, Error> {
        let mut seen = FxHashSet::default();
        let mut inputs: Vec<Input> = walked.into_iter().filter_map(|input| self.input(input, &mut seen)).collect();
        let mut gone: Vec<_> = self.contents.iter().filter(|(path, _)| !seen.contains(*path)).collect();
        gone.sort();
        for (path, bytes) in gone {
            let path = self.top.join(path);
            if let Some(input) = input_at(walk, &path)? {
                inputs.push(Input { origin: Origin::Memory { path, bytes: bytes.clone() }, ..input });
            }
        }
        inputs.sort_by(|left, right| left.shown.cmp(&right.shown));
        Ok(inputs)
    }

    fn input(&self, input: Input, seen: &mut FxHashSet<PathBuf>) -> Option<Input> {
        let Some(below) = self.below(input.path()) else { return Some(input) };
        if !self.files.contains(below) {
            return None;
        }
        let below = below.to_owned();
        let bytes = self.contents.get(&below).cloned();
        seen.insert(below);
        Some(match bytes {
            Some(bytes) => Input { origin: Origin::Memory { path: input.path().to_owned(), bytes }, ..input },
            None => input,
        })
    }

    /// Whether there is such a file.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        self.below(path).map_or_else(|| path.is_file(), |below| self.files.contains(below))
    }

    /// The text of a file, if there is one and anything may read it.
    pub(crate) fn text(&self, path: &Path) -> Option<String> {
        match self.below(path) {
            Some(below) if !self.files.contains(below) => None,
            Some(below) => match self.contents.get(below) {
                Some(bytes) => String::from_utf8(bytes.to_vec()).ok(),
                None => std::fs::read_to_string(path).ok(),
            },
            None => std::fs::read_to_string(path).ok(),
        }
    }

    /// The path from the top folder, if the tree says what there is.
    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        let below = path.strip_prefix(&self.top).ok()?;
        let is_elsewhere = self.submodules.iter().any(|submodule| below.starts_with(submodule));
        (!is_elsewhere).then_some(below)
    }
}

/// Whether the contents of a file matter: sources, and manifests, which name crates.
fn is_read(path: &Path) -> bool {
    Language::of_named(path).is_some() || path.file_name().is_some_and(|name| name == "Cargo.toml")
}
