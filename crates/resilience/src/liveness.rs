//! Knowing that a peer is gone, without closing one that is only quiet.
//!
//! Silence alone says nothing: an idle peer is silent. So silence is answered with a ping, and only a peer that leaves
//! `probes` pings in a row unanswered is dead. Only bytes *from* the peer count as life: writes succeed into the buffers
//! of a dead peer's socket for minutes, and a deadline that others can move by writing to it never comes.

mod checker;

use std::time::Duration;

use tokio::time::Instant;

pub use self::checker::{ConnectionHealthChecker, LifeSign};
use crate::policy::{Check, DAY, InvalidPolicy};

/// How long silence may last.
///
/// **Bound**: a dead peer is known to be dead `interval × (probes + 1)` after its last byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivenessPolicy {
    interval: Duration,
    probes: u32,
}

impl LivenessPolicy {
    /// Pings after each `interval` of silence, at most `probes` times.
    ///
    /// # Errors
    ///
    /// When `interval` is not 10 ms to a day, or `probes` not 1 to 100.
    pub fn new(interval: Duration, probes: u32) -> Result<Self, InvalidPolicy> {
        let check = Check("LivenessPolicy");
        let range = Duration::from_millis(10)..=DAY;
        check.that(range.contains(&interval), "interval", interval, "10ms to 24 hours")?;
        check.that((1..=100).contains(&probes), "probes", probes, "1 to 100")?;
        Ok(Self { interval, probes })
    }

    /// How long silence lasts before the first ping, and between pings.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// How many pings may stay without an answer.
    pub fn probes(&self) -> u32 {
        self.probes
    }

    /// The longest time from the last byte of a peer until it is known to be dead.
    pub fn bound(&self) -> Duration {
        self.interval * (self.probes + 1)
    }
}

/// What to do about a peer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a dead peer that nobody closes stays for ever"]
pub enum Health {
    /// Nothing until then.
    Wait(Instant),
    /// Send a ping; any byte counts as its answer.
    Ping,
    /// Close the connection.
    Dead,
}

/// Whether a peer is alive: tell it each time that bytes came in, ask it what to do.
///
/// **Bound**: [`Health::Dead`] from [`LivenessPolicy::bound`] after the last byte on, however often and however late it is
/// asked; constant memory.
/// **Cancel**: nothing to undo, drop it.
/// **On give-up**: [`Health::Dead`], for good.
///
/// ```
/// use std::time::Duration;
/// use unspin_resilience::{Health, Instant, Liveness, LivenessPolicy};
///
/// let policy = LivenessPolicy::new(Duration::from_secs(3), 2)?;
/// let start = Instant::now();
/// let mut peer = Liveness::new(policy, start);
/// assert_eq!(peer.check(start), Health::Wait(start + Duration::from_secs(3)));
/// assert_eq!(peer.check(start + Duration::from_secs(3)), Health::Ping);
/// assert_eq!(peer.check(start + Duration::from_secs(9)), Health::Dead);
/// # Ok::<(), unspin_resilience::InvalidPolicy>(())
/// ```
#[derive(Debug, Clone)]
pub struct Liveness {
    policy: LivenessPolicy,
    heard: Instant,
    pings: u32,
    dead: bool,
}

impl Liveness {
    /// A peer that was just heard.
    pub fn new(policy: LivenessPolicy, now: Instant) -> Self {
        Self { policy, heard: now, pings: 0, dead: false }
    }

    /// Bytes came in from the peer. One that is already dead stays so: its connection is being closed.
    pub fn heard(&mut self, now: Instant) {
        if now > self.heard {
            self.heard = now;
            self.pings = 0;
        }
    }

    /// What to do now.
    pub fn check(&mut self, now: Instant) -> Health {
        let silence = now.saturating_duration_since(self.heard);
        if self.dead || silence >= self.policy.bound() {
            self.dead = true;
            return Health::Dead;
        }
        let next = self.policy.interval * (self.pings + 1);
        if silence < next {
            return Health::Wait(self.heard + next);
        }
        // Asked late, it sends one ping and not all that were missed.
        self.pings = (silence.as_nanos() / self.policy.interval.as_nanos()) as u32;
        Health::Ping
    }
}
