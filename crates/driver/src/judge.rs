//! What of the findings of an analysis is reported: not what a baseline names, not what no change has to do with.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use rustc_hash::FxHashMap;
use unspin_findings::{Finding, Report};

use crate::{
    Baseline, BaselineUse, Error, Outcome,
    analysis::{Analysed, Analysis},
    baselines::Baselines,
    cache::{Found, Hidden},
    changes::Comparison,
    config::selections,
    input::{Input, normalize, shown},
    known::{Identity, Place, matched},
    load::load,
    naming::Namer,
    shape::Shapes,
    walk::Walk,
};

/// Decides what is reported.
pub(crate) struct Judge<'a> {
    pub(crate) analysis: &'a Analysis<'a>,
    pub(crate) walk: &'a Walk<'a>,
    /// What lies on the disk.
    pub(crate) walked: Vec<Input>,
    /// What was analysed.
    pub(crate) inputs: &'a [Input],
    pub(crate) comparison: Option<&'a Comparison>,
}

impl Judge<'_> {
    /// The outcome of a run.
    pub(crate) fn outcome(mut self, analysed: Analysed, baselines: &Baselines<'_>) -> Result<Outcome, Error> {
        let Analysed { entry, sources, errors, skipped_tests, projects } = analysed;
        let mut outcome =
            Outcome { sources, skipped_tests, suppressed: entry.suppressed, analysed: projects, ..Outcome::default() };
        outcome.report = Report { errors, summary: entry.summary, ..Report::default() };
        outcome.report.errors.extend(entry.problems);
        let found: Vec<Found> = entry.found;
        let mut is_left_out: Vec<bool> = found.iter().map(|found| found.hidden.is_some()).collect();
        outcome.hidden_in_tests = found.iter().filter(|found| found.hidden == Some(Hidden::InTest)).count();
        let findings: Vec<&Finding> = found.iter().map(|found| &found.finding).collect();
        let mut shapes = Shapes::new(&outcome.sources);
        outcome.baselines = self.settle(baselines, &findings, &mut is_left_out, &mut shapes, &outcome.report);
        if let Some(comparison) = self.comparison {
            outcome.unchanged = self.hide_unchanged(comparison, &findings, &mut is_left_out, &outcome.sources)?;
        }
        let kept = found.into_iter().zip(is_left_out).filter(|(_, is_left_out)| !is_left_out);
        outcome.report.findings = kept.map(|(found, _)| found.finding).collect();
        Ok(outcome)
    }

    /// Leave out what baselines name, or write down what they should.
    fn settle(
        &self,
        baselines: &Baselines<'_>,
        findings: &[&Finding],
        is_left_out: &mut [bool],
        shapes: &mut Shapes<'_>,
        report: &Report,
    ) -> Vec<BaselineUse> {
        if baselines.files.is_empty() {
            return Vec::new();
        }
        let options = self.analysis.options;
        let mut places = Places::new(self);
        let files = baselines.files.iter().map(|(file, (baseline, is_configured))| {
            let is_about = |input: &Input| baselines.file_of(&input.settings).as_ref() == Some(file);
            let about = |finding: &Finding| places.inputs.get(finding.path.as_str()).is_some_and(|input| is_about(input));
            let about: Vec<usize> = (0..findings.len()).filter(|&at| about(findings[at])).collect();
            let used = if options.adopt {
                let found = about.iter().filter(|&&at| !is_left_out[at]).map(|&at| findings[at]);
                let found = found.map(|finding| (Identity::of(finding, shapes), finding.group));
                let current = Baseline::of(found, &options.cwd, file);
                let current = current.with(baseline, &options.cwd, file, |path| self.is_unread(path, report));
                BaselineUse { current, ..BaselineUse::default() }
            } else {
                let findings: Vec<Identity> = about.iter().map(|&at| Identity::of(findings[at], shapes)).collect();
                self.hide_known((file, baseline), (&findings, &about), is_left_out, &mut places, report)
            };
            BaselineUse { file: shown(&options.cwd, file), is_configured: *is_configured, ..used }
        });
        files.collect()
    }

    /// Whether nobody looked at a file: it lies elsewhere, or cannot be read.
    fn is_unread(&self, path: &Path, report: &Report) -> bool {
        let options = self.analysis.options;
        let is_scanned = options.paths.iter().any(|given| path.starts_with(normalize(&options.cwd.join(given))));
        !is_scanned || report.errors.iter().any(|error| normalize(&options.cwd.join(&error.path)) == path)
    }

    /// Leave out what a baseline names. All findings count as found again, whether they would be reported or not.
    fn hide_known(
        &self,
        (file, baseline): (&Path, &Baseline),
        (findings, about): (&[Identity], &[usize]),
        is_left_out: &mut [bool],
        places: &mut Places<'_>,
        report: &Report,
    ) -> BaselineUse {
        let options = self.analysis.options;
        let known = baseline.known(&options.cwd, file);
        let matched = matched(&known, findings, |path, function| places.of(path, function));
        let mut hidden = 0;
        for (&at, &is_known) in about.iter().zip(&matched.is_known) {
            hidden += usize::from(is_known && !is_left_out[at]);
            is_left_out[at] |= is_known;
        }
        let unread: BTreeSet<&str> = report.errors.iter().map(|error| error.path.as_str()).collect();
        let mut gone = matched.left;
        for (((known, _), group), gone) in known.iter().zip(baseline.groups()).zip(&mut gone) {
            let is_judged = *gone > 0
                && !unread.contains(known.path.as_str())
                && match places.inputs.get(known.path.as_str()) {
                    None => places.of(&known.path, &known.function) == Place::Gone,
                    Some(input) => {
                        let is_read = options.includes_tests(&input.settings) || !Namer::new(self.tree()).source(input).is_test;
                        let selections = selections(std::iter::once(*input), &options.selection, self.analysis.knowledge);
                        is_read && selections.of(0).includes(&known.rule, group)
                    }
                };
            if !is_judged {
                *gone = 0;
            }
        }
        BaselineUse { hidden, stale: gone.iter().sum(), current: baseline.without(&gone), ..BaselineUse::default() }
    }

    /// Leave out what no change touches and what was there before; how many that are.
    fn hide_unchanged(
        &mut self,
        comparison: &Comparison,
        findings: &[&Finding],
        is_left_out: &mut [bool],
        sources: &BTreeMap<String, String>,
    ) -> Result<usize, Error> {
        let inputs: BTreeMap<&str, &Input> = self.inputs.iter().map(|input| (input.shown.as_str(), input)).collect();
        let touched = comparison.touched(findings, &inputs, sources)?;
        let mut is_unchanged: Vec<bool> = touched.iter().zip(&*is_left_out).map(|(touched, out)| !touched && !out).collect();
        if !is_unchanged.contains(&true) {
            return Ok(0);
        }
        if let Some(past) = comparison.past(self.inputs)? {
            let inputs = past.inputs(std::mem::take(&mut self.walked), self.walk)?;
            let before = self.analysis.analyse(inputs, Some(&past));
            let known = self.known_before(comparison, &before);
            std::mem::forget(before.projects);
            // What no change touches has the first claim on what was there before.
            let mut order: Vec<usize> = (0..findings.len()).collect();
            order.sort_by_key(|&at| touched[at]);
            let mut shapes = Shapes::new(sources);
            let ordered: Vec<Identity> = order.iter().map(|&at| Identity::of(findings[at], &mut shapes)).collect();
            let mut places = Places::new(self);
            let matched = matched(&known, &ordered, |path, function| places.of(path, function));
            for (at, is_known) in order.into_iter().zip(matched.is_known) {
                is_unchanged[at] &= is_known;
            }
        }
        for (is_left_out, is_unchanged) in is_left_out.iter_mut().zip(&is_unchanged) {
            *is_left_out |= is_unchanged;
        }
        Ok(is_unchanged.into_iter().filter(|&is_unchanged| is_unchanged).count())
    }

    /// What was found before, with paths as they are now.
    fn known_before(&self, comparison: &Comparison, before: &Analysed) -> Vec<(Identity, usize)> {
        let cwd = &self.analysis.options.cwd;
        let renamed: FxHashMap<String, String> =
            comparison.renamed().map(|(old, new)| (shown(cwd, &old), shown(cwd, &new))).collect();
        let mut known: BTreeMap<Identity, usize> = BTreeMap::new();
        let mut shapes = Shapes::new(&before.sources);
        for found in &before.entry.found {
            let mut identity = Identity::of(&found.finding, &mut shapes);
            if let Some(new) = renamed.get(&identity.path) {
                identity.path.clone_from(new);
            }
            *known.entry(identity).or_default() += 1;
        }
        known.into_iter().collect()
    }

    fn tree(&self) -> Option<&crate::changes::Tree> {
        self.comparison.and_then(Comparison::present)
    }
}

