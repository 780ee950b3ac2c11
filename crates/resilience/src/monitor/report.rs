//! What is said about a loop that trips, and to whom.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::task::Id;

use super::{clock::nanos, site::Site};

/// What a loop did that it may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trip {
    /// It made more iterations than it may.
    Iterations,
    /// It ran longer than it may.
    Time,
    /// It turned faster than it may without making progress.
    Hot,
    /// It turned for longer than it may without making progress.
    NoProgress,
    /// It let no other task run for longer than it may.
    NeverYields,
    /// It was inside of one iteration for longer than it may.
    Stuck,
}

impl Trip {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Iterations, Self::Time, Self::Hot, Self::NoProgress, Self::NeverYields, Self::Stuck];

    /// A short name, for logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iterations => "iterations",
            Self::Time => "time",
            Self::Hot => "hot",
            Self::NoProgress => "no-progress",
            Self::NeverYields => "never-yields",
            Self::Stuck => "stuck",
        }
    }
}

/// A loop that tripped. There is one report for each site and minute.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which loop.
    pub site: &'static Site,
    /// What it did.
    pub trip: Trip,
    /// Iterations so far; nothing when the watchdog reports, which does not see them.
    pub iterations: Option<u64>,
    /// How long the loop has been running or, when the watchdog reports, for how long it did not get on or yield.
    pub elapsed: Duration,
    /// The thread that it runs on.
    pub thread: String,
    /// The task that it runs in.
    pub task: Option<Id>,
}

impl Report {
    /// Iterations a second, on the whole.
    pub fn rate(&self) -> Option<f64> {
        let iterations = u32::try_from(self.iterations?).unwrap_or(u32::MAX);
        Some(f64::from(iterations) / self.elapsed.as_secs_f64().max(1e-9))
    }

    /// Counts it, and says it unless the site was reported not long ago.
    pub(super) fn send(self) {
        self.site.count(self.trip);
        if !self.site.is_due(nanos()) {
            return;
        }
        let sink = SINK.read().unwrap_or_else(PoisonError::into_inner).clone();
        match sink {
            Some(sink) => sink(&self),
            None => self.print(),
        }
    }

    #[cfg(feature = "tracing")]
    fn print(&self) {
        tracing::warn!(site = %self.site, trip = self.trip.name(), "{self}");
    }

    #[cfg(not(feature = "tracing"))]
    fn print(&self) {
        use std::io::Write;
        // There is nobody to tell that standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.site, self.trip.name())?;
        if let (Some(iterations), Some(rate)) = (self.iterations, self.rate()) {
            write!(out, ", {iterations} iterations, {rate:.0} a second")?;
        }
        write!(out, ", {:.3} s, thread `{}`", self.elapsed.as_secs_f64(), self.thread)?;
        self.task.map_or(Ok(()), |task| write!(out, ", task {task}"))
    }
}

type Sink = Arc<dyn Fn(&Report) + Send + Sync>;

static SINK: RwLock<Option<Sink>> = RwLock::new(None);

/// Hands all reports to `sink` from now on, instead of `tracing` (with that feature) or standard error.
///
/// The sink is called on the thread of the loop or of the watchdog and holds it up as long as it takes.
pub fn on_report(sink: impl Fn(&Report) + Send + Sync + 'static) {
    *SINK.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(sink));
}
