//! One pass over the text of a file before it is parsed: comments that matter to the analysis, and nesting that no parser
//! may be given.
//!
//! The parser drops comments, and it recurses with the nesting of its input: on a hostile file it would overflow the
//! stack, which ends the whole process. So this scanner knows just enough of Rust's lexical grammar (strings, raw
//! strings, characters against lifetimes, nested block comments) to find both without recursion.
//!
//! Approximation: what makes a parser recurse besides brackets (prefix operators, assignments, generics, closures in a
//! row) is counted between separators (`;`, `,`, `{`, `}`), so the bounds are far above what people or generators write.

use unspin_ir::Comment;
use unspin_span::Span;

/// Deepest nesting of brackets that is parsed.
const MAX_BRACKETS: usize = 400;
/// Longest row of operator characters with nothing between them: `!!!!x`, `&&&&T`.
const MAX_OPERATORS: u32 = 200;
/// Most constructs between two separators that nest to the right: `a = b = c`, `|x| |y|`, `A<B<C`.
const MAX_RIGHT_NESTED: u32 = 3_000;
/// Most links of one chain: `a.b().c()`, `a + b + c`, `else if`.
const MAX_CHAIN: u32 = 40_000;

/// What the scan found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Line comments that matter.
    pub(crate) comments: Vec<Comment>,
    /// The first place where the nesting exceeds a bound, and which bound.
    pub(crate) too_deep: Option<(u32, &'static str)>,
    /// Strings and comments of more than one line, if they are wanted.
    pub(crate) joined: Vec<Span>,
}

/// Scan the text from `start` on.
pub(crate) fn scan(text: &str, start: usize) -> Scan {
    let mut scanner = Scanner::new(text, start);
    scanner.run();
    scanner.found
}

/// Strings and block comments of more than one line: where no line comment can stand.
pub(crate) fn joined(text: &str, start: usize) -> Vec<Span> {
    let mut scanner = Scanner { wants_joined: true, ..Scanner::new(text, start) };
    scanner.run();
    scanner.found.joined
}

