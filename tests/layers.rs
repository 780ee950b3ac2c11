//! The layers of the workspace, read from its manifests: a lower crate never knows a higher one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What each crate of the linter may use of the others; `crates/README.md` says why.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("span", &[]),
    ("ir", &["span"]),
    ("frontend-python", &["span", "ir"]),
    ("frontend-rust", &["span", "ir"]),
    ("flow", &["span", "ir"]),
    ("facts", &["span", "ir", "flow"]),
    ("findings", &["span"]),
    ("engine", &["span", "ir", "flow", "facts", "findings"]),
    ("driver", &["span", "ir", "flow", "facts", "findings", "engine", "frontend-python", "frontend-rust"]),
    ("report", &["span", "findings"]),
    ("cli", &["span", "ir", "flow", "facts", "findings", "engine", "driver", "report"]),
];

/// Crates that speak a language's syntax.
const PARSERS: [&str; 6] =
    ["ruff_python_ast", "ruff_python_parser", "ruff_text_size", "syn", "proc-macro2", "rustpython-parser"];

/// Crates that reach for files, clocks or the environment.
const WORLD: [&str; 4] = ["ignore", "indicatif", "tokio", "walkdir"];

fn crates() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")
}

fn dependencies(folder: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(crates().join(folder).join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = text.parse().expect("TOML");
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn crates_use_only_what_their_layer_may() {
    for (folder, may_use) in MAY_USE {
        let allowed: BTreeSet<String> = may_use.iter().map(|name| format!("unspin-{name}")).collect();
        let used: BTreeSet<String> = dependencies(folder).into_iter().filter(|name| name.starts_with("unspin-")).collect();
        let too_much: Vec<_> = used.difference(&allowed).collect();
        assert!(too_much.is_empty(), "`{folder}` may not use {too_much:?}");
    }
}

#[test]
fn the_layers_are_in_order() {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (level, (folder, may_use)) in MAY_USE.into_iter().enumerate() {
        for lower in may_use {
            assert!(known.contains_key(lower), "`{folder}` stands below `{lower}` and may not use it");
        }
        known.insert(folder, level);
    }
}

#[test]
fn every_crate_of_the_linter_has_a_layer() {
    let layered: BTreeSet<&str> = MAY_USE.iter().map(|(folder, _)| *folder).collect();
    for entry in fs::read_dir(crates()).expect("a folder").flatten() {
        let folder = entry.file_name().into_string().expect("UTF-8");
        // The runtime half of the product is independent of the linter.
        let is_runtime = folder.starts_with("resilien");
        if entry.path().join("Cargo.toml").is_file() && !is_runtime {
            assert!(layered.contains(folder.as_str()), "`{folder}` has no layer in this test");
        }
        if entry.path().join("Cargo.toml").is_file() && is_runtime {
            let used = dependencies(&folder);
            let of_linter: Vec<_> =
                used.iter().filter(|name| MAY_USE.iter().any(|(linter, _)| **name == format!("unspin-{linter}"))).collect();
            assert!(of_linter.is_empty(), "`{folder}` may not use {of_linter:?}");
        }
    }
}

#[test]
fn only_frontends_know_a_syntax() {
    for (folder, _) in MAY_USE.into_iter().filter(|(folder, _)| !folder.starts_with("frontend-")) {
        let used = dependencies(folder);
        let parsers: Vec<_> = PARSERS.iter().filter(|parser| used.contains(**parser)).collect();
        assert!(parsers.is_empty(), "`{folder}` may not know a language, yet uses {parsers:?}");
    }
}

#[test]
fn nothing_below_the_driver_touches_the_world() {
    for (folder, _) in MAY_USE.into_iter().filter(|(folder, _)| !matches!(*folder, "driver" | "cli")) {
        let used = dependencies(folder);
        let world: Vec<_> = WORLD.iter().filter(|name| used.contains(**name)).collect();
        assert!(world.is_empty(), "`{folder}` may not use {world:?}");
        for (file, text) in sources(&crates().join(folder).join("src")) {
            let found = ["std::fs", "std::env::", "std::net", "SystemTime", "Instant::now", "std::process"];
            // Tests may look at the clock.
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let found: Vec<_> = found.iter().filter(|word| code.contains(**word)).collect();
            assert!(found.is_empty(), "{file} may not use {found:?}");
        }
    }
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            files.push((path.display().to_string(), text));
        }
    }
    files
}
