//! The form of a configuration file, and text to form.

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use unspin_engine::suppression::suggest;
use unspin_findings::{Confidence, Severity};

use super::schema;

/// Configuration of unspin.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "unspin.toml")]
pub(crate) struct Form {
    /// Another configuration file, relative to this one, on which this one builds. Lists are added to its lists, other
    /// values replace its values, and `select` starts over.
    #[schemars(with = "String")]
    pub(crate) extend: Option<Spanned<PathBuf>>,
    /// Rules and groups to report, instead of `recommended`.
    #[schemars(with = "Vec<schema::RuleOrGroup>")]
    pub(crate) select: Option<Vec<Spanned<String>>>,
    /// Rules and groups to report as well.
    #[schemars(with = "Vec<schema::RuleOrGroup>")]
    pub(crate) extend_select: Vec<Spanned<String>>,
    /// Rules and groups not to report.
    #[schemars(with = "Vec<schema::RuleOrGroup>")]
    pub(crate) ignore: Vec<Spanned<String>>,
    /// Severity by rule, instead of the rule's own.
    #[schemars(with = "schema::Severities")]
    pub(crate) severity: BTreeMap<Spanned<String>, Severity>,
    /// Leave out findings that the analysis is less sure of.
    #[schemars(with = "schema::ConfidenceName")]
    pub(crate) min_confidence: Option<Spanned<Confidence>>,
    /// Scan and report test code, too.
    #[schemars(with = "bool")]
    pub(crate) include_tests: Option<Spanned<bool>>,
    /// The baseline: a file that names findings which are known and not reported, relative to this file. `unspin baseline`
    /// writes it.
    #[schemars(with = "String")]
    pub(crate) baseline: Option<Spanned<PathBuf>>,
    /// Files and folders to leave out, as in `.gitignore`, relative to this file.
    #[schemars(with = "Vec<String>")]
    pub(crate) exclude: Vec<Spanned<String>>,
    /// Rules and groups not to report in files that match a glob, as in `.gitignore`, relative to this file.
    #[schemars(with = "BTreeMap<String, Vec<schema::RuleOrGroup>>")]
    pub(crate) per_file_ignores: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    /// Folders with rules and models of one's own, relative to this file.
    #[schemars(with = "Vec<String>")]
    pub(crate) rules: Vec<Spanned<PathBuf>>,
}

/// In which table of a file the configuration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// The file holds nothing else.
    Whole,
    /// `[tool.unspin]`.
    Tool,
    /// `[workspace.metadata.unspin]` or `[package.metadata.unspin]`.
    Metadata,
}

impl Section {
    /// The section of a file of this name.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "pyproject.toml" => Self::Tool,
            "Cargo.toml" => Self::Metadata,
            _ => Self::Whole,
        }
    }
}

#[derive(Deserialize)]
struct Pyproject {
    tool: Option<Holder>,
}

#[derive(Deserialize)]
struct Manifest {
    workspace: Option<Described>,
    package: Option<Described>,
}

#[derive(Deserialize)]
struct Described {
    metadata: Option<Holder>,
}

#[derive(Deserialize)]
struct Holder {
    unspin: Option<Form>,
}

/// The configuration that a text holds, if it holds any; else what is wrong, and at which byte.
pub(crate) fn parse(section: Section, text: &str) -> Result<Option<Form>, (Option<usize>, String)> {
    let parsed = match section {
        Section::Whole => toml::from_str(text).map(|form| vec![Some(form)]),
        Section::Tool => toml::from_str(text).map(|file: Pyproject| vec![file.tool.and_then(|tool| tool.unspin)]),
        Section::Metadata => toml::from_str(text).map(|file: Manifest| {
            let of = |part: Option<Described>| part?.metadata?.unspin;
            vec![of(file.workspace), of(file.package)]
        }),
    };
    let forms = parsed.map_err(|error| (error.span().map(|span| span.start), explained(section, error.message())))?;
    let mut forms = forms.into_iter().flatten();
    match (forms.next(), forms.next()) {
        (_, Some(_)) => Err((None, "both the workspace and its package configure unspin; keep one of them".to_owned())),
        (form, None) => Ok(form),
    }
}

/// A message of `serde` about a name that it does not know, with the nearest that it does: it gives all in backticks.
fn explained(section: Section, message: &str) -> String {
    let kind = match message {
        _ if message.starts_with("unknown field") => "key",
        _ if message.starts_with("unknown variant") => "value",
        _ if message.ends_with("expected a sequence") => return "this is a list: put it in brackets".to_owned(),
        _ => return message.to_owned(),
    };
    let mut names = message.split('`').skip(1).step_by(2);
    let given = names.next().unwrap_or_default();
    let known: Vec<&str> = names.collect();
    if section == Section::Whole && ["tool", "workspace", "package", "unspin"].contains(&given) {
        return "this file is about unspin alone: write the keys at its top, under no table".to_owned();
    }
    if kind == "value" && ["off", "none", "ignore"].contains(&given) {
        return format!("there is no value `{given}`; to turn a rule off, name it in `ignore`");
    }
    match suggest(given, &known) {
        Some(near) => format!("there is no {kind} `{given}`; did you mean `{near}`?"),
        None => format!("there is no {kind} `{given}`; there are {}", known.join(", ")),
    }
}
