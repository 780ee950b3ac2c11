//! Bytes of a source file to text, as Python itself would read them.
//!
//! In this order: a byte-order mark (UTF-8, UTF-16) decides; else a declaration in the first two lines
//! ([PEP 263](https://peps.python.org/pep-0263/)); else UTF-8. The mark is not part of the text, so spans count from
//! behind it. UTF-16 is more than Python accepts, but editors write it and nothing else can be meant.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// What a declaration is recognised by.
const WORD: &[u8] = b"coding";

/// A declaration stands at the very start; this many bytes hold two lines of any header.
const LONGEST_HEAD: usize = 1000;

/// Why bytes are no Python source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not UTF-8 at this offset, and no encoding is declared.
    NotUtf8 {
        /// Offset of the first byte that fits no character.
        offset: usize,
    },
    /// The declared encoding does not fit the bytes.
    Malformed {
        /// The declared encoding.
        encoding: String,
    },
    /// The declared encoding is not known.
    UnknownEncoding {
        /// As it is declared.
        encoding: String,
    },
    /// A NUL character at this offset.
    NulByte {
        /// Offset of the first.
        offset: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { offset } => write!(
                formatter,
                "not UTF-8 at byte {offset} and no encoding declared: save the file as UTF-8, or name its encoding in the \
                 first line, as in `# -*- coding: latin-1 -*-`"
            ),
            Self::Malformed { encoding } => {
                write!(formatter, "not {encoding}, which the file declares: correct the declaration, or save the file as UTF-8")
            }
            Self::UnknownEncoding { encoding } => {
                write!(formatter, "unknown encoding {encoding:?} declared: save the file as UTF-8 and remove the declaration")
            }
            Self::NulByte { offset } => {
                write!(formatter, "source code cannot contain null bytes (one is at byte {offset}): is this a binary file?")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// The text of a file. UTF-8 is borrowed and only checked.
///
/// # Errors
///
/// When the bytes fit neither their declared encoding nor UTF-8, or hold a NUL.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let (encoding, rest) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (Found::Known(encoding), &bytes[mark..]),
        None => (declared(bytes), bytes),
    };
    let text = match encoding {
        Found::Known(encoding) if encoding != UTF_8 => converted(encoding, rest)?,
        Found::Latin1 => Cow::Owned(rest.iter().map(|&byte| char::from(byte)).collect()),
        Found::Unknown(encoding) => return Err(DecodeError::UnknownEncoding { encoding }),
        Found::Known(_) | Found::Nothing => {
            let offset = |error: std::str::Utf8Error| bytes.len() - rest.len() + error.valid_up_to();
            Cow::Borrowed(std::str::from_utf8(rest).map_err(|error| not_utf8(rest, offset(error)))?)
        }
    };
    match memchr::memchr(0, text.as_bytes()) {
        Some(offset) => Err(DecodeError::NulByte { offset }),
        None => Ok(text),
    }
}

/// A text as bytes, in the encoding of the bytes that it was decoded from and with their byte-order mark; `None` if it holds
/// a character that this encoding lacks.
pub fn encode(text: &str, like: &[u8]) -> Option<Vec<u8>> {
    let (encoding, mark) = match Encoding::for_bom(like) {
        Some((encoding, mark)) => (Found::Known(encoding), &like[..mark]),
        None => (declared(like), &like[..0]),
    };
    let rest = match encoding {
        Found::Known(encoding) if encoding == UTF_16LE => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Found::Known(encoding) if encoding == UTF_16BE => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Found::Known(encoding) if encoding != UTF_8 => {
            let (bytes, _, has_gaps) = encoding.encode(text);
            (!has_gaps).then(|| bytes.into_owned())?
        }
        Found::Latin1 => text.chars().map(|character| u8::try_from(character).ok()).collect::<Option<_>>()?,
        Found::Known(_) | Found::Nothing | Found::Unknown(_) => text.as_bytes().to_owned(),
    };
    Some([mark, &rest].concat())
}

/// A file with a NUL early on is no text in any encoding; say that rather than where UTF-8 ends.
fn not_utf8(bytes: &[u8], offset: usize) -> DecodeError {
    match bytes.iter().take(offset.max(1024)).position(|&byte| byte == 0) {
        Some(offset) => DecodeError::NulByte { offset },
        None => DecodeError::NotUtf8 { offset },
    }
}

fn converted<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, DecodeError> {
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    // Single bytes that a Windows code page leaves undefined do no harm; Python would refuse some of them.
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE || !encoding.is_single_byte();
    if has_errors && is_wide {
        return Err(DecodeError::Malformed { encoding: encoding.name().to_owned() });
    }
    Ok(text)
}

enum Found {
    Nothing,
    Known(&'static Encoding),
    /// Python's latin-1 maps each byte to the character of that number, the web's is Windows-1252.
    Latin1,
    Unknown(String),
}

/// The declaration in the first two lines, if there is one.
fn declared(bytes: &[u8]) -> Found {
    let (first, rest) = first_line(&bytes[..bytes.len().min(LONGEST_HEAD)]);
    if let Some(label) = label(first) {
        return known(label);
    }
    // The second line counts only if the first is a comment or blank.
    let is_blank = first.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c')).is_none_or(|&byte| byte == b'#');
    match label(first_line(rest).0).filter(|_| is_blank) {
        Some(label) => known(label),
        None => Found::Nothing,
    }
}

fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    (line, rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default())
}

