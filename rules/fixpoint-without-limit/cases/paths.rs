//! Walking up to the root, which stays when its last part is taken off.

use std::path::{Path, PathBuf};

pub fn find_manifest(start: &Path) -> PathBuf {
    let mut folder = start.to_path_buf();
    while !folder.join("Cargo.toml").exists() { // expect: fixpoint-without-limit
        folder.pop();
    }
    folder
}

pub fn find_repository(mut folder: PathBuf) -> PathBuf {
    loop { // expect: fixpoint-without-limit
        if folder.join(".git").is_dir() {
            return folder;
        }
        folder.pop();
    }
}

pub fn find_manifest_or_nothing(mut folder: PathBuf) -> Option<PathBuf> {
    while !folder.join("Cargo.toml").exists() {
        if !folder.pop() {
            return None;
        }
    }
    Some(folder)
}

pub fn find_manifest_below(mut folder: PathBuf, root: &Path) -> Option<PathBuf> {
    while folder != root {
        if folder.join("Cargo.toml").is_file() {
            return Some(folder);
        }
        folder.pop();
    }
    None
}
