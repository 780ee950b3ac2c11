//! Loads rules and runs their queries over the facts of a project.

mod check;
mod load;
mod rule;
mod selection;
pub mod suppression;

pub use check::check;
pub use load::{Rules, builtin_models};
pub use rule::{Because, Form, Rule, RuleFile, Values};
pub use selection::{Selection, Selections};
use unspin_findings::{Confidence, Group, Severity};
use unspin_span::Span;

/// A finding whose places are spans of files of the project.
#[derive(Clone, Debug)]
pub struct RawFinding {
    /// Name of the rule.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// How sure the analysis is.
    pub confidence: Confidence,
    /// The group under which it is reported.
    pub group: Group,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// What is missing.
    pub missing: Vec<String>,
    /// Index into `Project::files`.
    pub file: u32,
    /// Qualified name of the function.
    pub function: String,
    /// Primary place.
    pub span: Span,
    /// The loop, or the function for recursion.
    pub loop_span: Option<Span>,
    /// The way round: message, file, place.
    pub related: Vec<(String, u32, Span)>,
    /// Normalised context, from which the fingerprint is made.
    pub context: String,
    /// Changes to its file that do away with it.
    pub fix: Option<RawFix>,
}

/// Changes to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFix {
    /// What they do, in the imperative.
    pub message: String,
    /// Which places get which text; they do not overlap.
    pub edits: Vec<(Span, String)>,
}

/// A rule or model file that cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// Line in it, from 1.
    pub line: Option<u32>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl RuleError {
    /// An error of a file, or of the folder that should hold it.
    pub fn new(file: &std::path::Path, line: Option<u32>, message: impl Into<String>) -> Self {
        Self { file: file.to_string_lossy().into_owned(), line, message: message.into() }
    }
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for RuleError {}
