//! The count is returned by a helper and dropped by the loop, or swallowed in the helper itself.

use std::io::{self, ErrorKind, Read};

pub struct Connection<S> {
    stream: S,
    pending: Vec<u8>,
}

impl<S: Read> Connection<S> {
    fn fill(&mut self) -> io::Result<usize> {
        let mut chunk = [0u8; 4096];
        let n = self.stream.read(&mut chunk)?;
        self.pending.extend_from_slice(&chunk[..n]);
        Ok(n)
    }

    fn fill_or_fail(&mut self) -> io::Result<()> {
        if self.fill()? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    fn frame_end(&self) -> Option<usize> {
        self.pending.iter().position(|byte| *byte == b'\n')
    }

    pub fn read_frame(&mut self) -> io::Result<usize> {
        loop { // expect: unread-end-of-input
            if let Some(end) = self.frame_end() {
                return Ok(end);
            }
            self.fill()?;
        }
    }

    pub fn read_frame_counted(&mut self) -> io::Result<usize> {
        loop {
            if let Some(end) = self.frame_end() {
                return Ok(end);
            }
            if self.fill()? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub fn read_frame_failing(&mut self) -> io::Result<usize> {
        loop {
            if let Some(end) = self.frame_end() {
                return Ok(end);
            }
            self.fill_or_fail()?;
        }
    }

    pub fn read_frame_limited(&mut self) -> io::Result<Option<usize>> {
        for _ in 0..64 {
            if let Some(end) = self.frame_end() {
                return Ok(Some(end));
            }
            self.fill()?;
        }
        Ok(None)
    }

    pub fn read_at_least(&mut self, size: usize) -> io::Result<()> {
        while self.pending.len() < size { // expect: unread-end-of-input
            let _ = self.fill()?;
        }
        Ok(())
    }

    pub fn read_at_least_growing(&mut self, size: usize) -> io::Result<()> {
        while self.pending.len() < size {
            let before = self.pending.len();
            self.fill()?;
            if self.pending.len() == before {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}
