//! Results of earlier runs: the same sources, read by the same program with the same options, give the same result.
//!
//! An entry is found by a digest of everything that a result depends on: the build of this program, rules and models of
//! one's own, the options, and of every file its path, the name of its module and its *contents*. Sizes and times of
//! files are never trusted, so a hit is right whatever touched the tree; what it costs is reading it. A result depends on
//! all files of a [unit](crate::units) together (a helper in one bounds a loop in another), so there is an entry for each
//! unit and none for single files.
//!
//! The cache is an aid and never a truth: whatever is wrong with it (damaged, cut short, written by two runs at a time, on
//! a full or read-only disk) makes a run slower, not wrong, and never fails it. What could not be read is no part of a
//! result. Standard input is not cached.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use unspin_findings::{Finding, ScanError, Summary};
use unspin_ir::Source;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::{
    files::replace,
    input::{Input, Language},
};

/// The folder of a project's cache.
const CACHE: &str = ".unspin_cache";

/// Changes with the sources of the linter and its rules.
const BUILD: &str = env!("UNSPIN_BUILD");

/// First line of every entry, before the checksum of the rest.
const MAGIC: &str = "unspin cache 1 ";

const ENDING: &str = "result";

/// Entries beyond are removed, least recently used first.
const MOST_ENTRIES: usize = 1024;
const MOST_BYTES: u64 = 64 << 20;

/// What a run that was killed left half written is removed after that time.
const LEFTOVER: Duration = Duration::from_hours(1);

/// So that tools which archive or index folders leave it out: <https://bford.info/cachedir/>.
const TAG: (&str, &str) =
    ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# Results of unspin; `unspin clean` removes them.\n");
const IGNORE: (&str, &str) = (".gitignore", "*\n");

/// A finding with what its JSON form leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) finding: Finding,
    context: String,
    pub(crate) hidden: Option<Hidden>,
}

/// Why a finding is not reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Hidden {
    /// The analysis is not sure enough.
    Unsure,
    /// It is in test code.
    InTest,
}

impl Found {
    /// A finding, and why it is not reported if it is not.
    pub(crate) fn new(finding: Finding, hidden: Option<Hidden>) -> Self {
        Self { context: finding.context.clone(), finding, hidden }
    }
}

/// What an analysis gives that depends on nothing but what the digest is of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) found: Vec<Found>,
    pub(crate) problems: Vec<ScanError>,
    pub(crate) summary: Summary,
    pub(crate) suppressed: usize,
    /// Files whose texts go with the report.
    pub(crate) sources: Vec<String>,
}

/// By what an entry is found.
#[derive(Clone)]
pub(crate) struct Digest(Xxh3);

impl Digest {
    /// Of a run with these options, in a form that tells any two of them apart.
    pub(crate) fn new(options: &str) -> Self {
        let mut digest = Self(Xxh3::new());
        digest.part(BUILD.as_bytes());
        digest.part(options.as_bytes());
        digest
    }

    /// A file, what the frontends are told of it, what is configured for it, and the hash of its contents.
    pub(crate) fn file(&mut self, input: &Input, source: &Source, settings: &str, hash: u64) {
        let language = if input.language == Language::Python { "py" } else { "rs" };
        self.part(input.shown.as_bytes());
        self.part(source.name.as_bytes());
        self.part(&[language.as_bytes()[0], u8::from(source.is_package), u8::from(source.is_test)]);
        self.part(settings.as_bytes());
        self.part(&hash.to_le_bytes());
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}

/// A folder with entries.
#[derive(Debug)]
pub(crate) struct Cache<'a> {
    folder: &'a Path,
}

impl<'a> Cache<'a> {
    /// The cache in a folder, which need not be there yet.
    pub(crate) fn new(folder: &'a Path) -> Self {
        Self { folder }
    }

    /// Whether there is nothing to be found.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// The entry of a digest, if there is a sound one.
    pub(crate) fn get(&self, digest: &Digest) -> Option<Entry> {
        let file = self.file(digest);
        let bytes = fs::read(&file).ok()?;
        let rest = bytes.strip_prefix(MAGIC.as_bytes())?;
        let end = rest.iter().position(|&byte| byte == b'\n')?;
        let (checksum, payload) = (&rest[..end], &rest[end + 1..]);
        if checksum != checksum_of(payload).as_bytes() {
            return None;
        }
        let mut entry: Entry = serde_json::from_slice(payload).ok()?;
        for Found { finding, context, .. } in &mut entry.found {
            finding.context.clone_from(context);
        }
        // What is used is kept.
        drop(fs::File::options().append(true).open(&file).and_then(|file| file.set_modified(SystemTime::now())));
        Some(entry)
    }

