//! Guards that have no depth in their name: what is counted is given back, and one too many is refused.

use std::cell::Cell;
use std::io::Read;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::str::Chars;

const MAX_OPEN: u32 = 64;

pub struct ParseError;

/// An object that is made for each level, and given back when it is dropped.
pub struct Level(Rc<Cell<u32>>);

impl Level {
    fn take(open: &Rc<Cell<u32>>) -> Result<Self, ParseError> {
        if open.get() >= MAX_OPEN {
            return Err(ParseError);
        }
        open.set(open.get() + 1);
        Ok(Self(Rc::clone(open)))
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

pub struct TextParser<'a> {
    input: Chars<'a>,
    open: Rc<Cell<u32>>,
}

impl TextParser<'_> {
    pub fn parse_value(&mut self) -> Result<usize, ParseError> {
        let _level = Level::take(&self.open)?;
        match self.input.next() {
            Some('[') => self.parse_list(),
            Some(_) => Ok(1),
            None => Err(ParseError),
        }
    }

    fn parse_list(&mut self) -> Result<usize, ParseError> {
        let mut count = 0;
        while self.input.clone().next() != Some(']') {
            count += self.parse_value()?;
        }
        self.input.next();
        Ok(count)
    }
}

/// The input itself is put into a guard, through which it is read.
pub struct InputStream<'a> {
    bytes: &'a [u8],
    open: u32,
}

impl<'a> InputStream<'a> {
    fn next_byte(&mut self) -> Result<u8, ParseError> {
        let (first, rest) = self.bytes.split_first().ok_or(ParseError)?;
        self.bytes = rest;
        Ok(*first)
    }

    fn guard(&mut self) -> Result<Guarded<'_, 'a>, ParseError> {
        if self.open == MAX_OPEN {
            return Err(ParseError);
        }
        self.open += 1;
        Ok(Guarded { input: self })
    }
}

pub struct Guarded<'g, 'a> {
    input: &'g mut InputStream<'a>,
}

impl<'a> Deref for Guarded<'_, 'a> {
    type Target = InputStream<'a>;

    fn deref(&self) -> &InputStream<'a> {
        self.input
    }
}

impl<'a> DerefMut for Guarded<'_, 'a> {
    fn deref_mut(&mut self) -> &mut InputStream<'a> {
        self.input
    }
}

impl Drop for Guarded<'_, '_> {
    fn drop(&mut self) {
        self.input.open -= 1;
    }
}

pub fn parse_item(input: &mut InputStream<'_>) -> Result<usize, ParseError> {
    match input.next_byte()? {
        b'[' => parse_items(input),
        _ => Ok(1),
    }
}

fn parse_items(input: &mut InputStream<'_>) -> Result<usize, ParseError> {
    let mut input = input.guard()?;
    let mut count = 0;
    for _ in 0..input.next_byte()? {
        count += parse_item(&mut input)?;
    }
    Ok(count)
}

/// A helper takes one of what is left, and runs what it is given.
pub struct Decoder<R> {
    reader: R,
    remaining_depth: u8,
    open: u8,
}

impl<R: Read> Decoder<R> {
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, ParseError>) -> Result<T, ParseError> {
        self.remaining_depth = self.remaining_depth.checked_sub(1).ok_or(ParseError)?;
        let value = inner(self);
        self.remaining_depth += 1;
        value
    }

    /// Whether there is one level more.
    fn try_enter(&mut self) -> bool {
        if self.open == 100 {
            return false;
        }
        self.open += 1;
        true
    }

    pub fn decode_value(&mut self) -> Result<usize, ParseError> {
        let header = self.read_header()?;
        if header[0] == 0 {
            return Ok(1);
        }
        self.nested(|decoder| {
            let mut total = 0;
            for _ in 0..header[1] {
                total += decoder.decode_value()?;
            }
            Ok(total)
        })
    }

    pub fn decode_tested(&mut self) -> Result<usize, ParseError> {
        if !self.try_enter() {
            return Err(ParseError);
        }
        let header = self.read_header()?;
        let value = if header[0] == 0 { 1 } else { self.decode_tested()? };
        self.open -= 1;
        Ok(value)
    }

    fn read_header(&mut self) -> Result<[u8; 2], ParseError> {
        let mut header = [0; 2];
        self.reader.read_exact(&mut header).map_err(|_| ParseError)?;
        Ok(header)
    }
}

/// A stack that may be full says nothing of how deep the calls are.
pub struct StackDecoder<R> {
    reader: R,
    stack: [u8; 16],
    length: usize,
}

impl<R: Read> StackDecoder<R> {
    fn push(&mut self, operand: u8) -> Result<(), ParseError> {
        if self.length == 16 {
            return Err(ParseError);
        }
        self.stack[self.length] = operand;
        self.length += 1;
        Ok(())
    }

    fn pop(&mut self) -> u8 {
        self.length -= 1;
        self.stack[self.length]
    }

    pub fn decode_program(&mut self) -> Result<u8, ParseError> {
        let mut byte = [0];
        loop {
            self.reader.read_exact(&mut byte).map_err(|_| ParseError)?;
            match byte[0] {
                0 => return Ok(self.pop()),
                1 => drop(self.decode_program()?), // expect: recursion-on-input
                255 => return Err(ParseError),
                operand => self.push(operand)?,
            }
        }
    }
}

/// The object that counts is named for what it guards; what it does is seen nowhere near.
pub struct GuardedParser<'a> {
    input: Chars<'a>,
    state: crate::limits::State,
}

macro_rules! begin {
    ($parser:expr) => {
        let _guard = crate::limits::RecursionGuard::new(&$parser.state)?;
    };
}

impl GuardedParser<'_> {
    pub fn parse_value(&mut self) -> Result<usize, ParseError> {
        begin!(self);
        match self.input.next() {
            Some('[') => self.parse_value(),
            Some(']') => Ok(1),
            _ => Err(ParseError),
        }
    }
}
