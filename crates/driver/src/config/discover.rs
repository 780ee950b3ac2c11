//! Finds the configuration of a folder: its own or that of the nearest folder above which has one.
//!
//! Each folder is asked once in a run. One that has two configurations is an error: whichever won, somebody would edit the
//! other and wonder.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use rustc_hash::FxHashMap;
use unspin_span::LineIndex;

use super::{
    ConfigError, Configuration,
    form::{Section, parse},
    settings::{Settings, Source},
};
use crate::{
    Error,
    input::{normalize, shown},
    load::describe,
};

/// The names under which configuration is looked for.
pub const FILES: [&str; 4] = ["unspin.toml", ".unspin.toml", "pyproject.toml", "Cargo.toml"];

/// The size from which a file is not taken for a configuration. Every value gets its place, which takes longer the longer its line is.
const MAX_BYTES: usize = 256_000;

/// The configurations of a run.
#[derive(Debug)]
pub(crate) struct Configurations {
    cwd: PathBuf,
    /// What holds everywhere, unless each folder is asked.
    everywhere: Option<Arc<Settings>>,
    found: RwLock<Found>,
}

#[derive(Debug, Default)]
struct Found {
    of_folder: FxHashMap<PathBuf, Arc<Settings>>,
    errors: Vec<ConfigError>,
}

impl Configurations {
    /// Nothing is read yet, except a file that is named.
    pub(crate) fn new(cwd: &Path, from: &Configuration) -> Result<Self, ConfigError> {
        let everywhere = match from {
            Configuration::None => Some(Settings::default()),
            Configuration::Nearest => None,
            Configuration::File(file) => {
                let reader = Reader { cwd, base: cwd };
                let file = normalize(&cwd.join(file));
                let settings = reader.read(&file, &mut Vec::new())?;
                Some(settings.ok_or_else(|| reader.without_section(&file))?)
            }
        };
        Ok(Self { cwd: cwd.to_owned(), everywhere: everywhere.map(Arc::new), found: RwLock::default() })
    }

    /// What holds for the files of a folder. A configuration that cannot be used is remembered for [`Self::finish`].
    pub(crate) fn of_folder(&self, folder: &Path) -> Arc<Settings> {
        match &self.everywhere {
            Some(settings) => settings.clone(),
            None => self.known(folder).unwrap_or_else(|| self.nearest(folder)),
        }
    }

    fn known(&self, folder: &Path) -> Option<Arc<Settings>> {
        self.found.read().unwrap_or_else(PoisonError::into_inner).of_folder.get(folder).cloned()
    }

    /// Files are asked for while nothing is locked: threads that ask for the same folder at a time get the same answer.
    fn nearest(&self, folder: &Path) -> Arc<Settings> {
        let (mut unknown, mut errors) = (Vec::new(), Vec::new());
        let mut settings = None;
        for above in folder.ancestors() {
            settings = self.known(above);
            if settings.is_some() {
                break;
            }
            unknown.push(above);
            settings = match configured(&self.cwd, above) {
                Ok(own) => own.map(Arc::new),
                Err(error) => {
                    errors.push(error);
                    Some(Arc::default())
                }
            };
            if settings.is_some() {
                break;
            }
        }
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        found.errors.append(&mut errors);
        // Whoever was first at the folder that decides is right for all below.
        let first = unknown.last().and_then(|&decides| found.of_folder.get(decides).cloned());
        let settings = first.or(settings).unwrap_or_default();
        for above in unknown {
            found.of_folder.insert(above.to_owned(), settings.clone());
        }
        settings
    }

    /// Whether a walk that came from far above would leave a file or folder out: each folder on the way is judged by what is
    /// configured for the folder in which it lies.
    pub(crate) fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        path.ancestors()
            .any(|part| part.parent().is_some_and(|above| self.of_folder(above).excludes(part, is_folder || part != path)))
    }

    /// Whether all could be used.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        found.errors.iter().min().cloned().map_or(Ok(()), |error| Err(error.into()))
    }
}

