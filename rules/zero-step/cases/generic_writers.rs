//! Writers over whatever can be written to: the `impl` says what a struct leaves open.
use std::io;
use tokio::io::{AsyncWrite, AsyncWriteExt};

struct Writer<W> {
    half: W,
    line: Vec<u8>,
    written: usize,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    async fn counts(&mut self) -> io::Result<()> {
        while self.written < self.line.len() { // expect: zero-step
            self.written += self.half.write(&self.line[self.written..]).await?;
        }
        Ok(())
    }

    async fn what_is_left(&mut self) -> io::Result<()> {
        while let Some(rest) = self.line.get(self.written..).filter(|rest| !rest.is_empty()) { // expect: zero-step
            self.written += self.half.write(rest).await?;
        }
        Ok(())
    }

    async fn asks(&mut self) -> io::Result<()> {
        while let Some(rest) = self.line.get(self.written..).filter(|rest| !rest.is_empty()) {
            match self.half.write(rest).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => self.written += count,
            }
        }
        Ok(())
    }
}

/// A helper makes a failure of a write that takes nothing of something.
fn write_some<W: Write>(writer: &mut W, bytes: &[u8]) -> io::Result<usize> {
    let count = writer.write(bytes)?;
    if count == 0 && !bytes.is_empty() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(count) }
}

pub struct Trailer<W: Write> {
    inner: W,
    written: usize,
}

impl<W: Write> Trailer<W> {
    pub fn finish(&mut self, sum: u64) -> io::Result<()> {
        while self.written < 8 {
            let bytes = sum.to_le_bytes();
            self.written += write_some(&mut self.inner, &bytes[self.written..])?;
        }
        Ok(())
    }

    pub fn finish_unchecked(&mut self, sum: u64) -> io::Result<()> {
        while self.written < 8 { // expect: zero-step
            let bytes = sum.to_le_bytes();
            self.written += self.inner.write(&bytes[self.written..])?;
        }
        Ok(())
    }
}
