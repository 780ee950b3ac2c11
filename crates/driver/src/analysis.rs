//! The analysis of a set of files: load them, ask every rule, or look up what an earlier run said of the same ones.
//!
//! Nothing is left out here but what comments suppress: what a baseline names, what no change has to do with and what is
//! hidden is decided by [`crate::judge`], so that a result holds for all of these.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
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
};

/// What a run does with a set of files.
pub(crate) struct Analysis<'a> {
    pub(crate) options: &'a Options,
    pub(crate) knowledge: &'a Knowledge,
    progress: &'a (dyn Fn(Phase) + Sync),
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
    pub(crate) projects: Vec<Project>,
}

impl<'a> Analysis<'a> {
    /// `again` if it is for more than one set of files.
    pub(crate) fn new(
        options: &'a Options,
        knowledge: &'a Knowledge,
        progress: &'a (dyn Fn(Phase) + Sync),
        again: bool,
    ) -> Self {
        Self { options, knowledge, progress, lowered: again.then(Mutex::default) }
    }

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

    /// By what the result of these files is found, given the hashes of those that could be read. Whatever [`Self::run`] asks
    /// for is part of it; what is said of the rules themselves is no part of a result.
    fn digest(&self, inputs: &[(Source, Input)], hashes: impl Iterator<Item = Option<u64>>) -> Digest {
        let own = if self.knowledge.is_builtin() { String::new() } else { format!("{:?}", self.knowledge) };
        let judges = self.options.judges_suppressions();
        let mut digest = Digest::new(&format!("{:?} {judges} {own}", self.options.selection));
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
        let loaded = self.load_all(inputs, &models);
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
            let findings = Findings { options: self.options, knowledge: self.knowledge, project, inputs, selections };
            findings.add_to(&mut analysed, &mut changed);
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

    /// Load in parallel; results keep the order of the inputs.
    fn load_all<'i>(&self, inputs: &'i [(Source, Input)], [python, rust]: &[Models; 2]) -> LoadedFiles<'i> {
        let (done, of) = (AtomicUsize::new(0), inputs.len());
        let loaded: Vec<_> = inputs
            .par_iter()
            .with_max_len(1)
            .map(|(source, input)| {
                let models = if input.language == Language::Python { python } else { rust };
                let loaded = self.load(source, input, models);
                (self.progress)(Phase::Loading { done: done.fetch_add(1, Ordering::Relaxed) + 1, of });
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
