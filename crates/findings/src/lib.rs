//! What unspin reports: findings, errors and the summary of a run. Plain data, read by every output format.
//!
//! The shape is the contract of the JSON output: fields may be added, never changed. Paths are relative to the
//! working directory and `/`-separated; lines and columns start at 1 and columns count characters.

use serde::{Deserialize, Serialize};
use unspin_span::Range;

/// How much a rule's finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely to hurt one day.
    Warning,
    /// Can spin, hang or overflow.
    Error,
}

/// How sure the analysis is that the finding is worth acting on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess: some of the evidence is a name.
    Low,
    /// Likely.
    Medium,
    /// Every piece of evidence was resolved.
    High,
}

/// Which set of rules a rule belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// On by default: at least four findings in five are worth acting on.
    Recommended,
    /// Opt-in: true by design for many services, or less certain.
    Strict,
    /// Everything of that shape, for a review by hand.
    Audit,
}

impl Group {
    /// Every group, from the surest on.
    pub const ALL: [Self; 3] = [Self::Recommended, Self::Strict, Self::Audit];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Strict => "strict",
            Self::Audit => "audit",
        }
    }
}

/// A place that helps to understand a finding, with what it has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// What happens there.
    pub message: String,
    /// The file.
    pub path: String,
    /// The place.
    pub range: Range,
}

/// One loop, call or cycle that may never stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the rule.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// How sure the analysis is.
    pub confidence: Confidence,
    /// The group under which it is reported; a rule may report its certain form in one and its loose form in another.
    pub group: Group,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it, in one sentence.
    pub help: String,
    /// Which of `limit`, `deadline`, `stop-signal`, `progress` (or what else the rule asks for) are missing.
    pub missing: Vec<String>,
    /// The file.
    pub path: String,
    /// Qualified name of the function, empty for the body of a module.
    pub function: String,
    /// The primary place: the loop header, the handler or the call.
    pub range: Range,
    /// The loop from header to last line; for recursion, the function.
    #[serde(rename = "loop")]
    pub loop_range: Option<Range>,
    /// The way round in order, or other places that explain the finding.
    pub related: Vec<Related>,
    /// What the source calls the things that the finding speaks of: with rule, path and function it tells which finding
    /// this is, wherever it stands in the file.
    #[serde(default, skip_serializing)]
    pub context: String,
    /// Stable under edits elsewhere in the file: rule, path and normalised context, never a line number.
    pub fingerprint: String,
    /// How to do away with it, where that is safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// Changes to the file of a finding that do away with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What they do, in the imperative.
    pub message: String,
    /// They do not overlap.
    pub edits: Vec<Edit>,
}

/// A place that gets another text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The place.
    pub range: Range,
    /// What stands there afterwards.
    pub content: String,
}

/// Something that could not be done; the rest of the run went on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScanError {
    /// The file or folder.
    pub path: String,
    /// What happened, and the next step where there is one.
    pub message: String,
    /// Where, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// What a run looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Files that were analysed.
    pub files: usize,
    /// Lines in them.
    pub lines: usize,
    /// Functions, methods, lambdas and module bodies.
    pub functions: usize,
    /// `while`, `loop` and `for` loops (comprehensions are not counted).
    pub loops: usize,
    /// Findings reported.
    pub findings: usize,
    /// Wall time in seconds.
    pub seconds: f64,
}

impl Summary {
    /// Count what another run counted as well.
    pub fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.lines += other.lines;
        self.functions += other.functions;
        self.loops += other.loops;
        self.findings += other.findings;
        self.seconds += other.seconds;
    }
}

/// What a report needs to know of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleInfo {
    /// The name, which is also the name of its folder.
    pub name: String,
    /// What is configured where all files agree on one, else the rule's own.
    pub severity: Severity,
    /// The lowest group in which it reports anything.
    pub group: Group,
    /// One sentence.
    pub summary: String,
    /// CWE numbers.
    pub cwe: Vec<u32>,
    /// The whole README, in Markdown.
    pub readme: String,
}

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Sorted by path, position and rule.
    pub findings: Vec<Finding>,
    /// Sorted by path.
    pub errors: Vec<ScanError>,
    /// What was looked at.
    pub summary: Summary,
    /// Every enabled rule, sorted by name.
    pub rules: Vec<RuleInfo>,
}
