//! What each thread is in, where the watchdog sees it.
//!
//! Only its own thread writes a slot, so that plain stores are enough; the watchdog reads it at any time and may see a
//! state that is some nanoseconds old.

use std::{
    cell::Cell,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
};

use tokio::task::Id;

use super::{clock::nanos, watchdog};

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) thread: String,
    /// The site of the innermost loop, 0 outside of loops.
    pub(super) innermost: AtomicU32,
    /// Grows each time that the thread shows that it gets on.
    pub(super) beat: AtomicU64,
    /// When the task that is being polled was last resumed, 0 outside of tasks.
    pub(super) poll_began: AtomicU64,
    /// Whether the thread waits and may do so.
    pub(super) is_waiting: AtomicBool,
    task: Mutex<Option<Id>>,
}

impl Slot {
    fn new() -> Arc<Self> {
        let slot = Arc::new(Self {
            thread: std::thread::current().name().unwrap_or("unnamed").to_owned(),
            innermost: AtomicU32::new(0),
            beat: AtomicU64::new(0),
            poll_began: AtomicU64::new(0),
            is_waiting: AtomicBool::new(false),
            task: Mutex::new(None),
        });
        watchdog::watch(&slot);
        slot
    }

    pub(super) fn task(&self) -> Option<Id> {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn mark(&self) {
        self.beat.store(self.beat.load(Relaxed).wrapping_add(1), Relaxed);
    }
}

thread_local! {
    static SLOT: Arc<Slot> = Slot::new();
}

/// A loop is entered; answers the loop around it. Nothing is seen of a thread that is being torn down.
#[inline]
pub(super) fn enter(site: u32) -> u32 {
    SLOT.try_with(|slot| {
        let around = slot.innermost.load(Relaxed);
        slot.innermost.store(site, Relaxed);
        slot.mark();
        around
    })
    .unwrap_or(0)
}

/// A loop is left. A loop of a task that is dropped while it waits was not the innermost of this thread.
#[inline]
pub(super) fn leave(site: u32, around: u32) {
    let _ = SLOT.try_with(|slot| {
        if slot.innermost.load(Relaxed) == site {
            slot.innermost.store(around, Relaxed);
            slot.mark();
        }
    });
}

/// The thread gets on; answers when the task that is being polled was resumed.
pub(super) fn beat() -> Option<u64> {
    let began = SLOT.try_with(|slot| {
        slot.mark();
        slot.poll_began.load(Relaxed)
    });
    began.ok().filter(|began| *began != 0)
}

/// The name of this thread, and its task.
pub(super) fn whereabouts() -> (String, Option<Id>) {
    SLOT.try_with(|slot| (slot.thread.clone(), tokio::task::try_id())).unwrap_or_default()
}

/// Polls a task whose innermost loop is `innermost`.
pub(super) fn polling<T>(innermost: &Cell<u32>, poll: impl FnOnce() -> T) -> T {
    let Ok(slot) = SLOT.try_with(Arc::clone) else { return poll() };
    let around = slot.innermost.load(Relaxed);
    slot.innermost.store(innermost.get(), Relaxed);
    slot.mark();
    let is_outermost = slot.poll_began.load(Relaxed) == 0;
    if is_outermost {
        *slot.task.lock().unwrap_or_else(PoisonError::into_inner) = tokio::task::try_id();
        slot.poll_began.store(nanos(), Relaxed);
    }
    let _after = After(|| {
        innermost.set(slot.innermost.load(Relaxed));
        slot.innermost.store(around, Relaxed);
        slot.mark();
        if is_outermost {
            slot.poll_began.store(0, Relaxed);
            *slot.task.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    });
    poll()
}

/// Runs something that blocks the thread and may, such as a receive in a service loop: the loop around it is not stuck.
///
/// **Bound**: none; that is the duty of what is run.
///
/// ```
/// # use unspin_resilience::monitor::waiting;
/// let (sender, receiver) = std::sync::mpsc::channel();
/// sender.send(1)?;
/// assert_eq!(waiting(|| receiver.recv()), Ok(1));
/// # Ok::<(), std::sync::mpsc::SendError<i32>>(())
/// ```
pub fn waiting<T>(wait: impl FnOnce() -> T) -> T {
    let Ok(slot) = SLOT.try_with(Arc::clone) else { return wait() };
    let before = slot.is_waiting.swap(true, Relaxed);
    let _after = After(|| {
        slot.is_waiting.store(before, Relaxed);
        slot.mark();
    });
    wait()
}

/// Runs something at the end, also of a panic.
struct After<F: FnMut()>(F);

impl<F: FnMut()> fmt::Debug for After<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("After")
    }
}

impl<F: FnMut()> Drop for After<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
