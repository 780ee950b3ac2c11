//! One run: find, load, analyse, suppress, locate.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use unspin_engine::{RawFinding, Rules, Selection, Selections, check, suppression};
use unspin_facts::{Models, Project, SourceFile};
use unspin_findings::{Confidence, Finding, Report, RuleInfo, ScanError, Severity, Summary};
use unspin_ir::{LoopKind, Module, Source};

use crate::{
    Configuration, Error, Knowledge, Language,
    config::{Configurations, Settings, selections, severity},
    fingerprint::fingerprints,
    input::{Input, Origin, normalize, shown},
    load::{Loaded, load},
    locate::Texts,
    naming::Namer,
    pool::pool,
    selection::{enabled, validate, validate_settings},
    walk::{Walk, walk},
};

/// What to scan and what to report.
#[derive(Debug)]
pub struct Options {
    /// The working directory, absolute and without symbolic links; reported paths are relative to it.
    pub cwd: PathBuf,
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Standard input: under which name, and its bytes.
    pub stdin: Option<(PathBuf, Arc<[u8]>)>,
    /// Globs of what is left out, relative to the working directory.
    pub exclude: Vec<String>,
    /// Whether to walk into hidden, ignored and generated folders.
    pub no_ignore: bool,
    /// Folders with rules and models of one's own.
    pub rules: Vec<PathBuf>,
    /// Where configuration comes from. What follows, where it is given, holds instead.
    pub configuration: Configuration,
    /// Which rules report.
    pub selection: Selection,
    /// Findings below are left out.
    pub min_confidence: Option<Confidence>,
    /// Whether test code is analysed and reported.
    pub include_tests: Option<bool>,
    /// Number of worker threads, 0 for one a processor.
    pub threads: usize,
}

impl Options {
    /// Nothing to scan yet, and nothing configured.
    pub fn new(cwd: PathBuf) -> Self {
        Self {
            cwd,
            paths: Vec::new(),
            stdin: None,
            exclude: Vec::new(),
            no_ignore: false,
            rules: Vec::new(),
            configuration: Configuration::None,
            selection: Selection::default(),
            min_confidence: None,
            include_tests: None,
            threads: 0,
        }
    }

    fn includes_tests(&self, settings: &Settings) -> bool {
        self.include_tests.or_else(|| settings.include_tests.as_ref().map(|include| include.value)).unwrap_or(false)
    }

    fn min_confidence(&self, settings: &Settings) -> Confidence {
        let configured = settings.min_confidence.as_ref().map(|level| level.value);
        self.min_confidence.or(configured).unwrap_or(Confidence::Low)
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// That many of so many files were lowered.
    Loading {
        /// Lowered.
        done: usize,
        /// All.
        of: usize,
    },
    /// All were; the analysis of the whole runs.
    Analysing,
}

/// A report and what is needed to show it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is reported.
    pub report: Report,
    /// Texts of the files that findings speak of, by path.
    pub sources: BTreeMap<String, String>,
    /// Findings in test code that were left out.
    pub hidden_in_tests: usize,
    /// Test files that were not read.
    pub skipped_tests: usize,
    /// Findings that a comment suppresses.
    pub suppressed: usize,
    /// What was analysed, one project for each language. Taking it apart takes a while, so that a process which ends
    /// anyway had better forget it.
    pub analysed: Vec<Project>,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.report.findings.extend(other.report.findings);
        self.sources.extend(other.sources);
        self.hidden_in_tests += other.hidden_in_tests;
        self.suppressed += other.suppressed;
        self.analysed.extend(other.analysed);
    }
}

/// Scan files and report. `progress` is called from several threads.
///
/// # Errors
///
/// When a rule or an option cannot be used. What a file does wrong is in the report.
pub fn scan(options: &Options, progress: &(dyn Fn(Phase) + Sync)) -> Result<Outcome, Error> {
    let start = Instant::now();
    let pool = pool(options.threads)?;
    let (inputs, mut errors) = inputs(options, pool.current_num_threads())?;
    let configured = configured(&inputs);
    let knowledge = Knowledge::builtin()?.with_configured(configured.iter())?.with_folders(&options.rules)?;
    validate(&knowledge.rules, &options.selection)?;
    configured.iter().try_for_each(|settings| validate_settings(&knowledge.rules, settings))?;
    let models = [Language::Python, Language::Rust].map(|language| knowledge.models(language));
    let mut outcome = pool.install(|| {
        let (inputs, skipped_tests) = named(inputs, options);
        let (files, inputs) = load_all(inputs, &models, progress, &mut errors);
        progress(Phase::Analysing);
        let summary = summary(&files);
        let wanted =
            |inputs: &[(Input, u64)]| selections(inputs.iter().map(|(input, _)| input), &options.selection, &knowledge);
        let rules = enabled(&knowledge.rules, &wanted(&inputs)).into_iter();
        let mut loaded: Vec<_> = files.into_iter().zip(inputs).collect();
        let mut outcome = Outcome::default();
        // Neither language calls the other, and each has its own libraries: two projects.
        for (language, models) in [Language::Python, Language::Rust].into_iter().zip(models) {
            let (own, rest): (Vec<_>, Vec<_>) = loaded.into_iter().partition(|(_, (input, _))| input.language == language);
            loaded = rest;
            let (files, inputs): (Vec<_>, Vec<_>) = own.into_iter().unzip();
            let selections = wanted(&inputs);
            let run = Run { options, rules: &knowledge.rules, project: Project::new(files, models), inputs, selections };
            outcome.add(run.report(&mut errors));
        }
        outcome.skipped_tests = skipped_tests;
        outcome.report.rules = rules.map(|rule| RuleInfo { severity: common_severity(&configured, &rule), ..rule }).collect();
        outcome.report.findings.sort_by(|left, right| place(left).cmp(&place(right)));
        outcome.report.summary = Summary { findings: outcome.report.findings.len(), ..summary };
        outcome
    });
    errors.sort();
    errors.dedup();
    outcome.report.errors = errors;
    outcome.report.summary.seconds = start.elapsed().as_secs_f64();
    Ok(outcome)
}

