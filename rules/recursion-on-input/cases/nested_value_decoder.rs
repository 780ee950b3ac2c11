//! Decoders of nested values, one per kind of guard.

use std::io::{self, Read};

const MAX_DEPTH: usize = 64;

pub enum Value {
    Number(u8),
    List(Vec<Value>),
}

#[derive(Debug)]
pub enum DecodeError {
    Io(io::Error),
    UnknownKind(u8),
    TooDeep,
}

impl From<io::Error> for DecodeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn read_byte(reader: &mut impl Read) -> Result<u8, DecodeError> {
    let mut byte = [0];
    reader.read_exact(&mut byte)?;
    Ok(byte[0])
}

/// No guard at all.
pub fn decode_value(reader: &mut impl Read) -> Result<Value, DecodeError> {
    match read_byte(reader)? {
        b'I' => Ok(Value::Number(read_byte(reader)?)),
        b'L' => Ok(Value::List(decode_list(reader)?)), // expect: recursion-on-input
        kind => Err(DecodeError::UnknownKind(kind)),
    }
}

fn decode_list(reader: &mut impl Read) -> Result<Vec<Value>, DecodeError> {
    let count = read_byte(reader)?;
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(decode_value(reader)?);
    }
    Ok(items)
}

/// A depth that grows and is compared.
pub fn decode_bounded(reader: &mut impl Read, depth: usize) -> Result<Value, DecodeError> {
    if depth > MAX_DEPTH {
        return Err(DecodeError::TooDeep);
    }
    match read_byte(reader)? {
        b'I' => Ok(Value::Number(read_byte(reader)?)),
        b'L' => {
            let count = read_byte(reader)?;
            let items = (0..count).map(|_| decode_bounded(reader, depth + 1)).collect::<Result<_, _>>()?;
            Ok(Value::List(items))
        }
        kind => Err(DecodeError::UnknownKind(kind)),
    }
}

/// The depth is passed on and compared, but nobody adds to it.
pub fn decode_unchanged(reader: &mut impl Read, depth: usize) -> Result<Value, DecodeError> {
    if depth > MAX_DEPTH {
        return Err(DecodeError::TooDeep);
    }
    match read_byte(reader)? {
        b'I' => Ok(Value::Number(read_byte(reader)?)),
        b'L' => {
            let count = read_byte(reader)?;
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(decode_unchanged(reader, depth)?); // expect: recursion-on-input
            }
            Ok(Value::List(items))
        }
        kind => Err(DecodeError::UnknownKind(kind)),
    }
}

/// A budget that shrinks, tested by the subtraction.
pub fn decode_budgeted(reader: &mut impl Read, budget: usize) -> Result<Value, DecodeError> {
    let budget = budget.checked_sub(1).ok_or(DecodeError::TooDeep)?;
    match read_byte(reader)? {
        b'I' => Ok(Value::Number(read_byte(reader)?)),
        b'L' => {
            let count = read_byte(reader)?;
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(decode_budgeted(reader, budget)?);
            }
            Ok(Value::List(items))
        }
        kind => Err(DecodeError::UnknownKind(kind)),
    }
}

/// The shape of a CBOR decoder: lists go through the guard, a run of tags, one byte each, does not.
pub struct TagDecoder<R> {
    reader: R,
    remaining_depth: u8,
}

impl<R: Read> TagDecoder<R> {
    pub fn parse_value(&mut self) -> Result<Value, DecodeError> {
        match read_byte(&mut self.reader)? {
            b'I' => Ok(Value::Number(read_byte(&mut self.reader)?)),
            b'T' => self.parse_value(), // expect: recursion-on-input
            b'L' => self.recursion_checked(|decoder| {
                let count = read_byte(&mut decoder.reader)?;
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(decoder.parse_value()?);
                }
                Ok(Value::List(items))
            }),
            kind => Err(DecodeError::UnknownKind(kind)),
        }
    }

    fn recursion_checked<F>(&mut self, parse: F) -> Result<Value, DecodeError>
    where
        F: FnOnce(&mut Self) -> Result<Value, DecodeError>,
    {
        if self.remaining_depth == 0 {
            return Err(DecodeError::TooDeep);
        }
        self.remaining_depth -= 1;
        let value = parse(self);
        self.remaining_depth += 1;
        value
    }
}

/// As it was repaired.
pub struct CheckedTagDecoder<R> {
    reader: R,
    remaining_depth: u8,
}

impl<R: Read> CheckedTagDecoder<R> {
    pub fn parse_value(&mut self) -> Result<Value, DecodeError> {
        match read_byte(&mut self.reader)? {
            b'I' => Ok(Value::Number(read_byte(&mut self.reader)?)),
            b'T' => self.recursion_checked(|decoder| decoder.parse_value()),
            kind => Err(DecodeError::UnknownKind(kind)),
        }
    }

    fn recursion_checked<F>(&mut self, parse: F) -> Result<Value, DecodeError>
    where
        F: FnOnce(&mut Self) -> Result<Value, DecodeError>,
    {
        if self.remaining_depth == 0 {
            return Err(DecodeError::TooDeep);
        }
        self.remaining_depth -= 1;
        let value = parse(self);
        self.remaining_depth += 1;
        value
    }
}
