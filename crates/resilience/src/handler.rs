//! Failure counting for loops that are written by hand.
//!
//! A counter of failures in a row alone lets *fail, succeed, fail, succeed* go on for ever, and a peer that accepts each
//! connection only to drop it looks like success each time. So failures are also counted within a window, and success
//! resets the row only after it has lasted for a while.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use crate::{
    Backoff, Delays, Failure, StopReason, Verdict,
    policy::{Check, DAY, InvalidPolicy},
};

/// What [`FailureLimits`] are built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureSettings {
    /// The failure in a row with which to stop: 1 to 1,000.
    pub consecutive: u32,
    /// The failure within the window with which to stop: `consecutive` to 10,000.
    pub in_window: u32,
    /// How far back failures count: more than zero, at most a day.
    pub window: Duration,
    /// How long things must go well before a row of failures is forgotten: at most the window.
    pub stable: Duration,
    /// The delays after each failure.
    pub backoff: Backoff,
}

/// How many failures a loop may survive.
///
/// **Bound**: at most `consecutive` failures in a row and `in_window` within any window; at most `in_window` times of
/// failures in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureLimits(FailureSettings);

impl FailureLimits {
    /// Limits from settings that are sound.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: FailureSettings) -> Result<Self, InvalidPolicy> {
        let FailureSettings { consecutive, in_window, window, stable, .. } = settings;
        let check = Check("FailureLimits");
        check.that((1..=1000).contains(&consecutive), "consecutive", consecutive, "1 to 1000")?;
        let in_row = format!("{consecutive} (the failures in a row) to 10000");
        check.that((consecutive..=10_000).contains(&in_window), "in_window", in_window, in_row)?;
        check.that(!window.is_zero(), "window", window, "more than zero")?;
        check.that(window <= DAY, "window", window, "at most 24 hours")?;
        check.that(stable <= window, "stable", stable, format!("at most the window, {window:?}"))?;
        Ok(Self(settings))
    }
}

/// Counts timeouts in a loop written by hand.
///
/// **Bound**: [`Verdict::Stop`] at the latest with the `consecutive`th timeout in a row, or the `in_window`th within the window.
/// **Cancel**: nothing to undo, drop it.
/// **On give-up**: [`StopReason::Consecutive`] or [`StopReason::TooOften`].
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::*;
/// # async fn read() -> Option<()> { tokio::time::sleep(Duration::from_secs(3)).await; None }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), InvalidPolicy> {
/// let limits = FailureLimits::new(FailureSettings {
///     consecutive: 3,
///     in_window: 10,
///     window: Duration::from_secs(60),
///     stable: Duration::from_secs(10),
///     backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(1))?,
/// })?;
/// let mut timeouts = TimeoutRetryHandler::new(limits);
/// let reason = loop {
///     match tokio::time::timeout(Duration::from_secs(1), read()).await {
///         Ok(_) => timeouts.succeeded(Instant::now()),
///         Err(_) => match timeouts.timed_out(Instant::now()) {
///             Verdict::RetryAfter(delay) => tokio::time::sleep(delay).await,
///             Verdict::Stop(reason) => break reason,
///         },
///     }
/// };
/// assert_eq!(reason, StopReason::Consecutive);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TimeoutRetryHandler(Failures);

impl TimeoutRetryHandler {
    /// No timeout yet.
    pub fn new(limits: FailureLimits) -> Self {
        Self(Failures::new(limits))
    }

    /// A timeout happened.
    pub fn timed_out(&mut self, now: Instant) -> Verdict {
        self.0.failed(now)
    }

    /// A call succeeded.
    pub fn succeeded(&mut self, now: Instant) {
        self.0.succeeded(now);
    }

    /// Timeouts in a row.
    pub fn consecutive(&self) -> u32 {
        self.0.consecutive
    }
}

/// Counts errors in a loop written by hand; permanent ones and cancellation stop at once.
///
/// **Bound**: [`Verdict::Stop`] at the latest with the `consecutive`th error in a row, or the `in_window`th within the window.
/// **Cancel**: nothing to undo, drop it.
/// **On give-up**: [`StopReason::Consecutive`], [`StopReason::TooOften`], [`StopReason::Permanent`] or
/// [`StopReason::Cancelled`].
#[derive(Debug)]
pub struct ErrorCountHandler(Failures);

impl ErrorCountHandler {
    /// No error yet.
    pub fn new(limits: FailureLimits) -> Self {
        Self(Failures::new(limits))
    }

    /// An error happened.
    pub fn failed(&mut self, now: Instant, failure: Failure) -> Verdict {
        match failure {
            Failure::Permanent => Verdict::Stop(StopReason::Permanent),
            Failure::Cancelled => Verdict::Stop(StopReason::Cancelled),
            Failure::Transient | Failure::Timeout => self.0.failed(now),
            Failure::Throttled(least) => match self.0.failed(now) {
                Verdict::RetryAfter(delay) => Verdict::RetryAfter(delay.max(least)),
                stop @ Verdict::Stop(_) => stop,
            },
        }
    }

    /// A call succeeded.
    pub fn succeeded(&mut self, now: Instant) {
        self.0.succeeded(now);
    }

    /// Errors in a row.
    pub fn consecutive(&self) -> u32 {
        self.0.consecutive
    }
}

#[derive(Debug)]
struct Failures {
    limits: FailureSettings,
    consecutive: u32,
    recent: VecDeque<Instant>,
    good_since: Option<Instant>,
    delays: Delays,
}

impl Failures {
    fn new(FailureLimits(limits): FailureLimits) -> Self {
        Self { limits, consecutive: 0, recent: VecDeque::new(), good_since: None, delays: limits.backoff.delays() }
    }

    fn succeeded(&mut self, now: Instant) {
        let since = *self.good_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= self.limits.stable {
            self.consecutive = 0;
            self.delays.reset();
        }
    }

    fn failed(&mut self, now: Instant) -> Verdict {
        if let Some(since) = self.good_since.take()
            && now.saturating_duration_since(since) >= self.limits.stable
        {
            self.consecutive = 0;
            self.delays.reset();
        }
        self.consecutive = self.consecutive.saturating_add(1);
        self.recent.retain(|at| now.saturating_duration_since(*at) < self.limits.window);
        self.recent.push_back(now);
        self.recent.truncate(self.limits.in_window as usize);
        if self.consecutive >= self.limits.consecutive {
            return Verdict::Stop(StopReason::Consecutive);
        }
        if self.recent.len() >= self.limits.in_window as usize {
            return Verdict::Stop(StopReason::TooOften);
        }
        Verdict::RetryAfter(self.delays.next_delay())
    }
}
