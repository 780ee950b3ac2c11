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
use rustc_hash::{FxHashMap, FxHashSet};
use unspin_engine::{RawFinding, Selection, Selections, check, suppression};
use unspin_facts::{Models, Project, SourceFile};
use unspin_findings::{Confidence, Finding, Report, RuleInfo, ScanError, Severity, Summary};
use unspin_ir::{LoopKind, Module, Source};

use crate::{
    Baseline, Changes, Configuration, Error, Knowledge, Language,
    cache::{Cache, Digest, Entry, Found, Hidden},
    changes::{Comparison, Tree},
    config::{Configurations, Settings, selections, severity},
    fingerprint::fingerprints,
    input::{Input, Origin, normalize, shown},
    judge::{BaselineUse, Judge},
    load::{Loaded, Unloaded, hash, joined, load, reload},
    locate::Texts,
    naming::Namer,
    pool::pool,
    selection::{enabled, validate, validate_settings},
    walk::Walk,
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
    /// Whether files that are named are left out where configuration excludes them.
    pub force_exclude: bool,
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
    /// Only findings that have to do with these changes are reported.
    pub changes: Option<Changes>,
    /// Findings that this file names are not reported; see [`Baseline`].
    pub baseline: Option<PathBuf>,
    /// Folder with results of earlier runs, which need not be there yet; `None` for no cache.
    pub cache: Option<PathBuf>,
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
            force_exclude: false,
            rules: Vec::new(),
            configuration: Configuration::None,
            selection: Selection::default(),
            min_confidence: None,
            include_tests: None,
            changes: None,
            baseline: None,
            cache: None,
            threads: 0,
        }
    }

    pub(crate) fn includes_tests(&self, settings: &Settings) -> bool {
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
    /// What the baseline did, if there is one.
    pub baseline: Option<BaselineUse>,
    /// Findings that have nothing to do with the changes that were asked for.
    pub unchanged: usize,
    /// What was analysed, one project for each language. Taking it apart takes a while, so that a process which ends
    /// anyway had better forget it.
    pub analysed: Vec<Project>,
}

/// Scan files and report. `progress` is called from several threads.
///
/// # Errors
///
/// When a rule or an option cannot be used. What a file does wrong is in the report.
pub fn scan(options: &Options, progress: &(dyn Fn(Phase) + Sync)) -> Result<Outcome, Error> {
    let start = Instant::now();
    let baseline = options.baseline.as_deref().map(|file| Baseline::read(&options.cwd.join(file))).transpose()?;
    let comparison = Comparison::of(options)?;
    let pool = pool(options.threads)?;
    let configurations = Arc::new(Configurations::new(&options.cwd, &options.configuration)?);
    let walk = walk_of(options, pool.current_num_threads(), configurations.clone());
    let (mut walked, errors) = inputs(options, &walk)?;
    let inputs = match comparison.as_ref().and_then(Comparison::present) {
        Some(tree) => tree.inputs(walked.clone(), &walk)?,
        None if comparison.is_some() => walked.clone(),
        None => std::mem::take(&mut walked),
    };
    let configured = configured(&inputs);
    let knowledge = Knowledge::builtin()?.with_configured(configured.iter())?.with_folders(&options.rules)?;
    validate(&knowledge.rules, &options.selection)?;
    configured.iter().try_for_each(|settings| validate_settings(&knowledge.rules, settings))?;
    configurations.finish()?;
    let analysis = Analysis { options, knowledge: &knowledge, progress };
    let rules = enabled(&knowledge.rules, &selections(inputs.iter(), &options.selection, &knowledge)).into_iter();
    let mut outcome = pool.install(|| {
        let present = comparison.as_ref().and_then(Comparison::present);
        let analysed = analysis.analyse(inputs.clone(), present);
        let judge = Judge { analysis: &analysis, walk: &walk, walked, inputs: &inputs, comparison: comparison.as_ref() };
        judge.outcome(analysed, baseline.as_ref())
    })?;
    let report = &mut outcome.report;
    report.rules = rules.map(|rule| RuleInfo { severity: common_severity(&configured, &rule), ..rule }).collect();
    report.errors.extend(errors);
    report.errors.sort();
    report.errors.dedup();
    report.summary.findings = report.findings.len();
    report.summary.seconds = start.elapsed().as_secs_f64();
    Ok(outcome)
}

fn walk_of(options: &Options, threads: usize, configurations: Arc<Configurations>) -> Walk<'_> {
    let Options { cwd, paths, exclude, no_ignore, force_exclude, .. } = options;
    let (no_ignore, force_exclude) = (*no_ignore, *force_exclude);
    Walk { cwd, paths, exclude, no_ignore, force_exclude, threads, configurations }
}

