//! Rust source to loop IR.
//!
//! [`lower`] parses one file with `syn` and lowers it as `crates/ir/LOWERING.md` says. It never fails and never panics:
//! what the parser could not read is in [`Module::problems`]. It recurses with the nesting of the source, which is
//! bounded before parsing, so that a thread with a stack of 256 MB can lower any text.
//!
//! Approximations, all without type inference: what looks like `Ok`/`Err` is a `Result`; a path that begins with a
//! capital in a pattern is a variant or constant; `?` is on an `Option` only in a function that returns one.

mod blocks;
mod bounds;
mod calls;
mod closures;
mod control;
mod expand;
mod fallible;
mod formats;
mod items;
mod lowering;
mod macros;
mod partial;
mod paths;
mod patterns;
mod results;
mod scan;
mod select;
mod sides;
mod spans;
mod types;
mod uses;
mod value;

use unspin_ir::{Module, Problem, Source};
use unspin_span::{LineIndex, Span};

use crate::lowering::Lowering;
use crate::paths::Paths;
use crate::spans::Spans;

/// Largest file that is parsed, in bytes. The parser needs up to 300 bytes of memory for each byte of a large table.
pub const MAX_FILE_SIZE: usize = 8 << 20;

/// Lower one file. Never fails: what the parser could not read is in `Module::problems`.
pub fn lower(text: &str, source: &Source) -> Module {
    let start = start_of_code(text);
    let lines = LineIndex::new(text).lines(text);
    let whole = Span::new(0, text.len() as u32);
    let empty = Module { name: source.name, is_test: source.is_test, lines, ..Module::default() };
    if text.len() > MAX_FILE_SIZE {
        let message = format!("left out: {} bytes are more than the {MAX_FILE_SIZE} that a Rust file may have", text.len());
        return Module { problems: vec![Problem { span: Span::new(0, 0), message }], ..empty };
    }
    let scan = scan::scan(text, start);
    let comments = scan.comments;
    if let Some((at, what)) = scan.too_deep {
        let message = format!("left out: {what} are nested too deeply");
        return Module { problems: vec![Problem { span: Span::new(at, at), message }], comments, ..empty };
    }
    let line_starts = spans::line_starts(&text[start..]);
    let spans = Spans::new(&text[start..], start as u32, &line_starts);
    let parsed = partial::parse(&text[start..]);
    let paths = Paths::new(source, &parsed.items);
    let mut lowering = Lowering::new(source, spans, paths, whole);
    lowering.is_test |= items::is_test_file(&parsed.attributes);
    lowering.items(&parsed.items);
    let mut module = lowering.finish();
    unspin_ir::see_through_answers(&mut module);
    let problem = |error: &syn::Error| Problem { span: spans.token(error.span()), message: error.to_string() };
    module.problems = parsed.errors.iter().map(problem).collect();
    drop(parsed);
    // Every span is a number by now; the parser would otherwise keep each text that it has ever seen.
    proc_macro2::extra::invalidate_current_thread_spans();
    Module { comments, lines, ..module }
}

/// Strings and block comments of more than one line, in the order of the text: where no line comment can stand.
pub fn joined(text: &str) -> Vec<Span> {
    if text.len() > MAX_FILE_SIZE { Vec::new() } else { scan::joined(text, start_of_code(text)) }
}

/// Where the code begins: after a byte-order mark, a `#!` line, and the manifest of a script.
fn start_of_code(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    let is_shebang = rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[');
    let start = if is_shebang { mark + rest.find('\n').unwrap_or(rest.len()) } else { mark };
    start + manifest_length(&text[start..])
}

/// The length of the manifest that a script begins with, which stands between two lines of dashes.
fn manifest_length(text: &str) -> usize {
    let script = text.trim_start();
    let fence = &script[..script.len() - script.trim_start_matches('-').len()];
    let mut length = text.len() - script.len();
    for (number, line) in script.split_inclusive('\n').enumerate().take_while(|_| fence.len() >= 3) {
        length += line.len();
        if number > 0 && line.trim_end() == fence {
            return length;
        }
    }
    0
}
