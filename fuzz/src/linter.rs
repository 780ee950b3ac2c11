//! The stages of the linter on one text, without files: what is fuzzed is what `unspin check` runs on each of them.

use std::sync::{Arc, OnceLock};

use unspin_engine::{Rules, Selection, Selections, builtin_models, check, suppression};
use unspin_facts::{Models, Project, SourceFile};
use unspin_ir::{Module, Source, name};

fn source() -> Source {
    Source { name: name("fuzzed"), is_package: false, is_test: false }
}

/// Bytes to IR, as Python; nothing where the bytes are no text.
pub fn lower_python(bytes: &[u8]) -> Option<Module> {
    let text = unspin_frontend_python::decode(bytes).ok()?;
    Some(unspin_frontend_python::lower(&text, &source()))
}

/// Bytes to IR, as Rust; nothing where the bytes are no text.
pub fn lower_rust(bytes: &[u8]) -> Option<Module> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(unspin_frontend_rust::lower(text, &source()))
}

/// IR to findings, with every rule of every group.
pub fn analyse(module: Module, language: &str) {
    static RULES: OnceLock<Rules> = OnceLock::new();
    static MODELS: OnceLock<[Arc<Models>; 2]> = OnceLock::new();
    let rules = RULES.get_or_init(|| Rules::builtin().expect("the rules are well formed"));
    let models = MODELS.get_or_init(|| {
        ["python", "rust"].map(|language| Arc::new(Models::new(builtin_models(language).expect("the models are well formed"))))
    });
    let models = &models[usize::from(language == "rust")];
    let file = SourceFile::new("fuzzed".to_owned(), module);
    file.prepare(models);
    let project = Project::new(vec![file], models.clone());
    let findings = check(&project, rules, &Selections::one(Selection::all()));
    let applied = suppression::apply(&[], &findings, |_, offset| offset);
    assert_eq!(applied.suppressed.len(), findings.len());
}
