//! Retries with a limit of attempts, a timeout for each and a deadline for all.
//!
//! [`Retries`] is the state machine; [`with_timeout_retry`] runs it. Three bounds hold together because each alone has a
//! hole: attempts without timeouts hang, timeouts without a deadline add up, and a deadline without a limit of attempts
//! hammers a peer that fails at once.

mod budget;
mod run;

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

pub use self::{
    budget::{BudgetSettings, RetryBudget},
    run::{Attempt, GiveUp, with_timeout_retry, with_timeout_retry_by},
};
use crate::{
    Backoff, Delays, Failure, StopReason, Verdict,
    policy::{Check, DAY, InvalidPolicy},
};

/// What a [`RetryPolicy`] is built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySettings {
    /// The most attempts, the first included: 1 to 1,000.
    pub attempts: u32,
    /// The longest that one attempt may take; more than zero, at most `deadline`.
    pub attempt_timeout: Duration,
    /// The longest that everything may take, attempts and delays; at most a day.
    pub deadline: Duration,
    /// The delays between attempts.
    pub backoff: Backoff,
}

/// How often, how long and how fast to retry.
///
/// **Bound**: at most `attempts` attempts and at most `deadline` of time. No attempt starts at or past the deadline, none
/// runs past it, no delay crosses it.
/// **Cancel**: a cancelled caller is never retried.
/// **On give-up**: a [`StopReason`].
///
/// ```
/// use std::time::Duration;
/// use unspin_resilience::{Backoff, RetryPolicy, RetrySettings};
///
/// let policy = RetryPolicy::new(RetrySettings {
///     attempts: 5,
///     attempt_timeout: Duration::from_secs(2),
///     deadline: Duration::from_secs(8),
///     backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(1))?,
/// })?;
/// assert_eq!(policy.bound(), Duration::from_secs(8));
/// # Ok::<(), unspin_resilience::InvalidPolicy>(())
/// ```
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    settings: RetrySettings,
    budget: Option<Arc<RetryBudget>>,
}

impl RetryPolicy {
    /// A policy from settings that are sound.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: RetrySettings) -> Result<Self, InvalidPolicy> {
        let RetrySettings { attempts, attempt_timeout, deadline, .. } = settings;
        let check = Check("RetryPolicy");
        check.that((1..=1000).contains(&attempts), "attempts", attempts, "1 to 1000")?;
        check.that(!attempt_timeout.is_zero(), "attempt_timeout", attempt_timeout, "more than zero")?;
        check.that(
            attempt_timeout <= deadline,
            "attempt_timeout",
            attempt_timeout,
            format!("at most the deadline, {deadline:?}"),
        )?;
        check.that(deadline <= DAY, "deadline", deadline, "at most 24 hours")?;
        Ok(Self { settings, budget: None })
    }

    /// The same, drawing each retry from a budget that other callers share.
    #[must_use]
    pub fn with_budget(self, budget: Arc<RetryBudget>) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// What the policy was built from.
    pub fn settings(&self) -> &RetrySettings {
        &self.settings
    }

    /// The longest that everything takes.
    pub fn bound(&self) -> Duration {
        let RetrySettings { attempts, attempt_timeout, deadline, backoff } = self.settings;
        attempt_timeout.saturating_mul(attempts).saturating_add(backoff.total_bound(attempts)).min(deadline)
    }

    /// Begins a call.
    pub fn start(&self, now: Instant) -> Retries {
        if let Some(budget) = &self.budget {
            budget.called(now);
        }
        Retries { started: now, made: 0, delays: self.settings.backoff.delays(), policy: self.clone() }
    }
}

/// One call under a [`RetryPolicy`]: ask [`attempt`](Self::attempt) before each attempt, tell
/// [`failed`](Self::failed) after each that failed.
///
/// **Bound**: as [`RetryPolicy`].
/// **Cancel**: nothing to undo, drop it.
/// **On give-up**: [`StopReason`].
#[derive(Debug)]
pub struct Retries {
    policy: RetryPolicy,
    started: Instant,
    made: u32,
    delays: Delays,
}

impl Retries {
    /// The same delays each time, for tests.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.delays = self.policy.settings.backoff.delays_seeded(seed);
        self
    }

    /// How many attempts were begun.
    pub fn attempts(&self) -> u32 {
        self.made
    }

    /// How long the call has taken.
    pub fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.started)
    }

    fn left(&self, now: Instant) -> Duration {
        self.policy.settings.deadline.saturating_sub(self.elapsed(now))
    }

    /// Begins an attempt and answers how long it may take.
    ///
    /// # Errors
    ///
    /// When there must be no further attempt.
    pub fn attempt(&mut self, now: Instant) -> Result<Duration, StopReason> {
        if self.made >= self.policy.settings.attempts {
            return Err(StopReason::Attempts);
        }
        let left = self.left(now);
        if left.is_zero() {
            return Err(StopReason::Deadline);
        }
        self.made += 1;
        Ok(self.policy.settings.attempt_timeout.min(left))
    }

    /// Says that the attempt failed, and how; answers whether another may follow, and when.
    pub fn failed(&mut self, now: Instant, failure: Failure) -> Verdict {
        let least = match failure {
            Failure::Cancelled => return Verdict::Stop(StopReason::Cancelled),
            Failure::Permanent => return Verdict::Stop(StopReason::Permanent),
            Failure::Throttled(least) => least,
            Failure::Transient | Failure::Timeout => Duration::ZERO,
        };
        if self.made >= self.policy.settings.attempts {
            return Verdict::Stop(StopReason::Attempts);
        }
        let delay = self.delays.next_delay().max(least);
        if delay >= self.left(now) {
            return Verdict::Stop(StopReason::Deadline);
        }
        if self.policy.budget.as_ref().is_some_and(|budget| !budget.withdraw(now)) {
            return Verdict::Stop(StopReason::Budget);
        }
        Verdict::RetryAfter(delay)
    }
}
