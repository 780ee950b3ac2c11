//! What is on the stack of a loop.

use std::time::Duration;

use super::{
    clock::nanos,
    report::{Report, Trip},
    site::{Action, Site},
    slot,
};

/// The most iterations between two checks.
const MOST: u32 = 1024;

/// A check that comes sooner after the last one doubles the distance to the next, one that comes ten times later halves it.
const WANTED: u64 = 50_000;

/// How long a rate is measured before it is believed.
const WINDOW: u64 = 100_000_000;

/// How often a loop must have turned without progress, besides the time: a loop that waits long does not spin.
const TURNS: u64 = 8;

/// Counts the iterations of a loop and judges it every 2^k of them. [`monitored`](crate::monitored) writes the calls:
///
/// ```
/// # use unspin_resilience::monitor::{Limits, LoopMonitor, Site};
/// static SITE: Site = Site::new(file!(), line!(), "loop", false, Limits::bounded().iterations(100));
/// let mut monitor = LoopMonitor::enter(&SITE);
/// let mut left = monitor.first();
/// for _ in 0..10 {
///     left -= 1;
///     if left == 0 {
///         left = monitor.check();
///     }
///     monitor.progress();
/// }
/// ```
///
/// **Bound**: a check each 1,024 iterations at the latest, 64 after it was entered.
/// **On give-up**: the [`Action`] of the site.
#[derive(Debug)]
pub struct LoopMonitor {
    site: &'static Site,
    around: u32,
    stride: u32,
    iterations: u64,
    marks: u64,
    is_tripped: bool,
    /// Set with the first check: a short loop never looks at the clock.
    times: Option<Times>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    began: u64,
    checked: u64,
    progress: Mark,
    window: Mark,
}

/// A moment and the counts at it.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: u64,
    iterations: u64,
    marks: u64,
}

impl LoopMonitor {
    /// A loop is entered.
    #[inline]
    pub fn enter(site: &'static Site) -> Self {
        let around = slot::enter(site.id());
        Self { site, around, stride: 1, iterations: 0, marks: 0, is_tripped: false, times: None }
    }

    /// How many iterations to count until the first check.
    #[inline]
    pub fn first(&mut self) -> u32 {
        self.stride = self.site.first_stride();
        self.stride
    }

    /// This iteration got somewhere.
    #[inline]
    pub fn progress(&mut self) {
        self.marks += 1;
    }

    /// Whether the last check found something.
    pub fn is_tripped(&self) -> bool {
        self.is_tripped
    }

    /// Judges the loop and answers how many iterations to count until the next check.
    ///
    /// # Panics
    ///
    /// When the loop trips and that is the action of its site.
    #[cold]
    #[inline(never)]
    pub fn check(&mut self) -> u32 {
        let now = nanos();
        let poll_began = slot::beat();
        self.iterations += u64::from(self.stride);
        let here = Mark { at: now, iterations: self.iterations, marks: self.marks };
        let times = self.times.unwrap_or(Times { began: now, checked: now, progress: here, window: here });
        self.adapt(now - times.checked);
        let trip = self.judge(times, here, poll_began);
        self.is_tripped = trip.is_some();
        if let Some(trip) = trip {
            self.trip(trip, Duration::from_nanos(now - times.began));
        }
        self.stride
    }

    fn adapt(&mut self, passed: u64) {
        let wanted = match passed {
            0..WANTED => self.stride.saturating_mul(2).min(MOST),
            passed if passed > 10 * WANTED => (self.stride / 2).max(1),
            _ => self.stride,
        };
        self.site.learn(wanted);
        self.stride = self.site.fit(wanted, self.iterations);
    }

    fn judge(&mut self, mut times: Times, here: Mark, poll_began: Option<u64>) -> Option<Trip> {
        let limits = &self.site.limits;
        let mut trip = None;
        if here.at - times.window.at >= WINDOW {
            let idle = (here.iterations - times.window.iterations).saturating_sub(here.marks - times.window.marks);
            let allowed = u128::from(limits.rate) * u128::from(here.at - times.window.at);
            trip = (u128::from(idle) * 1_000_000_000 > allowed).then_some(Trip::Hot);
            times.window = here;
        }
        if here.marks > times.progress.marks {
            times.progress = here;
        }
        let turns = here.iterations - times.progress.iterations;
        if here.at - times.progress.at > limits.progress && turns >= TURNS {
            trip = Some(Trip::NoProgress);
        }
        if poll_began.is_some_and(|began| here.at.saturating_sub(began) > limits.yields) {
            trip = Some(Trip::NeverYields);
        }
        if here.at - times.began > limits.time {
            trip = Some(Trip::Time);
        }
        if here.iterations > limits.iterations {
            trip = Some(Trip::Iterations);
        }
        times.checked = here.at;
        self.times = Some(times);
        trip
    }

    fn trip(&self, trip: Trip, elapsed: Duration) {
        let (thread, task) = slot::whereabouts();
        let report = Report { site: self.site, trip, iterations: Some(self.iterations), elapsed, thread, task };
        let action = self.site.limits.action;
        let text = (action == Action::Panic).then(|| report.to_string());
        report.send();
        match (action, text) {
            (Action::Panic, Some(text)) => panic!("{text}"),
            (Action::Yield, _) if !self.site.is_async => std::thread::sleep(Duration::from_millis(1)),
            _ => {}
        }
    }
}

impl Drop for LoopMonitor {
    #[inline]
    fn drop(&mut self) {
        slot::leave(self.site.id(), self.around);
    }
}
