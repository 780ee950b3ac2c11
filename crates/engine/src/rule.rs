//! A rule: what it looks for, as data, and the errors of a rule file.
//!
//! `rules/NAME/rule.toml` holds the form [`RuleFile`]; the folder's name is the rule's. Every attribute and value that a
//! query names must be in the vocabulary of the facts, so that a typing error is an error and no rule is silently dead.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use unspin_facts::observation::{PLACES, Query, Subject, VOCABULARY, WORDS};
use unspin_findings::{Confidence, Group, Severity};

use crate::{RuleError, suppression::suggest};

/// The form of `rule.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// How much a finding matters.
    pub severity: Severity,
    /// The group of forms that name none.
    pub group: Group,
    /// CWE numbers.
    #[serde(default)]
    pub cwe: Vec<u32>,
    /// One sentence, without a full stop.
    pub summary: String,
    /// Rules whose finding on the same loop stands for this one's.
    #[serde(default)]
    pub yields_to: Vec<String>,
    /// Forms of the defect; the first that fits an observation reports it.
    pub report: Vec<Form>,
}

/// One form of the defect.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Form {
    /// What it is about.
    pub about: Subject,
    /// For each attribute, values of which the observation has at least one.
    #[serde(rename = "where", default)]
    pub wanted: BTreeMap<String, Spanned<Values>>,
    /// For each attribute, values of which it has none.
    #[serde(default)]
    pub without: BTreeMap<String, Spanned<Values>>,
    /// How sure the analysis has to be.
    pub sure: Option<Confidence>,
    /// The group in which this form is reported.
    pub group: Option<Group>,
    /// The most confidence that a finding of this form gets.
    pub confidence: Option<Confidence>,
    /// The place that the finding points at.
    pub at: Spanned<String>,
    /// One sentence; words of the observation in braces: `{call}`.
    pub message: Spanned<String>,
    /// Other places, in the order of the way round.
    #[serde(default)]
    pub because: Vec<Because>,
    /// What is missing.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What to do.
    pub help: Spanned<String>,
}

impl Form {
    /// What an observation needs in order to fit.
    pub(crate) fn query(&self) -> Query {
        let wanted = self
            .wanted
            .iter()
            .map(|(attribute, values)| (attribute.clone(), values.as_ref().iter().map(str::to_owned).collect()));
        Query { about: self.about, wanted: wanted.collect() }
    }
}

/// A place that explains the finding.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Because {
    /// Name of the place.
    pub at: Spanned<String>,
    /// What happens there.
    pub text: Spanned<String>,
}

/// One value or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// One.
    One(String),
    /// Any of these.
    Many(Vec<String>),
}

impl Values {
    /// The values.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

/// A loaded rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The name of its folder.
    pub name: String,
    /// What it looks for.
    pub file: RuleFile,
    /// Its documentation.
    pub readme: String,
    /// Where it holds: 0 everywhere, any other number where a selection lets this one of its name speak.
    pub place: u32,
}

impl Rule {
    /// Read a rule.
    ///
    /// # Errors
    ///
    /// When the text is not of the form, or asks for an attribute or value that no fact has.
    pub fn parse(name: &str, path: &str, text: &str, readme: &str) -> Result<Self, RuleError> {
        let fail = |offset: Option<usize>, message: String| RuleError {
            file: path.to_owned(),
            line: offset.map(|offset| 1 + text[..offset.min(text.len())].matches('\n').count() as u32),
            message,
        };
        let file: RuleFile =
            toml::from_str(text).map_err(|error| fail(error.span().map(|span| span.start), error.message().to_owned()))?;
        for form in &file.report {
            for (attribute, values) in form.wanted.iter().chain(&form.without) {
                check_query(form.about, attribute, values.as_ref())
                    .map_err(|message| fail(Some(values.span().start), message))?;
            }
            check_report(form).map_err(|(offset, message)| fail(Some(offset), message))?;
        }
        if file.report.is_empty() {
            return Err(fail(None, "a rule needs at least one [[report]]".to_owned()));
        }
        Ok(Self { name: name.to_owned(), file, readme: readme.to_owned(), place: 0 })
    }

    /// The lowest group in which it reports anything.
    pub fn group(&self) -> Group {
        self.groups().min().unwrap_or(self.file.group)
    }

    /// The groups of its forms.
    pub fn groups(&self) -> impl Iterator<Item = Group> {
        self.file.report.iter().map(|form| form.group.unwrap_or(self.file.group))
    }
}

/// Whether every place and word of a form exists; else where the wrong one stands.
fn check_report(form: &Form) -> Result<(), (usize, String)> {
    let places = form.because.iter().map(|because| &because.at).chain([&form.at]);
    for place in places {
        if !PLACES.iter().any(|(name, _)| name == place.as_ref()) {
            let message = format!("there is no place `{}`; {}", place.as_ref(), instead(place.as_ref(), &names(PLACES)));
            return Err((place.span().start, message));
        }
    }
    for text in form.because.iter().map(|because| &because.text).chain([&form.message, &form.help]) {
        for word in text.as_ref().split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(word, _)| word) {
            if !WORDS.iter().any(|(name, _)| *name == word) {
                let message = format!("there is no word `{{{word}}}`; {}", instead(word, &names(WORDS)));
                return Err((text.span().start, message));
            }
        }
    }
    Ok(())
}

fn names<'a>(list: &[(&'a str, &str)]) -> Vec<&'a str> {
    list.iter().map(|(name, _)| *name).collect()
}

/// What to write instead of a name that there is not.
fn instead(given: &str, known: &[&str]) -> String {
    match suggest(given, known) {
        Some(near) => format!("did you mean `{near}`? (`unspin rules --vocabulary` lists all)"),
        None => format!("there are {}", known.join(", ")),
    }
}

fn subject(about: Subject) -> &'static str {
    match about {
        Subject::WayRound => "way-round",
        Subject::Loop => "loop",
        Subject::Call => "call",
        Subject::Cycle => "cycle",
    }
}

fn check_query(about: Subject, attribute: &str, values: &Values) -> Result<(), String> {
    let entries = || VOCABULARY.iter().filter(|(subject, ..)| *subject == about);
    let Some((_, _, known, _)) = entries().find(|(_, name, ..)| *name == attribute) else {
        if let Some((other, ..)) = VOCABULARY.iter().find(|(_, name, ..)| *name == attribute) {
            return Err(format!("`{attribute}` is not asked of a {}, but of a {}", subject(about), subject(*other)));
        }
        let names: Vec<&str> = entries().map(|(_, name, ..)| *name).collect();
        return Err(format!("there is no attribute `{attribute}` here; {}", instead(attribute, &names)));
    };
    match values.iter().find(|value| !known.contains(value)) {
        Some(value) => Err(format!("`{attribute}` is never `{value}`; {}", instead(value, known))),
        None => Ok(()),
    }
}
