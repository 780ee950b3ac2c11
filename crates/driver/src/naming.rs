//! The dotted name by which other files know a file, and whether it is test code.
//!
//! Python: relative to the nearest folder above without `__init__.py`; a file outside any package is named relative to
//! its project (the folder with `pyproject.toml`, `setup.py`, `setup.cfg`) or else to the folder that was named on the
//! command line, so that two scripts `run.py` stay apart. A `src` folder below the project is left out of the name.
//! Rust: the crate's name (`package.name` of the nearest `Cargo.toml`), then the path below it without `src`. `main.rs`,
//! `lib.rs`, `mod.rs` and `__init__.py` speak for their folder. Names are approximations: `#[path]`, `sys.path` and
//! renamed library targets are not read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustc_hash::FxHashMap;
use unspin_ir::{Source, name};

use crate::{
    changes::Tree,
    input::{Input, Language, shown},
};

/// Names files; remembers what it learnt of each folder.
#[derive(Default)]
pub(crate) struct Namer<'a> {
    /// Where to look, if not on the disk.
    tree: Option<&'a Tree>,
    /// What was last asked: files come folder by folder.
    last: Option<(PathBuf, PathBuf, Vec<String>)>,
    packages: FxHashMap<PathBuf, bool>,
    projects: FxHashMap<PathBuf, Option<PathBuf>>,
    crates: FxHashMap<PathBuf, Option<(PathBuf, String)>>,
}

impl<'a> Namer<'a> {
    /// Names the files of a tree, or those on the disk.
    pub(crate) fn new(tree: Option<&'a Tree>) -> Self {
        Self { tree, ..Self::default() }
    }

    /// What the frontend is told of a file besides its text.
    pub(crate) fn source(&mut self, input: &Input) -> Source {
        let path = input.path().to_owned();
        let folder = path.parent().unwrap_or(&path).to_path_buf();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let (mut parts, speaks_for_folder) = match input.language {
            Language::Python => (self.same_or_python_folder(&folder, &input.root), stem == "__init__"),
            Language::Rust => self.rust_folder(&folder, &input.root, &stem),
        };
        if !speaks_for_folder {
            parts.push(stem);
        }
        let below_root = path.strip_prefix(&input.root).unwrap_or(&path);
        // The folder that was named on the command line counts too: `unspin check tests/`.
        let is_test = is_test_path(Path::new(&input.shown), below_root, input.language);
        Source { name: name(&parts.join(".")), is_package: speaks_for_folder, is_test }
    }

    fn same_or_python_folder(&mut self, folder: &Path, root: &Path) -> Vec<String> {
        match &self.last {
            // As bytes: paths compare part by part.
            Some((known, of, parts)) if known.as_os_str() == folder.as_os_str() && of.as_os_str() == root.as_os_str() => {
                parts.clone()
            }
            _ => {
                let parts = self.python_folder(folder, root);
                self.last = Some((folder.to_path_buf(), root.to_path_buf(), parts.clone()));
                parts
            }
        }
    }

    fn python_folder(&mut self, folder: &Path, root: &Path) -> Vec<String> {
        // The project says nothing of most packages, and looking for its files costs three questions for each folder.
        let may_be_below_src = folder.components().any(|part| part.as_os_str() == "src");
        if may_be_below_src || !self.is_package(folder) {
            let project = self.project(folder);
            let base = project.as_deref().unwrap_or(root);
            if let Some(src) = source_folder(folder, base)
                && !self.is_package(&src)
            {
                return parts(folder, &src);
            }
            if !self.is_package(folder) {
                return parts(folder, base);
            }
        }
        let mut top = folder;
        while let Some(parent) = top.parent() {
            top = parent;
            if !self.is_package(parent) {
                break;
            }
        }
        parts(folder, top)
    }

    fn rust_folder(&mut self, folder: &Path, root: &Path, stem: &str) -> (Vec<String>, bool) {
        let Some((manifest, crate_name)) = self.package(folder) else {
            return (parts(folder, root), stem == "mod");
        };
        let mut names = vec![crate_name];
        let below = parts(folder, &manifest);
        let in_src = below.first().is_some_and(|first| first == "src");
        names.extend(below.into_iter().skip(usize::from(in_src)));
        let is_crate_root = names.len() == 1 && matches!(stem, "lib" | "main");
        let is_program_root = names.len() > 1 && names[1] == "bin" && stem == "main";
        (names, is_crate_root || is_program_root || stem == "mod")
    }

