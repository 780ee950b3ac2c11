//! Calls of the same name on something else, and recursion over what the program built.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Counts what passes through.
pub struct CountingReader<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(buffer)
    }
}

pub enum Source {
    File(fs::File),
    Memory(io::Cursor<Vec<u8>>),
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(cursor) => cursor.read(buffer),
        }
    }
}

/// The tree was built by the program.
pub struct Node {
    weight: u32,
    children: Vec<Node>,
}

impl Node {
    pub fn total(&self) -> u32 {
        self.weight + self.children.iter().map(|child| child.total()).sum::<u32>()
    }
}

pub fn find_files(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            find_files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

pub struct Lexer<'a> {
    text: &'a [u8],
    peeked: Option<u8>,
}

impl Lexer<'_> {
    fn next_byte(&mut self) -> Option<u8> {
        if let Some(byte) = self.peeked.take() {
            return Some(byte);
        }
        let (first, rest) = self.text.split_first()?;
        self.text = rest;
        Some(*first)
    }

    /// Fills the place, then looks once more.
    pub fn peek_byte(&mut self) -> Option<u8> {
        match self.peeked {
            Some(byte) => Some(byte),
            None => {
                self.peeked = Some(self.next_byte()?);
                self.peek_byte()
            }
        }
    }
}

/// What stands before a line break is parsed on its own, and holds no line break.
pub struct LineParser;

impl LineParser {
    pub fn parse_bytes(&self, data: &[u8]) -> Result<Vec<u8>, ParseError> {
        let mut reader = std::io::Cursor::new(data);
        let kind = reader.read_u8()?;
        if kind == 0 { Err(ParseError) } else { self.take_line(data) }
    }

    fn take_line(&self, data: &[u8]) -> Result<Vec<u8>, ParseError> {
        let mut pointer = 0;
        while pointer < data.len() {
            if data[pointer] == b'\n' {
                return self.parse_bytes(&data[..pointer]);
            }
            pointer += 1;
        }
        Ok(data.to_vec())
    }
}

pub enum Shape {
    Number,
    List(Box<Shape>),
}

pub struct BlockReader<R> {
    inner: R,
}

/// As deep as the shape, which is there already, whatever count stands in front of its parts.
impl<R: io::Read> BlockReader<R> {
    pub fn read_data(&mut self, shape: &Shape, count: u8) -> Result<Vec<u8>, ParseError> {
        match shape {
            Shape::Number => self.read_bytes(count),
            Shape::List(element) => {
                let total = self.read_count()?;
                if total > 100 {
                    return Err(ParseError);
                }
                self.read_data(element, total)
            }
        }
    }

    fn read_bytes(&mut self, count: u8) -> Result<Vec<u8>, ParseError> {
        let mut bytes = vec![0; usize::from(count)];
        self.inner.read_exact(&mut bytes).map_err(|_| ParseError)?;
        Ok(bytes)
    }

    fn read_count(&mut self) -> Result<u8, ParseError> {
        let mut count = [0];
        self.inner.read_exact(&mut count).map_err(|_| ParseError)?;
        Ok(count[0])
    }
}

/// Says what to read, and reads nothing.
pub struct ReaderArgs<'a> {
    field: &'a Field,
}

pub struct Field {
    kind: u8,
    children: Vec<Field>,
}

impl<'a> ReaderArgs<'a> {
    fn with_field(&self, field: &'a Field) -> Self {
        Self { field }
    }
}

pub struct ColumnReader<R> {
    inner: R,
}

/// As deep as the fields, which are there already.
impl<R: io::Read> ColumnReader<R> {
    pub fn read_column(&mut self, args: ReaderArgs<'_>) -> Result<Vec<u8>, ParseError> {
        match args.field.kind {
            0 => self.read_list(args),
            1 => self.read_byte(),
            _ => Err(ParseError),
        }
    }

    fn read_list(&mut self, args: ReaderArgs<'_>) -> Result<Vec<u8>, ParseError> {
        let mut column = self.read_byte()?;
        for child in &args.field.children {
            let child_args = args.with_field(child);
            column.extend(self.read_column(child_args)?);
        }
        Ok(column)
    }

    fn read_byte(&mut self) -> Result<Vec<u8>, ParseError> {
        let mut byte = [0];
        self.inner.read_exact(&mut byte).map_err(|_| ParseError)?;
        Ok(byte.to_vec())
    }
}

pub struct ImageDecoder<R> {
    reader: R,
}

/// The image within is read with the flag off, which a helper hands on: depth two.
impl<R: io::Read> ImageDecoder<R> {
    pub fn decode(&mut self) -> Result<Vec<u8>, ParseError> {
        self.decode_stream(true)
    }

    fn decode_stream(&mut self, is_main: bool) -> Result<Vec<u8>, ParseError> {
        let cache = self.read_bits()?;
        let mut codes = self.read_codes(is_main)?;
        codes.extend(cache);
        Ok(codes)
    }

    fn read_codes(&mut self, is_main: bool) -> Result<Vec<u8>, ParseError> {
        let mut codes = self.read_bits()?;
        if is_main && codes[0] == 1 {
            codes.extend(self.decode_stream(false)?);
        }
        Ok(codes)
    }

    fn read_bits(&mut self) -> Result<Vec<u8>, ParseError> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte).map_err(|_| ParseError)?;
        Ok(byte.to_vec())
    }
}

pub struct Oversized;

/// A state machine: what is set before the call leaves when it is called again.
pub enum Decoder {
    Idle,
    Chunk { needed: usize },
}

