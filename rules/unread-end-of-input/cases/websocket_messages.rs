//! A message iterator over a socket. Class: the end of the socket and an interrupted read both
//! become "zero bytes", the parser makes nothing of them, and the socket is read again.

use std::io::{ErrorKind, Read};

pub struct Parser;

impl Parser {
    pub fn feed(&self, data: &[u8]) -> Vec<String> {
        data.split(|byte| *byte == 0)
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .filter(|text| !text.is_empty())
            .collect()
    }
}

pub struct Messages<S> {
    socket: Option<S>,
    parser: Parser,
}

impl<S: Read> Messages<S> {
    pub fn next_batch(&mut self) -> Option<Vec<String>> {
        loop { // fixme: expect: unread-end-of-input
            let mut buf = [0; 256];
            let n = match self.socket.as_mut()?.read(&mut buf) {
                Ok(n) => n,
                Err(ref e) if e.kind() == ErrorKind::Interrupted => 0,
                Err(_) => {
                    self.socket = None;
                    return None;
                }
            };
            let messages = self.parser.feed(&buf[0..n]);
            if !messages.is_empty() {
                return Some(messages);
            }
        }
    }

    pub fn next_batch_checked(&mut self) -> Option<Vec<String>> {
        loop {
            let mut buf = [0; 256];
            let n = match self.socket.as_mut()?.read(&mut buf) {
                Ok(n) if n == 0 => {
                    self.socket = None;
                    return None;
                }
                Ok(n) => n,
                Err(ref e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => {
                    self.socket = None;
                    return None;
                }
            };
            let messages = self.parser.feed(&buf[0..n]);
            if !messages.is_empty() {
                return Some(messages);
            }
        }
    }
}

/// Reads until the decoder is content; an ended source never makes it so.
pub fn read_frame<S, F>(source: &mut S, decode: F) -> std::io::Result<Vec<u8>>
where
    S: Read,
    F: Fn(&[u8]) -> Option<usize>,
{
    let mut pending = Vec::new();
    let mut chunk = [0u8; 4096];
    loop { // fixme: expect: unread-end-of-input
        let n = source.read(&mut chunk)?;
        pending.extend_from_slice(&chunk[..n]);
        if let Some(end) = decode(&pending) {
            pending.truncate(end);
            return Ok(pending);
        }
    }
}

pub fn read_frame_checked<S, F>(source: &mut S, decode: F) -> std::io::Result<Vec<u8>>
where
    S: Read,
    F: Fn(&[u8]) -> Option<usize>,
{
    let mut pending = Vec::new();
    let mut chunk = [0u8; 4096];
    loop {
        let n = source.read(&mut chunk)?;
        pending.extend_from_slice(&chunk[..n]);
        if let Some(end) = decode(&pending) {
            pending.truncate(end);
            return Ok(pending);
        }
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}
