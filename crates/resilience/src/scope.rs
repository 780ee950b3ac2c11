//! Tasks that stop together, within a time that is known beforehand.
//!
//! Shutdown has three steps, and each says how many tasks needed it. *Drain*: tasks are told to take nothing new and end by
//! themselves. *Cancel*: those still there are told to drop what they do. *Abort*: those that do not listen are dropped at
//! their next `.await`. A task that never awaits cannot be ended by anybody; it is named and left behind.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    task::AbortHandle,
    time::{Instant, timeout},
};
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFuture},
    task::TaskTracker,
};

/// How long tasks have between cancellation and abortion, and after it.
const LAST_STEP: Duration = Duration::from_millis(500);

/// What a task is told about shutdown.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    drain: CancellationToken,
    cancel: CancellationToken,
}

impl Stop {
    /// Waits until no new work is to be taken.
    pub fn draining(&self) -> WaitForCancellationFuture<'_> {
        self.drain.cancelled()
    }

    /// Waits until the work at hand is to be dropped.
    pub fn cancelled(&self) -> WaitForCancellationFuture<'_> {
        self.cancel.cancelled()
    }

    /// Whether no new work is to be taken.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// Whether the work at hand is to be dropped.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The token behind [`cancelled`](Self::cancelled), for functions that take one.
    pub fn token(&self) -> &CancellationToken {
        &self.cancel
    }
}

/// A scope that takes no further task, because it is being shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeClosed;

impl fmt::Display for ScopeClosed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the scope is shutting down and takes no further task")
    }
}

impl std::error::Error for ScopeClosed {}

/// What shutdown had to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it says which tasks were left behind"]
pub struct ShutdownReport {
    /// Why, as the caller said.
    pub reason: String,
    /// How long it took.
    pub elapsed: Duration,
    /// Tasks that ended by themselves after they were told to drain.
    pub drained: usize,
    /// Tasks that ended after they were told to drop their work.
    pub cancelled: usize,
    /// Tasks that had to be aborted, by name.
    pub aborted: Vec<&'static str>,
    /// Tasks that were aborted and are still there, since they never await.
    pub stuck: Vec<&'static str>,
    /// Tasks that panicked, since the scope was made.
    pub panicked: usize,
}

/// Owns tasks; when it is dropped without shutdown they are aborted.
///
/// **Bound**: [`shutdown`](Self::shutdown) takes at most `grace` and one second.
/// **Cancel**: dropping the future of `shutdown` drops the scope, which aborts what is left.
/// **On give-up**: tasks that never await are named in [`ShutdownReport::stuck`].
///
/// ```
/// # use std::time::Duration;
/// # use unspin_resilience::Scope;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), unspin_resilience::ScopeClosed> {
/// let scope = Scope::new();
/// scope.spawn("polite", |stop| async move { stop.draining().await })?;
/// scope.spawn("busy", |stop| async move { stop.cancelled().await })?;
/// scope.spawn("deaf", |_| std::future::pending())?;
///
/// let report = scope.shutdown(Duration::from_secs(5), "SIGTERM").await;
/// assert_eq!((report.drained, report.cancelled, report.aborted), (1, 1, vec!["deaf"]));
/// assert!(report.elapsed <= Duration::from_secs(6));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Scope {
    spawner: Spawner,
}

/// Starts tasks in a [`Scope`] from within them, without keeping it alive.
#[derive(Debug, Clone, Default)]
pub struct Spawner {
    stop: Stop,
    tracker: TaskTracker,
    tasks: Arc<Mutex<Tasks>>,
}

