//! What changed since a commit, and which findings a change has to do with.
//!
//! A finding is shown if a changed line lies in its loop, at its place, or at a place that explains it, in whatever file;
//! or if it was not there before the change, wherever it stands: a helper that no longer gives up breaks the bound of a
//! caller that nobody touched. The second takes an analysis of what was there before, so it is only made if findings are
//! left that the first did not settle. The work tree is never touched: what was there before is read from git's objects.

mod git;
mod lines;
mod tree;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustc_hash::{FxHashMap, FxHashSet};
use unspin_findings::Finding;

use self::git::{Git, Listed, Pair};
use self::lines::Changed;
pub(crate) use self::tree::Tree;
use crate::{
    Error, Language, Options,
    input::{Input, Origin},
    load::decode,
};

/// With what to compare; only findings that have to do with a change are reported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Changes {
    /// With the commit that HEAD and this one both come from; what is not committed and what git does not know yet is
    /// part of the change.
    Since(String),
    /// The index with HEAD. The index is analysed, not the work tree.
    Staged,
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Since(reference) => write!(f, "--since {reference}"),
            Self::Staged => f.write_str("--staged"),
        }
    }
}

/// Two states of a repository.
#[derive(Debug)]
pub(crate) struct Comparison {
    git: Git,
    /// What is analysed, if it is not the work tree.
    present: Option<Tree>,
    /// What was there before.
    before: FxHashMap<PathBuf, Listed>,
    /// What of that is not in the work tree as it was.
    differing: FxHashSet<PathBuf>,
    /// What there is now and was not there or was not the same before, with what it was.
    changed: FxHashMap<PathBuf, Option<Listed>>,
    /// What was there before and is not there now, under whatever name git knows of.
    lost: Vec<Listed>,
    /// Other repositories whose commit is not what it was.
    moved_submodules: Vec<PathBuf>,
}

/// What a file was before.
enum Old<'a> {
    /// What it is now.
    Same,
    /// This.
    One(&'a Listed),
    /// It was not there, at least not under its name.
    Unknown,
}

/// Where more files are gone, none of them is looked for under a name that git does not know.
const MOST_LOST: usize = 200;

impl Comparison {
    /// Ask git what changed, if it is to be asked.
    pub(crate) fn of(options: &Options) -> Result<Option<Self>, Error> {
        let Some(changes) = &options.changes else { return Ok(None) };
        let comparison = Self::new(&options.cwd, changes)?;
        comparison.covers(&options.cwd, &options.paths)?;
        if options.stdin.is_some() && *changes == Changes::Staged {
            return Err(comparison.git.error("the index is analysed, so standard input cannot be"));
        }
        Ok(Some(comparison))
    }

    fn new(cwd: &Path, asked: &Changes) -> Result<Self, Error> {
        let git = Git::open(cwd, asked)?;
        let (base, present, pairs) = match asked {
            Changes::Since(reference) => {
                let base = git.merge_base(reference)?;
                let pairs = git.diff(&["-M", &base])?;
                (base, None, pairs)
            }
            Changes::Staged => {
                let differing = before(&git.diff(&["--no-renames"])?);
                let present = Tree::new(&git, git.index()?, &differing)?;
                let head = git.head()?;
                let pairs = git.diff(&["--cached", "-M", &head])?;
                (head, Some(present), pairs)
            }
        };
        let differing = match present {
            Some(_) => before(&git.diff(&["--no-renames", &base])?),
            None => before(&pairs),
        };
        let listed = git.tree(&base)?.into_iter().map(|file| (file.path.clone(), file)).collect();
        let moved = pairs.iter().filter(|pair| pair.old.as_ref().is_none_or(|old| old.is_submodule));
        let moved_submodules = moved.filter_map(|pair| pair.new.clone()).filter(|path| git.top.join(path).is_dir()).collect();
        let lost = pairs.iter().filter(|pair| pair.new.is_none()).filter_map(|pair| pair.old.clone()).collect();
        let changed = pairs.into_iter().filter_map(|Pair { old, new }| Some((new?, old))).collect();
        Ok(Self { git, present, before: listed, differing, changed, lost, moved_submodules })
    }

    /// What is analysed, if it is not the work tree.
    pub(crate) fn present(&self) -> Option<&Tree> {
        self.present.as_ref()
    }

    /// Whether every named path lies in the repository: of others nothing is known.
    fn covers(&self, cwd: &Path, paths: &[PathBuf]) -> Result<(), Error> {
        let is_outside = |path: &&PathBuf| cwd.join(path).canonicalize().is_ok_and(|path| !path.starts_with(&self.git.top));
        match paths.iter().find(is_outside) {
            None => Ok(()),
            Some(path) => {
                let (path, top) = (path.display(), self.git.top.display());
                Err(self.git.error(&format!("`{path}` lies outside of the repository `{top}`; check it in a run of its own")))
            }
        }
    }