    fn is_package(&mut self, folder: &Path) -> bool {
        if let Some(&known) = self.packages.get(folder) {
            return known;
        }
        let is_package = is_file(self.tree, &folder.join("__init__.py"));
        self.packages.insert(folder.to_path_buf(), is_package);
        is_package
    }

    fn project(&mut self, folder: &Path) -> Option<PathBuf> {
        const MARKS: [&str; 3] = ["pyproject.toml", "setup.py", "setup.cfg"];
        let tree = self.tree;
        nearest(folder, &mut self.projects, |folder| {
            MARKS.iter().any(|mark| is_file(tree, &folder.join(mark))).then(|| folder.to_path_buf())
        })
    }

    fn package(&mut self, folder: &Path) -> Option<(PathBuf, String)> {
        let tree = self.tree;
        nearest(folder, &mut self.crates, |folder| {
            let manifest = folder.join("Cargo.toml");
            let text = tree.map_or_else(|| fs::read_to_string(&manifest).ok(), |tree| tree.text(&manifest))?;
            let manifest: toml::Table = text.parse().ok()?;
            let package = manifest.get("package")?.get("name")?.as_str()?;
            Some((folder.to_path_buf(), package.replace('-', "_")))
        })
    }
}

fn is_file(tree: Option<&Tree>, path: &Path) -> bool {
    tree.map_or_else(|| path.is_file(), |tree| tree.is_file(path))
}

/// What `find` gives for the nearest folder at or above this one. Every folder on the way is asked once in a run.
fn nearest<T: Clone>(folder: &Path, known: &mut FxHashMap<PathBuf, Option<T>>, find: impl Fn(&Path) -> Option<T>) -> Option<T> {
    let mut asked = Vec::new();
    let mut answer = None;
    for above in folder.ancestors() {
        if let Some(earlier) = known.get(above) {
            answer.clone_from(earlier);
            break;
        }
        asked.push(above.to_path_buf());
        answer = find(above);
        if answer.is_some() {
            break;
        }
    }
    for above in asked {
        known.insert(above, answer.clone());
    }
    answer
}

/// The outermost folder `src` between `base` and `folder`.
fn source_folder(folder: &Path, base: &Path) -> Option<PathBuf> {
    let below = folder.strip_prefix(base).ok()?;
    let depth = below.components().position(|part| part.as_os_str() == "src")?;
    Some(base.join(below.components().take(depth + 1).collect::<PathBuf>()))
}

fn parts(folder: &Path, base: &Path) -> Vec<String> {
    let below = folder.strip_prefix(base).unwrap_or(Path::new(""));
    below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
}

/// Whether a file is test code for a run in this working directory, so that it is not scanned unless that is asked for.
pub fn is_test_file(cwd: &Path, path: &Path) -> bool {
    let name = path.file_name().map_or(path, Path::new);
    Language::of_named(path).is_some_and(|language| is_test_path(Path::new(&shown(cwd, path)), name, language))
}

