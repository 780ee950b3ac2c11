//! A budget of retries that many callers share.
//!
//! A limit of attempts for each call multiplies the load on a peer that is down by that limit. A budget bounds the sum: at
//! most a share of the calls is retried, and a small constant so that rare calls may retry at all. See Finagle's
//! `RetryBudget`, whose terms these are.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

use crate::policy::{Check, InvalidPolicy};

/// What a [`RetryBudget`] is built from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetSettings {
    /// Retries for each call within the window: 0.2 allows one for five calls. 0 to 10.
    pub ratio: f64,
    /// Retries for each second, whatever the number of calls: 0 to 1,000,000.
    pub least_per_second: u32,
    /// How far back calls count: a second to an hour.
    pub window: Duration,
}

impl Default for BudgetSettings {
    fn default() -> Self {
        Self { ratio: 0.2, least_per_second: 10, window: Duration::from_secs(10) }
    }
}

const SLOTS: usize = 10;

/// A budget of retries that many callers share.
///
/// **Bound**: within any window at most `ratio × calls + least_per_second × window` retries, with the granularity of a tenth
/// of the window; constant memory.
/// **Cancel**: a retry that was drawn and not made stays drawn.
/// **On give-up**: [`StopReason::Budget`](crate::StopReason::Budget) through the policy that holds it.
#[derive(Debug)]
pub struct RetryBudget {
    settings: BudgetSettings,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    origin: Option<Instant>,
    newest: u64,
    calls: [u64; SLOTS],
    retries: [u64; SLOTS],
}

impl RetryBudget {
    /// A budget from settings that are sound.
    ///
    /// # Errors
    ///
    /// Names the setting that is out of its range.
    pub fn new(settings: BudgetSettings) -> Result<Self, InvalidPolicy> {
        let BudgetSettings { ratio, least_per_second, window } = settings;
        let check = Check("RetryBudget");
        check.that((0.0..=10.0).contains(&ratio), "ratio", ratio, "0 to 10")?;
        check.that(least_per_second <= 1_000_000, "least_per_second", least_per_second, "at most 1000000")?;
        let range = Duration::from_secs(1)..=Duration::from_hours(1);
        check.that(range.contains(&window), "window", window, "1s to 1h")?;
        Ok(Self { settings, counts: Mutex::default() })
    }

    /// Counts a call, which pays for its share of a retry.
    pub fn called(&self, now: Instant) {
        self.with(now, |counts, slot, _| counts.calls[slot] += 1);
    }

    /// Draws one retry; `false` when none is left.
    pub fn withdraw(&self, now: Instant) -> bool {
        self.with(now, |counts, slot, settings| {
            let allowed = settings.ratio * as_f64(counts.calls.iter().sum())
                + f64::from(settings.least_per_second) * settings.window.as_secs_f64();
            let granted = as_f64(counts.retries.iter().sum::<u64>() + 1) <= allowed;
            counts.retries[slot] += u64::from(granted);
            granted
        })
    }

    fn with<T>(&self, now: Instant, act: impl FnOnce(&mut Counts, usize, &BudgetSettings) -> T) -> T {
        // A panic cannot leave the counts half written: they are plain numbers.
        let mut counts = self.counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let origin = *counts.origin.get_or_insert(now);
        let width = self.settings.window / SLOTS as u32;
        let tick = (now.saturating_duration_since(origin).as_nanos() / width.as_nanos()) as u64;
        counts.forget_until(tick);
        let slot = (counts.newest % SLOTS as u64) as usize;
        act(&mut counts, slot, &self.settings)
    }
}

impl Counts {
    /// Moves on to `tick`, clearing what is older than the window. A clock that goes backwards changes nothing.
    fn forget_until(&mut self, tick: u64) {
        let passed = tick.saturating_sub(self.newest).min(SLOTS as u64);
        for step in 1..=passed {
            let slot = ((tick - passed + step) % SLOTS as u64) as usize;
            self.calls[slot] = 0;
            self.retries[slot] = 0;
        }
        self.newest = self.newest.max(tick);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of one window stay far below 2^52")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
