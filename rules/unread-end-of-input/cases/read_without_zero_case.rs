//! `Ok(0)` is the end of the input, and these loops treat it as data of length zero.

use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;

pub fn read_reply(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut reply = Vec::new();
    let mut buf = [0u8; 1024];
    loop { // expect: unread-end-of-input
        let n = stream.read(&mut buf)?;
        reply.extend_from_slice(&buf[..n]);
        if reply.ends_with(b"\r\n") {
            return Ok(reply);
        }
    }
}

pub fn read_reply_checked(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut reply = Vec::new();
    let mut buf = [0u8; 1024];
    loop {
        let n = stream.read(&mut buf)?;
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        reply.extend_from_slice(&buf[..n]);
        if reply.ends_with(b"\r\n") {
            return Ok(reply);
        }
    }
}

pub fn fill<R: Read>(source: &mut R, buf: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < buf.len() { // expect: unread-end-of-input
        filled += source.read(&mut buf[filled..])?;
    }
    Ok(())
}

pub fn fill_matched<R: Read>(source: &mut R, buf: &mut [u8]) -> io::Result<()> {
    let mut filled = 0;
    while filled < buf.len() { // expect: unread-end-of-input
        match source.read(&mut buf[filled..]) {
            Ok(n) => filled += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

pub fn fill_with_zero_arm<R: Read>(source: &mut R, buf: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match source.read(&mut buf[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

pub fn fill_with_count_arms<R: Read>(source: &mut R, buf: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buf.len() {
        match source.read(&mut buf[filled..])? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            n => filled += n,
        }
    }
    Ok(filled)
}

pub fn fill_exactly<R: Read>(source: &mut R, blocks: &mut Vec<[u8; 512]>) -> io::Result<()> {
    loop {
        let mut block = [0u8; 512];
        source.read_exact(&mut block)?;
        if block[0] == 0 {
            return Ok(());
        }
        blocks.push(block);
    }
}

pub fn count_while_positive<R: Read>(source: &mut R) -> io::Result<u64> {
    let mut buf = [0u8; 4096];
    let mut total = 0;
    loop {
        let n = source.read(&mut buf)?;
        if n > 0 {
            total += n as u64;
        } else {
            return Ok(total);
        }
    }
}

pub fn skip_to_quote<R: Read>(source: &mut R) -> io::Result<()> {
    let mut byte = [0u8; 1];
    while byte[0] != b'"' { // expect: unread-end-of-input
        source.read(&mut byte)?;
    }
    Ok(())
}

pub fn skip_to_quote_exactly<R: Read>(source: &mut R) -> io::Result<()> {
    let mut byte = [0u8; 1];
    while byte[0] != b'"' {
        source.read_exact(&mut byte)?;
    }
    Ok(())
}

/// Several readers, one after the other. Nothing that is read into nothing is no end, and leaves at once.
pub struct Chained {
    active: Option<Box<dyn Read>>,
    waiting: Vec<Box<dyn Read>>,
}

impl Chained {
    pub fn read_all(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut total = 0;
        let mut last;
        loop {
            match self.active {
                Some(ref mut reader) => {
                    last = reader.read(&mut buf[total..])?;
                    total += last;
                    if total == buf.len() {
                        return Ok(total);
                    }
                }
                None => return Ok(total),
            }
            if last == 0 && !buf.is_empty() {
                self.active = take_next(&mut self.waiting);
            }
        }
    }
}

/// What a variant holds is the stream that its enum declares, whatever it is called.
pub enum Peer {
    Direct(TcpStream),
    Gone,
}

impl Peer {
    pub fn receive_request(&mut self) -> io::Result<Vec<u8>> {
        let mut request = Vec::new();
        let mut chunk = [0; 512];
        loop { // expect: unread-end-of-input
            let Peer::Direct(other) = self else { return Ok(request) };
            let count = other.read(&mut chunk)?;
            request.extend_from_slice(&chunk[..count]);
            if request.ends_with(b"\r\n\r\n") {
                return Ok(request);
            }
        }
    }

    pub fn receive_all(&mut self) -> io::Result<Vec<u8>> {
        let mut request = Vec::new();
        let mut chunk = [0; 512];
        loop {
            let Peer::Direct(other) = self else { return Ok(request) };
            let count = other.read(&mut chunk)?;
            if count == 0 {
                return Ok(request);
            }
            request.extend_from_slice(&chunk[..count]);
        }
    }
}
