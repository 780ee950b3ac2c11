//! Python source to loop IR.
//!
//! [`decode`] turns the bytes of a file into text, [`lower`] the text into a [`Module`], by the table of
//! `crates/ir/LOWERING.md`. The parser is ruff's: it reads the current grammar and recovers from syntax errors.
//!
//! Neither fails nor panics on any input. A long file that nests deeper than `CPython` itself would accept is refused before
//! it is parsed ([`too_deep`]; a short one fits the stack), because a tree of that depth overflows the stack in the
//! parser, in any walk and in `drop`. Run on a thread with a stack of 256 MB; time and memory are linear in the length of the text.

mod comments;
mod decode;
mod imports;
mod lower;
mod names;
mod nesting;
mod scopes;

pub use decode::{DecodeError, decode, encode};
pub use nesting::too_deep;

use ruff_python_ast::PythonVersion;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};
use unspin_ir::{Module, Problem, Source};
use unspin_span::Span;

/// Lower one file. Never fails: what the parser could not read is in [`Module::problems`], and the rest is lowered. A
/// text that nests too deeply gives a module without functions.
pub fn lower(text: &str, source: &Source) -> Module {
    let mut module =
        Module { name: source.name, is_test: source.is_test, shares_objects: true, lines: lines(text), ..Module::default() };
    if let Some(problem) = too_deep(text) {
        module.problems.push(problem);
        return module;
    }
    let Some(parsed) = parse_unchecked(text, options()).try_into_module() else { return module };
    module.problems = parsed.errors().iter().map(problem).collect();
    module.comments = comments::collect(text, parsed.tokens());
    let mut module = lower::lower_module(text, source, parsed.syntax(), module);
    unspin_ir::see_through_answers(&mut module);
    module
}

/// Stretches of more than one line within which no comment can stand: strings, and lines joined by a backslash. In the
/// order of the text; empty for a text that is not parsed.
pub fn joined(text: &str) -> Vec<Span> {
    if too_deep(text).is_some() {
        return Vec::new();
    }
    comments::joined(text, parse_unchecked(text, options()).tokens())
}

fn options() -> ParseOptions {
    ParseOptions::from(Mode::Module).with_target_version(PythonVersion::latest())
}

fn problem(error: &ruff_python_parser::ParseError) -> Problem {
    Problem { span: span(error.location), message: error.error.to_string() }
}

/// Line ends of all three kinds; a text that ends with one does not start another line.
fn lines(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut ends = memchr::memchr_iter(b'\n', bytes).count();
    if memchr::memchr(b'\r', bytes).is_some() {
        ends += bytes.windows(2).filter(|pair| pair[0] == b'\r' && pair[1] != b'\n').count();
        ends += usize::from(bytes.last() == Some(&b'\r'));
    }
    let unfinished = !matches!(bytes.last(), None | Some(b'\n' | b'\r'));
    (ends + usize::from(unfinished)).max(1) as u32
}

/// The place of a node.
fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

/// The place of a node.
fn span_of(node: &impl Ranged) -> Span {
    span(node.range())
}
