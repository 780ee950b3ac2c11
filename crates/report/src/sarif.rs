//! SARIF 2.1.0, as code scanning wants it.
//!
//! The primary region is one line, because a pull request is annotated only where every line of a region is in its diff;
//! the loop goes to `relatedLocations`, the way round to `codeFlows`. Every enabled rule is listed whether it reported or
//! not, so that an alert that is gone is known to be fixed. See
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html> and
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Value, json};
use unspin_findings::{Edit, Finding, Fix, Group, Report, RuleInfo, ScanError, Severity};
use unspin_span::Range;

use crate::{
    HOME, NOT_SCANNED, help_url,
    line_hash::line_hashes,
    words::{confidence_word, severity_word, uri},
};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The name of the tool's own fingerprint; the number is raised when it is computed in another way.
const FINGERPRINT: &str = "unspin/v1";

const NOT_SCANNED_TEXT: &str = "A file or folder could not be scanned in full.";

/// Paths are relative to it; its value is for the consumer to say.
const ROOT: &str = "%SRCROOT%";

/// Write the report as one SARIF log with one run.
pub(crate) fn render(report: &Report, sources: &BTreeMap<String, String>, out: &mut dyn Write) -> io::Result<()> {
    let mut rules = report.rules.clone();
    // A finding of a rule that is not listed would have no description.
    for finding in &report.findings {
        if !rules.iter().any(|rule| rule.name == finding.rule) {
            rules.push(unlisted(finding));
        }
    }
    let paths = report.findings.iter().map(|finding| finding.path.as_str());
    let hashes: BTreeMap<&str, Vec<String>> = paths.filter_map(|path| Some((path, line_hashes(sources.get(path)?)))).collect();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &rules, &hashes)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "unspin",
                "fullName": "unspin, a linter for loops that may never stop",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": HOME,
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
                "notifications": [{
                    "id": NOT_SCANNED,
                    "name": "NotScanned",
                    "shortDescription": { "text": NOT_SCANNED_TEXT },
                    "fullDescription": { "text": NOT_SCANNED_TEXT },
                    "help": { "text": "The message says what stood in the way; the rest was scanned." },
                }],
            }},
            "automationDetails": { "id": "unspin/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The folder that was scanned from." } } },
            "invocations": [{
                "executionSuccessful": report.errors.is_empty(),
                "toolExecutionNotifications": report.errors.iter().map(notification).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn unlisted(finding: &Finding) -> RuleInfo {
    RuleInfo {
        name: finding.rule.clone(),
        severity: finding.severity,
        group: finding.group,
        summary: finding.message.clone(),
        cwe: Vec::new(),
        readme: String::new(),
    }
}

fn rule(rule: &RuleInfo) -> Value {
    let mut tags = vec!["reliability".to_owned(), rule.group.name().to_owned()];
    tags.extend(rule.cwe.iter().map(|number| format!("external/cwe/cwe-{number:03}")));
    let documentation = if rule.readme.is_empty() { &rule.summary } else { &rule.readme };
    json!({
        "id": rule.name,
        "name": pascal_case(&rule.name),
        "shortDescription": { "text": sentence(&rule.summary) },
        "fullDescription": { "text": sentence(&rule.summary) },
        "help": { "text": documentation, "markdown": documentation },
        "helpUri": help_url(&rule.name),
        "defaultConfiguration": { "level": severity_word(rule.severity) },
        "properties": {
            "tags": tags,
            "problem.severity": match rule.severity {
                Severity::Note => "recommendation",
                severity => severity_word(severity),
            },
            "precision": match rule.group {
                Group::Recommended => "high",
                Group::Strict => "medium",
                Group::Audit => "low",
            },
        },
    })
}

fn result(finding: &Finding, rules: &[RuleInfo], hashes: &BTreeMap<&str, Vec<String>>) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.iter().position(|rule| rule.name == finding.rule),
        "level": severity_word(finding.severity),
        "message": { "text": sentence(&finding.message) },
        "locations": [primary(finding)],
        "partialFingerprints": fingerprints(finding, hashes),
        "properties": {
            "confidence": confidence_word(finding.confidence),
            "group": finding.group.name(),
            "missing": finding.missing,
            "help": finding.help,
        },
    });
    let related = related(finding);
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([fix_of(finding, fix)]);
    }
    if !finding.related.is_empty() {
        result["codeFlows"] = json!([code_flow(finding)]);
    }
    result
}