/// Lower the first file of the options, for looking at its IR; with what could not be parsed of it.
///
/// # Errors
///
/// When an option cannot be used. What is wrong with the file itself is the inner error.
pub fn lower_file(options: &Options) -> Result<Result<(Module, Option<ScanError>), ScanError>, Error> {
    let pool = pool(1)?;
    let (inputs, errors) = inputs(options, 1)?;
    Ok(match (inputs.into_iter().next(), errors.into_iter().next()) {
        (_, Some(error)) => Err(error),
        (Some(input), None) => {
            let source = Namer::default().source(&input);
            pool.install(|| load(&input, &source)).map(|loaded| (loaded.module, loaded.problem))
        }
        (None, None) => {
            let path = options.paths.first().map(|path| shown(&options.cwd, path)).unwrap_or_default();
            Err(ScanError { path, message: "holds no Python and no Rust".to_owned(), range: None })
        }
    })
}

/// What is configured for any of the files, each once.
fn configured(inputs: &[Input]) -> Vec<Arc<Settings>> {
    let mut seen = FxHashSet::default();
    let settings = inputs.iter().map(|input| &input.settings);
    settings.filter(|settings| seen.insert(Arc::as_ptr(settings))).cloned().collect()
}

/// The severity of a rule where all files agree on one; else the rule's own.
fn common_severity(configured: &[Arc<Settings>], rule: &RuleInfo) -> Severity {
    let mut severities = configured.iter().map(|settings| severity(settings, &rule.name, rule.severity));
    let first = severities.next().unwrap_or(rule.severity);
    if severities.all(|other| other == first) { first } else { rule.severity }
}

fn inputs(options: &Options, threads: usize) -> Result<(Vec<Input>, Vec<ScanError>), Error> {
    let Options { cwd, paths, exclude, no_ignore, .. } = options;
    let configurations = Arc::new(Configurations::new(cwd, &options.configuration)?);
    let found = walk(&Walk { cwd, paths, exclude, no_ignore: *no_ignore, threads, configurations: configurations.clone() })?;
    let mut files = found.files;
    if let Some((path, bytes)) = &options.stdin {
        let name = if path.as_os_str() == "-" { "<stdin>".to_owned() } else { shown(cwd, path) };
        files.retain(|file| file.shown != name);
        files.push(Input {
            origin: Origin::Memory(bytes.clone()),
            shown: name,
            root: cwd.clone(),
            language: Language::of_named(path).unwrap_or(Language::Python),
            settings: configurations.of_folder(normalize(&cwd.join(path)).parent().unwrap_or(cwd)),
        });
        files.sort_by(|left, right| left.shown.cmp(&right.shown));
    }
    configurations.finish()?;
    Ok((files, found.errors))
}

type Files = (Vec<SourceFile>, Vec<(Input, u64)>);

/// What the frontends are told of each file; test files are left out, and counted, unless they are to be reported:
/// nothing else calls what is in them.
fn named(inputs: Vec<Input>, options: &Options) -> (Vec<(Source, Input)>, usize) {
    let mut namer = Namer::default();
    let all = inputs.len();
    let sources = inputs.into_iter().map(|input| (namer.source(&input), input));
    let wanted: Vec<_> = sources.filter(|(source, input)| !source.is_test || options.includes_tests(&input.settings)).collect();
    let skipped = all - wanted.len();
    (wanted, skipped)
}

