//! Names this build after the sources of the linter: a result of another build is never taken for one of this build.
//!
//! The runtime half and the cases of the rules say nothing of a result and are left out. Two builds of the same sources share
//! their results, wherever they were made.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![root.join("Cargo.lock"), root.join("Cargo.toml")];
    for folder in ["crates", "rules"] {
        println!("cargo:rerun-if-changed={}", root.join(folder).display());
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    // Its keys are fixed; that its results may differ between compilers does not matter.
    let mut hasher = DefaultHasher::new();
    std::env::var("TARGET").unwrap_or_default().hash(&mut hasher);
    for file in files {
        file.strip_prefix(&root).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file).unwrap_or_default().hash(&mut hasher);
    }
    println!("cargo:rustc-env=UNSPIN_BUILD={}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let is_left_out = name.starts_with("resilien") || ["cases", "tests", "target"].contains(&name.as_ref());
        if path.is_dir() && !is_left_out {
            collect(&path, files);
        } else if ["rs", "toml", "md", "py"].iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            files.push(path);
        }
    }
}
