//! Why a connection ends: exactly one reason each, counted.

use std::sync::Arc;

use crate::stats::Stats;

/// Why a connection was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CloseReason {
    /// Too many connections have not shaken hands; dropped at accept.
    HandshakesFull,
    /// As many sessions as allowed are open.
    SessionsFull,
    /// No handshake within the grace period.
    HandshakeTimeout,
    /// The first line is no `hello`: another protocol, or none.
    NotOurProtocol,
    /// The proof is wrong.
    WrongProof,
    /// The client was refused for good.
    Revoked,
    /// The same client took its name over.
    Fenced,
    /// The peer ended the connection between two lines.
    PeerClosed,
    /// The peer ended the connection within a line.
    PeerCut,
    /// Reading failed, usually since the peer reset the connection.
    ReadFailed,
    /// Writing failed.
    WriteFailed,
    /// A line is longer than the cap.
    LineTooLong,
    /// A line came more slowly than it may.
    LineTooSlow,
    /// A line is no message.
    BadMessage,
    /// The peer missed its pings.
    PeerSilent,
    /// The peer does not read what it is sent.
    SlowReader,
    /// The server shuts down and the session has drained.
    Drained,
    /// The server shuts down and the grace is over.
    Cancelled,
    /// The task of the connection was dropped before it knew a reason.
    Aborted,
}

impl CloseReason {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::HandshakesFull,
        Self::SessionsFull,
        Self::HandshakeTimeout,
        Self::NotOurProtocol,
        Self::WrongProof,
        Self::Revoked,
        Self::Fenced,
        Self::PeerClosed,
        Self::PeerCut,
        Self::ReadFailed,
        Self::WriteFailed,
        Self::LineTooLong,
        Self::LineTooSlow,
        Self::BadMessage,
        Self::PeerSilent,
        Self::SlowReader,
        Self::Drained,
        Self::Cancelled,
        Self::Aborted,
    ];

    /// A short name: for `bye`, logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::HandshakesFull => "handshakes-full",
            Self::SessionsFull => "sessions-full",
            Self::HandshakeTimeout => "handshake-timeout",
            Self::NotOurProtocol => "not-our-protocol",
            Self::WrongProof => "wrong-proof",
            Self::Revoked => "revoked",
            Self::Fenced => "fenced",
            Self::PeerClosed => "peer-closed",
            Self::PeerCut => "peer-cut",
            Self::ReadFailed => "read-failed",
            Self::WriteFailed => "write-failed",
            Self::LineTooLong => "line-too-long",
            Self::LineTooSlow => "line-too-slow",
            Self::BadMessage => "bad-message",
            Self::PeerSilent => "peer-silent",
            Self::SlowReader => "slow-reader",
            Self::Drained => "drained",
            Self::Cancelled => "cancelled",
            Self::Aborted => "aborted",
        }
    }

    /// Whether the peer is there and reads, so that it can be told. Nothing is written to one that is gone.
    pub fn can_be_told(self) -> bool {
        !matches!(
            self,
            Self::HandshakesFull
                | Self::PeerClosed
                | Self::PeerCut
                | Self::ReadFailed
                | Self::WriteFailed
                | Self::PeerSilent
                | Self::SlowReader
                | Self::Cancelled
                | Self::Aborted
        )
    }
}

/// A connection that is open; counts its end when it is dropped, whatever happened.
#[derive(Debug)]
pub(crate) struct Open {
    stats: Arc<Stats>,
    reason: CloseReason,
}

impl Open {
    pub(crate) fn new(stats: Arc<Stats>) -> Self {
        stats.connections.inc();
        Self { stats, reason: CloseReason::Aborted }
    }

    /// The connection ends, for this reason.
    pub(crate) fn close(mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.stats.connections.dec();
        self.stats.library.closed(self.reason.name());
    }
}
