//! One run, read back from its JSON report: of the contract only what a trend needs, so that reports with more can be read.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use unspin_findings::{Confidence, Severity};

use crate::{json, risk::risk};

/// A report of one run, under a name.
#[derive(Debug)]
pub struct Run {
    pub(super) name: String,
    pub(super) findings: Vec<Entry>,
    pub(super) errors: Vec<NotScanned>,
    pub(super) summary: Counts,
    /// Nothing where the report does not say.
    pub(super) rules: Option<BTreeSet<String>>,
}

#[derive(Debug, Deserialize)]
struct Document {
    findings: Vec<Entry>,
    errors: Vec<NotScanned>,
    summary: Counts,
    rules: Option<BTreeSet<String>>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Entry {
    pub(super) rule: String,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) message: String,
    pub(super) path: String,
    range: Place,
    pub(super) fingerprint: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Place {
    start: Start,
}

#[derive(Debug, Deserialize, Serialize)]
struct Start {
    line: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct NotScanned {
    pub(super) path: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Counts {
    pub(super) files: usize,
    pub(super) lines: usize,
    pub(super) loops: usize,
}

impl Entry {
    pub(super) fn risk(&self) -> u32 {
        risk(self.severity, self.confidence)
    }

    pub(super) fn line(&self) -> u32 {
        self.range.start.line
    }
}

impl Run {
    /// Read a report that `unspin check --output json=FILE` wrote.
    ///
    /// # Errors
    ///
    /// A sentence that says what the text is instead, and what to do.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON ({error}); {HOW}"))?;
        match value.get("version") {
            Some(version) if version.as_u64() == Some(json::VERSION.into()) => {}
            Some(version) if version.is_u64() => {
                return Err(format!("is a report of version {version}, and this is unspin {}", env!("CARGO_PKG_VERSION")));
            }
            _ => return Err(format!("is JSON, but not a report; {HOW}")),
        }
        let Document { findings, errors, summary, rules } =
            serde_json::from_value(value).map_err(|error| format!("is JSON, but not a report ({error}); {HOW}"))?;
        Ok(Self { name: name.to_owned(), findings, errors, summary, rules })
    }
}

const HOW: &str = "`unspin check --output json=FILE` writes one";
