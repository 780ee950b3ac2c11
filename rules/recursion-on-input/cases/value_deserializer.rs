//! Serde: a visitor that is given the deserializer comes back for each element.

use std::fmt;

use serde::de::{self, Deserializer, SeqAccess, Visitor};

const MAX_DEPTH: usize = 64;

#[derive(Debug)]
pub struct DecodeError(String);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

pub struct ReplyDeserializer<'de> {
    input: &'de [u8],
}

impl ReplyDeserializer<'_> {
    fn read_byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.input.split_first().ok_or_else(|| DecodeError("truncated".into()))?;
        self.input = rest;
        Ok(*first)
    }
}

impl<'de> Deserializer<'de> for &mut ReplyDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.read_byte()? {
            b':' => visitor.visit_u8(self.read_byte()?),
            b'*' => {
                let left = self.read_byte()?;
                visitor.visit_seq(Elements { deserializer: self, left }) // expect: recursion-on-input
            }
            byte => Err(DecodeError(format!("unexpected byte {byte}"))),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Elements<'a, 'de> {
    deserializer: &'a mut ReplyDeserializer<'de>,
    left: u8,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.deserializer).map(Some)
    }
}

pub struct BoundedDeserializer<'de> {
    input: &'de [u8],
    depth: usize,
}

impl BoundedDeserializer<'_> {
    fn read_byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.input.split_first().ok_or_else(|| DecodeError("truncated".into()))?;
        self.input = rest;
        Ok(*first)
    }
}

impl<'de> Deserializer<'de> for &mut BoundedDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.read_byte()? {
            b':' => visitor.visit_u8(self.read_byte()?),
            b'*' => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(DecodeError("nested too deeply".into()));
                }
                let left = self.read_byte()?;
                visitor.visit_seq(BoundedElements { deserializer: self, left })
            }
            byte => Err(DecodeError(format!("unexpected byte {byte}"))),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct BoundedElements<'a, 'de> {
    deserializer: &'a mut BoundedDeserializer<'de>,
    left: u8,
}

impl<'de> SeqAccess<'de> for BoundedElements<'_, 'de> {
    type Error = DecodeError;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        if self.left == 0 {
            self.deserializer.depth -= 1;
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.deserializer).map(Some)
    }
}

/// Counts the levels of lists, and hands itself over for a tag, too, which stands before a value.
pub struct TaggedDeserializer<'de> {
    input: &'de [u8],
    left: usize,
}

impl TaggedDeserializer<'_> {
    fn recurse<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, DecodeError>) -> Result<T, DecodeError> {
        if self.left == 0 {
            return Err(DecodeError("nested too deeply".into()));
        }
        self.left -= 1;
        let value = inner(self);
        self.left += 1;
        value
    }

    fn read_byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.input.split_first().ok_or_else(|| DecodeError("truncated".into()))?;
        self.input = rest;
        Ok(*first)
    }
}

impl<'de> Deserializer<'de> for &mut TaggedDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.read_byte()? {
            b':' => visitor.visit_u8(self.read_byte()?),
            b'!' => visitor.visit_enum(Tagged { deserializer: self }), // expect: recursion-on-input/strict
            b'*' => {
                let left = self.read_byte()?;
                self.recurse(|inner| visitor.visit_seq(TaggedElements { deserializer: inner, left }))
            }
            byte => Err(DecodeError(format!("unexpected byte {byte}"))),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }
}