/// What holds for a file or folder, given by a path without symbolic links; and whether it is left out.
///
/// # Errors
///
/// When a configuration cannot be used.
pub fn settings_for(cwd: &Path, path: &Path, from: &Configuration) -> Result<(Arc<Settings>, bool), Error> {
    let is_folder = path.is_dir();
    let folder = if is_folder { path } else { path.parent().unwrap_or(path) };
    let configurations = Configurations::new(cwd, from)?;
    let settings = configurations.of_folder(folder);
    let is_left_out = configurations.leave_out(path, is_folder);
    configurations.finish().map(|()| (settings, is_left_out))
}

/// What a folder itself says.
fn configured(cwd: &Path, folder: &Path) -> Result<Option<Settings>, ConfigError> {
    let reader = Reader { cwd, base: folder };
    let mut configured: Option<Settings> = None;
    for name in FILES {
        let file = folder.join(name);
        // Asking is cheaper than trying to open where most folders hold none of them.
        if !file.is_file() {
            continue;
        }
        match (&configured, reader.read(&file, &mut Vec::new())?) {
            (Some(first), Some(second)) => {
                let (first, second) = (&first.files[0], &second.files[0]);
                let message = format!("`{first}` configures the same folder; keep one of them");
                return Err(ConfigError::of_file(second, message));
            }
            (None, settings) => configured = settings,
            (Some(_), None) => {}
        }
    }
    Ok(configured)
}

/// Reads configuration files.
struct Reader<'a> {
    cwd: &'a Path,
    /// What globs are relative to for files that do not lie below the file that names them.
    base: &'a Path,
}

impl Reader<'_> {
    /// What a file says, on top of what it extends; `below` are the files that led here.
    fn read(&self, file: &Path, below: &mut Vec<PathBuf>) -> Result<Option<Settings>, ConfigError> {
        let name: Arc<str> = shown(self.cwd, file).into();
        let section = Section::of(file.file_name().and_then(|name| name.to_str()).unwrap_or_default());
        let text = read_text(file, section).map_err(|message| ConfigError::of_file(&name, message))?;
        let Some(text) = text else { return Ok(None) };
        let lines = LineIndex::new(&text);
        let folder = file.parent().unwrap_or(file);
        let source = Source { file: name.clone(), folder, base: self.base, text: &text, lines: &lines };
        let form = parse(section, &text).map_err(|(offset, message)| match offset {
            Some(offset) => ConfigError::at(&source.place(offset), message),
            None => ConfigError::of_file(&name, message),
        })?;
        let Some(mut form) = form else { return Ok(None) };
        below.push(file.to_owned());
        let extended = match form.extend.take() {
            None => Settings::default(),
            Some(extend) => {
                let place = source.place(extend.span().start);
                let other = normalize(&folder.join(extend.as_ref()));
                if below.contains(&other) {
                    return Err(ConfigError::at(&place, "extends itself"));
                }
                if !other.is_file() {
                    return Err(ConfigError::at(&place, format!("there is no file `{}`", shown(self.cwd, &other))));
                }
                self.read(&other, below)?.ok_or_else(|| self.without_section(&other))?
            }
        };
        extended.with(form, &source).map(Some)
    }

    fn without_section(&self, file: &Path) -> ConfigError {
        ConfigError::of_file(&shown(self.cwd, file), "says nothing of unspin")
    }
}

/// The text of a file that may configure this tool, without the mark that editors on Windows put before it.
fn read_text(file: &Path, section: Section) -> Result<Option<String>, String> {
    let bytes = fs::read(file).map_err(|error| describe(&error))?;
    // Most manifests say nothing of this tool, and that is known without decoding or parsing them.
    if section != Section::Whole && memchr::memmem::find(&bytes, b"unspin").is_none() {
        return Ok(None);
    }
    if bytes.len() > MAX_BYTES {
        return Err(format!("is larger than {} KB, which no configuration is", MAX_BYTES / 1_000));
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
}
