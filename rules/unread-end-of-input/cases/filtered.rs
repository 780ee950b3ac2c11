//! What is asked between two reads of something that they set, and of what has come.
use std::io::{self, Read};
use std::time::Instant;

struct Lines<R> {
    input: R,
    began: Option<Instant>,
    scanned: usize,
    bytes: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// When the line that has begun must be there.
    fn deadline(&self) -> Option<Instant> {
        let began = self.began.filter(|_| self.bytes.len() > 0)?;
        Some(began)
    }

    fn line(&mut self) -> Option<usize> {
        let end = self.bytes[self.scanned.max(1)..].iter().position(|byte| *byte == b'\n');
        self.scanned = self.bytes.len();
        end
    }

    fn fill(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 64];
        let count = self.input.read(&mut buffer)?;
        self.bytes.extend_from_slice(&buffer[..count]);
        self.began = Some(Instant::now());
        Ok(count)
    }

    fn forgets_the_end(&mut self, late: impl Fn(Instant) -> bool) -> io::Result<usize> {
        loop { // expect: unread-end-of-input
            if let Some(line) = self.line() {
                return Ok(line);
            }
            if self.deadline().is_some_and(|deadline| late(deadline)) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.fill()?;
        }
    }

    fn asks_for_the_end(&mut self, late: impl Fn(Instant) -> bool) -> io::Result<usize> {
        loop {
            if let Some(line) = self.line() {
                return Ok(line);
            }
            if self.deadline().is_some_and(|deadline| late(deadline)) {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if self.fill()? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    fn waits_for_more(&mut self) -> io::Result<usize> {
        loop {
            if let Some(began) = self.began.filter(|began| began.elapsed().as_secs() > 5) {
                return Err(io::Error::other(format!("since {began:?}")));
            }
            let mut buffer = [0; 64];
            let count = self.input.read(&mut buffer)?;
            self.bytes.extend_from_slice(&buffer[..count]);
            if count == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
    }
}