/// Load in parallel; results keep the order of the inputs.
fn load_all(
    inputs: Vec<(Source, Input)>,
    [python, rust]: &[Models; 2],
    progress: &(dyn Fn(Phase) + Sync),
    errors: &mut Vec<ScanError>,
) -> Files {
    let (done, of) = (AtomicUsize::new(0), inputs.len());
    let loaded: Vec<_> = inputs
        .par_iter()
        .with_max_len(1)
        .map(|(source, input)| {
            let loaded = load(input, source).map(|Loaded { module, hash, problem }| {
                let file = SourceFile::new(input.shown.clone(), module);
                file.prepare(if input.language == Language::Python { python } else { rust });
                (file, hash, problem)
            });
            progress(Phase::Loading { done: done.fetch_add(1, Ordering::Relaxed) + 1, of });
            loaded
        })
        .collect();
    let mut files = Vec::with_capacity(of);
    let mut kept = Vec::with_capacity(of);
    for ((_, input), loaded) in inputs.into_iter().zip(loaded) {
        match loaded {
            Ok((file, hash, problem)) => {
                errors.extend(problem);
                files.push(file);
                kept.push((input, hash));
            }
            Err(error) => errors.push(error),
        }
    }
    (files, kept)
}

fn summary(files: &[SourceFile]) -> Summary {
    let modules = || files.iter().map(|file| &file.module);
    let functions = || modules().flat_map(|module| &module.functions);
    let loops = functions().flat_map(|function| &function.loops);
    Summary {
        files: files.len(),
        lines: modules().map(|module| module.lines as usize).sum(),
        functions: functions().count(),
        loops: loops.filter(|found| found.kind != LoopKind::Comprehension).count(),
        ..Summary::default()
    }
}

struct Run<'a> {
    options: &'a Options,
    rules: &'a Rules,
    project: Project,
    inputs: Vec<(Input, u64)>,
    selections: Selections,
}

impl Run<'_> {
    fn report(self, errors: &mut Vec<ScanError>) -> Outcome {
        let found = check(&self.project, self.rules, &self.selections);
        let of_found = fingerprints(&found, |file| self.path(file));
        let (texts, unreadable) = Texts::read(&self.inputs, &self.wanted(&found));
        errors.extend(unreadable);
        let mut reported = Vec::new();
        let mut outcome = Outcome::default();
        let (suppressed, about_comments) = self.suppress(&found, &texts);
        for ((finding, fingerprint), suppressed) in found.into_iter().zip(of_found).zip(suppressed) {
            if suppressed {
                outcome.suppressed += 1;
            } else {
                reported.push((finding, fingerprint));
            }
        }
        let of_comments = fingerprints(&about_comments, |file| self.path(file));
        reported.extend(about_comments.into_iter().zip(of_comments));
        reported.retain(|(finding, _)| finding.confidence >= self.options.min_confidence(self.settings(finding.file)));
        let before = reported.len();
        reported.retain(|(finding, _)| self.options.includes_tests(self.settings(finding.file)) || !self.is_test(finding));
        for (finding, _) in &mut reported {
            finding.severity = severity(self.settings(finding.file), &finding.rule, finding.severity);
        }
        outcome.hidden_in_tests = before - reported.len();
        let path = |file: u32| self.path(file).to_owned();
        let located = reported.into_iter().filter_map(|(raw, fingerprint)| texts.locate(raw, fingerprint, path));
        outcome.report.findings = located.collect();
        outcome.sources = texts.into_sources(path);
        outcome.analysed.push(self.project);
        outcome
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
        let files = self.project.files.iter().enumerate();
        let commented = files.filter_map(|(file, source)| {
            let text = texts.get(file as u32)?;
            let comments = &source.module.comments;
            Some(suppression::CommentedFile { file: file as u32, text: &text.text, lines: &text.lines, comments })
        });
        let suppressions = suppression::parse(&commented.collect::<Vec<_>>());
        let line = |file, offset| texts.line(file, offset);
        let applied = suppression::apply(&suppressions, findings, line);
        let known: Vec<&str> = self.rules.infos().iter().map(|rule| rule.name.as_str()).chain(suppression::RULES).collect();
        let mut about = suppression::mistakes(&suppressions, &known);
        if applied.used.contains(&false) && !self.is_filtered() {
            about.extend(suppression::unused(&suppressions, &self.used_by_any_rule(&suppressions, texts), &known));
        }
        about.retain(|finding| self.selections.of(finding.file).includes(&finding.rule, finding.group));
        (applied.suppressed, about)
    }

    /// Which suppressions suppress something when every group is on: one for a strict rule is not unused because this
    /// run did not ask for strict rules.
    fn used_by_any_rule(&self, suppressions: &[suppression::Suppression], texts: &Texts) -> Vec<bool> {
        let findings = check(&self.project, self.rules, &Selections::one(Selection::all()));
        // Only files with comments matter, and their texts are all at hand.
        suppression::apply(suppressions, &findings, |file, offset| texts.line(file, offset)).used
    }

    fn is_filtered(&self) -> bool {
        self.options.selection.select.is_some() || !self.options.selection.ignore.is_empty()
    }

    fn is_test(&self, finding: &RawFinding) -> bool {
        let module = &self.project.files[finding.file as usize].module;
        module.is_test || module.functions.iter().any(|function| function.is_test && function.span.covers(finding.span))
    }
}

/// The order of a report.
fn place(finding: &Finding) -> impl Ord + '_ {
    (&finding.path, finding.range, &finding.rule, &finding.message, &finding.fingerprint)
}
