//! Writes without a deadline where the file has deadlines for its peers.
use std::io;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

struct Writer<W> {
    half: W,
    patience: Duration,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    async fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.half.write_all(line).await // expect: missing-timeout/strict
    }

    async fn write_in_time(&mut self, line: &[u8]) -> io::Result<()> {
        let write = async { self.half.write_all(line).await };
        timeout(self.patience, write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn shutdown(&mut self) -> io::Result<()> {
        timeout(self.patience, self.half.shutdown()).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}