/// `coding[:=]\s*([-\w.]+)` in a line that is a comment.
fn label(line: &[u8]) -> Option<&str> {
    let comment = line.trim_ascii_start();
    if comment.first() != Some(&b'#') {
        return None;
    }
    let mut at = 0;
    while let Some(found) = comment[at..].windows(WORD.len()).position(|window| window == WORD) {
        at += found + WORD.len();
        if let Some(b':' | b'=') = comment.get(at) {
            let value = comment[at + 1..].trim_ascii_start();
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            let end = value.iter().position(|byte| !is_part(byte)).unwrap_or(value.len());
            if end > 0 {
                return std::str::from_utf8(&value[..end]).ok();
            }
        }
    }
    None
}

fn known(label: &str) -> Found {
    let normal = label.to_ascii_lowercase().replace('_', "-");
    match normal.as_str() {
        "utf-8" | "utf8" | "u8" | "utf-8-sig" | "utf-8-unix" | "utf-8-dos" | "utf-8-mac" | "ascii" | "us-ascii" => {
            Found::Known(UTF_8)
        }
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" | "iso-latin-1" | "latin-1-unix" | "8859" | "cp819" => {
            Found::Latin1
        }
        other => match spelled(other) {
            Some(encoding) => Found::Known(encoding),
            None => Found::Unknown(label.to_owned()),
        },
    }
}

/// Python's spellings that the encoding standard does not list.
fn spelled(label: &str) -> Option<&'static Encoding> {
    let standard = match label {
        "latin-2" | "latin2" | "iso8859-2" => "iso-8859-2",
        "iso8859-15" | "latin-9" | "latin9" => "iso-8859-15",
        "cp932" | "ms932" | "mskanji" | "ms-kanji" | "s-jis" => "shift_jis",
        "euc-jp" | "eucjp" | "ujis" => "euc-jp",
        "euckr" | "cp949" | "uhc" => "euc-kr",
        "cp936" | "ms936" | "euc-cn" | "euccn" | "hz-gb-2312" => "gbk",
        "cp950" | "ms950" => "big5",
        "cp866" => "ibm866",
        "koi8r" => "koi8-r",
        "macroman" | "mac-roman" => "macintosh",
        other => other,
    };
    Encoding::for_label(standard.as_bytes()).or_else(|| {
        let page = label.strip_prefix("cp").or_else(|| label.strip_prefix("windows"))?;
        Encoding::for_label(format!("windows-{}", page.trim_start_matches('-')).as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes).unwrap_or_else(|error| panic!("{error}")).into_owned()
    }

    #[test]
    fn utf8_is_the_default_and_is_borrowed() {
        assert!(matches!(decode("x = 'ü'".as_bytes()), Ok(Cow::Borrowed("x = 'ü'"))));
        assert_eq!(text(b""), "");
    }

    #[test]
    fn marks_are_stripped_and_decide() {
        assert_eq!(text(b"\xef\xbb\xbfx = 1"), "x = 1");
        assert_eq!(text(b"\xff\xfex\0=\0\xfc\0"), "x=ü");
        assert_eq!(text(b"\xfe\xff\0x\0=\0\xfc"), "x=ü");
        // The mark wins over a declaration.
        assert_eq!(text(b"\xef\xbb\xbf# coding: latin-1\n'\xc3\xbc'"), "# coding: latin-1\n'ü'");
    }

    #[test]
    fn a_declaration_in_the_first_two_lines_counts() {
        assert_eq!(text(b"# -*- coding: latin-1 -*-\n'\xfc\x80'"), "# -*- coding: latin-1 -*-\n'ü\u{80}'");
        assert_eq!(text(b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'"), {
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'"
        });
        assert_eq!(text(b"# coding: ISO_8859_1\n\xe9"), "# coding: ISO_8859_1\né");
        assert_eq!(text(b"# coding=koi8-r\n\xc1"), "# coding=koi8-r\nа");
        assert_eq!(text(b"# coding: cp1251\n\xe0"), "# coding: cp1251\nа");
        assert_eq!(text(b"# coding: euc-jp\n\xa4\xa2"), "# coding: euc-jp\nあ");
    }

    #[test]
    fn a_declaration_elsewhere_does_not_count() {
        let third_line = decode(b"\n\r\n# coding: latin-1\n\xfc");
        assert_eq!(third_line, Err(DecodeError::NotUtf8 { offset: 21 }));
        let after_code = decode(b"import os\n# coding: latin-1\n\xfc");
        assert_eq!(after_code, Err(DecodeError::NotUtf8 { offset: 28 }));
        let in_code = decode(b"encoding = 'coding: latin-1'\n\xfc");
        assert_eq!(in_code, Err(DecodeError::NotUtf8 { offset: 29 }));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        let message = |bytes: &[u8]| decode(bytes).expect_err("must be refused").to_string();
        assert!(message(b"x = '\xfc'").contains("save the file as UTF-8"));
        assert!(message(b"# coding: klingon\n").contains("unknown encoding \"klingon\""));
        assert!(message(b"# coding: euc-jp\n\xa4\x20\xff").contains("correct the declaration"));
        assert!(message(b"x\0y").contains("null bytes"));
        assert!(message(b"\x7fELF\x02\x01\x01\0\0\xff\xfe").contains("null bytes"));
    }
}
