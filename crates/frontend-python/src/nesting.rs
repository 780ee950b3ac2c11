//! How deep a text nests, found before anything recursive sees it.
//!
//! One pass over the bytes follows brackets, strings, f-strings with their replacement fields, comments, line ends and
//! indentation, as Python's tokenizer does. It bounds
//!
//! - brackets and blocks by what `CPython` itself accepts, so that no program that runs is refused;
//! - the number of words and operators in one expression between commas, outer expressions included. No tree of an
//!   expression is deeper than that: operator and `not` chains, `lambda: lambda: …`, `a.b.c`, `f()()()` and what mixes
//!   them all add one level for each word or operator.
//!
//! Most files are too short to nest too deeply and are not looked at, or hold too few words and signs, which is fast to count.

use unspin_ir::Problem;
use unspin_span::Span;

/// `CPython`: "too many nested parentheses".
const MOST_BRACKETS: usize = 200;

/// `CPython`: "too many levels of indentation".
const MOST_BLOCKS: usize = 100;

/// Words and operators of one expression. Generated polynomials reach 11,000.
const MOST_PARTS: u32 = 50_000;

/// Bytes of a text that fits the stack however it nests: a level takes a byte at least, and no level of the parser, of a
/// walk or of `drop` takes more than 2 KB of the stack of 256 MB.
const SHALLOW: usize = 1 << 16;

/// So does a text of this length with no more than [`MOST_PARTS`]: a level takes a word or sign, and that of a block its
/// indentation as well.
const LONG: usize = 1 << 18;

/// What stands in the way of reading `text`, if it nests too deeply.
pub fn too_deep(text: &str) -> Option<Problem> {
    let is_shallow = || text.len() <= LONG && words_and_signs(text.as_bytes()) <= MOST_PARTS as usize;
    if text.len() <= SHALLOW || is_shallow() { None } else { excess(text) }
}

/// How many words begin, and bytes are neither of a word nor a space; strings and comments count like code.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the compiler looks at many bytes at once")]
fn words_and_signs(bytes: &[u8]) -> usize {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'_') | !byte.is_ascii();
    let counts = |byte: u8, before: u8| (byte > b' ') & !(is_of_word(byte) & is_of_word(before));
    let first = usize::from(!bytes.is_empty());
    // As many as a byte can count.
    let chunks = bytes.get(1..).unwrap_or_default().chunks(255).zip(bytes.chunks(255));
    let of_chunk = |(chunk, before): (&[u8], &[u8])| {
        let marks = chunk.iter().zip(before).map(|(&byte, &before)| u8::from(counts(byte, before)));
        usize::from(marks.fold(0, u8::wrapping_add))
    };
    first + chunks.map(of_chunk).sum::<usize>()
}

fn excess(text: &str) -> Option<Problem> {
    let levels = vec![Level::default()];
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, levels, strings: Vec::new(), blocks: Vec::new(), parts: 0 };
    scan.run();
    let (limit, what) = scan.excess()?;
    let at = scan.at.min(text.len()) as u32;
    let message = format!("nested too deeply to be read: more than {limit} {what}; the file is left out");
    Some(Problem { span: Span::new(at, at), message })
}

/// What a byte is to the scan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Word,
    Quote,
    Comment,
    LineEnd,
    Open,
    Close,
    /// Ends an expression at its level: what follows is its sibling.
    Separator,
    Colon,
    Operator,
    Backslash,
}

const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Space; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 128.. => Kind::Word,
            b'"' | b'\'' => Kind::Quote,
            b'#' => Kind::Comment,
            b'\n' | b'\r' => Kind::LineEnd,
            b'(' | b'[' | b'{' => Kind::Open,
            b')' | b']' | b'}' => Kind::Close,
            b',' | b';' => Kind::Separator,
            b':' => Kind::Colon,
            b'\\' => Kind::Backslash,
            b'!'..=b'~' => Kind::Operator,
            _ => Kind::Space,
        };
        byte += 1;
    }
    kinds
};

/// An open bracket or replacement field; the first level is outside of all.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Words and operators since the last separator, and all lambdas: `lambda a, b: lambda c, d: …`.
    parts: u32,
    lambdas: u32,
    is_field: bool,
    /// Whether the colon of a replacement field was passed: `{value:>{width}}`.
    in_specification: bool,
}

/// An f-string or template string around the current place.
#[derive(Clone, Copy)]
struct Formatted {
    quote: u8,
    is_triple: bool,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    strings: Vec<Formatted>,
    /// Columns of the open blocks.
    blocks: Vec<u32>,
    /// The sum over all levels.
    parts: u32,
}

