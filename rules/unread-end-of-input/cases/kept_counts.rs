//! What is to stand for a failure changes nothing of a count that was read.

use std::io::Read;
use std::net::TcpStream;

pub fn optional(stream: &mut TcpStream, buffer: &mut [u8]) -> Option<()> {
    loop {
        let count = stream.read(buffer).ok()?;
        if count == 0 {
            return Some(());
        }
    }
}

pub fn with_default(stream: &mut TcpStream, buffer: &mut [u8], total: &mut usize) {
    loop {
        let count = stream.read(buffer).unwrap_or(0);
        if count == 0 {
            break;
        }
        *total += count;
    }
}

pub fn never_told(stream: &mut TcpStream, buffer: &mut [u8], total: &mut usize) -> Option<()> {
    loop { // expect: unread-end-of-input
        *total += stream.read(buffer).ok()?;
    }
}