/// What became of places where something was found. Files are only looked at if somebody asks.
struct Places<'a> {
    judge: &'a Judge<'a>,
    inputs: FxHashMap<&'a str, &'a Input>,
    functions: FxHashMap<String, Option<BTreeSet<String>>>,
}

impl<'a> Places<'a> {
    fn new(judge: &'a Judge<'a>) -> Self {
        let inputs = judge.inputs.iter().map(|input| (input.shown.as_str(), input)).collect();
        Self { judge, inputs, functions: FxHashMap::default() }
    }

    fn of(&mut self, path: &str, function: &str) -> Place {
        let Some(&input) = self.inputs.get(path) else {
            let file = self.judge.analysis.options.cwd.join(path);
            let is_there = self.judge.tree().map_or_else(|| Path::new(&file).exists(), |tree| tree.is_file(&file));
            return if is_there { Place::There } else { Place::Gone };
        };
        let functions = self.functions.entry(path.to_owned()).or_insert_with(|| {
            let loaded = load(input, &Namer::new(self.judge.tree()).source(input)).ok()?;
            // What could not be parsed may hold any function.
            let functions = loaded.problem.is_none().then_some(&loaded.module.functions)?;
            Some(functions.iter().map(|function| function.qualified().to_string()).collect())
        });
        match functions {
            Some(functions) if !functions.contains(function) => Place::WithoutFunction,
            _ => Place::There,
        }
    }
}
