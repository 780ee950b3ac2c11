//! Parsers that are put together from parsers: a function that is an argument is a call.
//!
//! The shape of a PDF library's object parser, where nesting of `[` overflowed the stack.

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{digit1, multispace0};
use nom::combinator::map;
use nom::error::{Error, ErrorKind};
use nom::multi::{many0, separated_list0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

pub enum Value {
    Number(String),
    List(Vec<Value>),
}

pub fn parse_value(input: &str) -> IResult<&str, Value> {
    alt((parse_number, map(parse_list, Value::List))).parse(input) // expect: recursion-on-input
}

fn parse_list(input: &str) -> IResult<&str, Vec<Value>> {
    delimited(tag("["), many0(preceded(multispace0, parse_value)), tag("]")).parse(input)
}

fn parse_number(input: &str) -> IResult<&str, Value> {
    map(digit1, |digits: &str| Value::Number(digits.to_owned())).parse(input)
}

/// As it was repaired: each parser is made for a depth, and there is none for depth 0.
pub fn parse_bounded<'a>(depth: usize) -> impl Fn(&'a str) -> IResult<&'a str, Value> {
    move |input| {
        if depth == 0 {
            return Err(nom::Err::Failure(Error::new(input, ErrorKind::TooLarge)));
        }
        alt((parse_number, map(parse_bounded_list(depth - 1), Value::List))).parse(input)
    }
}

fn parse_bounded_list<'a>(depth: usize) -> impl Fn(&'a str) -> IResult<&'a str, Vec<Value>> {
    move |input| delimited(tag("["), separated_list0(tag(","), parse_bounded(depth)), tag("]")).parse(input)
}

/// Parsers that do not meet again.
pub fn parse_flat_list(input: &str) -> IResult<&str, Vec<Value>> {
    delimited(tag("["), separated_list0(tag(","), parse_number), tag("]")).parse(input)
}
