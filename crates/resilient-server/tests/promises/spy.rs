//! A stream that remembers what was done with it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// What was done with all streams of a network.
#[derive(Debug, Default)]
pub struct Seen {
    /// Reads and writes, those that had to wait included.
    pub polls: AtomicUsize,
    /// Writes after the end of the input was read.
    pub late_writes: AtomicUsize,
}

pub struct Spied {
    stream: DuplexStream,
    seen: Arc<Seen>,
    ended: bool,
}

impl Spied {
    pub fn new(stream: DuplexStream, seen: Arc<Seen>) -> Self {
        Self { stream, seen, ended: false }
    }
}

impl AsyncRead for Spied {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.seen.polls.fetch_add(1, Ordering::Relaxed);
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if matches!(result, Poll::Ready(_)) && buffer.filled().len() == before {
            self.ended = true;
        }
        result
    }
}

impl AsyncWrite for Spied {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.seen.polls.fetch_add(1, Ordering::Relaxed);
        if self.ended {
            self.seen.late_writes.fetch_add(1, Ordering::Relaxed);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
