//! A loop of the program and what it may do.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::report::Trip;

/// No limit.
const NEVER: u64 = u64::MAX;

/// How many iterations may pass before the first check of a loop that was fast the last time. Small, because this time it may
/// be slow.
const MOST_AT_FIRST: u32 = 64;

/// A report of one site is followed by another after this long at the earliest.
const QUIET: Duration = Duration::from_mins(1);

/// What a loop is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing is promised; it is only looked at.
    Observed,
    /// It ends after a number of iterations or a time.
    Bounded,
    /// It runs as long as the program, makes progress and waits when there is none to make.
    Service,
}

/// What happens besides the report when a loop trips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Report,
    /// The loop lets others run: `yield_now` in a task, a sleep of 1 ms in a thread.
    Yield,
    /// A token is cancelled.
    Cancel,
    /// The loop panics.
    Panic,
}

/// What a loop may do. Meant for statics: limits that cannot work do not compile.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub(super) kind: Kind,
    pub(super) action: Action,
    pub(super) iterations: u64,
    pub(super) time: u64,
    pub(super) rate: u64,
    pub(super) progress: u64,
    pub(super) stuck: u64,
    pub(super) yields: u64,
}

impl Limits {
    /// Stuck after 500 ms in one iteration, never yielding after 200 ms in one poll, and no other limit.
    pub const fn observed() -> Self {
        Self {
            kind: Kind::Observed,
            action: Action::Report,
            iterations: NEVER,
            time: NEVER,
            rate: NEVER,
            progress: NEVER,
            stuck: 500_000_000,
            yields: 200_000_000,
        }
    }

    /// As [`observed`](Self::observed), for a loop that ends.
    pub const fn bounded() -> Self {
        Self { kind: Kind::Bounded, ..Self::observed() }
    }

    /// As [`observed`](Self::observed), for a loop that runs as long as the program: at most 100,000 iterations a second
    /// without progress.
    pub const fn service() -> Self {
        Self { kind: Kind::Service, rate: 100_000, ..Self::observed() }
    }

    /// At most so many iterations.
    ///
    /// # Panics
    ///
    /// With 0; in a static this is an error of the compiler.
    #[must_use]
    pub const fn iterations(self, iterations: u64) -> Self {
        assert!(iterations > 0, "`iterations` is at least 1");
        Self { iterations, ..self }
    }

    /// At most so much time.
    ///
    /// # Panics
    ///
    /// With zero; in a static this is an error of the compiler.
    #[must_use]
    pub const fn time(self, time: Duration) -> Self {
        Self { time: nanos(time), ..self }
    }

    /// At most so many iterations a second that make no progress.
    ///
    /// # Panics
    ///
    /// With 0; in a static this is an error of the compiler.
    #[must_use]
    pub const fn rate(self, rate: u64) -> Self {
        assert!(rate > 0, "`rate` is at least 1");
        Self { rate, ..self }
    }

    /// Progress at least this often while the loop turns.
    ///
    /// # Panics
    ///
    /// With zero; in a static this is an error of the compiler.
    #[must_use]
    pub const fn progress(self, progress: Duration) -> Self {
        Self { progress: nanos(progress), ..self }
    }

    /// At most so much time in one iteration; `None` for a loop that blocks its thread while it waits.
    ///
    /// # Panics
    ///
    /// With zero; in a static this is an error of the compiler.
    #[must_use]
    pub const fn stuck(self, stuck: Option<Duration>) -> Self {
        Self { stuck: nanos_or_never(stuck), ..self }
    }

    /// At most so much time between two points where other tasks may run.
    ///
    /// # Panics
    ///
    /// With zero; in a static this is an error of the compiler.
    #[must_use]
    pub const fn yields(self, yields: Option<Duration>) -> Self {
        Self { yields: nanos_or_never(yields), ..self }
    }

    /// What happens besides the report.
    #[must_use]
    pub const fn action(self, action: Action) -> Self {
        Self { action, ..self }
    }
}

const fn nanos(time: Duration) -> u64 {
    assert!(!time.is_zero(), "a limit of time is more than zero");
    let nanos = time.as_nanos();
    if nanos < NEVER as u128 { nanos as u64 } else { NEVER }
}

