//! The twins: `fixtures/lowering/NAME.py` and `NAME.rs` lower to one `NAME.ir`.
//!
//! Where the languages truly differ, the expectation is `NAME.python.ir` or `NAME.rust.ir`. `UPDATE=1` writes what the
//! frontends say now, to be read before it is committed; a twin is written from its Python side, so that the Rust side
//! has to agree with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use unspin_ir::{Source, dump, name};

const LANGUAGES: [(&str, &str); 2] = [("py", "python"), ("rs", "rust")];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/lowering")
}

/// Names of the fixtures, each with the extensions of its files.
fn fixtures() -> BTreeMap<String, Vec<String>> {
    let mut fixtures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder()).expect("the fixtures are there") {
        let file = entry.expect("a readable folder").file_name().to_string_lossy().into_owned();
        if let Some((stem, extension)) = file.split_once('.').filter(|(stem, _)| *stem != "README") {
            fixtures.entry(stem.to_owned()).or_default().push(extension.to_owned());
        }
    }
    fixtures
}

fn lowered(stem: &str, extension: &str) -> String {
    let path = folder().join(format!("{stem}.{extension}"));
    let text = fs::read_to_string(&path).expect("a readable fixture");
    let source = Source { name: name(stem), is_package: false, is_test: false };
    let module = match extension {
        "py" => unspin_frontend_python::lower(&text, &source),
        _ => unspin_frontend_rust::lower(&text, &source),
    };
    assert!(module.problems.is_empty(), "{} does not parse: {:?}", path.display(), module.problems);
    dump(&module)
}

#[test]
fn both_languages_lower_to_one_ir() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for (stem, files) in fixtures() {
        let has = |extension: &str| files.iter().any(|file| file == extension);
        for (extension, language) in LANGUAGES {
            let own = format!("{language}.ir");
            if !has(extension) {
                if has(&own) || has("ir") {
                    wrong.push(format!("{stem}.{extension} is missing: it must lower to {stem}.ir"));
                }
                continue;
            }
            let expected_in = if has(&own) || !has("ir") { own } else { "ir".to_owned() };
            let path = folder().join(format!("{stem}.{expected_in}"));
            let actual = lowered(&stem, extension);
            if update && (expected_in != "ir" || extension == "py") {
                fs::write(&path, &actual).expect("a writable fixture");
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if actual != expected {
                wrong.push(format!("{stem}.{extension} does not lower to {stem}.{expected_in}, but to\n{actual}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} fixtures are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_readme_lists_every_fixture() {
    let fixtures = fixtures();
    let twins = fixtures.values().filter(|files| files.iter().any(|file| file == "ir")).count();
    let alone = |language: &str| {
        let own = format!("{language}.ir");
        fixtures.values().filter(|files| files.contains(&own)).count()
    };
    let path = folder().join("README.md");
    let mut readme = fs::read_to_string(&path).unwrap_or_default();
    let marker = "<!-- generated: UPDATE=1 cargo test -p unspin-tests --test lowering_twins -->\n";
    let start = readme.find(marker).map_or(readme.len(), |at| at + marker.len());
    let mut expected = readme[..start].to_owned();
    let _ = write!(
        expected,
        "\n{twins} twins, {} with a Python expectation of its own, {} with a Rust one.\n\n| fixture | expectations |\n|---|---|\n",
        alone("python"),
        alone("rust")
    );
    for (stem, files) in &fixtures {
        let mut shown = files.iter().filter(|file| file.ends_with("ir")).map(|file| format!("`.{file}`")).collect::<Vec<_>>();
        shown.sort();
        let _ = writeln!(expected, "| {stem} | {} |", shown.join(" "));
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &expected).expect("a writable README");
        readme.clone_from(&expected);
    }
    assert_eq!(readme, expected, "fixtures/lowering/README.md is out of date: run with UPDATE=1 and read the difference");
}
