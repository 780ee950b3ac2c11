//! What was read goes to a parser, whose iterator gives nothing for nothing. Class: a websocket that reads frames until
//! a message is complete.

use std::io::Read;

pub struct Frames<'a> {
    data: &'a [u8],
}

impl Iterator for Frames<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.data.split_first()?;
        self.data = rest;
        Some(*first)
    }
}

#[derive(Default)]
pub struct Parser {
    seen: usize,
}

impl Parser {
    pub fn feed<'a>(&mut self, data: &'a [u8]) -> Frames<'a> {
        Frames { data }
    }
}

pub struct Messages<S> {
    stream: S,
    parser: Parser,
    ready: Vec<u8>,
}

impl<S: Read> Messages<S> {
    pub fn next_message(&mut self) -> std::io::Result<u8> {
        loop { // expect: unread-end-of-input
            if !self.ready.is_empty() {
                return Ok(self.ready.remove(0));
            }
            let mut chunk = [0; 256];
            let count = self.stream.read(&mut chunk)?;
            for frame in self.parser.feed(&chunk[..count]) {
                self.ready.push(frame);
            }
        }
    }

    pub fn next_message_or_end(&mut self) -> std::io::Result<Option<u8>> {
        loop {
            if !self.ready.is_empty() {
                return Ok(Some(self.ready.remove(0)));
            }
            let mut chunk = [0; 256];
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Ok(None);
            }
            for frame in self.parser.feed(&chunk[..count]) {
                self.ready.push(frame);
            }
        }
    }
}
