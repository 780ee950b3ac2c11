//! Methods of the program's own that read, whatever they are called: their count cuts the buffer that they fill.

use std::io;

pub trait Link {
    fn fetch(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    fn fetch_with_files(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<u32>)>;
}

pub struct Frames<L: Link> {
    link: L,
    pending: Vec<u8>,
    files: Vec<u32>,
}

impl<L: Link> Frames<L> {
    pub fn header(&mut self) -> io::Result<()> {
        let mut buffer = [0; 64];
        while self.pending.len() < 16 { // expect: unread-end-of-input
            let count = self.link.fetch(&mut buffer)?;
            self.pending.extend_from_slice(&buffer[..count]);
        }
        Ok(())
    }

    pub fn header_with_files(&mut self) -> io::Result<()> {
        while self.pending.len() < 16 { // expect: unread-end-of-input
            let mut buffer = vec![0; 16 - self.pending.len()];
            let (count, files) = self.link.fetch_with_files(&mut buffer)?;
            self.pending.extend(&buffer[..count]);
            self.files.extend(files);
        }
        Ok(())
    }

    pub fn checked_header(&mut self) -> io::Result<()> {
        let mut buffer = [0; 64];
        while self.pending.len() < 16 {
            let count = self.link.fetch(&mut buffer)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.pending.extend_from_slice(&buffer[..count]);
        }
        Ok(())
    }

    pub fn checked_header_with_files(&mut self) -> io::Result<()> {
        let mut buffer = [0; 64];
        while self.pending.len() < 16 {
            let (count, files) = self.link.fetch_with_files(&mut buffer)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.pending.extend_from_slice(&buffer[..count]);
            self.files.extend(files);
        }
        Ok(())
    }
}

pub fn everything<L: Link>(mut link: L) -> io::Result<Vec<u8>> {
    let mut collected = Vec::new();
    let mut buffer = [0; 64];
    loop {
        let (count, _) = link.fetch_with_files(&mut buffer)?;
        if count == 0 {
            break;
        }
        collected.extend_from_slice(&buffer[..count]);
    }
    Ok(collected)
}

/// Gives as much as it is asked for, and has no end.
pub struct Sponge {
    state: u64,
}

impl Sponge {
    fn squeeze(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        for byte in buffer.iter_mut() {
            self.state = self.state.rotate_left(7) ^ 0x9e37;
            *byte = self.state as u8;
        }
        Ok(buffer.len())
    }

    pub fn key(&mut self) -> io::Result<Vec<u8>> {
        let mut key = Vec::new();
        let mut block = [0; 8];
        while key.len() < 32 {
            let count = self.squeeze(&mut block)?;
            key.extend_from_slice(&block[..count]);
        }
        Ok(key)
    }
}

pub trait Codec {
    fn encode(&self, value: u32, buffer: &mut [u8]) -> io::Result<usize>;
}

/// What is made of a value that is given is never nothing.
pub fn fill<C: Codec>(codec: &C, out: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; 8];
    while out.len() < 512 {
        let count = codec.encode(7, &mut buffer)?;
        out.extend_from_slice(&buffer[..count]);
    }
    Ok(())
}
