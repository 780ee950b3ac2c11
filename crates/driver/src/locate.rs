//! Spans to lines and columns, for the few files that have something to be said about them.
//!
//! Their texts are read again, because none was kept. A file whose bytes are no longer what was lowered gives an error
//! instead of positions that would be wrong.

use rayon::prelude::*;
use unspin_engine::{RawFinding, RawFix};
use unspin_findings::{Edit, Finding, Fix, Related, ScanError};
use unspin_span::{LineIndex, Range, Span};

use crate::{input::Input, known::ITSELF, load::reload};

/// A text with its lines.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) lines: LineIndex,
}

/// Texts of some files of a project, by their index.
pub(crate) struct Texts {
    texts: Vec<Option<Text>>,
}

impl Texts {
    /// Read the texts of the files for which `wanted` is true; a failure is an error of that file.
    pub(crate) fn read(files: &[(&Input, u64)], wanted: &[bool]) -> (Self, Vec<ScanError>) {
        let read = |((input, hash), wanted): (&(&Input, u64), &bool)| -> Option<Result<Text, ScanError>> {
            wanted.then(|| match reload(input, *hash)? {
                Some(text) => Ok(Text { lines: LineIndex::new(&text), text }),
                None => Err(input.error("changed while it was being scanned; run the check again")),
            })
        };
        let results: Vec<_> = files.par_iter().zip(wanted).map(read).collect();
        let mut texts = Vec::with_capacity(results.len());
        let mut errors = Vec::new();
        for result in results {
            texts.push(match result {
                Some(Ok(text)) => Some(text),
                Some(Err(error)) => {
                    errors.push(error);
                    None
                }
                None => None,
            });
        }
        (Self { texts }, errors)
    }

    /// The text of a file, if it was wanted and could be read.
    pub(crate) fn get(&self, file: u32) -> Option<&Text> {
        self.texts.get(file as usize)?.as_ref()
    }

    /// The line of an offset, 0 if the text is not at hand.
    pub(crate) fn line(&self, file: u32, offset: u32) -> u32 {
        self.get(file).map_or(0, |text| text.lines.line(offset))
    }

    fn range(&self, file: u32, span: Span) -> Option<Range> {
        self.get(file).map(|text| text.lines.range(&text.text, span))
    }

    /// The finding as it is reported; `None` if its file cannot be read any more.
    pub(crate) fn locate(&self, raw: RawFinding, fingerprint: String, path: impl Fn(u32) -> String) -> Option<Finding> {
        let context = context(&raw);
        let related = raw
            .related
            .into_iter()
            .filter_map(|(message, file, span)| Some(Related { message, path: path(file), range: self.range(file, span)? }));
        Some(Finding {
            context,
            related: related.collect(),
            range: self.range(raw.file, raw.span)?,
            loop_range: raw.loop_span.and_then(|span| self.range(raw.file, span)),
            path: path(raw.file),
            rule: raw.rule,
            severity: raw.severity,
            confidence: raw.confidence,
            group: raw.group,
            message: raw.message,
            help: raw.help,
            missing: raw.missing,
            function: raw.function,
            fingerprint,
            fix: raw.fix.and_then(|fix| self.fix(raw.file, fix)),
        })
    }

    fn fix(&self, file: u32, fix: RawFix) -> Option<Fix> {
        let edits = fix.edits.into_iter().map(|(span, content)| Some(Edit { range: self.range(file, span)?, content }));
        Some(Fix { message: fix.message, edits: edits.collect::<Option<_>>()? })
    }

    /// The texts by path, for formats that show them.
    pub(crate) fn into_sources(self, path: impl Fn(u32) -> String) -> std::collections::BTreeMap<String, String> {
        let texts = self.texts.into_iter().enumerate();
        texts.filter_map(|(file, text)| Some((path(file as u32), text?.text))).collect()
    }
}

/// The context without the name of the function, which stands in a field of its own: a function that calls itself and gets
/// another name is the same one.
fn context(raw: &RawFinding) -> String {
    let Some(words) = raw.context.strip_prefix(&raw.function).and_then(|rest| rest.strip_prefix(':')) else {
        return raw.context.clone();
    };
    let name = raw.function.rsplit('.').next().unwrap_or_default();
    let without = |word: &str| match word.strip_suffix(name) {
        _ if word == raw.function => ITSELF.to_owned(),
        Some("") if !name.is_empty() => ITSELF.to_owned(),
        Some(receiver) if receiver.ends_with('.') => format!("{receiver}{ITSELF}"),
        _ => word.to_owned(),
    };
    words.split(',').map(without).collect::<Vec<_>>().join(",")
}
