//! The library models (`rules/models/`) are well-formed and agree with each other.
//!
//! Guaranteed: every file is read, every type that a model names is declared, every exception it raises has a meaning, and
//! no two models answer differently for the same call. Not guaranteed: that a model is true; `models_check.py` asks Python
//! itself whether what the files name of its standard library exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use unspin_facts::Models;
use unspin_facts::model::{CallModel, ModelFile};

const LANGUAGES: [&str; 2] = ["python", "rust"];

fn folder(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules/models").join(language)
}

/// Name and content of each model file of a language, in the order in which they are merged.
fn files(language: &str) -> Vec<(String, ModelFile)> {
    let entries = fs::read_dir(folder(language)).expect("the models are beside the tests");
    let mut paths = entries.map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    assert!(!paths.is_empty(), "no models of {language}");
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("readable text");
        let file = Models::parse(&format!("{language}/{name}"), &text).unwrap_or_else(|error| panic!("{error}"));
        (name, file)
    };
    paths.into_iter().map(read).collect()
}

fn merged(language: &str) -> Models {
    Models::new(files(language).into_iter().map(|(_, file)| file).collect())
}

fn assert_no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_file_is_read_and_cites_its_source() {
    for language in LANGUAGES {
        for (name, _) in files(language) {
            let text = fs::read_to_string(folder(language).join(&name)).expect("readable text");
            assert!(text.starts_with("# "), "{language}/{name}: begin with a comment that says what it models");
            assert!(name == "words.toml" || text.contains("https://"), "{language}/{name}: cite the documentation");
        }
    }
}

#[test]
fn every_type_is_declared_once() {
    let mut complaints = Vec::new();
    for language in LANGUAGES {
        let files = files(language);
        let mut declared = BTreeMap::<&str, &str>::new();
        for (file, content) in &files {
            for path in content.class.iter().flat_map(|class| &class.path) {
                if let Some(other) = declared.insert(path, file) {
                    complaints.push(format!("{language}/{file}: `{path}` is also a class of {other}"));
                }
            }
        }
        for (file, content) in &files {
            let bases = content.class.iter().flat_map(|class| class.bases.iter().chain(class.fields.values()));
            let results = content.call.iter().flat_map(|call| call.returns.iter().chain(&call.returns_tuple).chain(&call.on));
            for name in bases.chain(results) {
                if !["_", "*", "Self"].contains(&name.as_str()) && !declared.contains_key(name.as_str()) {
                    complaints.push(format!("{language}/{file}: the type `{name}` is no [[class]]"));
                }
            }
        }
    }
    assert_no_complaints(&complaints);
}

#[test]
fn every_exception_has_one_meaning() {
    let mut complaints = Vec::new();
    for language in LANGUAGES {
        let files = files(language);
        let mut seen = BTreeMap::new();
        for (file, content) in &files {
            for exception in &content.exception {
                for name in &exception.name {
                    if seen.insert(name.as_str(), file).is_some() {
                        complaints.push(format!("{language}/{file}: `{name}` has two meanings"));
                    }
                }
            }
        }
        let models = merged(language);
        for (file, content) in &files {
            let timeouts = content.call.iter().filter_map(|call| call.timeout.as_ref()).flat_map(|timeout| &timeout.raises);
            for name in timeouts.chain(content.call.iter().flat_map(|call| &call.end_raises)) {
                if models.failure_kind(*name).is_none() {
                    complaints.push(format!("{language}/{file}: nothing says what `{name}` means"));
                }
            }
        }
    }
    assert_no_complaints(&complaints);
}

#[test]
fn no_two_models_answer_for_one_call() {
    let mut complaints = Vec::new();
    for language in LANGUAGES {
        let files = files(language);
        let mut answers = BTreeMap::<String, Vec<(&str, &CallModel)>>::new();
        for (file, content) in &files {
            for call in &content.call {
                for key in keys(call) {
                    let others = answers.entry(key.clone()).or_default();
                    for (other_file, other) in others.iter() {
                        if overlap(call, other, *file == *other_file) {
                            complaints.push(format!("{language}/{file}: {key} is also in {other_file}"));
                        }
                    }
                    others.push((file, call));
                }
            }
        }
    }
    assert_no_complaints(&complaints);
}

/// Everything by which a call finds the model.
fn keys(call: &CallModel) -> Vec<String> {
    let mut keys = call.path.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>();
    for method in &call.method {
        keys.extend(call.on.iter().map(|on| format!("`{method}` on `{on}`")));
        keys.extend(call.receivers.iter().map(|word| format!("`{method}` on receivers like `{word}`")));
    }
    keys
}

/// Whether some call fits both. In one file the later model may be the narrower one: by an `unless` or a `when`.
fn overlap(later: &CallModel, earlier: &CallModel, same_file: bool) -> bool {
    let disjoint = match (later.arguments, earlier.arguments) {
        (Some((a, b)), Some((c, d))) => b < c || d < a,
        _ => false,
    };
    let conditions = |call: &CallModel| (call.unless.clone(), call.when.clone());
    let narrower = same_file
        && conditions(later) != conditions(earlier)
        && (!later.unless.is_empty() && earlier.unless.is_empty() || !later.when.is_empty());
    !disjoint && !narrower
}

#[test]
fn receivers_are_told_apart_by_their_words() {
    let models = merged("python");
    let telling = |method: &str, receiver: &str, count: u32| {
        let fits = |call: &&CallModel| {
            let counted = call.arguments.is_none_or(|(least, most)| (least..=most).contains(&count));
            call.method.iter().any(|name| name.as_str() == method) && counted && call.fits_receiver(receiver) == Some(true)
        };
        models.calls().iter().find(fits)
    };
    assert!(telling("read", "fp", 1).is_some_and(|call| call.end.is_some() && !call.remote));
    assert!(telling("read", "client_sock", 1).is_some_and(|call| call.remote));
    assert!(telling("read", "config", 1).is_none(), "configuration files are read as a whole");
    assert!(telling("read", "fp", 2).is_none(), "an address and a count: registers, not a stream");
    assert!(telling("read", "profile", 1).is_none());
}

#[test]
fn the_example_of_the_readme_is_a_model_file() {
    let readme = fs::read_to_string(folder("README.md")).expect("the vocabulary is documented");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let file = Models::parse("README.md", example).unwrap_or_else(|error| panic!("{error}"));
    assert!(file.call.len() > 2 && !file.class.is_empty() && !file.exception.is_empty());
}
