//! Reading lines from a peer that cannot be trusted.
//!
//! `BufRead::read_line` and its kin have two traps: a line without an end takes all memory, and the end of the input
//! looks like an empty line, so that a loop around it turns for ever. Here a line has a maximum length, must arrive at a
//! minimum rate, and the end of the input is a variant of its own.

mod buffer;

use std::{fmt, io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::{Instant, timeout_at},
};

pub use self::buffer::LineBuffer;
use crate::policy::{Check, InvalidPolicy};

/// What a [`LinePolicy`] is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineSettings {
    /// The longest line in bytes, its end not counted: 1 to 1 GiB.
    pub max_length: usize,
    /// How long a line may take from its first byte, whatever its rate: more than zero, at most an hour.
    pub patience: Duration,
    /// Bytes a second that a line must arrive with after that: at least 1.
    pub min_rate: u32,
}

/// How long a line may be and how long it may take.
///
/// **Bound**: a line takes at most `patience + max_length / min_rate` from its first byte; before the first byte a peer may
/// be silent as long as it likes, which is the duty of [`Liveness`](crate::Liveness).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePolicy(LineSettings);

impl LinePolicy {
    /// A policy from settings that are sound.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: LineSettings) -> Result<Self, InvalidPolicy> {
        let LineSettings { max_length, patience, min_rate } = settings;
        let check = Check("LinePolicy");
        check.that((1..=1 << 30).contains(&max_length), "max_length", max_length, "1 to 1073741824")?;
        check.that(!patience.is_zero(), "patience", patience, "more than zero")?;
        check.that(patience <= Duration::from_hours(1), "patience", patience, "at most 1 hour")?;
        check.that(min_rate >= 1, "min_rate", min_rate, "at least 1")?;
        Ok(Self(settings))
    }

    /// What the policy was built from.
    pub fn settings(&self) -> &LineSettings {
        &self.0
    }

    /// The longest time from the first byte of a line to its end.
    pub fn bound(&self) -> Duration {
        self.allowance(self.0.max_length)
    }

    /// How long after the first byte of a line the byte after `length` bytes must be here.
    fn allowance(&self, length: usize) -> Duration {
        self.0.patience
            + Duration::from_secs_f64(f64::from(u32::try_from(length).unwrap_or(u32::MAX)) / f64::from(self.0.min_rate))
    }
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line without its `\n` or `\r\n`; may be empty.
    Text(&'a [u8]),
    /// The input ended; it stays ended. `cut` says that it ended within a line, which is dropped.
    End {
        /// The bytes of a line that never ended.
        cut: usize,
    },
}

/// Why no line can be read any more. All are final: the rest of the input is no sequence of lines.
#[derive(Debug)]
#[non_exhaustive]
pub enum LinesError {
    /// The line is longer than this many bytes.
    TooLong {
        /// The limit.
        max_length: usize,
    },
    /// The line came more slowly than it may.
    TooSlow {
        /// How many of its bytes were there.
        received: usize,
    },
    /// The read failed.
    Read(io::Error),
}

impl fmt::Display for LinesError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { max_length } => write!(out, "the line is longer than {max_length} bytes"),
            Self::TooSlow { received } => write!(out, "the line came too slowly, {received} bytes of it so far"),
            Self::Read(error) => write!(out, "cannot read a line: {error}"),
        }
    }
}

impl std::error::Error for LinesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::TooLong { .. } | Self::TooSlow { .. } => None,
        }
    }
}

/// Reads lines of bounded length at a bounded rate.
///
/// **Bound**: a line takes at most [`LinePolicy::bound`] from its first byte; at most `max_length + 2` bytes of memory, and no
/// buffer at all while nothing is unread but a small one for the read that waits.
/// **Cancel**: [`next`](Self::next) may be dropped at any time and called again; what was read of a line is kept, and so is
/// the time of its first byte.
/// **On give-up**: a [`LinesError`], for good; [`Line::End`] when the input ended or a read failed before.
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::*;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = LinePolicy::new(LineSettings {
///     max_length: 64 * 1024,
///     patience: Duration::from_secs(5),
///     min_rate: 1024,
/// })?;
/// let mut lines = Lines::new(&b"one\r\n\ntwo\ncut"[..], policy);
/// let mut all = Vec::new();
/// while let Line::Text(line) = lines.next().await? {
///     all.push(line.to_vec());
/// }
/// assert_eq!(all, [&b"one"[..], b"", b"two"]);
/// assert_eq!(lines.next().await?, Line::End { cut: 3 });
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: LineBuffer,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of `input`.
    pub fn new(input: R, policy: LinePolicy) -> Self {
        Self { input, buffer: LineBuffer::new(policy) }
    }

    /// The input. What was read from it and is no line yet is not in it any more.
    pub fn get_ref(&self) -> &R {
        &self.input
    }

    /// The input again; what was read from it and not taken is lost.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// Waits for the next line.
    ///
    /// # Errors
    ///
    /// [`LinesError`] when the line is too long or too slow or cannot be read.
    pub async fn next(&mut self) -> Result<Line<'_>, LinesError> {
        self.next_marking(|| ()).await
    }

    /// As [`next`](Self::next), and calls `heard` each time that bytes came in: the place to tell a
    /// [`LifeSign`](crate::LifeSign).
    ///
    /// # Errors
    ///
    /// [`LinesError`] when the line is too long or too slow or cannot be read.
    pub async fn next_marking(&mut self, heard: impl Fn()) -> Result<Line<'_>, LinesError> {
        let line = loop {
            if let Some(line) = self.buffer.line()? {
                break line;
            }
            if self.buffer.ended() {
                return Ok(Line::End { cut: self.buffer.pending() });
            }
            let deadline = self.buffer.deadline();
            let read = self.input.read_buf(self.buffer.space());
            let count = match deadline {
                None => read.await,
                Some(deadline) => match timeout_at(deadline, read).await {
                    Ok(count) => count,
                    Err(_) => return Err(self.buffer.slow()),
                },
            };
            match count {
                Ok(0) => self.buffer.end(),
                Ok(count) => {
                    heard();
                    self.buffer.filled(count, Instant::now());
                }
                Err(error) => {
                    self.buffer.end();
                    return Err(LinesError::Read(error));
                }
            }
        };
        Ok(Line::Text(self.buffer.text(line)))
    }
}
