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
