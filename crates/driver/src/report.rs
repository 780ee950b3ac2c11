//! The findings of one project: ask the rules, apply suppressions, find the places in the texts.

use unspin_engine::{RawFinding, Selection, Selections, check, suppression};
use unspin_facts::Project;
use unspin_findings::ScanError;

use crate::{
    Knowledge, Options,
    analysis::Analysed,
    cache::{Found, Hidden},
    config::{Settings, selections, severity},
    fingerprint::fingerprints,
    input::Input,
    load::joined,
    locate::Texts,
};

/// The findings of one project.
pub(crate) struct Findings<'a> {
    pub(crate) options: &'a Options,
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) project: Project,
    pub(crate) inputs: Vec<(&'a Input, u64)>,
    pub(crate) selections: Selections,
}

impl Findings<'_> {
    /// Add what is to be said of the project. What changed while it was read makes the result one of a tree that never was.
    pub(crate) fn add_to(self, analysed: &mut Analysed, changed: &mut Vec<ScanError>) {
        let found = check(&self.project, &self.knowledge.rules, &self.selections);
        let of_found = fingerprints(&found, |file| self.path(file));
        let (texts, unreadable) = Texts::read(&self.inputs, &self.wanted(&found));
        changed.extend(unreadable);
        let mut reported = Vec::new();
        let (suppressed, about_comments) = self.suppress(&found, &texts);
        for ((finding, fingerprint), suppressed) in found.into_iter().zip(of_found).zip(suppressed) {
            if suppressed {
                analysed.entry.suppressed += 1;
            } else {
                reported.push((finding, fingerprint));
            }
        }
        let of_comments = fingerprints(&about_comments, |file| self.path(file));
        reported.extend(about_comments.into_iter().zip(of_comments));
        let path = |file: u32| self.path(file).to_owned();
        for (mut raw, fingerprint) in reported {
            raw.severity = severity(self.settings(raw.file), &raw.rule, raw.severity);
            let hidden = self.hidden(&raw);
            analysed.entry.found.extend(texts.locate(raw, fingerprint, path).map(|finding| Found::new(finding, hidden)));
        }
        analysed.sources.extend(texts.into_sources(path));
        analysed.projects.push(self.project);
    }

    /// Why a finding is not reported, though it is one.
    fn hidden(&self, finding: &RawFinding) -> Option<Hidden> {
        let settings = self.settings(finding.file);
        if finding.confidence < self.options.min_confidence(settings) {
            Some(Hidden::Unsure)
        } else {
            (!self.options.includes_tests(settings) && self.is_test(finding)).then_some(Hidden::InTest)
        }
    }

    fn path(&self, file: u32) -> &str {
        &self.project.files[file as usize].path
    }

    fn settings(&self, file: u32) -> &Settings {
        &self.inputs[file as usize].0.settings
    }

    /// The files whose texts are needed: those of findings and related places, and those with comments for this tool.
    fn wanted(&self, findings: &[RawFinding]) -> Vec<bool> {
        let mut wanted: Vec<bool> = self.project.files.iter().map(|file| !file.module.comments.is_empty()).collect();
        for finding in findings {
            wanted[finding.file as usize] = true;
            for &(_, file, _) in &finding.related {
                wanted[file as usize] = true;
            }
        }
        wanted
    }

    /// Whether each finding is suppressed, and what is to be said of the suppressions themselves.
    fn suppress(&self, findings: &[RawFinding], texts: &Texts) -> (Vec<bool>, Vec<RawFinding>) {
        let files = self.project.files.iter().zip(&self.inputs).enumerate();
        let commented = files.filter(|(_, (source, _))| !source.module.comments.is_empty());
        let commented = commented.filter_map(|(file, (source, (input, _)))| {
            let text = texts.get(file as u32)?;
            Some((file as u32, source, text, joined(input.language, &text.text, &text.lines)))
        });
        let commented: Vec<_> = commented.collect();
        let files = commented.iter().map(|(file, source, text, joined)| {
            let comments = &source.module.comments;
            suppression::CommentedFile { file: *file, text: &text.text, lines: &text.lines, comments, joined }
        });
        let suppressions = suppression::parse(&files.collect::<Vec<_>>());
        let line = |file: u32, offset| {
            let line = texts.line(file, offset);
            let at = commented.binary_search_by_key(&file, |(file, ..)| *file);
            at.map_or(line, |at| commented[at].3.first(line))
        };
        let mut applied = suppression::apply(&suppressions, findings, line);
        let rules = self.knowledge.rules.infos().iter().map(|rule| rule.name.as_str());
        let known: Vec<&str> = rules.chain(suppression::RULES).collect();
        let mut about = suppression::mistakes(&suppressions, &known);
        if applied.has_idle() && self.options.judges_suppressions() {
            for selections in self.other_selections() {
                let findings = check(&self.project, &self.knowledge.rules, &selections);
                applied.add(&suppression::apply(&suppressions, &findings, line));
            }
            about.extend(suppression::unused(&suppressions, &applied.used, &known));
        }
        about.retain(|finding| self.selections.of(finding.file).includes(&finding.rule, finding.group));
        (applied.suppressed, about)
    }

    /// What has to be looked for before a suppression is called unused: a comment for a strict rule is not unused because
    /// this run did not ask for strict rules, nor one for a rule that stays silent only where a strict one reports.
    fn other_selections(&self) -> Vec<Selections> {
        let mut others = vec![Selections::one(Selection::all())];
        if !self.options.selection.extend_select.is_empty() {
            others.push(selections(self.inputs.iter().map(|&(input, _)| input), &Selection::default(), self.knowledge));
        }
        others
    }

    fn is_test(&self, finding: &RawFinding) -> bool {
        let module = &self.project.files[finding.file as usize].module;
        module.is_test || module.functions.iter().any(|function| function.is_test && function.span.covers(finding.span))
    }
}
