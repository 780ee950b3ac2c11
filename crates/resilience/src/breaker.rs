//! A circuit breaker: leaves a peer alone that fails each time, and asks it again with one trial.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    Backoff,
    policy::{Check, InvalidPolicy},
};

/// When a [`Breaker`] opens and for how long.
///
/// **Bound**: at most `failures` attempts in a row, then one for each delay of `open`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    failures: u32,
    open: Backoff,
}

impl BreakerPolicy {
    /// Opens with the `failures`th failure in a row, for the delays of `open`.
    ///
    /// # Errors
    ///
    /// When `failures` is not 1 to 1,000.
    pub fn new(failures: u32, open: Backoff) -> Result<Self, InvalidPolicy> {
        Check("BreakerPolicy").that((1..=1000).contains(&failures), "failures", failures, "1 to 1000")?;
        Ok(Self { failures, open })
    }
}

/// A circuit breaker: ask [`admit`](Self::admit) before each attempt, and tell how it ended.
///
/// **Bound**: as [`BreakerPolicy`]; while open, one trial at a time.
/// **Cancel**: tell [`abandoned`](Self::abandoned), and the trial may be made by another.
/// **On give-up**: `admit` answers after which time to ask again.
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::*;
/// let minute = Duration::from_secs(60);
/// let mut breaker = Breaker::new(BreakerPolicy::new(2, Backoff::new(minute, minute)?.with_jitter(Jitter::None))?);
/// let now = Instant::now();
/// for _ in 0..2 {
///     breaker.admit(now).expect("closed");
///     breaker.failed(now);
/// }
/// assert_eq!(breaker.admit(now), Err(minute));
/// assert_eq!(breaker.admit(now + minute), Ok(())); // the trial
/// assert!(breaker.admit(now + minute).is_err()); // and no other
/// # Ok::<(), InvalidPolicy>(())
/// ```
#[derive(Debug, Clone)]
pub struct Breaker {
    policy: BreakerPolicy,
    /// In a row; from the limit on the breaker is open.
    failed: u32,
    /// When the trial may be made.
    until: Option<Instant>,
    has_trial: bool,
    delays: crate::Delays,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(policy: BreakerPolicy) -> Self {
        Self { policy, failed: 0, until: None, has_trial: false, delays: policy.open.delays() }
    }

    /// The same delays each time, for tests.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.delays = self.policy.open.delays_seeded(seed);
        self
    }

    /// Whether an attempt may be made now; the one that is let through while open is the trial.
    ///
    /// # Errors
    ///
    /// After which time to ask again; zero while a trial runs.
    pub fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(until) = self.until else { return Ok(()) };
        if now < until || self.has_trial {
            return Err(until.saturating_duration_since(now));
        }
        self.has_trial = true;
        Ok(())
    }

    /// An attempt that was admitted succeeded: closed, all failures forgotten.
    pub fn succeeded(&mut self) {
        self.failed = 0;
        self.until = None;
        self.has_trial = false;
        self.delays.reset();
    }

    /// An attempt that was admitted failed.
    pub fn failed(&mut self, now: Instant) {
        let was_trial = std::mem::take(&mut self.has_trial);
        self.failed = self.failed.saturating_add(1);
        // What was admitted before it opened and ends now does not open it for longer.
        if was_trial || (self.until.is_none() && self.failed >= self.policy.failures) {
            self.until = Some(now + self.delays.next_delay());
        }
    }

    /// An attempt that was admitted was given up by the caller, which says nothing about the peer.
    pub fn abandoned(&mut self) {
        self.has_trial = false;
    }

    /// Whether attempts are refused, as of `now`.
    pub fn is_open(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }
}
