//! `write` may take nothing and say `Ok(0)`; a loop that does not look at the count repeats it.

use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;

pub struct FrameWriter {
    pending: Vec<u8>,
}

impl FrameWriter {
    /// Class: pending frames of a message protocol over a stream that went away.
    pub fn flush<W: Write>(&mut self, stream: &mut W) -> io::Result<()> {
        while !self.pending.is_empty() { // expect: zero-step
            let count = stream.write(&self.pending)?;
            self.pending.drain(0..count);
        }
        stream.flush()
    }

    pub fn flush_checked<W: Write>(&mut self, stream: &mut W) -> io::Result<()> {
        while !self.pending.is_empty() {
            let count = stream.write(&self.pending)?;
            if count == 0 {
                return Err(ErrorKind::WriteZero.into());
            }
            self.pending.drain(0..count);
        }
        stream.flush()
    }

    pub fn flush_in_one<W: Write>(&mut self, stream: &mut W) -> io::Result<()> {
        stream.write_all(&self.pending)?;
        self.pending.clear();
        stream.flush()
    }
}

pub fn write_from<W: Write>(writer: &mut W, buf: &[u8]) -> io::Result<()> {
    let mut pos = 0;
    while pos < buf.len() { // expect: zero-step
        pos += writer.write(&buf[pos..])?;
    }
    Ok(())
}

pub fn write_matched<W: Write>(writer: &mut W, buf: &[u8]) -> io::Result<()> {
    let mut pos = 0;
    while pos < buf.len() { // expect: zero-step
        match writer.write(&buf[pos..]) {
            Ok(count) => pos += count,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

pub fn write_matched_checked<W: Write>(writer: &mut W, buf: &[u8]) -> io::Result<()> {
    let mut pos = 0;
    while pos < buf.len() {
        match writer.write(&buf[pos..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => pos += count,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

pub fn write_slices<W: Write>(writer: &mut W, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() { // expect: zero-step
        let count = writer.write(rest)?;
        rest = &rest[count..];
    }
    Ok(())
}

pub fn write_slices_checked<W: Write>(writer: &mut W, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        let count = writer.write(rest)?;
        assert!(count > 0, "the writer takes nothing");
        rest = &rest[count..];
    }
    Ok(())
}

pub fn write_a_few_times<W: Write>(writer: &mut W, mut rest: &[u8]) -> io::Result<()> {
    for _ in 0..16 {
        let count = writer.write(rest)?;
        rest = &rest[count..];
        if rest.is_empty() {
            break;
        }
    }
    Ok(())
}

/// Of what is not empty a socket takes something, or it fails.
pub fn write_to_socket(mut stream: &TcpStream, data: &[u8]) -> io::Result<()> {
    let mut sent = 0;
    loop {
        match stream.write(&data[sent..]) {
            Ok(count) => {
                sent += count;
                if sent == data.len() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// A count of none is refused, by whatever method it is compared.
pub fn refuses_none(output: &mut impl Write, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        let count = output.write(rest)?;
        if count.eq(&0) {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = &rest[count..];
    }
    Ok(())
}