/// Whether the path alone says that a file is test code.
fn is_test_path(shown: &Path, below_root: &Path, language: Language) -> bool {
    // `t`: what the harnesses after Perl's look for.
    const FOLDERS: [&str; 14] = [
        "t",
        "tests",
        "test",
        "testing",
        "testutils",
        "test_utils",
        "testdata",
        "test_data",
        "atest",
        "mocks",
        "fakes",
        "benches",
        "benchmarks",
        "examples",
    ];
    // `state_test_utils.py`: what only tests use.
    const TESTS: [&str; 6] = ["test", "tests", "testing", "testutil", "testutils", "conftest"];
    // `mock_server.py`; but `mock.py` may be what a package is about.
    const STAND_INS: [&str; 4] = ["mock", "mocks", "fake", "fakes"];
    // What lies above the working directory says nothing of the project.
    let judged = if shown.is_absolute() || shown.starts_with("..") { below_root } else { shown };
    // `kitty_tests`, `e2e`; but `ansible_test` may be what a package is about. Of crates those are for tests alone that begin
    // or end with the word: `simd_test`, `test-utils`, `cluster-test-framework`.
    let is_of_tests = |folder: &str| {
        let words: Vec<&str> = folder.split(['_', '-']).collect();
        let mut ends = words.first().into_iter().chain(words.last());
        let is_for_tests = |pair: &[&str]| {
            pair[0] == "test" && matches!(pair[1], "framework" | "harness" | "helpers" | "support" | "kit" | "suite")
        };
        FOLDERS.contains(&folder)
            || words.iter().any(|word| matches!(*word, "tests" | "e2e"))
            || language == Language::Rust && words.len() > 1 && ends.any(|word| TESTS.contains(word))
            || words.windows(2).any(is_for_tests)
    };
    let in_folder = judged
        .parent()
        .is_some_and(|folder| folder.components().any(|part| part.as_os_str().to_str().is_some_and(is_of_tests)));
    let stem = judged.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let words: Vec<&str> = stem.split(['_', '-']).collect();
    let is_whole_name = words.len() == 1 && language == Language::Python;
    let by_name = words.iter().any(|word| TESTS.contains(word) || (!is_whole_name && STAND_INS.contains(word)));
    in_folder || by_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::input::Origin;

    fn named(files: &[(&str, &str)], path: &str) -> (String, bool, bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it exists");
        for (file, text) in files.iter().chain([&(path, "")]) {
            let file = root.join(file);
            fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
            fs::write(file, text).expect("a file");
        }
        let full = root.join(path);
        let language = Language::of_named(&full).expect("a language");
        let input = Input { origin: Origin::File(full), shown: path.to_owned(), root, language, settings: Arc::default() };
        let source = Namer::default().source(&input);
        (source.name.to_string(), source.is_package, source.is_test)
    }

    #[test]
    fn python_packages_are_named_from_their_top() {
        let package = [("lib/shop/__init__.py", ""), ("lib/shop/net/__init__.py", "")];
        assert_eq!(named(&package, "lib/shop/net/client.py"), ("shop.net.client".to_owned(), false, false));
        assert_eq!(named(&package, "lib/shop/net/__init__.py"), ("shop.net".to_owned(), true, false));
    }

    #[test]
    fn python_files_outside_packages_stay_apart() {
        assert_eq!(named(&[], "tools/run.py").0, "tools.run");
        assert_eq!(named(&[("pyproject.toml", "")], "src/ns/pkg/mod.py").0, "ns.pkg.mod");
        assert_eq!(named(&[("a/setup.py", ""), ("a/src/ns/pkg/__init__.py", "")], "a/src/ns/pkg/mod.py").0, "ns.pkg.mod");
    }

    #[test]
    fn rust_files_are_named_from_their_crate() {
        let manifest = [("net/Cargo.toml", "[package]\nname = \"my-net\"\n"), ("Cargo.toml", "[workspace]\n")];
        assert_eq!(named(&manifest, "net/src/lib.rs"), ("my_net".to_owned(), true, false));
        assert_eq!(named(&manifest, "net/src/tcp/mod.rs"), ("my_net.tcp".to_owned(), true, false));
        assert_eq!(named(&manifest, "net/src/tcp/client.rs"), ("my_net.tcp.client".to_owned(), false, false));
        assert_eq!(named(&manifest, "net/src/tcp/lib.rs"), ("my_net.tcp.lib".to_owned(), false, false));
        assert_eq!(named(&manifest, "loose/a.rs").0, "loose.a");
    }

    #[test]
    fn test_code_is_known_by_its_path() {
        assert!(named(&[], "tests/a.py").2);
        assert!(named(&[], "pkg/test_a.py").2);
        assert!(named(&[], "pkg/conftest.py").2);
        assert!(named(&[], "pkg/api_test_utils.py").2);
        assert!(named(&[], "pkg/mock_server.py").2);
        assert!(named(&[], "kitty_tests/base.py").2);
        assert!(!named(&[], "ansible_test/run.py").2);
        assert!(!named(&[], "mock/mock.py").2);
        assert!(named(&[], "examples/a.rs").2);
        assert!(!named(&[], "contest/a.py").2);
        assert!(is_test_path(Path::new("a/testdata/b.py"), Path::new("a/testdata/b.py"), Language::Python));
        assert!(is_test_path(Path::new("e2e/src/mock/backend.rs"), Path::new("backend.rs"), Language::Rust));
        assert!(is_test_path(Path::new("kernel/simd_test/src/lib.rs"), Path::new("lib.rs"), Language::Rust));
        assert!(is_test_path(Path::new("crates/test-utils/src/lib.rs"), Path::new("lib.rs"), Language::Rust));
        assert!(is_test_path(Path::new("lib/node-test-framework/src/ports.rs"), Path::new("ports.rs"), Language::Rust));
        assert!(!is_test_path(Path::new("crates/latest-news/src/lib.rs"), Path::new("lib.rs"), Language::Rust));
        assert!(!is_test_path(Path::new("/home/test/a.py"), Path::new("a.py"), Language::Python));
    }
}
