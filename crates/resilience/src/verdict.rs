//! The words that retries and handlers share: what a failure is, whether to go on, why to stop.

use std::{fmt, io, time::Duration};

/// What a failure means for the question whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// May be gone next time.
    Transient,
    /// The peer asks for a pause, at least this long.
    Throttled(Duration),
    /// No answer in time.
    Timeout,
    /// Will fail the same way each time.
    Permanent,
    /// Somebody wants this to stop; never retried.
    Cancelled,
}

/// An error that knows what kind of failure it is.
pub trait Classify {
    /// What this error means for a retry.
    fn classify(&self) -> Failure;
}

impl Classify for io::Error {
    fn classify(&self) -> Failure {
        use io::ErrorKind as Kind;
        match self.kind() {
            Kind::TimedOut => Failure::Timeout,
            Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::NotConnected
            | Kind::AddrInUse
            | Kind::BrokenPipe
            | Kind::WouldBlock
            | Kind::Interrupted
            | Kind::UnexpectedEof
            | Kind::HostUnreachable
            | Kind::NetworkUnreachable
            | Kind::NetworkDown
            | Kind::ResourceBusy => Failure::Transient,
            _ => Failure::Permanent,
        }
    }
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a loop that ignores the verdict has no limit"]
pub enum Verdict {
    /// Try again after this long.
    RetryAfter(Duration),
    /// Do not try again.
    Stop(StopReason),
}

/// Why there is no further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StopReason {
    /// As many attempts as allowed were made.
    Attempts,
    /// The time for all attempts together is over, or would be before the next one.
    Deadline,
    /// Too many failures in a row.
    Consecutive,
    /// Too many failures within the window, even though some calls succeeded.
    TooOften,
    /// The budget that all callers share has no retry left.
    Budget,
    /// The failure is permanent.
    Permanent,
    /// The caller was cancelled.
    Cancelled,
}

impl StopReason {
    /// A short name, for logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Deadline => "deadline",
            Self::Consecutive => "consecutive",
            Self::TooOften => "too-often",
            Self::Budget => "budget",
            Self::Permanent => "permanent",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
