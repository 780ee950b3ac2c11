//! The formats by name.

use std::str::FromStr;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The code of each finding with what happens where, for people.
    Text,
    /// `path:line:column: rule severity: message`, for editors and `grep`.
    Concise,
    /// For tools; see `unspin_findings`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate a pull request.
    Github,
    /// What `Json` holds, one entry a line.
    JsonLines,
    /// The Code Quality report of GitLab.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// Checkstyle XML.
    Checkstyle,
    /// The diagnostic format of reviewdog.
    Rdjson,
    /// A comment on a pull request.
    Markdown,
    /// A page to look through.
    Html,
    /// The number of findings of each rule.
    Statistics,
}

impl Format {
    /// Every format with its name and what it is for.
    pub const ALL: [(&'static str, Self, &'static str); 13] = [
        ("text", Self::Text, "the code of each finding, for people"),
        ("concise", Self::Concise, "one line each, for editors and grep"),
        ("json", Self::Json, "everything, for tools"),
        ("sarif", Self::Sarif, "SARIF 2.1.0, for code scanning"),
        ("github", Self::Github, "workflow commands that annotate a pull request"),
        ("jsonl", Self::JsonLines, "what json holds, one entry a line"),
        ("gitlab", Self::Gitlab, "the Code Quality report of GitLab"),
        ("junit", Self::Junit, "JUnit XML, for the test view of a CI server"),
        ("checkstyle", Self::Checkstyle, "Checkstyle XML"),
        ("rdjson", Self::Rdjson, "the diagnostic format of reviewdog"),
        ("markdown", Self::Markdown, "a comment on a pull request"),
        ("html", Self::Html, "a page to look through, in one file"),
        ("statistics", Self::Statistics, "findings per rule"),
    ];
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(name, ..)| *name == text);
        found.map(|(_, format, _)| format).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, ..)| *name).collect();
            format!("there is no format `{text}`; there are {}", names.join(", "))
        })
    }
}