    /// Keep an entry. Nobody has to know that this failed.
    pub(crate) fn put(&self, digest: &Digest, entry: &Entry) {
        drop(self.try_put(digest, entry));
    }

    fn try_put(&self, digest: &Digest, entry: &Entry) -> io::Result<()> {
        self.prepare()?;
        let payload = serde_json::to_vec(entry)?;
        let mut bytes = format!("{MAGIC}{}\n", checksum_of(&payload)).into_bytes();
        bytes.extend(payload);
        replace(&self.file(digest), &bytes)
    }

    /// Make the folder, and mark it as what it is. A folder that holds other things is never taken for a cache: the marks
    /// would hide them from git and from unspin.
    fn prepare(&self) -> io::Result<()> {
        let [tag, ignore] = [TAG, IGNORE].map(|(name, text)| (self.folder.join(name), text));
        if !tag.0.is_file() {
            fs::create_dir_all(self.folder)?;
            // What a run that was killed left half written is no other thing.
            if !self.files().all(|path| is_temporary(&path)) {
                return Err(io::Error::other("the folder holds other files"));
            }
            replace(&tag.0, tag.1.as_bytes())?;
        }
        if ignore.0.is_file() { Ok(()) } else { replace(&ignore.0, ignore.1.as_bytes()) }
    }

    /// Remove what was not used for longest, and what was left half written.
    pub(crate) fn prune(&self) {
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = self.entries().filter_map(aged).collect();
        entries.sort_by(|left, right| right.cmp(left));
        let mut bytes = 0;
        for (at, (_, length, path)) in entries.into_iter().enumerate() {
            bytes += length;
            if at >= MOST_ENTRIES || (bytes > MOST_BYTES && at > 0) {
                drop(fs::remove_file(path));
            }
        }
        let is_old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > LEFTOVER);
        for (_, _, path) in self.files().filter(|path| is_temporary(path)).filter_map(aged).filter(|(time, ..)| is_old(*time)) {
            drop(fs::remove_file(path));
        }
    }

    /// Remove everything that unspin put into the folder, and the folder if nothing else is in it.
    fn clear(&self) -> io::Result<usize> {
        if !self.folder.join(TAG.0).is_file() {
            return Ok(0);
        }
        let mut removed = 0;
        for path in self.files().filter(|path| is_entry(path) || is_temporary(path)) {
            fs::remove_file(path)?;
            removed += 1;
        }
        fs::remove_file(self.folder.join(IGNORE.0)).or_else(is_gone)?;
        fs::remove_file(self.folder.join(TAG.0)).or_else(is_gone)?;
        // Something else may lie there by now; that is not ours.
        drop(fs::remove_dir(self.folder));
        Ok(removed)
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{:032x}.{ENDING}", digest.0.digest128()))
    }

    fn entries(&self) -> impl Iterator<Item = PathBuf> {
        self.files().filter(|path| is_entry(path))
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> + use<> {
        fs::read_dir(self.folder).into_iter().flatten().flatten().map(|entry| entry.path())
    }
}

/// Remove the results in a folder; how many there were.
///
/// # Errors
///
/// When one of them cannot be removed.
pub fn clear(folder: &Path) -> io::Result<usize> {
    Cache::new(folder).clear()
}

/// The folder of the cache of the project around a working directory: in the nearest folder above that is a repository, or
/// else right here.
pub fn folder_for(cwd: &Path) -> PathBuf {
    cwd.ancestors().find(|above| above.join(".git").exists()).unwrap_or(cwd).join(CACHE)
}

fn checksum_of(payload: &[u8]) -> String {
    format!("{:032x}", xxh3_128(payload))
}

fn is_entry(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == ENDING)
}

fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.as_encoded_bytes().starts_with(b"tmp-"))
}

fn is_gone(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn aged(path: PathBuf) -> Option<(SystemTime, u64, PathBuf)> {
    let metadata = fs::metadata(&path).ok()?;
    Some((metadata.modified().ok()?, metadata.len(), path))
}