fn fix_of(finding: &Finding, fix: &Fix) -> Value {
    let replacement = |edit: &Edit| {
        let mut replacement = json!({ "deletedRegion": region(edit.range) });
        if !edit.content.is_empty() {
            replacement["insertedContent"] = json!({ "text": edit.content });
        }
        replacement
    };
    json!({
        "description": { "text": sentence(&fix.message) },
        "artifactChanges": [{
            "artifactLocation": artifact(&finding.path),
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

/// The primary location, on one line. The length of that line is not known here; a region with a start alone goes up to
/// the end of its line.
fn primary(finding: &Finding) -> Value {
    let mut location = location(&finding.path, Some(finding.range), &finding.function);
    let Range { start, end } = finding.range;
    if start.line != end.line {
        location["physicalLocation"]["region"] = json!({ "startLine": start.line, "startColumn": start.column });
    }
    location
}

fn fingerprints(finding: &Finding, hashes: &BTreeMap<&str, Vec<String>>) -> Value {
    let mut all = json!({ FINGERPRINT: finding.fingerprint });
    let line = finding.range.start.line as usize - 1;
    if let Some(hash) = hashes.get(finding.path.as_str()).and_then(|hashes| hashes.get(line)) {
        all["primaryLocationLineHash"] = json!(hash);
    }
    all
}

/// The loop, then what else explains the finding.
fn related(finding: &Finding) -> Vec<Value> {
    let whole = finding
        .loop_range
        .map(|range| ("The loop, or the function that calls itself.".to_owned(), finding.path.as_str(), range));
    let others = finding.related.iter().map(|place| (sentence(&place.message), place.path.as_str(), place.range));
    let numbered = whole.into_iter().chain(others).enumerate();
    numbered
        .map(|(id, (text, path, range))| {
            let mut location = location(path, Some(range), "");
            location["id"] = json!(id + 1);
            location["message"] = json!({ "text": text });
            location
        })
        .collect()
}

/// The way round, ending where the finding is if it does not lead through there.
fn code_flow(finding: &Finding) -> Value {
    let step = |text: &str, path: &str, range: Range| {
        let mut location = location(path, Some(range), "");
        location["message"] = json!({ "text": sentence(text) });
        json!({ "location": location })
    };
    let mut steps: Vec<Value> = finding.related.iter().map(|place| step(&place.message, &place.path, place.range)).collect();
    let leads_through = finding.related.iter().any(|place| place.path == finding.path && place.range == finding.range);
    if !leads_through {
        steps.push(step(&finding.message, &finding.path, finding.range));
    }
    json!({ "threadFlows": [{ "locations": steps }] })
}

fn location(path: &str, range: Option<Range>, function: &str) -> Value {
    let mut location = json!({ "physicalLocation": { "artifactLocation": artifact(path) } });
    if let Some(range) = range {
        location["physicalLocation"]["region"] = region(range);
    }
    if !function.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": function, "kind": "function" }]);
    }
    location
}

fn artifact(path: &str) -> Value {
    if path.starts_with('/') {
        json!({ "uri": format!("file://{}", uri(path)) })
    } else {
        json!({ "uri": uri(path), "uriBaseId": ROOT })
    }
}

fn region(range: Range) -> Value {
    let Range { start, end } = range;
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

fn notification(error: &ScanError) -> Value {
    json!({
        "descriptor": { "id": NOT_SCANNED, "index": 0 },
        "level": "error",
        "message": { "text": format!("{}: {}", error.path, error.message) },
        "locations": [location(&error.path, error.range, "")],
    })
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let text = first + characters.as_str();
    if text.ends_with(['.', '?', '!']) { text } else { text + "." }
}

fn pascal_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_ascii_uppercase().to_string() + characters.as_str()).unwrap_or_default()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rules_become_pascal_case() {
        assert_eq!(pascal_case("timeout-without-limit"), "TimeoutWithoutLimit");
    }
}
