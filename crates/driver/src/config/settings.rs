//! What holds for the files of one folder, each value with the place where it was written.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use toml::Spanned;
use unspin_engine::Selection;
use unspin_findings::{Confidence, Severity};
use unspin_span::{LineIndex, Span};

use super::{ConfigError, form::Form, globs::Globs};
use crate::input::normalize;

/// A place in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it is shown.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

/// What one file says of which rules report.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Instead of what the layers below say.
    pub select: Option<Vec<Sourced<String>>>,
    /// Besides.
    pub extend_select: Vec<Sourced<String>>,
    /// Not these.
    pub ignore: Vec<Sourced<String>>,
}

/// Rules that do not report in some files.
#[derive(Clone, Debug)]
pub struct PerFileIgnore {
    /// Which files.
    pub glob: Sourced<String>,
    /// Rules and groups.
    pub names: Vec<Sourced<String>>,
    globs: Globs,
}

impl PerFileIgnore {
    /// Whether it is about this file.
    pub fn is_about(&self, path: &Path) -> bool {
        self.globs.matches(path, false)
    }
}

/// What holds for the files of one folder.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The files that it was read from, the nearest first.
    pub files: Vec<Arc<str>>,
    /// Which rules report: the lowest layer first.
    pub layers: Vec<Layer>,
    /// How sure the analysis has to be.
    pub min_confidence: Option<Sourced<Confidence>>,
    /// Whether test code is reported.
    pub include_tests: Option<Sourced<bool>>,
    /// The file with the findings that are known.
    pub baseline: Option<Sourced<PathBuf>>,
    /// Severities that are not the rules' own.
    pub severity: BTreeMap<String, Sourced<Severity>>,
    /// What is left out.
    pub exclude: Vec<Sourced<String>>,
    /// Which rules do not report in which files.
    pub per_file_ignores: Vec<PerFileIgnore>,
    /// Folders with rules and models of one's own.
    pub rules: Vec<Sourced<PathBuf>>,
    excluded: Vec<Globs>,
}

impl Settings {
    /// Whether a file or folder is left out.
    pub fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.excluded.iter().any(|globs| globs.matches(path, is_folder))
    }

    /// Which rules report, before the command line and what is ignored in single files.
    pub fn selection(&self) -> Selection {
        let values = |list: &[Sourced<String>]| list.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
        self.layers.iter().fold(Selection::default(), |below, layer| Selection {
            select: layer.select.as_deref().map(values),
            extend_select: values(&layer.extend_select),
            ignore: values(&layer.ignore),
            below: Some(Arc::new(below)),
            ..Selection::default()
        })
    }

    /// What a file says, on top of what it extends.
    pub(crate) fn with(mut self, form: Form, source: &Source<'_>) -> Result<Self, ConfigError> {
        self.files.insert(0, source.file.clone());
        self.layers.push(Layer {
            select: form.select.map(|list| source.all(list)),
            extend_select: source.all(form.extend_select),
            ignore: source.all(form.ignore),
        });
        if let Some(level) = form.min_confidence {
            self.min_confidence = Some(source.sourced(level));
        }
        if let Some(include) = form.include_tests {
            self.include_tests = Some(source.sourced(include));
        }
        if let Some(file) = form.baseline {
            let Sourced { value, place } = source.sourced(file);
            self.baseline = Some(Sourced { value: normalize(&source.folder.join(value)), place });
        }
        for (rule, severity) in form.severity {
            let Sourced { value, place } = source.sourced(rule);
            self.severity.insert(value, Sourced { value: severity, place });
        }
        for (glob, names) in form.per_file_ignores {
            let glob = source.sourced(glob);
            let globs = source.globs(std::slice::from_ref(&glob))?;
            self.per_file_ignores.push(PerFileIgnore { glob, names: source.all(names), globs });
        }
        for folder in source.all(form.rules) {
            let value = source.folder.join(&folder.value);
            self.rules.push(Sourced { value, ..folder });
        }
        let exclude = source.all(form.exclude);
        if !exclude.is_empty() {
            self.excluded.push(source.globs(&exclude)?);
            self.exclude.extend(exclude);
        }
        Ok(self)
    }
}

/// A configuration file whose form is taken apart.
pub(crate) struct Source<'a> {
    /// As it is shown.
    pub(crate) file: Arc<str>,
    /// The folder in which it lies.
    pub(crate) folder: &'a Path,
    /// The folder that globs are relative to for files that do not lie below.
    pub(crate) base: &'a Path,
    /// Its text.
    pub(crate) text: &'a str,
    /// Its lines.
    pub(crate) lines: &'a LineIndex,
}

impl Source<'_> {
    /// The place of a byte.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len()) as u32;
        let start = self.lines.range(self.text, Span::new(offset, offset)).start;
        Place { file: self.file.clone(), line: start.line, column: start.column }
    }

    fn sourced<T>(&self, spanned: Spanned<T>) -> Sourced<T> {
        let place = self.place(spanned.span().start);
        Sourced { value: spanned.into_inner(), place }
    }

    fn all<T>(&self, list: Vec<Spanned<T>>) -> Vec<Sourced<T>> {
        list.into_iter().map(|one| self.sourced(one)).collect()
    }

    fn globs(&self, globs: &[Sourced<String>]) -> Result<Globs, ConfigError> {
        let bases = vec![self.folder.to_owned(), self.base.to_owned()];
        Globs::new(globs.iter().map(|glob| glob.value.as_str()), bases).map_err(|(at, message)| {
            let glob = &globs[at];
            ConfigError::at(&glob.place, format!("the glob `{}` cannot be used: {message}", glob.value))
        })
    }
}
