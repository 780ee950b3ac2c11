//! What waits to be written to one peer, and who writes it.
//!
//! Anybody may push at any time and never waits. The bytes that wait are bounded; one more closes the peer as a slow reader,
//! rather than dropping lines in silence. Only the task of the connection owns the socket and writes to it, so that after its
//! end nothing can.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::Notify,
    time::timeout,
};
use unspin_resilience::{monitored, progress};

use crate::close::CloseReason;

/// Lines for one peer.
///
/// **Bound**: `cap` bytes of lines, with the one that is being written.
/// **Cancel**: waiting may be dropped at any time.
/// **On give-up**: when it overflows it ends with [`CloseReason::SlowReader`].
#[derive(Debug)]
pub(crate) struct Outbox {
    cap: usize,
    state: Mutex<State>,
    pushed: Notify,
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<Arc<str>>,
    bytes: usize,
    /// Of the line that was taken last, which counts until the next one is asked for.
    writing: usize,
    end: Option<CloseReason>,
}

impl Outbox {
    pub(crate) fn new(cap: usize) -> Self {
        Self { cap, state: Mutex::default(), pushed: Notify::new(), ended: Notify::new() }
    }

    /// Appends a line; `false` when the peer is being closed, or is now.
    pub(crate) fn push(&self, line: Arc<str>) -> bool {
        let mut state = self.state();
        if state.end.is_some() {
            return false;
        }
        if state.bytes + state.writing + line.len() > self.cap {
            drop(state);
            self.end(CloseReason::SlowReader);
            return false;
        }
        state.bytes += line.len();
        state.lines.push_back(line);
        drop(state);
        self.pushed.notify_one();
        true
    }

    /// Has the connection closed; only the first reason counts.
    pub(crate) fn end(&self, reason: CloseReason) {
        let mut state = self.state();
        state.end.get_or_insert(reason);
        state.lines = VecDeque::new();
        state.bytes = 0;
        drop(state);
        self.ended.notify_one();
    }

    /// Waits until somebody has the connection closed.
    pub(crate) async fn ended(&self) -> CloseReason {
        loop {
            if let Some(reason) = self.state().end {
                return reason;
            }
            self.ended.notified().await;
        }
    }

    /// Waits for a line.
    async fn next(&self) -> Arc<str> {
        loop {
            if let Some(line) = self.take() {
                return line;
            }
            self.pushed.notified().await;
        }
    }

    fn take(&self) -> Option<Arc<str>> {
        let mut state = self.state();
        state.writing = state.lines.front().map_or(0, |line| line.len());
        let line = state.lines.pop_front()?;
        state.bytes -= line.len();
        Some(line)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it is held cannot leave the queue half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writing half of a connection, with the line that is being written.
#[derive(Debug)]
pub(crate) struct Writer<W> {
    half: W,
    patience: Duration,
    line: Arc<str>,
    written: usize,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Each line must be written within `patience`.
    pub(crate) fn new(half: W, patience: Duration) -> Self {
        Self { half, patience, line: Arc::from(""), written: 0 }
    }

    /// The half that it writes to.
    pub(crate) fn into_inner(self) -> W {
        self.half
    }

    /// How long each line may take.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// Writes what is left of the last line, and then this one.
    ///
    /// May be dropped and called again; what was not written of the line is written before the next one.
    pub(crate) async fn write(&mut self, line: Arc<str>) -> io::Result<()> {
        self.finish().await?;
        self.line = line;
        self.written = 0;
        self.finish().await
    }

    /// Writes what is left of the line.
    pub(crate) async fn finish(&mut self) -> io::Result<()> {
        let write = async {
            while let Some(rest) = self.line.as_bytes().get(self.written..).filter(|rest| !rest.is_empty()) {
                match self.half.write(rest).await? {
                    0 => return Err(io::ErrorKind::WriteZero.into()),
                    count => self.written += count,
                }
            }
            self.line = Arc::from("");
            self.written = 0;
            Ok(())
        };
        timeout(self.patience, write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Writes all that is pushed, until writing fails.
    #[monitored(service)]
    pub(crate) async fn write_all_of(&mut self, outbox: &Outbox) -> CloseReason {
        loop {
            let line = outbox.next().await;
            progress!();
            if let Err(error) = self.write(line).await {
                return if error.kind() == io::ErrorKind::TimedOut {
                    CloseReason::SlowReader
                } else {
                    CloseReason::WriteFailed
                };
            }
        }
    }

    /// Writes what waits now.
    pub(crate) async fn flush_of(&mut self, outbox: &Outbox) -> io::Result<()> {
        self.finish().await?;
        while let Some(line) = outbox.take() {
            self.write(line).await?;
        }
        Ok(())
    }

    /// Tells the peer that nothing more comes.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        timeout(self.patience, self.half.shutdown()).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}
