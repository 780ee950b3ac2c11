//! Runs the queries of the rules over the observations of a project.

use std::collections::BTreeMap;

use rayon::prelude::*;
use unspin_facts::callgraph::Cycles;
use unspin_facts::observation::{Observation, Queries, Subject, Sureness};
use unspin_facts::{FunctionRef, Project};
use unspin_findings::Confidence;
use unspin_span::Span;

use crate::rule::{Form, Rule, Values};
use crate::{RawFinding, Rules, Selections};

/// Run over a project the rules that are selected for each of its files. Sorted by file, place and rule.
///
/// Of several findings of one rule on one loop the surest stands; a rule that yields to another is silent on a loop where
/// the other reports.
pub fn check(project: &Project, rules: &Rules, selections: &Selections) -> Vec<RawFinding> {
    let functions: Vec<FunctionRef> = project.functions().collect();
    let queries = queries(rules, selections);
    let mut found: Vec<RawFinding> = functions
        .par_iter()
        .flat_map_iter(|&at| {
            let observations = unspin_facts::observe_function(project, at, &queries);
            if observations.is_empty() { Vec::new() } else { report_all(project, rules, selections, &observations) }
        })
        .collect();
    let cycles = unspin_facts::observe_cycles(project, wanted_cycles(rules, selections));
    found.extend(
        cycles.iter().flat_map(|observation| report_all(project, rules, selections, std::slice::from_ref(observation))),
    );
    sort(&mut found);
    found.dedup_by(|next, kept| is_again(next, kept));
    found
}

/// What the forms that may report ask for.
fn queries(rules: &Rules, selections: &Selections) -> Queries {
    let forms = rules.iter().flat_map(|rule| {
        let selected = |form: &&Form| is_selected_somewhere(rule, form, selections);
        rule.file.report.iter().filter(selected)
    });
    Queries::new(forms.map(Form::query).collect())
}

fn is_selected_somewhere(rule: &Rule, form: &Form, selections: &Selections) -> bool {
    let group = form.group.unwrap_or(rule.file.group);
    selections.distinct().any(|selection| selection.includes_rule(rule, group))
}

/// Cycles that are only guessed at are not looked for where no selected rule asks for them.
fn wanted_cycles(rules: &Rules, selections: &Selections) -> Cycles {
    let asks = |rule: &Rule| {
        rule.file.report.iter().any(|form| {
            let is_certain = form.wanted.get("closed-by").is_some_and(|values| values.as_ref().iter().eq(["certain-calls"]));
            form.about == Subject::Cycle && !is_certain && is_selected_somewhere(rule, form, selections)
        })
    };
    if rules.iter().any(asks) { Cycles::All } else { Cycles::Certain }
}

/// Findings on the observations of one function.
fn report_all(project: &Project, rules: &Rules, selections: &Selections, observations: &[Observation]) -> Vec<RawFinding> {
    let mut best: BTreeMap<(String, Span), (Option<Span>, RawFinding)> = BTreeMap::new();
    for observation in observations.iter().filter(|observation| !project.is_misread(observation.function)) {
        for rule in rules.iter() {
            let Some(finding) = report(project, rule, selections, observation) else { continue };
            let key = (rule.name.clone(), observation.around.unwrap_or(finding.span));
            let better = best.get(&key).is_none_or(|(_, known)| rank(&finding) > rank(known));
            if better {
                best.insert(key, (observation.around, finding));
            }
        }
    }
    let reported: Vec<(String, Option<Span>)> = best.iter().map(|((rule, _), (around, _))| (rule.clone(), *around)).collect();
    let is_spoken_for = |finding: &RawFinding, around: Option<Span>| {
        let reports = |rule: &&Rule| rule.name == finding.rule && selections.of(finding.file).speaks(rule);
        let yields_to = rules.iter().find(reports).map(|rule| rule.file.yields_to.as_slice());
        around.is_some() && yields_to.unwrap_or_default().iter().any(|other| reported.contains(&(other.clone(), around)))
    };
    best.into_values().filter(|(around, finding)| !is_spoken_for(finding, *around)).map(|(_, finding)| finding).collect()
}

/// Surer first, then the more recommended group, then the earlier place.
fn rank(finding: &RawFinding) -> impl Ord + use<> {
    (std::cmp::Reverse(finding.group), finding.confidence, std::cmp::Reverse(finding.span))
}

fn report(project: &Project, rule: &Rule, selections: &Selections, observation: &Observation) -> Option<RawFinding> {
    let sureness = confidence_of(observation.sureness);
    let form =
        rule.file.report.iter().find(|form| fits(form, observation) && form.sure.is_none_or(|least| sureness >= least))?;
    let group = form.group.unwrap_or(rule.file.group);
    let (file, span) =
        observation.place(form.at.as_ref()).or_else(|| observation.place("loop")).or_else(|| observation.place("call"))?;
    if !selections.of(file).includes_rule(rule, group) {
        return None;
    }
    let function = project.function(observation.function);
    let related = form.because.iter().filter_map(|because| {
        let (file, span) = observation.place(because.at.as_ref())?;
        Some((filled(because.text.as_ref(), observation), file, span))
    });
    Some(RawFinding {
        rule: rule.name.clone(),
        severity: rule.file.severity,
        confidence: form.confidence.map_or(sureness, |most| most.min(sureness)),
        group,
        message: filled(form.message.as_ref(), observation),
        help: filled(form.help.as_ref(), observation),
        missing: form.missing.clone(),
        file,
        function: function.qualified().to_string(),
        span,
        loop_span: observation.around,
        related: related.collect(),
        context: format!(
            "{}:{}",
            function.qualified(),
            observation.words.iter().map(|(_, w)| w.as_str()).collect::<Vec<_>>().join(",")
        ),
        fix: None,
    })
}

fn fits(form: &Form, observation: &Observation) -> bool {
    let any = |attribute: &str, values: &Values| values.iter().any(|value| observation.has(attribute, value));
    form.about == observation.subject
        && form.wanted.iter().all(|(attribute, values)| any(attribute, values.as_ref()))
        && !form.without.iter().any(|(attribute, values)| any(attribute, values.as_ref()))
}

/// A text with the words of the observation in place of `{name}`.
fn filled(text: &str, observation: &Observation) -> String {
    observation.words.iter().fold(text.to_owned(), |text, (name, word)| text.replace(&format!("{{{name}}}"), word))
}

fn confidence_of(sureness: Sureness) -> Confidence {
    match sureness {
        Sureness::Low => Confidence::Low,
        Sureness::Medium => Confidence::Medium,
        Sureness::High => Confidence::High,
    }
}

/// Whether two findings say the same of one place, of which a macro may make several functions.
fn is_again(next: &RawFinding, kept: &RawFinding) -> bool {
    let place = |finding: &RawFinding| (finding.file, finding.span, finding.group);
    place(next) == place(kept) && next.rule == kept.rule && (next.message == kept.message || next.function != kept.function)
}

fn sort(findings: &mut [RawFinding]) {
    findings.sort_by(|a, b| (a.file, a.span, &a.rule, &a.message).cmp(&(b.file, b.span, &b.rule, &b.message)));
}
