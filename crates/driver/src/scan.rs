//! One run: find the files, analyse them, decide what is reported.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Instant};

use rustc_hash::FxHashSet;
use unspin_engine::Selection;
use unspin_facts::Project;
use unspin_findings::{Confidence, Report, RuleInfo, ScanError, Severity};
use unspin_ir::Module;

use crate::{
    BaselineFrom, BaselineUse, Changes, Configuration, Error, Knowledge, Language,
    analysis::Analysis,
    baselines::Baselines,
    changes::Comparison,
    config::{Configurations, Settings, selections, severity},
    input::{Input, Origin, normalize, shown},
    judge::Judge,
    load::load,
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
    /// Where it is written which findings are known, and not reported.
    pub baseline: BaselineFrom,
    /// Whether baselines are to be written anew. They hide nothing then, and need not be there.
    pub adopt: bool,
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
            baseline: BaselineFrom::default(),
            adopt: false,
            cache: None,
            threads: 0,
        }
    }

    pub(crate) fn includes_tests(&self, settings: &Settings) -> bool {
        self.include_tests.or_else(|| settings.include_tests.as_ref().map(|include| include.value)).unwrap_or(false)
    }

    pub(crate) fn min_confidence(&self, settings: &Settings) -> Confidence {
        let configured = settings.min_confidence.as_ref().map(|level| level.value);
        self.min_confidence.or(configured).unwrap_or(Confidence::Low)
    }

    /// Whether a run says of suppressions that they suppress nothing: not where the command line keeps rules from
    /// reporting, and not where nothing but single files is scanned, because what is found in one depends on those that it
    /// calls.
    pub(crate) fn judges_suppressions(&self) -> bool {
        let is_filtered = self.selection.select.is_some() || !self.selection.ignore.is_empty();
        !is_filtered && self.paths.iter().any(|path| self.cwd.join(path).is_dir())
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
    /// What each baseline did.
    pub baselines: Vec<BaselineUse>,
    /// Findings that have nothing to do with the changes that were asked for.
    pub unchanged: usize,
    /// What of the analysis is still in memory. Taking it apart takes a while, so that a process which ends anyway had
    /// better forget it.
    pub analysed: Vec<Project>,
}

/// Scan files and report. `progress` is called from several threads.
///
/// # Errors
///
/// When a rule or an option cannot be used. What a file does wrong is in the report.
pub fn scan(options: &Options, progress: &(dyn Fn(Phase) + Sync)) -> Result<Outcome, Error> {
    let start = Instant::now();
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
    // Where there is nothing to scan, what is configured right here holds.
    let here = configured.is_empty().then(|| configurations.of_folder(&options.cwd));
    let baselines = Baselines::read(options, here.as_ref().map_or(&*configured, std::slice::from_ref))?;
    let analysis = Analysis::new(options, &knowledge, progress, comparison.is_some());
    let rules = enabled(&knowledge.rules, &selections(inputs.iter(), &options.selection, &knowledge)).into_iter();
    let mut outcome = pool.install(|| {
        let present = comparison.as_ref().and_then(Comparison::present);
        let analysed = analysis.analyse(inputs.clone(), present);
        let judge = Judge { analysis: &analysis, walk: &walk, walked, inputs: &inputs, comparison: comparison.as_ref() };
        judge.outcome(analysed, &baselines)
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
