//! Byte offsets to lines and columns, by binary search over the starts of lines.
//!
//! A line ends at `\n`, `\r\n` or a lone `\r`, as in Python's own tokenizer and in Rust sources on every platform.

use crate::{Position, Range, Span};

/// Where each line of a text starts.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Index a text once; lookups are then logarithmic in the number of lines.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(offset as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The number of lines; a text that ends with a line break does not start another.
    pub fn lines(&self, text: &str) -> u32 {
        let last_is_empty = self.starts.last().is_some_and(|&start| start as usize == text.len());
        self.starts.len() as u32 - u32::from(last_is_empty)
    }

    /// The line (from 1) that holds the byte at `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// Line and column of a byte offset; an offset inside a character or past the end is rounded down.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let start = self.starts[line as usize - 1] as usize;
        let end = (start..=(offset as usize).min(text.len())).rev().find(|&end| text.is_char_boundary(end));
        let column = end.map_or(0, |end| text[start.min(end)..end].chars().count());
        Position { line, column: column as u32 + 1 }
    }

    /// Both ends of a span.
    pub fn range(&self, text: &str, span: Span) -> Range {
        Range { start: self.position(text, span.start), end: self.position(text, span.end) }
    }

    /// The byte offset of a line (from 1) and a column counted in characters (from 0), as parsers that count so
    /// report it.
    pub fn offset(&self, text: &str, line: u32, column: u32) -> u32 {
        let Some(&start) = self.starts.get((line.max(1) - 1) as usize) else { return text.len() as u32 };
        let rest = &text[start as usize..];
        rest.char_indices().nth(column as usize).map_or(text.len() as u32, |(at, _)| start + at as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_any_line_break() {
        let text = "a\r\nüb\rc\n";
        let index = LineIndex::new(text);
        assert_eq!(index.lines(text), 3);
        assert_eq!(index.position(text, 5), Position { line: 2, column: 2 });
        assert_eq!(index.position(text, 7), Position { line: 3, column: 1 });
        assert_eq!(index.offset(text, 2, 1), 5);
    }

    #[test]
    fn offsets_past_the_end_are_the_end() {
        let index = LineIndex::new("ab");
        assert_eq!(index.position("ab", 99), Position { line: 1, column: 3 });
    }
}