    /// What was there before the change; `None` if nothing changed that the analysis looks at.
    pub(crate) fn past(&self, inputs: &[Input]) -> Result<Option<Tree>, Error> {
        let matters = |path: &Path| {
            Language::of_named(path).is_some()
                || path.file_name().is_some_and(|name| name == "Cargo.toml" || name == "pyproject.toml")
        };
        let is_same = |path: &Path| self.before.contains_key(path) && !self.differing.contains(path);
        let in_memory = inputs.iter().any(|input| matches!(input.origin, Origin::Memory { .. }));
        let is_new = inputs.iter().filter_map(|input| self.below(input.path())).any(|path| !is_same(path));
        if !in_memory && !is_new && !self.differing.iter().any(|path| matters(path)) {
            return Ok(None);
        }
        let mut differing = self.differing.clone();
        // What is in memory hides what is on the disk.
        let memory = inputs.iter().filter(|input| matches!(input.origin, Origin::Memory { .. }));
        differing.extend(memory.filter_map(|input| Some(self.below(input.path())?.to_owned())));
        Tree::new(&self.git, self.before.values().cloned().collect(), &differing).map(Some)
    }

    /// Where a file was before it was renamed, by the paths at which they lie on the disk.
    pub(crate) fn renamed(&self) -> impl Iterator<Item = (PathBuf, PathBuf)> {
        let moved = self.changed.iter().filter_map(|(new, old)| Some((new, &old.as_ref()?.path)));
        moved.filter(|(new, old)| new != old).map(|(new, old)| (self.git.top.join(old), self.git.top.join(new)))
    }

    /// Whether a change touches each of these findings. `inputs` by the paths under which they are reported.
    pub(crate) fn touched(
        &self,
        findings: &[&Finding],
        inputs: &BTreeMap<&str, &Input>,
        texts: &BTreeMap<String, String>,
    ) -> Result<Vec<bool>, Error> {
        let related = findings.iter().flat_map(|finding| finding.related.iter().map(|related| related.path.as_str()));
        let paths: std::collections::BTreeSet<&str> =
            findings.iter().map(|finding| finding.path.as_str()).chain(related).collect();
        let found = paths.into_iter().filter_map(|path| Some((path, *inputs.get(path)?)));
        let olds: Vec<_> = found.map(|(path, input)| (path, input, self.old(input))).collect();
        let of_one = olds.iter().filter_map(|(_, _, old)| if let Old::One(old) = old { Some(*old) } else { None });
        let any_lost = olds.iter().any(|(_, _, old)| matches!(old, Old::Unknown)) && self.lost.len() <= MOST_LOST;
        let lost: &[Listed] = if any_lost { &self.lost } else { &[] };
        let ids: Vec<String> = of_one.chain(lost).map(|old| old.id.clone()).collect();
        let blobs = self.git.blobs(&ids)?;
        let changed: BTreeMap<&str, Changed> = olds
            .iter()
            .map(|(path, input, old)| {
                let compared = |old: &Listed| between(input, blobs.get(&old.id), texts.get(*path));
                let changed = match old {
                    Old::Same => Changed::Nothing,
                    Old::One(old) => compared(old).0,
                    Old::Unknown => {
                        nearest(lost.iter().filter(|old| old.path.extension() == input.path().extension()).map(compared))
                    }
                };
                (*path, changed)
            })
            .collect();
        let touch = |path: &str, range| changed.get(path).is_none_or(|changed| changed.touch(range));
        let is_touched = |finding: &&Finding| {
            let own = std::iter::once(finding.range).chain(finding.loop_range);
            own.into_iter().any(|range| touch(&finding.path, range))
                || finding.related.iter().any(|related| touch(&related.path, related.range))
        };
        Ok(findings.iter().map(is_touched).collect())
    }

    /// What a file was before.
    fn old(&self, input: &Input) -> Old<'_> {
        let Some(path) = self.below(input.path()) else { return Old::Unknown };
        if self.moved_submodules.iter().any(|submodule| path.starts_with(submodule)) {
            return Old::Unknown;
        }
        if let Some(old) = self.changed.get(path) {
            return old.as_ref().map_or(Old::Unknown, Old::One);
        }
        let in_submodule = || self.before.values().any(|listed| listed.is_submodule && path.starts_with(&listed.path));
        match self.before.get(path) {
            Some(old) if matches!(input.origin, Origin::Memory { .. }) => Old::One(old),
            Some(_) => Old::Same,
            None if in_submodule() => Old::Same,
            None => Old::Unknown,
        }
    }

    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        path.strip_prefix(&self.git.top).ok()
    }
}

/// The paths of what was there before.
fn before(pairs: &[Pair]) -> FxHashSet<PathBuf> {
    pairs.iter().filter_map(|pair| Some(pair.old.as_ref()?.path.clone())).collect()
}

/// What differs, and of a hundred lines how many are in both.
fn between(input: &Input, before: Option<&Arc<[u8]>>, after: Option<&String>) -> (Changed, u32) {
    match (before.map(|bytes| decode(input, bytes)), after) {
        (Some(Ok(before)), Some(after)) => Changed::between(&before, after),
        _ => (Changed::Everything, 0),
    }
}

/// What differs from the text that is most alike: git takes a file for another one under a new name if half of it is as it
/// was, but it does not look at files that it does not know yet.
fn nearest(compared: impl Iterator<Item = (Changed, u32)>) -> Changed {
    let nearest = compared.max_by_key(|(_, alike)| *alike).filter(|(_, alike)| *alike >= 50);
    nearest.map_or(Changed::Everything, |(changed, _)| changed)
}
