//! Calls that are named as an iterator's and give no option, beside one that does.

/// The end of the document is an event, and after it the parser fails.
pub fn depth<R: std::io::Read>(source: R) -> Result<usize, String> {
    let mut reader = EventReader::new(source);
    let mut depth = 0;
    loop {
        match reader.next() {
            Ok(XmlEvent::EndDocument) => return Ok(depth),
            Ok(XmlEvent::StartElement { .. }) => depth += 1,
            Ok(XmlEvent::Comment(_)) => {}
            Ok(XmlEvent::Whitespace(_)) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// The guard of an arm leaves at the end.
pub fn skip_declaration(parser: &mut Parser) {
    loop {
        match parser.next() {
            Ok(Token::Semicolon) => return,
            Ok(Token::Block) => return,
            Err(error) if error.kind == ErrorKind::EndOfInput => return,
            _ => (),
        }
    }
}

/// The number after it, round and round.
pub fn free(mut identifier: Identifier, is_used: fn(Identifier) -> bool) -> Option<Identifier> {
    loop {
        if !is_used(identifier) {
            return Some(identifier);
        }
        identifier = identifier.next();
        if identifier == Identifier::FIRST {
            return None;
        }
    }
}

/// An iterator at its end gives nothing, again and again.
pub fn first_stop(tokens: &mut std::slice::Iter<'_, Token>) {
    loop { // expect: unread-end-of-input
        match tokens.next() {
            Some(Token::Semicolon) => return,
            _ => (),
        }
    }
}

pub struct Terminal {
    events: Box<dyn Iterator<Item = Token> + Send>,
}

/// What gives items may wait for the next one, and say that there is none yet.
pub fn follows(terminal: Terminal, goes_on: &std::sync::atomic::AtomicBool, seen: &mut Vec<Token>) {
    let mut events = terminal.events;
    while goes_on.load(std::sync::atomic::Ordering::Acquire) { // expect: unread-end-of-input/strict
        let Some(event) = events.next() else { continue };
        seen.push(event);
    }
}
