//! Parsers that note an error and leave the token where it is.

use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq)]
pub enum Token {
    Name,
    Spread,
    Comma,
    Close,
}

pub struct Parser {
    tokens: VecDeque<Token>,
    lexer: std::vec::IntoIter<Token>,
    ahead: Option<Token>,
    errors: Vec<String>,
}

impl Parser {
    fn peek(&self) -> Option<Token> {
        self.tokens.front().copied()
    }

    fn peek_ahead(&mut self) -> Option<Token> {
        if self.ahead.is_none() {
            self.ahead = self.lexer.next();
        }
        self.ahead
    }

    fn bump(&mut self) {
        self.tokens.pop_front();
        self.ahead = None;
    }

    fn error(&mut self, message: &str) {
        self.errors.push(message.to_string());
    }

    fn error_and_bump(&mut self, message: &str) {
        self.error(message);
        self.bump();
    }
}

pub fn parse_selection(parser: &mut Parser) {
    while let Some(token) = parser.peek() { // expect: stuck-iteration/audit
        match token {
            Token::Spread => parser.error("expected a name"),
            Token::Close => break,
            _ => parser.bump(),
        }
    }
}

pub fn parse_selection_ahead(parser: &mut Parser) {
    while let Some(token) = parser.peek_ahead() { // expect: stuck-iteration/audit
        match token {
            Token::Spread => parser.error("expected a name"),
            Token::Close => break,
            _ => parser.bump(),
        }
    }
}

pub fn parse_and_recover(parser: &mut Parser) {
    while let Some(token) = parser.peek() {
        match token {
            Token::Spread => parser.error_and_bump("expected a name"),
            Token::Close => break,
            _ => parser.bump(),
        }
    }
}
