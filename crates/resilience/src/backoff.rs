//! Growing delays with a cap and jitter.
//!
//! Full jitter spreads the attempts of many clients over the whole delay, which is what ends a stampede; see Brooker,
//! "Exponential Backoff And Jitter". A delay is never zero, so that a loop that sleeps for it always lets others run.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use crate::policy::{Check, DAY, InvalidPolicy};

/// The shortest delay that jitter may draw.
const SHORTEST: Duration = Duration::from_millis(1);

/// How much of a delay is drawn at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Jitter {
    /// Anything from a millisecond to the whole delay.
    #[default]
    Full,
    /// From half of the delay to the whole.
    Equal,
    /// The whole delay, always: for tests, or where only one client exists.
    None,
}

/// Growing delays: `base`, `base × factor`, `base × factor²`, …, never more than `cap`.
///
/// **Bound**: each delay is at most `cap`, all of them before attempt `n` at most [`total_bound`](Self::total_bound)`(n)`.
///
/// ```
/// use std::time::Duration;
/// use unspin_resilience::Backoff;
///
/// let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5))?;
/// assert!(backoff.delays().take(20).all(|delay| delay <= Duration::from_secs(5)));
/// // Four attempts have three delays between them.
/// assert_eq!(backoff.total_bound(4), Duration::from_millis(100 + 200 + 400));
/// # Ok::<(), unspin_resilience::InvalidPolicy>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    base: Duration,
    factor: u32,
    cap: Duration,
    jitter: Jitter,
}

impl Backoff {
    /// Delays that double from `base` to `cap`, with full jitter.
    ///
    /// # Errors
    ///
    /// When `base` is shorter than a millisecond, or `cap` shorter than `base` or longer than a day.
    pub fn new(base: Duration, cap: Duration) -> Result<Self, InvalidPolicy> {
        let check = Check("Backoff");
        check.that(base >= SHORTEST, "base", base, "at least 1ms")?;
        check.that(cap >= base, "cap", cap, format!("at least the base, {base:?}"))?;
        check.that(cap <= DAY, "cap", cap, "at most 24 hours")?;
        Ok(Self { base, factor: 2, cap, jitter: Jitter::Full })
    }

    /// The same with another growth; 1 keeps the delay constant.
    ///
    /// # Errors
    ///
    /// When `factor` is not from 1 to 100.
    pub fn with_factor(self, factor: u32) -> Result<Self, InvalidPolicy> {
        Check("Backoff").that((1..=100).contains(&factor), "factor", factor, "1 to 100")?;
        Ok(Self { factor, ..self })
    }

    /// The same with another jitter.
    #[must_use]
    pub fn with_jitter(self, jitter: Jitter) -> Self {
        Self { jitter, ..self }
    }

    /// The `index`th delay before jitter, counted from 0.
    pub fn nominal(&self, index: u32) -> Duration {
        let Some(growth) = self.factor.checked_pow(index) else { return self.cap };
        self.base.saturating_mul(growth).min(self.cap)
    }

    /// The longest that all delays between `attempts` attempts can take together.
    pub fn total_bound(&self, attempts: u32) -> Duration {
        let delays = attempts.saturating_sub(1);
        if self.factor == 1 {
            return self.base.saturating_mul(delays);
        }
        let mut total = Duration::ZERO;
        for index in 0..delays {
            let delay = self.nominal(index);
            if delay == self.cap {
                return total.saturating_add(delay.saturating_mul(delays - index));
            }
            total = total.saturating_add(delay);
        }
        total
    }

    /// The delays, from the first.
    pub fn delays(&self) -> Delays {
        Delays { backoff: *self, index: 0, random: rand::make_rng() }
    }

    /// The delays that `seed` draws, the same each time.
    pub fn delays_seeded(&self, seed: u64) -> Delays {
        Delays { backoff: *self, index: 0, random: SmallRng::seed_from_u64(seed) }
    }
}

impl IntoIterator for Backoff {
    type Item = Duration;
    type IntoIter = Delays;

    fn into_iter(self) -> Delays {
        self.delays()
    }
}

/// The delays of a [`Backoff`], one after the other, without end.
///
/// **Bound**: each is at most the cap; how many are taken is the duty of the caller, which is what a
/// [`RetryPolicy`](crate::RetryPolicy) is for.
#[derive(Debug, Clone)]
pub struct Delays {
    backoff: Backoff,
    index: u32,
    random: SmallRng,
}

impl Delays {
    /// Starts again from the base, after success.
    pub fn reset(&mut self) {
        self.index = 0;
    }

    /// The next delay; unlike [`Iterator::next`] it says in its type that there always is one.
    pub fn next_delay(&mut self) -> Duration {
        // At least the base, which is no shorter than the shortest.
        let delay = self.backoff.nominal(self.index);
        self.index = self.index.saturating_add(1);
        let least = match self.backoff.jitter {
            Jitter::Full => SHORTEST,
            Jitter::Equal => SHORTEST.max(delay / 2),
            Jitter::None => delay,
        };
        self.random.random_range(least..=delay)
    }
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        Some(self.next_delay())
    }
}
