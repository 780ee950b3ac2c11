//! The bytes of lines that have not been taken yet, and the time that the unfinished one began.
//!
//! The buffer knows no input: it offers space, is told what came and when, and gives lines. It is what the property tests
//! and fuzzing run on.

use std::{ops::Range, time::Duration};

use tokio::time::Instant;

use super::{LinePolicy, LinesError};

/// What a connection that waits for input holds.
const SMALL: usize = 256;

/// Bytes that came and lines that they make.
///
/// **Bound**: at most `max_length + 2` bytes of memory, which shrinks to 256 after a small read left nothing behind.
/// **On give-up**: a [`LinesError`] from [`line`](Self::line), the same each time.
#[derive(Debug)]
pub struct LineBuffer {
    policy: LinePolicy,
    bytes: Vec<u8>,
    /// Where the first line that was not taken begins.
    start: usize,
    /// Up to where no end of line is.
    scanned: usize,
    /// When the first byte of the unfinished line came.
    began: Option<Instant>,
    last_fill: Option<Instant>,
    last_count: usize,
    ended: bool,
    slow: bool,
}

impl LineBuffer {
    /// An empty buffer, which holds no memory.
    pub fn new(policy: LinePolicy) -> Self {
        Self {
            policy,
            bytes: Vec::new(),
            start: 0,
            scanned: 0,
            began: None,
            last_fill: None,
            last_count: 0,
            ended: false,
            slow: false,
        }
    }

    /// Appends what came at `now`, as much of it as there is space for, and answers how much that is. Take the lines out and
    /// push the rest.
    pub fn push(&mut self, bytes: &[u8], now: Instant) -> usize {
        let space = self.space();
        let count = bytes.len().min(space.capacity() - space.len());
        space.extend_from_slice(&bytes[..count]);
        self.filled(count, now);
        count
    }

    /// The input ended.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether the input ended.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// How many bytes were not taken.
    pub fn pending(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// How many bytes of memory the buffer holds.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// When further bytes of an unfinished line must be here.
    pub fn deadline(&self) -> Option<Instant> {
        let began = self.began.filter(|_| self.pending() > 0)?;
        Some(began + self.policy.allowance(self.pending()))
    }

    /// Takes the next line out; [`text`](Self::text) shows it until the buffer is filled again.
    ///
    /// # Errors
    ///
    /// [`LinesError::TooLong`] when the line is longer than allowed, whether or not its end came.
    pub fn line(&mut self) -> Result<Option<Range<usize>>, LinesError> {
        if self.slow {
            return Err(LinesError::TooSlow { received: self.pending() });
        }
        let max_length = self.policy.settings().max_length;
        let from = self.scanned.max(self.start);
        let end = self.bytes[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at);
        let mut line = &self.bytes[self.start..end.unwrap_or(self.bytes.len())];
        if let Some(shorter) = line.strip_suffix(b"\r") {
            line = shorter;
        }
        if line.len() > max_length {
            return Err(LinesError::TooLong { max_length });
        }
        let Some(end) = end else {
            self.scanned = self.bytes.len();
            return Ok(None);
        };
        let line = self.start..self.start + line.len();
        self.start = end + 1;
        // What is left came with the last fill at the latest.
        self.began = self.last_fill;
        Ok(Some(line))
    }

    /// The bytes of a line that [`line`](Self::line) has just taken out.
    pub fn text(&self, line: Range<usize>) -> &[u8] {
        self.bytes.get(line).unwrap_or_default()
    }

    /// Space to read into: never none, as long as every line was taken out.
    pub(super) fn space(&mut self) -> &mut Vec<u8> {
        self.bytes.drain(..self.start);
        self.scanned = self.scanned.saturating_sub(self.start);
        self.start = 0;
        let capacity = self.bytes.capacity();
        if self.bytes.is_empty() && capacity > SMALL && self.last_count < capacity / 4 {
            self.bytes = Vec::new();
        }
        if self.bytes.len() == self.bytes.capacity() {
            let most = self.policy.settings().max_length + 2;
            let wanted = (self.bytes.len() * 2).max(SMALL).min(most);
            self.bytes.reserve_exact(wanted.saturating_sub(self.bytes.len()));
        }
        &mut self.bytes
    }

    /// The last `count` bytes came at `now`.
    pub(super) fn filled(&mut self, count: usize, now: Instant) {
        if self.bytes.len() == count {
            self.began = Some(now);
        }
        self.last_fill = Some(now);
        self.last_count = count;
    }

    /// The unfinished line is too slow, for good.
    pub(super) fn slow(&mut self) -> LinesError {
        self.slow = true;
        LinesError::TooSlow { received: self.pending() }
    }

    /// How long an unfinished line has been coming, as of `now`.
    pub fn age(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.began.filter(|_| self.pending() > 0)?))
    }
}
