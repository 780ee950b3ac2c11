//! What is to be scanned: one file, how it is shown, and its language.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use unspin_findings::ScanError;

use crate::config::Settings;

/// A language that has a frontend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `.py`, `.pyw`; `.pyi` only when it is named.
    Python,
    /// `.rs`.
    Rust,
}

impl Language {
    /// The language of a file that was named by the user.
    pub fn of_named(path: &Path) -> Option<Self> {
        match extension(path)?.as_str() {
            "py" | "pyw" | "pyi" => Some(Self::Python),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }

    /// The language of a file that was come across. Stubs have no bodies, so there is nothing in them to check.
    pub fn of_found(path: &Path) -> Option<Self> {
        if extension(path)? == "pyi" { None } else { Self::of_named(path) }
    }
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

/// Where the bytes of an input come from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A file, by a path that does not depend on the working directory.
    File(PathBuf),
    /// Bytes in memory (standard input, an object of a repository), and the path by which they are known.
    Memory {
        /// Where they would lie.
        path: PathBuf,
        /// All of them.
        bytes: Arc<[u8]>,
    },
}

/// One file to scan.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Where its bytes are.
    pub(crate) origin: Origin,
    /// As it is reported: relative to the working directory where it lies below it, `/`-separated.
    pub(crate) shown: String,
    /// The folder that was named on the command line and led here, or the folder of a named file.
    pub(crate) root: PathBuf,
    /// Its language.
    pub(crate) language: Language,
    /// What is configured for it.
    pub(crate) settings: Arc<Settings>,
}

impl Input {
    /// Where it lies, or would if it were a file.
    pub(crate) fn path(&self) -> &Path {
        match &self.origin {
            Origin::File(path) | Origin::Memory { path, .. } => path,
        }
    }

    /// An error about this file as a whole.
    pub(crate) fn error(&self, message: impl Into<String>) -> ScanError {
        ScanError { path: self.shown.clone(), message: message.into(), range: None }
    }
}

/// A path as it is reported: without `.` and `..` where they cancel, relative to `cwd` where it lies below it.
pub(crate) fn shown(cwd: &Path, given: &Path) -> String {
    let absolute = normalize(&cwd.join(given));
    let path = match absolute.strip_prefix(cwd) {
        Ok(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Ok(below) => below.to_path_buf(),
        Err(_) if given.is_absolute() => absolute,
        Err(_) => normalize(given),
    };
    slashed(&path)
}

/// `/`-separated on every platform.
pub(crate) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// `a/./b/../c` is `a/c`; leading `..` stay.
pub(crate) fn normalize(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(clean.components().next_back(), Some(Component::Normal(_))) => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_paths_are_relative_below_the_working_directory_only() {
        let cwd = Path::new("/home/me/project");
        assert_eq!(shown(cwd, Path::new("./src/../a.py")), "a.py");
        assert_eq!(shown(cwd, Path::new("/home/me/project/b.rs")), "b.rs");
        assert_eq!(shown(cwd, Path::new("../other/c.py")), "../other/c.py");
        assert_eq!(shown(cwd, Path::new("/elsewhere/d.py")), "/elsewhere/d.py");
        assert_eq!(shown(cwd, Path::new(".")), ".");
    }

    #[test]
    fn stubs_are_read_only_when_named() {
        assert_eq!(Language::of_found(Path::new("a.pyi")), None);
        assert_eq!(Language::of_named(Path::new("a.pyi")), Some(Language::Python));
        assert_eq!(Language::of_found(Path::new("a.RS")), Some(Language::Rust));
        assert_eq!(Language::of_found(Path::new("Makefile")), None);
    }
}