/// Lower the first file of the options, for looking at its IR; with what could not be parsed of it.
///
/// # Errors
///
/// When an option cannot be used. What is wrong with the file itself is the inner error.
pub fn lower_file(options: &Options) -> Result<Result<(Module, Option<ScanError>), ScanError>, Error> {
    let pool = pool(1)?;
    let configurations = Arc::new(Configurations::new(&options.cwd, &options.configuration)?);
    let (inputs, errors) = inputs(options, &walk_of(options, 1, configurations.clone()))?;
    configurations.finish()?;
    Ok(match (inputs.into_iter().next(), errors.into_iter().next()) {
        (_, Some(error)) => Err(error),
        (Some(input), None) => {
            let source = Namer::default().source(&input);
            let loaded = pool.install(|| load(&input, &source));
            loaded.map(|loaded| (loaded.module, loaded.problem)).map_err(|failure| failure.error)
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

fn inputs(options: &Options, walk: &Walk<'_>) -> Result<(Vec<Input>, Vec<ScanError>), Error> {
    let cwd = &options.cwd;
    let found = crate::walk::walk(walk)?;
    let mut files = found.files;
    if let Some((path, bytes)) = &options.stdin {
        let name = if path.as_os_str() == "-" { "<stdin>".to_owned() } else { shown(cwd, path) };
        files.retain(|file| file.shown != name);
        let path = normalize(&cwd.join(path));
        files.push(Input {
            shown: name,
            root: cwd.clone(),
            language: Language::of_named(&path).unwrap_or(Language::Python),
            settings: walk.configurations.of_folder(path.parent().unwrap_or(cwd)),
            origin: Origin::Memory { path, bytes: bytes.clone() },
        });
        files.sort_by(|left, right| left.shown.cmp(&right.shown));
    }
    Ok((files, found.errors))
}

/// What a run does with a set of files.
pub(crate) struct Analysis<'a> {
    pub(crate) options: &'a Options,
    pub(crate) knowledge: &'a Knowledge,
    progress: &'a (dyn Fn(Phase) + Sync),
}

/// What is to be said of a set of files, before anything is left out.
#[derive(Default)]
pub(crate) struct Analysed {
    pub(crate) entry: Entry,
    /// Texts of the files that findings speak of, by path.
    pub(crate) sources: BTreeMap<String, String>,
    /// Files that could not be read.
    pub(crate) errors: Vec<ScanError>,
    pub(crate) skipped_tests: usize,
    pub(crate) projects: Vec<Project>,
}

impl Analysis<'_> {
    /// Analyse files, or look up what an earlier run said of the same ones.
    pub(crate) fn analyse(&self, inputs: Vec<Input>, tree: Option<&Tree>) -> Analysed {
        let (inputs, skipped_tests) = named(inputs, self.options, tree);
        let cache = self.options.cache.as_deref().filter(|_| self.options.stdin.is_none()).map(Cache::new);
        // The first run need not ask.
        let hit = cache.as_ref().filter(|cache| !cache.is_empty()).and_then(|cache| self.look_up(cache, &inputs));
        let analysed = hit.unwrap_or_else(|| self.run(&inputs, cache.as_ref()));
        Analysed { skipped_tests, ..analysed }
    }

    fn look_up(&self, cache: &Cache<'_>, inputs: &[(Source, Input)]) -> Option<Analysed> {
        let hashes: Vec<_> = inputs.par_iter().map(|(_, input)| hash(input)).collect();
        let entry = cache.get(&self.digest(inputs, hashes.iter().map(|hash| hash.as_ref().ok().copied())))?;
        let wanted: FxHashSet<&str> = entry.sources.iter().map(String::as_str).collect();
        let spoken_of = inputs.iter().zip(&hashes).filter(|((_, input), _)| wanted.contains(input.shown.as_str()));
        let texts = spoken_of.map(|((_, input), hash)| {
            let text = reload(input, *hash.as_ref().ok()?).ok()??;
            Some((input.shown.clone(), text))
        });
        let sources = texts.collect::<Option<BTreeMap<_, _>>>().filter(|sources| sources.len() == wanted.len())?;
        Some(Analysed { sources, errors: hashes.into_iter().filter_map(Result::err).collect(), entry, ..Analysed::default() })
    }

    /// By what the result of these files is found, given the hashes of those that could be read.
    fn digest(&self, inputs: &[(Source, Input)], hashes: impl Iterator<Item = Option<u64>>) -> Digest {
        let own = if self.knowledge.is_builtin() { String::new() } else { format!("{:?}", self.knowledge) };
        let mut digest = Digest::new(&format!("{:?} {own}", self.options.selection));
        let selections = selections(inputs.iter().map(|(_, input)| input), &self.options.selection, self.knowledge);
        let mut described: FxHashMap<(*const Selection, *const Settings), String> = FxHashMap::default();
        for ((at, (source, input)), hash) in inputs.iter().enumerate().zip(hashes) {
            let Some(hash) = hash else { continue };
            let (selection, settings) = (selections.of(at as u32), &*input.settings);
            let settings = described.entry((selection, settings)).or_insert_with(|| {
                let (tests, confidence) = (self.options.includes_tests(settings), self.options.min_confidence(settings));
                format!("{selection:?} {:?} {tests} {confidence:?}", settings.severity)
            });
            digest.file(input, source, settings, hash);
        }
        digest
    }

    fn run(&self, inputs: &[(Source, Input)], cache: Option<&Cache<'_>>) -> Analysed {
        let models = [Language::Python, Language::Rust].map(|language| self.knowledge.models(language));
        let loaded = load_all(inputs, &models, self.progress);
        (self.progress)(Phase::Analysing);
        let mut analysed = Analysed { errors: loaded.errors, ..Analysed::default() };
        analysed.entry = Entry { problems: loaded.problems, summary: summary(&loaded.files), ..Entry::default() };
        let mut rest = loaded.files;
        let mut changed = Vec::new();
        // Neither language calls the other, and each has its own libraries: two projects.
        for (language, models) in [Language::Python, Language::Rust].into_iter().zip(models) {
            let (own, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, (input, _))| input.language == language);
            rest = others;
            let (files, inputs): (Vec<_>, Vec<_>) = own.into_iter().unzip();
            let of_files = inputs.iter().map(|&(input, _)| input);
            let selections = selections(of_files, &self.options.selection, self.knowledge);
            let project = Project::new(files, models);
            let run = Run { options: self.options, knowledge: self.knowledge, project, inputs, selections };
            run.report(&mut analysed, &mut changed);
        }
        let entry = &mut analysed.entry;
        entry.found.sort_by(|left, right| place(&left.finding).cmp(&place(&right.finding)));
        entry.sources = analysed.sources.keys().cloned().collect();
        if let Some(cache) = cache.filter(|_| changed.is_empty()) {
            cache.put(&self.digest(inputs, loaded.hashes.into_iter()), entry);
        }
        analysed.errors.extend(changed);
        analysed
    }
}

/// What the frontends are told of each file; test files are left out, and counted, unless they are to be reported:
/// nothing else calls what is in them.
fn named(inputs: Vec<Input>, options: &Options, tree: Option<&Tree>) -> (Vec<(Source, Input)>, usize) {
    let mut namer = Namer::new(tree);
    let all = inputs.len();
    let sources = inputs.into_iter().map(|input| (namer.source(&input), input));
    let wanted: Vec<_> = sources.filter(|(source, input)| !source.is_test || options.includes_tests(&input.settings)).collect();
    let skipped = all - wanted.len();
    (wanted, skipped)
}

/// Files that were lowered, and what was wrong with the others.
#[derive(Default)]
struct LoadedFiles<'a> {
    files: Vec<(SourceFile, (&'a Input, u64))>,
    /// What is wrong with their contents.
    problems: Vec<ScanError>,
    /// What stood in the way of reading them.
    errors: Vec<ScanError>,
    /// One for each input whose contents are known.
    hashes: Vec<Option<u64>>,
}

/// Load in parallel; results keep the order of the inputs.
fn load_all<'a>(
    inputs: &'a [(Source, Input)],
    [python, rust]: &[Models; 2],
    progress: &(dyn Fn(Phase) + Sync),
) -> LoadedFiles<'a> {
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
    let mut all = LoadedFiles::default();
    for ((_, input), loaded) in inputs.iter().zip(loaded) {
        match loaded {
            Ok((file, hash, problem)) => {
                all.problems.extend(problem);
                all.files.push((file, (input, hash)));
                all.hashes.push(Some(hash));
            }
            Err(Unloaded { error, hash }) => {
                let what = if hash.is_some() { &mut all.problems } else { &mut all.errors };
                what.push(error);
                all.hashes.push(hash);
            }
        }
    }
    all
}

fn summary(files: &[(SourceFile, (&Input, u64))]) -> Summary {
    let modules = || files.iter().map(|(file, _)| &file.module);
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
    knowledge: &'a Knowledge,
    project: Project,
    inputs: Vec<(&'a Input, u64)>,
    selections: Selections,
}

impl Run<'_> {
    fn report(self, analysed: &mut Analysed, changed: &mut Vec<ScanError>) {
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
        let known: Vec<&str> =
            self.knowledge.rules.infos().iter().map(|rule| rule.name.as_str()).chain(suppression::RULES).collect();
        let mut about = suppression::mistakes(&suppressions, &known);
        if applied.has_idle() && !self.is_filtered() {
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