/// Counts since the last separator within one pair of brackets.
#[derive(Clone, Copy, Default)]
struct Run {
    operators: u32,
    right_nested: u32,
    angles: u32,
    chain: u32,
    /// The last character that was no white space.
    last: u8,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    found: Scan,
    runs: Vec<Run>,
    wants_joined: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, start: usize) -> Self {
        let runs = vec![Run::default()];
        Self { text, bytes: text.as_bytes(), at: start, found: Scan::default(), runs, wants_joined: false }
    }

    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.peek(1) == b'/' => self.line_comment(),
                b'/' if self.peek(1) == b'*' => self.block_comment(),
                b'"' => self.string(),
                b'\'' => self.quote(),
                b'0'..=b'9' => self.number(),
                b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.word(),
                _ => self.punctuation(byte),
            }
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn too_deep(&mut self, what: &'static str) {
        if self.found.too_deep.is_none() {
            self.found.too_deep = Some((self.at as u32, what));
        }
    }

    /// Remember what began at `start` and ends here, if it has several lines.
    fn join(&mut self, start: usize) {
        if self.wants_joined && self.bytes[start..self.at].contains(&b'\n') {
            self.found.joined.push(Span::new(start as u32, self.at as u32));
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        self.at += length;
        let text = self.text[start..self.at].trim_end();
        if !Comment::matters(text) {
            return;
        }
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        self.found.comments.push(Comment {
            span: Span::new(start as u32, (start + text.len()) as u32),
            text: text.trim_start_matches(['/', '!']).trim().to_owned(),
            alone: self.text[line_start..start].trim().is_empty(),
        });
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
            if depth > MAX_BRACKETS && self.found.too_deep.is_none() {
                self.found.too_deep = Some((start as u32, "nested comments"));
            }
        }
        self.join(start);
    }

    /// A string from its opening quote on.
    fn string(&mut self) {
        let start = self.at;
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
        self.join(start);
        self.operand(b'"');
    }

    /// A raw string from its first `#` or its quote on; if it is none (a raw identifier), only the `#` is passed.
    fn raw_string(&mut self) {
        let hashes = self.bytes[self.at..].iter().take_while(|&&byte| byte == b'#').count();
        if self.peek(hashes) != b'"' {
            self.at += hashes;
            return;
        }
        let start = self.at;
        self.at += hashes + 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            let closes = byte == b'"' && self.bytes[self.at..].iter().take(hashes).filter(|&&b| b == b'#').count() == hashes;
            if closes {
                self.at += hashes;
                break;
            }
        }
        self.join(start);
        self.operand(b'"');
    }

    /// A character or a lifetime.
    fn quote(&mut self) {
        let rest = &self.text[self.at + 1..];
        let mut characters = rest.chars();
        let first = characters.next().unwrap_or('\'');
        let is_character = first == '\\' || characters.next() == Some('\'');
        if !is_character {
            self.at += 1;
            return;
        }
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'\'' {
                break;
            }
        }
        self.at = self.at.min(self.bytes.len());
        self.operand(b'\'');
    }

    fn number(&mut self) {
        while matches!(self.peek(0), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_') {
            self.at += 1;
        }
        self.operand(b'0');
    }

    fn word(&mut self) {
        let start = self.at;
        while matches!(self.peek(0), b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        match word {
            b"r" | b"br" | b"cr" if matches!(self.peek(0), b'"' | b'#') => return self.raw_string(),
            b"b" | b"c" if self.peek(0) == b'"' => return self.string(),
            b"b" if self.peek(0) == b'\'' => return self.quote(),
            _ => {}
        }
        self.operand(b'a');
        let run = self.last_run();
        match word {
            b"return" | b"break" | b"yield" | b"move" | b"async" | b"const" | b"mut" | b"dyn" | b"impl" | b"unsafe"
            | b"let" | b"ref" | b"in" | b"if" | b"for" | b"box" | b"static" | b"do" | b"become" | b"raw" | b"while"
            | b"match" => {
                run.right_nested += 1;
            }
            b"else" | b"as" => run.chain += 1,
            _ => {}
        }
        self.check();
    }

    fn last_run(&mut self) -> &mut Run {
        if self.runs.is_empty() {
            self.runs.push(Run::default());
        }
        let last = self.runs.len() - 1;
        &mut self.runs[last]
    }

    fn operand(&mut self, kind: u8) {
        let run = self.last_run();
        run.operators = 0;
        run.last = kind;
    }

    fn punctuation(&mut self, byte: u8) {
        self.at += 1;
        match byte {
            b'(' | b'[' | b'{' => {
                self.runs.push(Run::default());
                if self.runs.len() > MAX_BRACKETS {
                    self.too_deep("brackets");
                }
            }
            b')' | b']' | b'}' => {
                self.runs.pop();
                self.operand(b')');
                if byte == b'}' && !self.continues_expression() {
                    *self.last_run() = Run { last: b')', ..Run::default() };
                }
            }
            b';' => *self.last_run() = Run::default(),
            b',' => {
                let run = self.last_run();
                *run = Run { angles: run.angles, last: b',', ..Run::default() };
            }
            _ => self.operator(byte),
        }
    }

    /// After a closing brace: whether the expression may go on, so that the counts must too.
    fn continues_expression(&self) -> bool {
        let rest = self.text[self.at..].trim_start();
        match rest.as_bytes().first() {
            None | Some(b'#' | b'}' | b'\'' | b'/') => false,
            Some(b'_' | b'a'..=b'z' | b'A'..=b'Z') => rest.starts_with("else") || rest.starts_with("as "),
            Some(_) => true,
        }
    }

    fn operator(&mut self, byte: u8) {
        let next = self.peek(0);
        let run = self.last_run();
        match byte {
            b'<' => run.angles += 1,
            b'>' if !matches!(run.last, b'-' | b'=') => run.angles = run.angles.saturating_sub(1),
            b'|' if run.last == b'|' => run.right_nested += 1,
            b'=' if next != b'=' && !matches!(run.last, b'=' | b'<' | b'>' | b'!' | b'.') => run.right_nested += 1,
            b'>' | b'@' => run.right_nested += 1,
            _ => {}
        }
        run.operators += 1;
        run.chain += 1;
        run.last = byte;
        self.check();
    }

    fn check(&mut self) {
        let run = *self.last_run();
        if run.operators > MAX_OPERATORS {
            self.too_deep("operators");
        } else if run.right_nested > MAX_RIGHT_NESTED || run.angles > MAX_RIGHT_NESTED {
            self.too_deep("expressions or types");
        } else if run.chain > MAX_CHAIN {
            self.too_deep("chained operators");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<(String, bool)> {
        scan(text, 0).comments.into_iter().map(|comment| (comment.text, comment.alone)).collect()
    }

    #[test]
    fn only_line_comments_outside_of_literals_count() {
        let text = r##"
            let a = "// unspin: no"; // unspin: one
            let b = r#"" // unspin: no"#; let c = '"'; // expect: two
            /* /* */ // unspin: no */
            fn f<'a>(x: &'a str) -> char { '\'' } /* x */ // expect: three
            // expect: four
            let d = b'"'; let e = b"\""; let r#type = br"\"; // unspin: five
        "##;
        let expected = [
            ("unspin: one", false),
            ("expect: two", false),
            ("expect: three", false),
            ("expect: four", true),
            ("unspin: five", false),
        ];
        assert_eq!(comments(text), expected.map(|(text, alone)| (text.to_owned(), alone)));
    }

    #[test]
    fn nesting_is_found_whatever_makes_it() {
        let deep = [
            "(".repeat(100_000),
            format!("fn f() {{ x = {}1 }}", "!".repeat(100_000)),
            format!("fn f() {{ {} 1 }}", "x = ".repeat(100_000)),
            format!("fn f() {{ {} 1 }}", "|x| ".repeat(100_000)),
            format!("type A = {}u8{};", "A<".repeat(100_000), ">".repeat(100_000)),
            format!("type A = {}u8{};", "A<u8, ".repeat(100_000), ">".repeat(100_000)),
            format!("type A = {}u8;", "*const ".repeat(100_000)),
            format!("type A = {}u8;", "fn() -> ".repeat(100_000)),
            format!("fn f() {{ x{} }}", ".a()".repeat(100_000)),
            format!("fn f() {{ x{} }}", " + {x}".repeat(100_000)),
            format!("fn f() {{ {} {{}} }}", "if a {} else ".repeat(100_000)),
            "/*".repeat(100_000),
        ];
        for text in deep {
            assert!(scan(&text, 0).too_deep.is_some(), "{}", &text[..40]);
        }
    }

    #[test]
    fn long_but_flat_code_is_not_deep() {
        let flat = [
            format!("const A: [u8; 9] = [{}];", "1 < 2, 3 > 2, ".repeat(100_000)),
            format!("fn f() {{ match x {{ {} => 1 }} }}", "'a' | 'b'..='c' | ".repeat(5_000)),
            "fn f() { if a {} if b {} else {} loop {} match x { _ => {} } }\n".repeat(50_000),
            "a = b;".repeat(100_000),
        ];
        for text in flat {
            assert!(scan(&text, 0).too_deep.is_none(), "{}", &text[..40]);
        }
    }
}
