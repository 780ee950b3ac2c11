//! The baselines of a run: which file names what is known of which part of the project.
//!
//! A file of sources is judged by the baseline that its own configuration names, so that it is judged alike whatever is
//! scanned with it; one that is named on the command line holds for all. A baseline that is asked for and cannot be used
//! ends the run: what it names would be reported as new.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    Baseline, Error, Options,
    config::{ConfigError, Settings, Sourced},
    input::{normalize, shown},
};

/// Where it is written which findings are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineFrom {
    /// In the baseline that the configuration of each file names; in this one where it names none.
    Configured {
        /// Relative to the working directory.
        otherwise: Option<PathBuf>,
    },
    /// In this file, for all.
    File(PathBuf),
    /// Nowhere: every finding is new.
    Nowhere,
}

impl Default for BaselineFrom {
    fn default() -> Self {
        Self::Configured { otherwise: None }
    }
}

/// What a baseline did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaselineUse {
    /// The file, as it is shown.
    pub file: String,
    /// Whether a configuration names it.
    pub is_configured: bool,
    /// Findings that it hides.
    pub hidden: usize,
    /// Findings that it names and that are gone.
    pub stale: usize,
    /// What should stand in it: all that is found, if baselines are written anew, or else it without what is gone.
    pub current: Baseline,
}

/// The baselines of a run, by their absolute paths.
#[derive(Debug)]
pub(crate) struct Baselines<'a> {
    options: &'a Options,
    pub(crate) files: BTreeMap<PathBuf, (Baseline, bool)>,
}

impl<'a> Baselines<'a> {
    /// Read those of the settings of a run.
    pub(crate) fn read(options: &'a Options, configured: &[Arc<Settings>]) -> Result<Self, Error> {
        let mut baselines = Self { options, files: BTreeMap::new() };
        let mut fallback = None;
        for settings in configured {
            match (baselines.file_of(settings), &settings.baseline) {
                (Some(file), Some(place)) if file == place.value => baselines.add(file, Some(place))?,
                (file, _) => fallback = fallback.or(file),
            }
        }
        if let Some(file) = fallback {
            // What nobody asked for need not be there.
            let is_wanted = !matches!(options.baseline, BaselineFrom::Configured { .. }) || baselines.files.is_empty();
            if is_wanted || options.adopt || file.exists() {
                baselines.add(file, None)?;
            }
        }
        Ok(baselines)
    }

    fn add(&mut self, file: PathBuf, place: Option<&Sourced<PathBuf>>) -> Result<(), Error> {
        if self.files.contains_key(&file) {
            return Ok(());
        }
        let read = match place {
            Some(place) if !file.exists() && !self.options.adopt => {
                let name = shown(&self.options.cwd, &file);
                let message = format!("there is no baseline `{name}` yet; `unspin baseline` writes it");
                return Err(ConfigError::at(&place.place, message).into());
            }
            _ => Baseline::read(&file, &shown(&self.options.cwd, &file)),
        };
        // What is written anew need not have been sound.
        let baseline = if self.options.adopt { read.unwrap_or_default() } else { read? };
        self.files.insert(file, (baseline, place.is_some()));
        Ok(())
    }

    /// The baseline that is about the files of these settings.
    pub(crate) fn file_of(&self, settings: &Settings) -> Option<PathBuf> {
        let named = |file: &Path| normalize(&self.options.cwd.join(file));
        match &self.options.baseline {
            BaselineFrom::File(file) => Some(named(file)),
            BaselineFrom::Configured { otherwise } => {
                let configured = settings.baseline.as_ref().map(|file| file.value.clone());
                configured.or_else(|| otherwise.as_deref().map(named))
            }
            BaselineFrom::Nowhere => None,
        }
    }
}
