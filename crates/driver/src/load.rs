//! Reads one file, decodes and lowers it, and forgets its text.
//!
//! Nothing here can fail the run: what cannot be read, decoded or parsed is an error of that file. The walk gives regular
//! files only, so that opening one never waits for a pipe or device.

use std::{
    borrow::Cow,
    cell::Cell,
    fs::File,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};

use unspin_engine::suppression::JoinedLines;
use unspin_findings::ScanError;
use unspin_ir::{Module, Problem, Source};
use unspin_span::LineIndex;
use xxhash_rust::xxh3::xxh3_64;

use crate::input::{Input, Language, Origin};

/// The size from which a file is not read: no one writes it by hand, and a syntax tree takes up to 300 times the text.
pub const MAX_BYTES: u64 = 10_000_000;

thread_local! {
    /// Each file is read to where the last one was: that memory is at hand already.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Buffers that grew larger are not kept.
const LARGEST_BUFFER: usize = 1 << 20;

/// Said of pipes, devices and the like.
pub(crate) const NOT_REGULAR: &str = "is not a regular file, so it was not read";

/// A lowered file.
pub(crate) struct Loaded {
    /// Its IR.
    pub(crate) module: Module,
    /// Hash of its bytes, by which a later read is known to be of the same text.
    pub(crate) hash: u64,
    /// What could not be parsed of it.
    pub(crate) problem: Option<ScanError>,
}

/// A file that was not lowered.
#[derive(Debug)]
pub(crate) struct Unloaded {
    /// Why.
    pub(crate) error: ScanError,
    /// Hash of its bytes, if it is they that are wrong.
    pub(crate) hash: Option<u64>,
}

/// Read, decode and lower one file.
pub(crate) fn load(input: &Input, source: &Source) -> Result<Loaded, Unloaded> {
    with_bytes(input, |bytes| match bytes {
        Ok(bytes) => load_bytes(input, source, bytes),
        Err(error) => Err(Unloaded { error, hash: None }),
    })
}

/// The hash of a file, as [`load`] gives it.
pub(crate) fn hash(input: &Input) -> Result<u64, ScanError> {
    with_bytes(input, |bytes| bytes.map(xxh3_64))
}

fn with_bytes<T>(input: &Input, then: impl FnOnce(Result<&[u8], ScanError>) -> T) -> T {
    let mut buffer = BUFFER.take();
    buffer.clear();
    let answer = match read(input, &mut buffer) {
        Ok(()) => then(Ok(&buffer)),
        Err(error) => then(Err(error)),
    };
    if buffer.capacity() <= LARGEST_BUFFER {
        BUFFER.set(buffer);
    }
    answer
}

fn load_bytes(input: &Input, source: &Source, bytes: &[u8]) -> Result<Loaded, Unloaded> {
    let hash = xxh3_64(bytes);
    let text = decode(input, bytes).map_err(|error| Unloaded { error, hash: Some(hash) })?;
    // A safety net, not a way of working: a panic in a parser must not take the other files with it.
    let module = catch_unwind(AssertUnwindSafe(|| lower(input.language, &text, source))).map_err(|_| {
        let error = input.error("could not be analysed because of a mistake in unspin; please report it");
        Unloaded { error, hash: None }
    })?;
    let problem = module.problems.first().map(|first| problem(input, &text, &module, first));
    Ok(Loaded { module, hash, problem })
}

/// Read a file again. `None` if it is no longer what it was when it was lowered.
pub(crate) fn reload(input: &Input, hash: u64) -> Result<Option<String>, ScanError> {
    let mut bytes = Vec::new();
    read(input, &mut bytes)?;
    if xxh3_64(&bytes) == hash { decode(input, &bytes).map(|text| Some(text.into_owned())) } else { Ok(None) }
}

/// Text to IR.
pub(crate) fn lower(language: Language, text: &str, source: &Source) -> Module {
    match language {
        Language::Python => unspin_frontend_python::lower(text, source),
        Language::Rust => unspin_frontend_rust::lower(text, source),
    }
}

/// The lines of a text that are one for a comment.
pub(crate) fn joined(language: Language, text: &str, lines: &LineIndex) -> JoinedLines {
    let joins = match language {
        Language::Python => unspin_frontend_python::joined(text),
        Language::Rust => unspin_frontend_rust::joined(text),
    };
    JoinedLines::new(&joins, lines)
}

fn problem(input: &Input, text: &str, module: &Module, first: &Problem) -> ScanError {
    let more = match module.problems.len() {
        1 => String::new(),
        2 => " (and one more place in this file)".to_owned(),
        count => format!(" (and {} more places in this file)", count - 1),
    };
    let rest = if module.functions.is_empty() { "" } else { "; the other functions were analysed" };
    let message = format!("{}{more}{rest}", shortened(&first.message));
    let range = Some(LineIndex::new(text).range(text, first.span));
    ScanError { path: input.shown.clone(), message, range }
}

/// A parser that lists every token it would have taken says more than anyone reads.
fn shortened(message: &str) -> String {
    const LONGEST: usize = 160;
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", message[..end].trim_end_matches([',', ' '])),
        None => message.to_owned(),
    }
}

