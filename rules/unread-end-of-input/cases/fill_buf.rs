//! `fill_buf` gives an empty slice at the end, and `min(0, wanted)` is no progress.

use std::io::{self, BufRead, ErrorKind};

pub trait Source: BufRead {
    /// Class: a skip of more bytes than the input has.
    fn skip_bytes(&mut self, count: usize) -> io::Result<()> {
        let mut skipped = 0;
        while skipped < count { // expect: unread-end-of-input
            let available = self.fill_buf()?.len();
            let step = (count - skipped).min(available);
            self.consume(step);
            skipped += step;
        }
        Ok(())
    }

    fn skip_bytes_checked(&mut self, count: usize) -> io::Result<()> {
        let mut skipped = 0;
        while skipped < count {
            let buffer = self.fill_buf()?;
            if buffer.is_empty() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let step = (count - skipped).min(buffer.len());
            self.consume(step);
            skipped += step;
        }
        Ok(())
    }

    /// Class: the only way out is inside a `for` over a buffer that is empty at the end.
    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) -> io::Result<usize> {
        let mut seen = 0;
        loop { // fixme: expect: unread-end-of-input
            let buffer = self.fill_buf()?;
            let length = buffer.len();
            for (index, byte) in buffer.iter().enumerate() {
                if !wanted(*byte) {
                    self.consume(index);
                    return Ok(seen + index);
                }
            }
            self.consume(length);
            seen += length;
        }
    }

    fn skip_while_checked(&mut self, wanted: impl Fn(u8) -> bool) -> io::Result<usize> {
        let mut seen = 0;
        loop {
            let buffer = self.fill_buf()?;
            let length = buffer.len();
            if length == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            for (index, byte) in buffer.iter().enumerate() {
                if !wanted(*byte) {
                    self.consume(index);
                    return Ok(seen + index);
                }
            }
            self.consume(length);
            seen += length;
        }
    }
}

pub fn discard<R: BufRead>(reader: &mut R, mut left: u64) -> io::Result<()> {
    while left > 0 { // expect: unread-end-of-input
        let available = reader.fill_buf()?.len() as u64;
        let step = available.min(left);
        reader.consume(step as usize);
        left -= step;
    }
    Ok(())
}

pub fn discard_to_end<R: BufRead>(reader: &mut R) -> io::Result<()> {
    loop {
        let available = reader.fill_buf()?.len();
        if available == 0 {
            return Ok(());
        }
        reader.consume(available);
    }
}

pub fn first_byte<R: BufRead>(reader: &mut R) -> io::Result<u8> {
    // Indexing an empty slice panics, which leaves the loop.
    loop {
        let byte = reader.fill_buf()?[0];
        reader.consume(1);
        if byte != b' ' {
            return Ok(byte);
        }
    }
}
