//! The analysis of a set of files, one [unit](crate::units) after the other: load it, ask every rule, or look up what an
//! earlier run said of the same files.
//!
//! Nothing is left out here but what comments suppress: what a baseline names, what no change has to do with and what is
//! hidden is decided by [`crate::judge`], so that a result holds for all of these.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use unspin_engine::Selection;
use unspin_facts::{Models, Project, SourceFile};
use unspin_findings::{Finding, ScanError, Summary};
use unspin_ir::{LoopKind, Source};

use crate::{
    Knowledge, Language, Options, Phase,
    cache::{Cache, Digest, Entry},
    changes::Tree,
    config::{Settings, selections},
    input::Input,
    load::{Loaded, Unloaded, hash, load, reload},
    naming::Namer,
    report::Findings,
    units::{units, waves},
};

/// What a run does with a set of files.
pub(crate) struct Analysis<'a> {
    pub(crate) options: &'a Options,
    pub(crate) knowledge: &'a Knowledge,
    progress: &'a (dyn Fn(Phase) + Sync),
    /// What the results of all files depend on.
    asked: OnceLock<Digest>,
    /// What was lowered, by path, if other files are to be analysed that are mostly the same.
    lowered: Option<Mutex<FxHashMap<String, Lowered>>>,
}

/// A file as it was lowered.
struct Lowered {
    source: Source,
    hash: u64,
    file: SourceFile,
    problem: Option<ScanError>,
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
    /// See [`crate::Outcome::analysed`].
    pub(crate) projects: Vec<Project>,
}

impl Analysed {
    /// Add what is to be said of other files.
    fn add(&mut self, other: Self) {
        // Which texts go with a report is asked of single entries only.
        let Entry { found, problems, summary, suppressed, sources: _ } = other.entry;
        self.entry.found.extend(found);
        self.entry.problems.extend(problems);
        self.entry.summary.add(&summary);
        self.entry.suppressed += suppressed;
        self.sources.extend(other.sources);
        self.errors.extend(other.errors);
        self.projects.extend(other.projects);
    }
}

/// The models of both languages, made when there is something to apply them to.
struct AllModels<'a> {
    knowledge: &'a Knowledge,
    python: OnceLock<Arc<Models>>,
    rust: OnceLock<Arc<Models>>,
}

impl AllModels<'_> {
    fn of(&self, language: Language) -> &Arc<Models> {
        let models = match language {
            Language::Python => &self.python,
            Language::Rust => &self.rust,
        };
        models.get_or_init(|| Arc::new(self.knowledge.models(language)))
    }
}

/// How far the analysis of a set of files is.
struct Progress<'a> {
    report: &'a (dyn Fn(Phase) + Sync),
    loaded: AtomicUsize,
    of: usize,
}

impl Progress<'_> {
    fn loaded(&self, files: usize) {
        let done = self.loaded.fetch_add(files, Ordering::Relaxed) + files;
        (self.report)(Phase::Loading { done, of: self.of });
    }

    /// Said when nothing is left to load.
    fn analysing(&self) {
        if self.loaded.load(Ordering::Relaxed) == self.of {
            (self.report)(Phase::Analysing);
        }
    }
}

impl<'a> Analysis<'a> {
    /// `again` if it is for more than one set of files.
    pub(crate) fn new(
        options: &'a Options,
        knowledge: &'a Knowledge,
        progress: &'a (dyn Fn(Phase) + Sync),
        again: bool,
    ) -> Self {
        Self { options, knowledge, progress, asked: OnceLock::new(), lowered: again.then(Mutex::default) }
    }

    /// Analyse files, or look up what an earlier run said of the same ones.
    pub(crate) fn analyse(&self, inputs: Vec<Input>, tree: Option<&Tree>) -> Analysed {
        let (inputs, skipped_tests) = named(inputs, self.options, tree);
        let cache = self.options.cache.as_deref().filter(|_| self.options.stdin.is_none()).map(Cache::new);
        let models = AllModels { knowledge: self.knowledge, python: OnceLock::new(), rust: OnceLock::new() };
        let progress = Progress { report: self.progress, loaded: AtomicUsize::new(0), of: inputs.len() };
        let is_new = AtomicBool::new(false);
        // The first run need not ask.
        let asked = cache.as_ref().filter(|cache| !cache.is_empty());
        let mut whole = Analysed { skipped_tests, ..Analysed::default() };
        let units = units(&inputs);
        for wave in waves(&units) {
            forget(std::mem::take(&mut whole.projects));
            let analyse = |unit: &Vec<&(Source, Input)>| {
                let hit = asked.and_then(|cache| self.look_up(cache, unit)).inspect(|_| progress.loaded(unit.len()));
                hit.unwrap_or_else(|| {
                    is_new.store(true, Ordering::Relaxed);
                    self.run(unit, &models, cache.as_ref(), &progress)
                })
            };
            let parts: Vec<Analysed> = wave.par_iter().with_max_len(1).map(analyse).collect();
            for part in parts {
                whole.add(part);
            }
        }
        if let Some(cache) = cache.filter(|_| is_new.into_inner()) {
            cache.prune();
        }
        whole.entry.found.sort_by(|left, right| place(&left.finding).cmp(&place(&right.finding)));
        whole
    }

