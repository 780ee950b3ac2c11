//! The end of the input is handed on as "not ready". Class: a broker client whose socket stays readable after the peer
//! has gone, so that the event loop asks for more at once, for ever.

use std::io::{self, ErrorKind, Read};

const MAX_EMPTY_READS: u32 = 8;

pub struct Incoming<S> {
    stream: S,
    buffer: Vec<u8>,
    empty_reads: u32,
}

impl<S: Read> Incoming<S> {
    pub fn fill(&mut self) -> io::Result<()> {
        let mut chunk = [0u8; 4096];
        let count = self.stream.read(&mut chunk)?;
        if count > 0 {
            self.buffer.extend_from_slice(&chunk[..count]);
        } else {
            return Err(io::Error::from(ErrorKind::WouldBlock)); // expect: unread-end-of-input/strict
        }
        Ok(())
    }

    pub fn fill_by_helper(&mut self) -> io::Result<usize> {
        let count = self.take()?;
        if count == 0 {
            return Err(ErrorKind::WouldBlock.into()); // expect: unread-end-of-input/strict
        }
        Ok(count)
    }

    fn take(&mut self) -> io::Result<usize> {
        let mut chunk = [0u8; 512];
        self.stream.read(&mut chunk)
    }

    pub fn fill_or_end(&mut self) -> io::Result<()> {
        let mut chunk = [0u8; 4096];
        let count = self.stream.read(&mut chunk)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(())
    }

    pub fn fill_patiently(&mut self) -> io::Result<()> {
        let mut chunk = [0u8; 4096];
        let count = self.stream.read(&mut chunk)?;
        if count == 0 {
            self.empty_reads += 1;
            if self.empty_reads > MAX_EMPTY_READS {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            return Err(ErrorKind::WouldBlock.into());
        }
        self.empty_reads = 0;
        self.buffer.extend_from_slice(&chunk[..count]);
        Ok(())
    }

    /// Nothing was read because nothing is there yet: that is what the failure means.
    pub fn fill_when_ready(&mut self) -> io::Result<usize> {
        let mut chunk = [0u8; 4096];
        match self.stream.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(ErrorKind::WouldBlock.into()),
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            other => other,
        }
    }
}
