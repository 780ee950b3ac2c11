//! A handshake that drives a TLS session by hand and counts what it read.

use std::io::{self, Read, Write};

pub trait Session {
    fn wants_write(&self) -> bool;
    fn is_handshaking(&self) -> bool;
    fn read_tls(&mut self, source: &mut dyn Read) -> io::Result<usize>;
    fn write_tls(&mut self, sink: &mut dyn Write) -> io::Result<usize>;
    fn process_new_packets(&mut self) -> io::Result<()>;
}

/// Class: the peer closes during the handshake; `read_tls` adds nothing and the session goes on
/// handshaking.
pub fn complete<S, T>(session: &mut S, io: &mut T) -> io::Result<(usize, usize)>
where
    S: Session,
    T: Read + Write,
{
    let handshaking_at_start = session.is_handshaking();
    let mut received = 0;
    let mut sent = 0;
    loop { // expect: unread-end-of-input
        if session.wants_write() {
            sent += session.write_tls(io)?;
        }
        received += session.read_tls(io)?;
        session.process_new_packets()?;
        match (handshaking_at_start, session.is_handshaking()) {
            (true, false) | (false, _) => return Ok((received, sent)),
            (_, _) => {}
        }
    }
}

pub fn complete_checked<S, T>(session: &mut S, io: &mut T) -> io::Result<(usize, usize)>
where
    S: Session,
    T: Read + Write,
{
    let handshaking_at_start = session.is_handshaking();
    let mut received = 0;
    let mut sent = 0;
    loop {
        if session.wants_write() {
            sent += session.write_tls(io)?;
        }
        match session.read_tls(io)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => received += n,
        }
        session.process_new_packets()?;
        match (handshaking_at_start, session.is_handshaking()) {
            (true, false) | (false, _) => return Ok((received, sent)),
            (_, _) => {}
        }
    }
}

pub struct Frontend<S> {
    session: S,
}

impl<S: Read> Frontend<S> {
    /// Class: a full buffer asks for zero bytes and gets zero bytes.
    pub fn read_plain(&mut self, buf: &mut [u8], open: bool) -> usize {
        let mut size = 0;
        while open { // expect: unread-end-of-input
            match self.session.read(&mut buf[size..]) {
                Ok(n) => size += n,
                Err(_) => break,
            }
        }
        size
    }

    pub fn read_plain_checked(&mut self, buf: &mut [u8], open: bool) -> usize {
        let mut size = 0;
        while open {
            match self.session.read(&mut buf[size..]) {
                Ok(0) => break,
                Ok(n) => size += n,
                Err(_) => break,
            }
        }
        size
    }
}

/// A session of old gives 0 when it has no more plain text, and when the buffer is full.
pub fn read_decrypted(session: &mut rustls::ServerSession, buf: &mut [u8]) -> usize {
    let mut size = 0;
    while !session.wants_read() { // expect: unread-end-of-input
        match session.read(&mut buf[size..]) {
            Ok(n) => size += n,
            Err(_) => break,
        }
    }
    size
}

pub fn read_decrypted_until_full(session: &mut rustls::ServerSession, buf: &mut [u8]) -> usize {
    let mut size = 0;
    while !session.wants_read() {
        match session.read(&mut buf[size..]) {
            Ok(0) | Err(_) => break,
            Ok(n) => size += n,
        }
    }
    size
}
