//! Streams whose other end the program holds itself, and devices, which have no end.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

pub fn drain_own_pair() -> io::Result<()> {
    let (mut receive, _send) = UnixStream::pair()?;
    receive.set_nonblocking(true)?;
    let mut buf = [0; 128];
    loop {
        match receive.read(&mut buf) {
            Ok(_) => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

pub fn drain_peer(mut peer: TcpStream) -> io::Result<()> {
    let mut buf = [0; 128];
    loop { // expect: unread-end-of-input
        match peer.read(&mut buf) {
            Ok(_) => continue,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

pub fn next_key() -> io::Result<u8> {
    let mut keys = File::open("/dev/input/event0")?;
    let mut event = [0; 24];
    while event[16] == 0 {
        keys.read(&mut event)?;
    }
    Ok(event[18])
}

pub enum Line {
    Text(String),
    End,
}

/// Lines of a peer; the end of the input is a variant of its own.
pub struct Lines {
    inner: BufReader<TcpStream>,
}

impl Lines {
    fn next(&mut self) -> io::Result<Line> {
        let mut text = String::new();
        match self.inner.read_line(&mut text) {
            Ok(0) => Ok(Line::End),
            Ok(_) => Ok(Line::Text(text)),
            Err(error) => Err(error),
        }
    }
}

pub fn until_the_variant(mut lines: Lines) {
    loop {
        match lines.next() {
            Ok(Line::End) | Err(_) => return,
            Ok(Line::Text(text)) => println!("{text}"),
        }
    }
}

pub fn variant_is_ignored(mut lines: Lines) {
    loop { // expect: unread-end-of-input
        match lines.next() {
            Ok(Line::Text(text)) => println!("{text}"),
            Ok(Line::End) => {}
            Err(_) => return,
        }
    }
}

pub fn while_there_is_some(mut stream: TcpStream) {
    let mut bytes = [0; 128];
    while stream.read(&mut bytes).is_ok_and(|count| count > 0) {}
}

pub fn while_it_is_ok(mut stream: TcpStream) {
    let mut bytes = [0; 128];
    while stream.read(&mut bytes).is_ok_and(|count| count <= 128) {} // expect: unread-end-of-input
}

/// What is named for the end is told apart.
pub fn is_group(p: &mut Parser) -> bool {
    let mut depth = 0;
    let mut offset = 0;
    loop {
        match p.nth(offset) {
            T!['('] => depth += 1,
            T![')'] => {
                depth -= 1;
                if depth == 0 {
                    return true;
                }
            }
            EOF => return false,
            _ => {}
        }
        offset += 1;
    }
}

pub fn is_group_without_end(p: &mut Parser) -> bool {
    let mut depth = 0;
    let mut offset = 0;
    loop { // expect: unread-end-of-input
        match p.nth(offset) {
            T!['('] => depth += 1,
            T![')'] => {
                depth -= 1;
                if depth == 0 {
                    return true;
                }
            }
            _ => {}
        }
        offset += 1;
    }
}
