//! Parts that decode each other by a method of the same name, and parsers over characters and slices.

use std::io::{self, Read};
use std::iter::Peekable;
use std::str::Chars;

pub trait Decode: Sized {
    fn decode<R: Read>(reader: &mut R) -> io::Result<Self>;
}

pub enum Item {
    Byte(u8),
    Group(Group),
}

pub struct Group {
    items: Vec<Item>,
}

impl Decode for Item {
    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        let mut tag = [0];
        reader.read_exact(&mut tag)?;
        if tag[0] == 0 { Ok(Item::Group(Group::decode(reader)?)) } else { Ok(Item::Byte(tag[0])) } // expect: recursion-on-input
    }
}

impl Decode for Group {
    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        let mut count = [0];
        reader.read_exact(&mut count)?;
        let mut items = Vec::new();
        for _ in 0..count[0] {
            items.push(Item::decode(reader)?);
        }
        Ok(Group { items })
    }
}

/// A record of numbers, which hold no records.
pub struct Record {
    numbers: [Number; 2],
}

pub enum Number {
    Small(u8),
    Large(u32),
}

impl Decode for Record {
    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        Ok(Record { numbers: [Number::decode(reader)?, Number::decode(reader)?] })
    }
}

impl Decode for Number {
    fn decode<R: Read>(reader: &mut R) -> io::Result<Self> {
        let mut bytes = [0; 4];
        reader.read_exact(&mut bytes)?;
        if bytes[0] == 0 { Ok(Number::Small(bytes[1])) } else { Ok(Number::Large(u32::from_be_bytes(bytes))) }
    }
}

pub enum Form {
    Atom(char),
    List(Vec<Form>),
}

pub fn form(chars: &mut Peekable<Chars<'_>>) -> Option<Form> {
    match chars.next()? {
        '(' => {
            let mut forms = Vec::new();
            while *chars.peek()? != ')' {
                forms.push(form(chars)?); // expect: recursion-on-input/strict
            }
            chars.next();
            Some(Form::List(forms))
        }
        other => Some(Form::Atom(other)),
    }
}

pub struct Truncated;

/// What was looked at is cut off at the front.
pub fn skip_item(input: &mut &[u8]) -> Result<(), Truncated> {
    let (&first, rest) = input.split_first().ok_or(Truncated)?;
    *input = rest;
    match first >> 5 {
        4 => {
            for _ in 0..first & 31 {
                skip_item(input)?; // expect: recursion-on-input/strict
            }
            Ok(())
        }
        6 => skip_item(input),
        _ => Ok(()),
    }
}
