//! Reads whose input never gives nothing for ever, or whose end is told another way: accepted.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::os::unix::net::UnixStream;

const CHUNK_SIZE: usize = 8 * 1024;

pub struct Wakeup {
    reader: UnixStream,
    writer: UnixStream,
}

impl Wakeup {
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        Ok(Self { reader, writer })
    }

    /// Reading it empty fails with "would block".
    pub fn drain(&self) {
        while (&self.reader).read(&mut [0; 64]).is_ok() {}
    }
}

pub struct Peer {
    stream: UnixStream,
}

impl Peer {
    pub fn drain(&self) {
        while (&self.stream).read(&mut [0; 64]).is_ok() {} // expect: unread-end-of-input
    }
}

fn read_chunk(file: &mut File) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK_SIZE);
    let mut take = file.take(CHUNK_SIZE as u64);
    take.read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// The last chunk is shorter than a whole one.
pub fn digests(file: &mut File, digests: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let chunk = read_chunk(file)?;
        digests.extend_from_slice(&chunk);
        if chunk.len() < CHUNK_SIZE {
            return Ok(());
        }
    }
}

pub struct Fields {
    text: Cursor<Vec<u8>>,
    boundary: Cursor<String>,
}

fn at_end(cursor: &Cursor<Vec<u8>>) -> bool {
    cursor.position() == cursor.get_ref().len() as u64
}

impl Fields {
    pub fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut total = 0;
        while total < buf.len() && self.boundary.position() < self.boundary.get_ref().len() as u64 {
            let buf = &mut buf[total..];
            total += if !at_end(&self.text) { self.text.read(buf)? } else { self.boundary.read(buf)? };
        }
        Ok(total)
    }
}

pub struct Packets<S> {
    socket: Framed<S>,
}

impl<S> Packets<S> {
    /// `read` takes a length here and gives all of it.
    pub async fn receive(&mut self) -> Result<Vec<u8>, Error> {
        let mut whole = Vec::new();
        let mut last = 0xFF_FF;
        while last == 0xFF_FF {
            let part = self.socket.read(0xFF_FF).await?;
            last = part.len();
            whole.extend_from_slice(&part);
        }
        Ok(whole)
    }
}
