//! Finds the files to scan.
//!
//! Files that are named are always taken. Folders are walked the way `ripgrep` walks them: hidden and git-ignored
//! entries are skipped, symbolic links are not followed (so no loop of them can trap the walk). Besides, folders that say
//! of themselves that nobody wrote them by hand are skipped: virtual environments (`pyvenv.cfg`), caches
//! (`CACHEDIR.TAG`, which Cargo's `target` has) and `node_modules`. A file that two arguments lead to is taken once.

use std::{
    fs::{self, FileType},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ignore::{DirEntry, WalkBuilder, WalkState, overrides::Override, overrides::OverrideBuilder};
use rustc_hash::FxHashMap;
use unspin_findings::ScanError;

use crate::{
    Error,
    config::{Configurations, separated},
    input::{Input, Language, Origin, shown, slashed},
    load::{NOT_REGULAR, describe},
};

/// What to walk and how.
pub(crate) struct Walk<'a> {
    pub(crate) cwd: &'a Path,
    pub(crate) paths: &'a [PathBuf],
    pub(crate) exclude: &'a [String],
    pub(crate) no_ignore: bool,
    pub(crate) force_exclude: bool,
    pub(crate) threads: usize,
    pub(crate) configurations: Arc<Configurations>,
}

/// Files in a stable order, and what stood in the way.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<Input>,
    pub(crate) errors: Vec<ScanError>,
}

/// Find every file to scan.
pub(crate) fn walk(options: &Walk<'_>) -> Result<Found, Error> {
    let overrides = overrides(options)?;
    let mut files = FxHashMap::default();
    let mut errors = Vec::new();
    for given in options.paths {
        let shown_root = shown(options.cwd, given);
        match resolve(&options.cwd.join(given)) {
            Ok((path, kind)) if kind.is_dir() => {
                // A folder without files to scan is configured all the same, and has to be in order.
                options.configurations.of_folder(&path);
                let root = Root { path: &path, shown: &shown_root };
                walk_folder(options, &overrides, &root, &mut files, &mut errors);
            }
            Ok((path, _)) if options.force_exclude && is_left_out(options, &overrides, &path) => {}
            Ok((path, kind)) => match named_file(options, &path, kind, given, shown_root) {
                Ok(input) => drop(files.entry(path).or_insert(input)),
                Err(error) => errors.push(error),
            },
            Err(error) => errors.push(ScanError { path: shown_root, message: describe(&error), range: None }),
        }
    }
    let mut files: Vec<(PathBuf, Input)> = files.into_iter().collect();
    files.sort_by(|(left_path, left), (right_path, right)| (&left.shown, left_path).cmp(&(&right.shown, right_path)));
    Ok(Found { files: files.into_iter().map(|(_, input)| input).collect(), errors })
}

/// The path without symbolic links, and what is there.
fn resolve(path: &Path) -> io::Result<(PathBuf, FileType)> {
    let path = path.canonicalize()?;
    let kind = path.metadata()?.file_type();
    Ok((path, kind))
}

fn named_file(options: &Walk<'_>, path: &Path, kind: FileType, given: &Path, shown: String) -> Result<Input, ScanError> {
    let Some(language) = Language::of_named(given).or_else(|| Language::of_named(path)).or_else(|| of_script(path, kind))
    else {
        return Err(ScanError { path: shown, message: other_kind(path).to_owned(), range: None });
    };
    if !kind.is_file() {
        return Err(ScanError { path: shown, message: NOT_REGULAR.to_owned(), range: None });
    }
    let root = path.parent().unwrap_or(path).to_path_buf();
    let settings = options.configurations.of_folder(&root);
    Ok(Input { origin: Origin::File(path.to_path_buf()), shown, root, language, settings })
}

/// The language of a program without an ending that is named, by its first line: `#!/usr/bin/env python3`.
fn of_script(path: &Path, kind: FileType) -> Option<Language> {
    if !kind.is_file() || path.extension().is_some() {
        return None;
    }
    let mut start = [0; 128];
    let read = fs::File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or_default();
    let first = start[..read].split(|&byte| byte == b'\n').next()?;
    let is_python = first.starts_with(b"#!") && memchr::memmem::find(first, b"python").is_some();
    is_python.then_some(Language::Python)
}

fn other_kind(path: &Path) -> &'static str {
    if path.extension().is_some_and(|ending| ending == "ipynb") {
        "is a notebook, which is not read; `jupyter nbconvert --to script` makes a Python file of it"
    } else {
        "is neither Python (`.py`) nor Rust (`.rs`), so it was not read"
    }
}

/// Whether a walk that came from far above would leave a file out, by configuration or by the command line.
fn is_left_out(options: &Walk<'_>, overrides: &Override, path: &Path) -> bool {
    options.configurations.leave_out(path, false)
        || path.ancestors().any(|part| overrides.matched(part, part != path).is_ignore())
}

