//! Parsers whose calls stand in macros: in the arguments of one that leaves like `?`, in what a macro makes of its
//! arguments, and in the arms of one that chooses the next parser.

use winnow::combinator::{dispatch, empty, fail, opt, peek};
use winnow::prelude::*;
use winnow::token::any;

pub struct ParseError;

#[derive(PartialEq)]
pub enum Token {
    Open,
    Close,
    Plus,
    Times,
    Number(f64),
}

pub struct TokenStream {
    tokens: std::vec::IntoIter<Token>,
}

impl TokenStream {
    fn next_token(&mut self) -> Result<Token, ParseError> {
        self.tokens.next().ok_or(ParseError)
    }

    fn next_if(&mut self, wanted: &Token) -> Result<bool, ParseError> {
        match self.tokens.as_slice().first() {
            Some(token) => Ok(token == wanted && self.tokens.next().is_some()),
            None => Err(ParseError),
        }
    }
}

macro_rules! found {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}

macro_rules! expect_token {
    ($parser:expr, $wanted:pat) => {{
        match $parser.stream.next_token() {
            Ok(token @ $wanted) => token,
            _ => return Err(ParseError),
        }
    }};
}

macro_rules! operators {
    ($($own:ident = $next:ident by $token:path => $apply:expr;)*) => {
        $(
            fn $own(&mut self) -> Result<f64, ParseError> {
                let mut value = found!(self.$next());
                while found!(self.stream.next_if(&$token)) {
                    value = $apply(value, found!(self.$next()));
                }
                Ok(value)
            }
        )*
    };
}

pub struct Parser {
    stream: TokenStream,
}

impl Parser {
    operators! { // expect: recursion-on-input
        parse_sum = parse_product by Token::Plus => |a, b| a + b;
        parse_product = parse_group by Token::Times => |a, b| a * b;
    }

    fn parse_group(&mut self) -> Result<f64, ParseError> {
        match found!(self.stream.next_token()) {
            Token::Number(value) => Ok(value),
            Token::Open => {
                let value = found!(self.parse_sum());
                expect_token!(self, Token::Close);
                Ok(value)
            }
            _ => Err(ParseError),
        }
    }
}

/// The guard is in a macro, and one that it makes.
pub struct BoundedParser {
    stream: TokenStream,
    depth: usize,
}

macro_rules! enter {
    ($parser:ident) => {
        if $parser.depth > 100 {
            return Err(ParseError);
        }
        $parser.depth += 1;
    };
}

impl BoundedParser {
    fn parse_group(&mut self) -> Result<f64, ParseError> {
        enter!(self);
        let value = match found!(self.stream.next_token()) {
            Token::Number(value) => value,
            Token::Open => found!(self.parse_group()),
            _ => return Err(ParseError),
        };
        self.depth -= 1;
        Ok(value)
    }
}

/// The macro makes the call that it is given where it has counted.
pub struct WrappedParser {
    stream: TokenStream,
    open: usize,
}

macro_rules! one_deeper {
    ($parser:expr, $call:expr) => {{
        $parser.open += 1;
        if $parser.open > 100 {
            return Err(ParseError);
        }
        let value = $call;
        $parser.open -= 1;
        value
    }};
}

impl WrappedParser {
    fn parse_group(&mut self) -> Result<f64, ParseError> {
        match found!(self.stream.next_token()) {
            Token::Number(value) => Ok(value),
            Token::Open => one_deeper!(self, self.parse_group()),
            _ => Err(ParseError),
        }
    }

    fn parse_list(&mut self) -> Result<f64, ParseError> {
        match found!(self.stream.next_token()) {
            Token::Number(value) => Ok(value),
            Token::Open => crate::guards::recursion_checked!(self, self.parse_list()),
            _ => Err(ParseError),
        }
    }
}

/// Every line that is blank is a call deeper.
pub fn skip_blank_lines(input: &mut &str) -> ModalResult<()> {
    dispatch! {opt(peek(any));
        Some('#') => (comment, '\n', skip_blank_lines).void(), // expect: recursion-on-input
        Some('\n') => ('\n', skip_blank_lines).void(),
        _ => empty,
    }
    .parse_next(input)
}

fn comment(input: &mut &str) -> ModalResult<()> {
    ('#', winnow::token::take_while(0.., |c| c != '\n')).void().parse_next(input)
}

/// The next parser is another one.
pub fn line_end(input: &mut &str) -> ModalResult<()> {
    dispatch! {any;
        '\n' => empty,
        '#' => comment,
        _ => fail,
    }
    .parse_next(input)
}