impl Scan<'_> {
    fn excess(&self) -> Option<(usize, &'static str)> {
        if self.levels.len() > MOST_BRACKETS + 1 {
            Some((MOST_BRACKETS, "brackets inside each other"))
        } else if self.blocks.len() > MOST_BLOCKS {
            Some((MOST_BLOCKS, "blocks inside each other"))
        } else if self.parts > MOST_PARTS {
            Some((MOST_PARTS as usize, "words and operators in one expression"))
        } else {
            None
        }
    }

    fn run(&mut self) {
        self.line_start();
        while let Some(&byte) = self.bytes.get(self.at) {
            match KINDS[byte as usize] {
                Kind::Space => {
                    self.at += 1;
                    continue;
                }
                Kind::Word => self.word(),
                Kind::Quote => self.string(),
                Kind::Comment => self.skip_line(),
                Kind::LineEnd => self.line_end(),
                Kind::Open => self.open(false),
                Kind::Close => self.close(),
                Kind::Separator => {
                    self.at += 1;
                    self.separate();
                }
                Kind::Colon => {
                    self.at += 1;
                    if self.top().is_field {
                        self.top().in_specification = true;
                        self.formatted_text();
                    }
                }
                Kind::Operator => {
                    self.at += 1;
                    self.part();
                }
                Kind::Backslash => {
                    self.at += if self.follows(b"\r\n") { 3 } else { 2 };
                }
            }
            if self.parts > MOST_PARTS || self.levels.len() > MOST_BRACKETS + 1 || self.blocks.len() > MOST_BLOCKS {
                return;
            }
        }
    }

    fn follows(&self, what: &[u8]) -> bool {
        self.bytes.get(self.at + 1..).is_some_and(|rest| rest.starts_with(what))
    }

    /// The innermost level; the first is never popped.
    fn top(&mut self) -> &mut Level {
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn part(&mut self) {
        self.parts += 1;
        self.top().parts += 1;
    }

    fn separate(&mut self) {
        let top = self.top();
        let gone = top.parts - top.lambdas;
        top.parts = top.lambdas;
        self.parts -= gone;
    }

    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| KINDS[byte as usize] != Kind::Word).unwrap_or(rest.len());
        let word = &rest[..length];
        self.at += length;
        self.part();
        match word.len() {
            6 if word == b"lambda" => self.top().lambdas += 1,
            1 | 2 if self.bytes.get(self.at).is_some_and(|&next| KINDS[next as usize] == Kind::Quote) => {
                let is_formatted = matches!(word, [b'f' | b'F' | b't' | b'T'])
                    || matches!(word, [b'f' | b'F' | b't' | b'T', b'r' | b'R'] | [b'r' | b'R', b'f' | b'F' | b't' | b'T']);
                if is_formatted { self.formatted() } else { self.string() }
            }
            _ => {}
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    fn line_end(&mut self) {
        self.at += 1;
        if self.levels.len() == 1 {
            self.parts = 0;
            self.levels[0] = Level::default();
            self.line_start();
        }
    }

    /// Indentation of a line that begins a statement; blank lines and comments have none.
    fn line_start(&mut self) {
        let mut column = 0;
        loop {
            match self.bytes.get(self.at) {
                Some(b' ') => column += 1,
                Some(b'\t') => column = column / 8 * 8 + 8,
                Some(b'\x0c') => column = 0,
                Some(b'\n' | b'\r' | b'#') | None => return,
                Some(_) => break,
            }
            self.at += 1;
        }
        while self.blocks.last().is_some_and(|&block| block > column) {
            self.blocks.pop();
        }
        if column > self.blocks.last().copied().unwrap_or(0) {
            self.blocks.push(column);
        }
    }

    fn open(&mut self, is_field: bool) {
        self.at += 1;
        self.part();
        self.levels.push(Level { is_field, ..Level::default() });
    }

    fn close(&mut self) {
        self.at += 1;
        let was_field = self.top().is_field;
        self.leave_level();
        if was_field {
            self.formatted_text();
        }
    }

    /// Whether three of the quote stand here; moves past the one or the three.
    fn opening(&mut self) -> Formatted {
        let quote = self.bytes[self.at];
        let is_triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.at += if is_triple { 3 } else { 1 };
        Formatted { quote, is_triple }
    }

    fn string(&mut self) {
        let string = self.opening();
        let special = |rest: &[u8]| {
            if string.is_triple {
                return memchr::memchr2(string.quote, b'\\', rest);
            }
            rest.iter().position(|&byte| byte == string.quote || matches!(byte, b'\\' | b'\n' | b'\r'))
        };
        while let Some(length) = self.bytes.get(self.at..).and_then(special) {
            self.at += length;
            match self.bytes[self.at] {
                b'\\' => self.at += if self.follows(b"\r\n") { 3 } else { 2 },
                byte if byte == string.quote => {
                    if self.closes(string) {
                        return;
                    }
                    self.at += 1;
                }
                _ => return,
            }
        }
        self.at = self.bytes.len();
    }

    fn closes(&mut self, string: Formatted) -> bool {
        let length = if string.is_triple { 3 } else { 1 };
        let closes = !string.is_triple || self.bytes[self.at..].starts_with(&[string.quote; 3]);
        if closes {
            self.at += length;
        }
        closes
    }

    fn formatted(&mut self) {
        let string = self.opening();
        self.strings.push(string);
        self.formatted_text();
    }

    /// The text of an f-string, or of a format specification in it, up to its end or the next replacement field.
    fn formatted_text(&mut self) {
        let Some(&string) = self.strings.last() else { return };
        while let Some(&byte) = self.bytes.get(self.at) {
            let in_specification = self.top().in_specification;
            match byte {
                b'\\' => {
                    let is_brace = matches!(self.bytes.get(self.at + 1), Some(b'{' | b'}'));
                    self.at += if is_brace { 1 } else { 2 };
                }
                b'{' if !in_specification && self.bytes.get(self.at + 1) == Some(&b'{') => self.at += 2,
                b'{' => return self.open(true),
                b'}' if in_specification => {
                    self.at += 1;
                    self.leave_level();
                }
                b'\n' | b'\r' if !string.is_triple => return self.end_formatted(),
                _ if byte == string.quote => {
                    if self.closes(string) {
                        return self.end_formatted();
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn end_formatted(&mut self) {
        self.strings.pop();
        while self.top().in_specification {
            self.leave_level();
        }
    }

    fn leave_level(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            self.parts -= level.parts;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(text: &str) -> bool {
        excess(text).is_some()
    }

    /// So many `if` inside each other.
    fn blocks(count: usize) -> String {
        let mut text = String::new();
        for depth in 0..count {
            text.push_str(&" ".repeat(depth));
            text.push_str("if x:\n");
        }
        text
    }

    #[test]
    fn what_cpython_accepts_is_accepted() {
        assert!(!is_refused(&format!("x = {}{}", "[".repeat(200), "]".repeat(200))));
        assert!(!is_refused(&format!("{}{}pass\n", blocks(100), " ".repeat(100))));
        assert!(!is_refused(&format!("x = [{}]", "1 + f(2), ".repeat(100_000))));
        assert!(!is_refused(&format!("if a: pass\n{}", "elif a: pass\n".repeat(100_000))));
        assert!(!is_refused(&"x = lambda a, b: a\n".repeat(100_000)));
    }

    #[test]
    fn every_way_to_nest_is_bounded() {
        let many = 100_000;
        for link in ["(", "[", "{", "f(", "not ", "- ", "a + ", "a if b else ", "lambda a, b: ", "await ", "a ** ", "a.", "f'{"]
        {
            assert!(is_refused(&format!("x = {}1\n", link.repeat(many))), "{link}");
        }
        for link in ["()", "[0]", ".a", " + a", ".a(1, 2)[3]"] {
            assert!(is_refused(&format!("x = a{}\n", link.repeat(many))), "{link}");
        }
        assert!(is_refused(&blocks(150)));
    }

    #[test]
    fn text_and_comments_do_not_nest() {
        let open = "(".repeat(300);
        assert!(!is_refused(&format!("x = '{open}'\n# {open}\ny = '''\n{open}\n''' '\\'{open}'\n")));
        assert!(!is_refused(&format!("x = rb'{open}\\'{open}' + f'{open}{{y}}{open}' + f'{{{{{open}'\n")));
        assert!(!is_refused(&format!("x = f'{{y:{open}}}' + f'{{y:{{z}}{open}}}'\n")));
        // An unfinished string ends with its line.
        assert!(is_refused(&format!("x = 'a\ny = {open}")));
    }

    #[test]
    fn brackets_in_replacement_fields_nest() {
        let open = "(".repeat(300);
        assert!(is_refused(&format!("x = f'{{{open}")));
        assert!(is_refused(&format!("x = f'{{y:{{{open}")));
        assert!(is_refused(&format!("x = f\"{{f\"{{y}}\"}}\" + {open}")));
        assert!(is_refused(&format!("x = rf'''{{y}}\n''' + {open}")));
    }
}