impl Decoder {
    pub fn decode(&mut self, source: &mut bytes::BytesMut, target: &mut bytes::BytesMut) -> Result<Option<usize>, Oversized> {
        match *self {
            Self::Idle => {
                let needed = source.get_u32() as usize;
                if needed > 1 << 24 {
                    return Err(Oversized);
                }
                *self = Decoder::Chunk { needed };
                self.decode(source, target)
            }
            Self::Chunk { needed } => {
                if source.len() < needed {
                    return Ok(None);
                }
                target.extend_from_slice(&source[..needed]);
                source.advance(needed);
                *self = Decoder::Idle;
                Ok(Some(needed))
            }
        }
    }
}

/// The helper that goes one level in refuses the level that is too deep.
pub struct JsonParser<'a> {
    input: &'a [u8],
    level: usize,
}

pub enum ParseError {
    TooDeep,
    UnexpectedEof,
}

impl JsonParser<'_> {
    fn parse_value(&mut self) -> Result<(), ParseError> {
        match self.next_byte() {
            Some(b'[') => self.parse_array(),
            Some(_) => Ok(()),
            None => Err(ParseError::UnexpectedEof),
        }
    }

    fn parse_array(&mut self) -> Result<(), ParseError> {
        self.enter()?;
        while self.peek_byte() != Some(b']') {
            self.parse_value()?;
        }
        self.level -= 1;
        Ok(())
    }

    fn enter(&mut self) -> Result<(), ParseError> {
        if self.level >= 64 {
            return Err(ParseError::TooDeep);
        }
        self.level += 1;
        Ok(())
    }

    fn next_byte(&mut self) -> Option<u8> {
        let (first, rest) = self.input.split_first()?;
        self.input = rest;
        Some(*first)
    }

    fn peek_byte(&self) -> Option<u8> {
        self.input.first().copied()
    }
}

/// What a macro is given was written by the author of the program.
pub fn parse_groups(tokens: proc_macro2::TokenStream) -> Result<usize, ParseError> {
    let mut count = 0;
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        if let proc_macro2::TokenTree::Group(group) = token {
            count += parse_groups(group.stream())?;
        }
    }
    Ok(count)
}

/// The calls run on a stack of their own.
pub struct IdiomParser<'a> {
    tokens: std::slice::Iter<'a, u8>,
}

impl IdiomParser<'_> {
    async fn parse_part(&mut self, stk: &mut reblessive::Stk) -> Result<(), ParseError> {
        match self.tokens.next() {
            Some(b'.') => self.parse_part(stk).await,
            Some(_) => Ok(()),
            None => Err(ParseError::UnexpectedEof),
        }
    }
}

/// The macro makes a text of the name that it is given.
pub fn digit<Input: Stream<Token = u8>>() -> impl Parser<Input, Output = u8> {
    byte_parser!(digit, Digit, is_ascii_digit)
}

pub enum Inner<R> {
    Unknown(Option<R>),
    Binary(R),
}

/// The state in a tuple: once the kind of the file is known, nothing comes back here.
pub struct EventReader<R>(Inner<R>);

impl<R: Read> EventReader<R> {
    pub fn read_event(&mut self) -> Result<u8, ParseError> {
        match self.0 {
            Inner::Unknown(ref mut reader) => {
                let reader = reader.take();
                self.read_kind(reader)
            }
            Inner::Binary(ref mut reader) => {
                let mut event = [0; 1];
                reader.read_exact(&mut event).map_err(|_| ParseError)?;
                Ok(event[0])
            }
        }
    }

    fn read_kind(&mut self, reader: Option<R>) -> Result<u8, ParseError> {
        let mut magic = [0; 4];
        let mut reader = reader.ok_or(ParseError)?;
        reader.read_exact(&mut magic).map_err(|_| ParseError)?;
        if magic == *b"bpls" {
            self.0 = Inner::Binary(reader);
            return self.read_event();
        }
        Err(ParseError)
    }
}

pub enum State {
    Text,
    Tag,
    End,
}

pub struct Position {
    state: State,
}

/// What is set before the call, within what the reader holds, leads elsewhere.
pub struct EventReader<R> {
    reader: R,
    position: Position,
}

impl<R: io::Read> EventReader<R> {
    pub fn read_event(&mut self) -> Result<u8, ParseError> {
        match self.position.state {
            State::Text => self.read_text(),
            State::Tag => self.read_byte(),
            State::End => Err(ParseError::UnexpectedEof),
        }
    }

    fn read_text(&mut self) -> Result<u8, ParseError> {
        self.position.state = State::Tag;
        let byte = self.read_byte()?;
        if byte == b'<' { self.read_event() } else { Ok(byte) }
    }

    fn read_byte(&mut self) -> Result<u8, ParseError> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte).map_err(|_| ParseError::UnexpectedEof)?;
        Ok(byte[0])
    }
}

pub enum Kind {
    Byte,
    Pair(Vec<Kind>),
    Optional(Box<Kind>),
}

impl Kind {
    fn parts(&self) -> impl Iterator<Item = &Kind> {
        match self {
            Self::Pair(parts) => parts.iter(),
            _ => [].iter(),
        }
    }
}

/// How deep it goes, the type of the column says, whatever it reads.
pub fn encoded_size(kind: &Kind, reader: &mut Reader) -> io::Result<usize> {
    let start = reader.position();
    match kind {
        Kind::Byte => reader.advance(1),
        Kind::Pair(_) => {
            let sizes = kind.parts().map(|part| encoded_size(part, reader));
            sizes.sum::<io::Result<usize>>()?;
        }
        Kind::Optional(inner) => {
            if reader.read_u8()? == 1 {
                encoded_size(inner, reader)?;
            }
        }
    }
    Ok(reader.position() - start)
}
