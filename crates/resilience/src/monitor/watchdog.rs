//! The thread that names loops which cannot speak for themselves.
//!
//! It samples the slots of all threads and runs as long as there are any.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, Weak, atomic::Ordering::Relaxed},
    thread,
    time::Duration,
};

use super::{
    clock::nanos,
    report::{Report, Trip},
    site::Site,
    slot::Slot,
};

/// The time between two samples; with it, the default limit of 500 ms names a stuck loop after at most 700 ms.
const PERIOD: Duration = Duration::from_millis(100);

struct Entry {
    slot: Weak<Slot>,
    innermost: u32,
    beat: u64,
    since: u64,
}

struct Watch {
    entries: Vec<Entry>,
    is_running: bool,
}

static WATCH: Mutex<Watch> = Mutex::new(Watch { entries: Vec::new(), is_running: false });

/// Watches a thread from now on.
pub(super) fn watch(slot: &Arc<Slot>) {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    watch.entries.push(Entry { slot: Arc::downgrade(slot), innermost: 0, beat: 0, since: nanos() });
    if !watch.is_running {
        // Without a thread for it the loops still judge themselves.
        watch.is_running = thread::Builder::new().name("loop-watchdog".to_owned()).spawn(run).is_ok();
    }
}

fn run() {
    while let Some(reports) = sample() {
        for report in reports {
            // A sink that panics must not end the watch over all other loops.
            let _ = catch_unwind(AssertUnwindSafe(|| report.send()));
        }
        thread::sleep(PERIOD);
    }
}

/// What is to be reported now; nothing when no thread is left.
fn sample() -> Option<Vec<Report>> {
    let now = nanos();
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    watch.entries.retain(|entry| entry.slot.strong_count() > 0);
    watch.is_running = !watch.entries.is_empty();
    if !watch.is_running {
        return None;
    }
    Some(watch.entries.iter_mut().filter_map(|entry| entry.sample(now)).collect())
}

impl Entry {
    fn sample(&mut self, now: u64) -> Option<Report> {
        let slot = self.slot.upgrade()?;
        let (innermost, beat) = (slot.innermost.load(Relaxed), slot.beat.load(Relaxed));
        let gets_on = (innermost, beat) != (self.innermost, self.beat);
        if gets_on || slot.is_waiting.load(Relaxed) {
            (self.innermost, self.beat, self.since) = (innermost, beat, now);
        }
        let site = Site::by_id(innermost)?;
        let poll_began = slot.poll_began.load(Relaxed);
        let polled = if poll_began == 0 { 0 } else { now.saturating_sub(poll_began) };
        let still = now - self.since;
        let (trip, nanos) = if still > site.limits.stuck {
            (Trip::Stuck, still)
        } else if gets_on && polled > site.limits.yields {
            (Trip::NeverYields, polled)
        } else {
            return None;
        };
        let elapsed = Duration::from_nanos(nanos);
        Some(Report { site, trip, iterations: None, elapsed, thread: slot.thread.clone(), task: slot.task() })
    }
}