/// Read the bytes of an input into an empty buffer.
fn read(input: &Input, buffer: &mut Vec<u8>) -> Result<(), ScanError> {
    let path = match &input.origin {
        Origin::File(path) => path,
        Origin::Memory { bytes, .. } if bytes.len() as u64 > MAX_BYTES => return Err(too_large(input)),
        Origin::Memory { bytes, .. } => {
            buffer.extend_from_slice(bytes);
            return Ok(());
        }
    };
    let fail = |error: io::Error| input.error(describe(&error));
    let file = File::open(path).map_err(fail)?;
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() {
        return Err(input.error(NOT_REGULAR));
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large(input));
    }
    buffer.reserve(metadata.len() as usize + 1);
    // A file that is being written to may be longer than it said.
    file.take(MAX_BYTES + 1).read_to_end(buffer).map_err(fail)?;
    if buffer.len() as u64 > MAX_BYTES { Err(too_large(input)) } else { Ok(()) }
}

fn too_large(input: &Input) -> ScanError {
    input.error(format!("is larger than {} MB, so it was not read", MAX_BYTES / 1_000_000))
}

pub(crate) fn decode<'a>(input: &Input, bytes: &'a [u8]) -> Result<Cow<'a, str>, ScanError> {
    decode_bytes(input.language, bytes).map_err(|message| input.error(message))
}

/// Bytes to text, as the language reads them.
pub(crate) fn decode_bytes(language: Language, bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    match language {
        Language::Python => unspin_frontend_python::decode(bytes).map_err(|error| error.to_string()),
        Language::Rust => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| format!("not UTF-8 at byte {}: save the file as UTF-8", error.valid_up_to()))
        }
    }
}

/// An input or output error in words that name the next step where there is one.
pub(crate) fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist (any more)".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: std::path::PathBuf) -> Input {
        let shown = path.display().to_string();
        Input {
            origin: Origin::File(path),
            shown,
            root: std::path::PathBuf::new(),
            language: Language::Python,
            settings: std::sync::Arc::default(),
        }
    }

    #[test]
    fn a_file_that_is_gone_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let input = input(folder.path().join("gone.py"));
        let source = Source { name: unspin_ir::name("gone"), is_package: false, is_test: false };
        let error = load(&input, &source).err().expect("an error").error;
        assert_eq!((error.path, error.message.as_str()), (input.shown, "does not exist (any more)"));
    }

    #[test]
    fn a_file_that_changed_is_not_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let input = input(folder.path().join("a.py"));
        let Origin::File(path) = &input.origin else { unreachable!("it is a file") };
        std::fs::write(path, "x = 1\n").expect("a file");
        let hash = xxh3_64(b"x = 1\n");
        assert_eq!(reload(&input, hash), Ok(Some("x = 1\n".to_owned())));
        std::fs::write(path, "x = 2\n").expect("a file");
        assert_eq!(reload(&input, hash), Ok(None));
    }
}