const fn nanos_or_never(time: Option<Duration>) -> u64 {
    match time {
        Some(time) => nanos(time),
        None => NEVER,
    }
}

/// A loop of the program; shown as `file:line:form`, where the linter's findings on it are too.
#[derive(Debug)]
pub struct Site {
    file: &'static str,
    line: u32,
    form: &'static str,
    pub(super) is_async: bool,
    pub(super) limits: Limits,
    /// Its place in the list of sites from 1, or 0 before it was first entered.
    id: AtomicU32,
    /// How many iterations between two checks proved right the last time.
    stride: AtomicU32,
    /// When it was last reported.
    reported: AtomicU64,
    /// How often it tripped, in the order of [`Trip::ALL`].
    trips: [AtomicU64; Trip::ALL.len()],
}

static SITES: Mutex<Vec<&'static Site>> = Mutex::new(Vec::new());

/// The loops that were entered at least once, by file and line.
///
/// **Bound**: the loops of the program's text, however often each is entered.
pub fn sites() -> Vec<&'static Site> {
    let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sites.sort_by_key(|site| (site.file, site.line));
    sites
}

impl Site {
    /// A loop of the form `loop`, `while` or `for`.
    pub const fn new(file: &'static str, line: u32, form: &'static str, is_async: bool, limits: Limits) -> Self {
        Self {
            file,
            line,
            form,
            is_async,
            limits,
            id: AtomicU32::new(0),
            stride: AtomicU32::new(1),
            reported: AtomicU64::new(0),
            trips: [const { AtomicU64::new(0) }; Trip::ALL.len()],
        }
    }

    /// The file, as the compiler was given it.
    pub fn file(&self) -> &'static str {
        self.file
    }

    /// The line of the loop's keyword.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// `loop`, `while` or `for`.
    pub fn form(&self) -> &'static str {
        self.form
    }

    /// What the loop is for.
    pub fn kind(&self) -> Kind {
        self.limits.kind
    }

    /// Whether it is looked for this in the loop.
    pub fn watches_for(&self, trip: Trip) -> bool {
        let limits = &self.limits;
        let limit = match trip {
            Trip::Iterations => limits.iterations,
            Trip::Time => limits.time,
            Trip::Hot => limits.rate,
            Trip::NoProgress => limits.progress,
            Trip::NeverYields => limits.yields,
            Trip::Stuck => limits.stuck,
        };
        limit != NEVER
    }

    /// How often it was found to do this, reported or not. What goes on is found again and again.
    pub fn trips(&self, trip: Trip) -> u64 {
        self.trips[trip as usize].load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, trip: Trip) {
        self.trips[trip as usize].fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn id(&'static self) -> u32 {
        let id = self.id.load(Ordering::Relaxed);
        if id == 0 { self.register() } else { id }
    }

    #[cold]
    fn register(&'static self) -> u32 {
        let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been first.
        let id = self.id.load(Ordering::Relaxed);
        if id != 0 {
            return id;
        }
        sites.push(self);
        let id = sites.len() as u32;
        self.id.store(id, Ordering::Relaxed);
        id
    }

    pub(super) fn by_id(id: u32) -> Option<&'static Self> {
        let sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get((id as usize).checked_sub(1)?).copied()
    }

    #[inline]
    pub(super) fn first_stride(&self) -> u32 {
        let stride = self.stride.load(Ordering::Relaxed).min(MOST_AT_FIRST);
        self.fit(stride, 0)
    }

    pub(super) fn learn(&self, stride: u32) {
        self.stride.store(stride, Ordering::Relaxed);
    }

    /// A stride that does not step over the limit of iterations.
    #[inline]
    pub(super) fn fit(&self, stride: u32, iterations: u64) -> u32 {
        let left = self.limits.iterations.saturating_sub(iterations).saturating_add(1);
        u64::from(stride).min(left) as u32
    }

    /// Whether a report is due; if so, none is for a while.
    pub(super) fn is_due(&self, now: u64) -> bool {
        let last = self.reported.load(Ordering::Relaxed);
        let is_quiet = last != 0 && now.saturating_sub(last) < nanos(QUIET);
        !is_quiet && self.reported.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl fmt::Display for Site {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.form)
    }
}
