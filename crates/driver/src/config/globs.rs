//! Globs of a configuration file, with the meaning that they have in `.gitignore`.
//!
//! They are relative to the folder of the file that names them. A file that does not lie below it (the configuration was
//! named on the command line, or is shared by projects that extend it) is matched relative to the folder from which that
//! happened.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Globs and what they are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Globs {
    matcher: Gitignore,
    /// The first that a path lies below counts.
    bases: Vec<PathBuf>,
}

impl Globs {
    /// These globs; or which of them cannot be parsed, and why.
    pub(crate) fn new<'a>(globs: impl Iterator<Item = &'a str>, bases: Vec<PathBuf>) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new("");
        let mut count = 0;
        for glob in globs {
            separated(glob).map_err(|message| (count, message))?;
            builder.add_line(None, glob).map_err(|error| (count, error.to_string()))?;
            count += 1;
        }
        let matcher = builder.build().map_err(|error| (count.saturating_sub(1), error.to_string()))?;
        Ok(Self { matcher, bases })
    }

    /// Whether a path, or a folder above it, is meant.
    pub(crate) fn matches(&self, path: &Path, is_folder: bool) -> bool {
        let below = self.bases.iter().find_map(|base| path.strip_prefix(base).ok());
        below.is_some_and(|below| {
            !below.as_os_str().is_empty() && self.matcher.matched_path_or_any_parents(below, is_folder).is_ignore()
        })
    }
}

/// Whether folders are separated as they have to be. Before a letter, or at the end, a backslash makes nothing literal that
/// would not be literal without it: it was meant as it is on Windows, and would silently match nothing.
pub(crate) fn separated(glob: &str) -> Result<(), String> {
    let mut characters = glob.chars();
    while let Some(character) = characters.next() {
        if character == '\\' && characters.next().is_none_or(char::is_alphanumeric) {
            return Err("folders are separated by `/`, on every system".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_relative_to_their_base() {
        let bases = vec![PathBuf::from("/shared"), PathBuf::from("/project")];
        let globs = |list: &[&'static str]| Globs::new(list.iter().copied(), bases.clone()).expect("sound globs");
        assert!(globs(&["vendor/"]).matches(Path::new("/project/a/vendor/b.py"), false));
        assert!(globs(&["/a/*.py"]).matches(Path::new("/project/a/b.py"), false));
        assert!(!globs(&["/a/*.py"]).matches(Path::new("/project/x/a/b.py"), false));
        assert!(globs(&["a/"]).matches(Path::new("/project/a"), true));
        assert!(!globs(&["project"]).matches(Path::new("/project/a.py"), false), "the base is not part of it");
        assert!(!globs(&["*.py"]).matches(Path::new("/elsewhere/a.py"), false));
        assert!(!globs(&["*.py", "!b.py"]).matches(Path::new("/project/b.py"), false));
        assert_eq!(Globs::new(["a", "{b"].into_iter(), bases.clone()).err().map(|(at, _)| at), Some(1));
    }

    #[test]
    fn folders_are_not_separated_as_on_windows() {
        for glob in [r"vendor\", r"src\vendor", r"a\\b\c"] {
            assert!(separated(glob).is_err(), "{glob}");
        }
        for glob in ["src/vendor", r"\#a", r"a\*b", r"a\\*"] {
            assert!(separated(glob).is_ok(), "{glob}");
        }
    }
}