    fn look_up(&self, cache: &Cache<'_>, unit: &[&(Source, Input)]) -> Option<Analysed> {
        let hashes: Vec<_> = unit.par_iter().map(|(_, input)| hash(input)).collect();
        let entry = cache.get(&self.digest(unit, hashes.iter().map(|hash| hash.as_ref().ok().copied())))?;
        let wanted: FxHashSet<&str> = entry.sources.iter().map(String::as_str).collect();
        let spoken_of = unit.iter().zip(&hashes).filter(|((_, input), _)| wanted.contains(input.shown.as_str()));
        let texts = spoken_of.map(|((_, input), hash)| {
            let text = reload(input, *hash.as_ref().ok()?).ok()??;
            Some((input.shown.clone(), text))
        });
        let sources = texts.collect::<Option<BTreeMap<_, _>>>().filter(|sources| sources.len() == wanted.len())?;
        Some(Analysed { sources, errors: hashes.into_iter().filter_map(Result::err).collect(), entry, ..Analysed::default() })
    }

    /// By what the result of these files is found, given the hashes of those that could be read. Whatever [`Self::run`] asks
    /// for is part of it; what is said of the rules themselves is no part of a result.
    fn digest(&self, unit: &[&(Source, Input)], hashes: impl Iterator<Item = Option<u64>>) -> Digest {
        let mut digest = self.asked.get_or_init(|| self.digest_of_options()).clone();
        let selections = selections(unit.iter().map(|(_, input)| input), &self.options.selection, self.knowledge);
        let mut described: FxHashMap<(*const Selection, *const Settings), String> = FxHashMap::default();
        for ((at, (source, input)), hash) in unit.iter().enumerate().zip(hashes) {
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

    fn digest_of_options(&self) -> Digest {
        let own = if self.knowledge.is_builtin() { String::new() } else { format!("{:?}", self.knowledge) };
        let judges = self.options.judges_suppressions();
        Digest::new(&format!("{:?} {judges} {own}", self.options.selection))
    }

    fn run(
        &self,
        unit: &[&(Source, Input)],
        models: &AllModels<'_>,
        cache: Option<&Cache<'_>>,
        progress: &Progress<'_>,
    ) -> Analysed {
        let loaded = self.load_all(unit, models, progress);
        progress.analysing();
        let mut analysed = Analysed { errors: loaded.errors, ..Analysed::default() };
        analysed.entry = Entry { problems: loaded.problems, summary: summary(&loaded.files), ..Entry::default() };
        let mut rest = loaded.files;
        let mut changed = Vec::new();
        // Neither language calls the other, and each has its own libraries: two projects.
        for language in [Language::Python, Language::Rust] {
            let (own, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, (input, _))| input.language == language);
            rest = others;
            if own.is_empty() {
                continue;
            }
            let (files, inputs): (Vec<_>, Vec<_>) = own.into_iter().unzip();
            let of_files = inputs.iter().map(|&(input, _)| input);
            let selections = selections(of_files, &self.options.selection, self.knowledge);
            let project = Project::new(files, models.of(language).clone());
            let findings = Findings { options: self.options, knowledge: self.knowledge, project, inputs, selections };
            findings.add_to(&mut analysed, &mut changed);
        }
        let entry = &mut analysed.entry;
        entry.sources = analysed.sources.keys().cloned().collect();
        if let Some(cache) = cache.filter(|_| changed.is_empty()) {
            cache.put(&self.digest(unit, loaded.hashes.into_iter()), entry);
        }
        analysed.errors.extend(changed);
        analysed
    }

    /// Load in parallel; results keep the order of the inputs.
    fn load_all<'i>(&self, unit: &[&'i (Source, Input)], models: &AllModels<'_>, progress: &Progress<'_>) -> LoadedFiles<'i> {
        let loaded: Vec<_> = unit
            .par_iter()
            .with_max_len(1)
            .map(|(source, input)| {
                let loaded = self.load(source, input, models.of(input.language));
                progress.loaded(1);
                loaded
            })
            .collect();
        let mut all = LoadedFiles::default();
        for ((_, input), loaded) in unit.iter().zip(loaded) {
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

    /// Load one file, or take what was lowered of the same text before.
    fn load(&self, source: &Source, input: &Input, models: &Models) -> Result<(SourceFile, u64, Option<ScanError>), Unloaded> {
        let lowered = || self.lowered.as_ref().map(|lowered| lowered.lock().unwrap_or_else(PoisonError::into_inner));
        let is_known = lowered().is_some_and(|lowered| lowered.get(&input.shown).is_some_and(|known| known.source == *source));
        if is_known
            && let Ok(hash) = hash(input)
            && let Some(known) = lowered().and_then(|mut lowered| lowered.remove(&input.shown))
            && known.hash == hash
        {
            return Ok((known.file, hash, known.problem));
        }
        let Loaded { module, hash, problem } = load(input, source)?;
        let file = SourceFile::new(input.shown.clone(), module);
        file.prepare(models);
        if let Some(mut lowered) = lowered() {
            let known = Lowered { source: *source, hash, file: file.again(), problem: problem.clone() };
            lowered.insert(input.shown.clone(), known);
        }
        Ok((file, hash, problem))
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

/// Take projects apart, all threads at once.
fn forget(projects: Vec<Project>) {
    projects.into_par_iter().for_each(|project| project.files.into_par_iter().for_each(drop));
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

/// The order of a report.
fn place(finding: &Finding) -> impl Ord + '_ {
    (&finding.path, finding.range, &finding.rule, &finding.message, &finding.fingerprint)
}