/// A file that the walk would have come across if it lay at that path on the disk. What `.gitignore` says is not asked:
/// git knows the file.
pub(crate) fn input_at(options: &Walk<'_>, path: &Path) -> Result<Option<Input>, Error> {
    let overrides = overrides(options)?;
    for given in options.paths {
        let Ok((folder, kind)) = resolve(&options.cwd.join(given)) else { continue };
        let Some(language) = Language::of_found(path) else { continue };
        let Ok(below) = path.strip_prefix(&folder) else { continue };
        let folders: Vec<&Path> = below.ancestors().filter(|above| !above.as_os_str().is_empty()).collect();
        let is_hidden = |part: &Path| {
            let name = part.file_name().unwrap_or_default();
            name == "node_modules" || name.as_encoded_bytes().starts_with(b".")
        };
        let is_excluded = |part: &Path| overrides.matched(folder.join(part), part != below).is_ignore();
        let is_left_out = |part: &&Path| is_excluded(part) || (!options.no_ignore && is_hidden(part));
        let configured = |folder: &Path| options.configurations.of_folder(folder);
        let is_unwanted = |part: &Path| configured(part.parent().unwrap_or(part)).excludes(part, part != path);
        if kind.is_dir() && !folders.iter().any(is_left_out) && !folders.iter().any(|part| is_unwanted(&folder.join(part))) {
            let settings = configured(path.parent().unwrap_or(path));
            let shown = Root { path: &folder, shown: &shown(options.cwd, given) }.shown(path);
            return Ok(Some(Input { origin: Origin::File(path.to_owned()), shown, root: folder, language, settings }));
        }
    }
    Ok(None)
}

struct Root<'a> {
    path: &'a Path,
    shown: &'a str,
}

impl Root<'_> {
    fn shown(&self, path: &Path) -> String {
        let below = slashed(path.strip_prefix(self.path).unwrap_or(path));
        match self.shown {
            "." => below,
            "/" => format!("/{below}"),
            root if below.is_empty() => root.to_owned(),
            root => format!("{root}/{below}"),
        }
    }
}

fn walk_folder(
    options: &Walk<'_>,
    overrides: &Override,
    root: &Root<'_>,
    files: &mut FxHashMap<PathBuf, Input>,
    errors: &mut Vec<ScanError>,
) {
    let entries = Mutex::new((Vec::new(), Vec::new()));
    let no_ignore = options.no_ignore;
    let configurations = options.configurations.clone();
    WalkBuilder::new(root.path)
        .standard_filters(!no_ignore)
        .overrides(overrides.clone())
        .follow_links(false)
        .threads(options.threads)
        .filter_entry(move |entry| (no_ignore || !is_made_by_tools(entry)) && !is_excluded(&configurations, entry))
        .build_parallel()
        .run(|| {
            Box::new(|entry| {
                let outcome = visit(options, root, entry);
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                match outcome {
                    Some(Ok(found)) => entries.0.push(found),
                    Some(Err(error)) => entries.1.push(error),
                    None => {}
                }
                WalkState::Continue
            })
        });
    let (found, failed) = entries.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (path, input) in found {
        files.entry(path).or_insert(input);
    }
    errors.extend(failed);
}

fn visit(
    options: &Walk<'_>,
    root: &Root<'_>,
    entry: Result<DirEntry, ignore::Error>,
) -> Option<Result<(PathBuf, Input), ScanError>> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Some(Err(walk_error(root, &error))),
    };
    let kind = entry.file_type()?;
    let language = Language::of_found(entry.path())?;
    if kind.is_dir() || kind.is_symlink() {
        return None;
    }
    let settings = options.configurations.of_folder(entry.path().parent()?);
    if settings.excludes(entry.path(), false) {
        return None;
    }
    let shown = root.shown(entry.path());
    if !kind.is_file() {
        return Some(Err(ScanError { path: shown, message: NOT_REGULAR.to_owned(), range: None }));
    }
    let path = entry.into_path();
    let input = Input { origin: Origin::File(path.clone()), shown, root: root.path.to_path_buf(), language, settings };
    Some(Ok((path, input)))
}

fn walk_error(root: &Root<'_>, error: &ignore::Error) -> ScanError {
    let path = error_path(error).map_or_else(|| root.shown.to_owned(), |path| root.shown(path));
    let message = error.io_error().map_or_else(|| error.to_string(), describe);
    ScanError { path, message, range: None }
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(error_path),
        _ => None,
    }
}

fn is_made_by_tools(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_some_and(|kind| kind.is_dir())
        && (entry.file_name() == "node_modules"
            || entry.path().join("pyvenv.cfg").exists()
            || entry.path().join("CACHEDIR.TAG").exists())
}

/// Whether configuration leaves a folder out; files are asked for when their language is known.
fn is_excluded(configurations: &Configurations, entry: &DirEntry) -> bool {
    let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
    is_folder && entry.path().parent().is_some_and(|above| configurations.of_folder(above).excludes(entry.path(), true))
}

fn overrides(options: &Walk<'_>) -> Result<Override, Error> {
    let fail = |glob: &str, message: String| Error::Glob { glob: glob.to_owned(), message };
    let mut builder = OverrideBuilder::new(options.cwd);
    for glob in options.exclude {
        separated(glob).map_err(|message| fail(glob, message))?;
        builder.add(&format!("!{glob}")).map_err(|error| fail(glob, error.to_string()))?;
    }
    builder.build().map_err(|error| fail(&options.exclude.join(", "), error.to_string()))
}