#[derive(Debug, Default)]
struct Tasks {
    closed: bool,
    /// Tasks that are being started are aborted too.
    aborting: bool,
    next: u64,
    running: BTreeMap<u64, (&'static str, Option<AbortHandle>)>,
    panicked: usize,
}

impl Spawner {
    /// Starts a task; it is given what tells it to stop.
    ///
    /// # Errors
    ///
    /// [`ScopeClosed`] when the scope is being shut down or was dropped.
    pub fn spawn<F>(&self, name: &'static str, task: impl FnOnce(Stop) -> F) -> Result<(), ScopeClosed>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let id = {
            let mut tasks = self.tasks();
            if tasks.closed {
                return Err(ScopeClosed);
            }
            tasks.next += 1;
            let id = tasks.next;
            tasks.running.insert(id, (name, None));
            id
        };
        // Made before the task: it runs also when the task is dropped before its first poll.
        let leave = Leave { tasks: Arc::clone(&self.tasks), id };
        // In a box of its own: a future that is captured and then awaited takes its size twice.
        let future = Box::pin(task(self.stop.clone()));
        let handle = self.tracker.spawn(async move {
            let _leave = leave;
            future.await;
        });
        let mut tasks = self.tasks();
        if let Some((_, abort)) = tasks.running.get_mut(&id) {
            *abort = Some(handle.abort_handle());
        }
        let is_late = tasks.aborting;
        drop(tasks);
        if is_late {
            handle.abort();
        }
        Ok(())
    }

    /// What tells tasks of this scope to stop.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// How many tasks are running.
    pub fn len(&self) -> usize {
        self.tasks().running.len()
    }

    /// Whether no task is running.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tasks panicked so far.
    pub fn panicked(&self) -> usize {
        self.tasks().panicked
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        // A panic while it is held cannot leave the registry half written.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.tasks().closed = true;
        self.tracker.close();
    }

    fn abort(&self) -> Vec<&'static str> {
        // The handles are used outside of the lock: a task that is dropped at once takes it.
        let running: Vec<_> = {
            let mut tasks = self.tasks();
            tasks.aborting = true;
            tasks.running.values().cloned().collect()
        };
        running.iter().filter_map(|(_, abort)| abort.as_ref()).for_each(AbortHandle::abort);
        running.into_iter().map(|(name, _)| name).collect()
    }
}

impl Scope {
    /// A scope without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task; it is given what tells it to stop.
    ///
    /// # Errors
    ///
    /// [`ScopeClosed`] when the scope is being shut down.
    pub fn spawn<F>(&self, name: &'static str, task: impl FnOnce(Stop) -> F) -> Result<(), ScopeClosed>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.spawner.spawn(name, task)
    }

    /// Starts tasks from within tasks.
    pub fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    /// Ends all tasks: drains for up to `grace`, then cancels, then aborts.
    pub async fn shutdown(self, grace: Duration, reason: impl Into<String>) -> ShutdownReport {
        let started = Instant::now();
        let spawner = &self.spawner;
        spawner.close();
        let before = spawner.len();
        spawner.stop.drain.cancel();
        let _ = timeout(grace, spawner.tracker.wait()).await;
        let undrained = spawner.len();
        spawner.stop.cancel.cancel();
        let _ = timeout(LAST_STEP, spawner.tracker.wait()).await;
        let mut aborted = spawner.abort();
        let uncancelled = aborted.len();
        let _ = timeout(LAST_STEP, spawner.tracker.wait()).await;
        let mut stuck: Vec<_> = spawner.tasks().running.values().map(|(name, _)| *name).collect();
        aborted.sort_unstable();
        stuck.sort_unstable();
        let report = ShutdownReport {
            reason: reason.into(),
            elapsed: started.elapsed(),
            drained: before.saturating_sub(undrained),
            cancelled: undrained.saturating_sub(uncancelled),
            aborted,
            stuck,
            panicked: spawner.panicked(),
        };
        event!(info, ?report, "shut down");
        report
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.spawner.close();
        self.spawner.stop.drain.cancel();
        self.spawner.stop.cancel.cancel();
        self.spawner.abort();
    }
}

/// Takes a task out of the registry when it ends, however it ends.
struct Leave {
    tasks: Arc<Mutex<Tasks>>,
    id: u64,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.running.remove(&self.id);
        tasks.panicked += usize::from(std::thread::panicking());
    }
}
