//! A loader over the events of a scanner, and a parser of elements: mutual recursion over one stream.
//!
//! The shapes of a YAML and an XML library.

#[derive(PartialEq)]
pub enum Event {
    Scalar(String),
    SequenceStart,
    SequenceEnd,
}

#[derive(Debug)]
pub enum ParseError {
    UnexpectedEnd,
    TooDeep,
}

pub struct EventParser {
    events: std::vec::IntoIter<Event>,
    level: usize,
}

impl EventParser {
    fn next_event(&mut self) -> Result<Event, ParseError> {
        self.events.next().ok_or(ParseError::UnexpectedEnd)
    }

    pub fn load_node(&mut self, event: Event) -> Result<usize, ParseError> {
        match event {
            Event::Scalar(text) => Ok(text.len()),
            Event::SequenceStart => self.load_sequence(), // expect: recursion-on-input
            Event::SequenceEnd => Err(ParseError::UnexpectedEnd),
        }
    }

    fn load_sequence(&mut self) -> Result<usize, ParseError> {
        let mut total = 0;
        let mut event = self.next_event()?;
        while event != Event::SequenceEnd {
            total += self.load_node(event)?;
            event = self.next_event()?;
        }
        Ok(total)
    }

    /// The level is a field that is stepped on the way in and out.
    pub fn load_bounded_node(&mut self, event: Event) -> Result<usize, ParseError> {
        match event {
            Event::Scalar(text) => Ok(text.len()),
            Event::SequenceStart => self.load_bounded_sequence(),
            Event::SequenceEnd => Err(ParseError::UnexpectedEnd),
        }
    }

    fn load_bounded_sequence(&mut self) -> Result<usize, ParseError> {
        self.level += 1;
        if self.level > 100 {
            return Err(ParseError::TooDeep);
        }
        let mut total = 0;
        let mut event = self.next_event()?;
        while event != Event::SequenceEnd {
            total += self.load_bounded_node(event)?;
            event = self.next_event()?;
        }
        self.level -= 1;
        Ok(total)
    }
}

pub struct TextStream<'a> {
    rest: &'a [u8],
}

impl TextStream<'_> {
    fn next_byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }
}

pub fn parse_content(stream: &mut TextStream<'_>) -> Result<(), ParseError> {
    while let Some(byte) = stream.next_byte() {
        match byte {
            b'<' => parse_element(stream)?, // expect: recursion-on-input
            b'>' => return Ok(()),
            _ => {}
        }
    }
    Err(ParseError::UnexpectedEnd)
}

fn parse_element(stream: &mut TextStream<'_>) -> Result<(), ParseError> {
    if stream.next_byte() == Some(b'/') {
        return Ok(());
    }
    parse_content(stream)
}

/// As it was repaired: one loop and a depth.
pub fn parse_flat_content(stream: &mut TextStream<'_>) -> Result<(), ParseError> {
    let mut depth = 0usize;
    while let Some(byte) = stream.next_byte() {
        match byte {
            b'<' => depth += 1,
            b'>' if depth == 0 => return Ok(()),
            b'>' => depth -= 1,
            _ => {}
        }
    }
    Err(ParseError::UnexpectedEnd)
}
