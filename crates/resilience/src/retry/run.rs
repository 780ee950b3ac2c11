//! Runs a call under a policy.

use std::{fmt, time::Duration};

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::RetryPolicy;
use crate::{Classify, Failure, StopReason, Verdict};

/// What an attempt is told about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// When it will be ended.
    pub deadline: Instant,
}

/// A call that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveUp<E> {
    /// Why.
    pub reason: StopReason,
    /// How many attempts were begun.
    pub attempts: u32,
    /// How long they took with the delays between them.
    pub elapsed: Duration,
    /// What the last attempt failed with; nothing when it timed out, was cancelled or never began.
    pub last: Option<E>,
}

impl<E: fmt::Display> fmt::Display for GiveUp<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "gave up ({}) after {} attempts in {:?}", self.reason, self.attempts, self.elapsed)?;
        self.last.as_ref().map_or(Ok(()), |last| write!(out, ": {last}"))
    }
}

impl<E: std::error::Error + 'static> std::error::Error for GiveUp<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.last.as_ref().map(|last| last as _)
    }
}

/// Runs `attempt` until it succeeds or the policy says to stop.
///
/// **Bound**: [`RetryPolicy::bound`], as long as the attempt's future returns from each poll.
/// **Cancel**: when `cancel` fires or the returned future is dropped, the running attempt is dropped; it is not retried.
/// **On give-up**: [`GiveUp`] with the reason and the last error.
///
/// # Errors
///
/// [`GiveUp`] when no attempt succeeded.
///
/// ```
/// # use std::{io, time::Duration};
/// # use unspin_resilience::*;
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = RetryPolicy::new(RetrySettings {
///     attempts: 3,
///     attempt_timeout: Duration::from_secs(1),
///     deadline: Duration::from_secs(10),
///     backoff: Backoff::new(Duration::from_millis(50), Duration::from_secs(1))?,
/// })?;
/// let stop = CancellationToken::new();
/// let answer = with_timeout_retry(&policy, &stop, async |attempt: Attempt| {
///     if attempt.number < 3 { Err(io::Error::from(io::ErrorKind::ConnectionRefused)) } else { Ok("here") }
/// });
/// assert_eq!(answer.await?, "here");
/// # Ok(())
/// # }
/// ```
///
/// `attempt` may borrow from around it, also in a task of its own. What it changes is captured by value or sits in an atomic or
/// a lock: a closure whose futures borrow from the closure itself is none that the compiler takes for `Send`.
///
/// ```
/// # use std::{io, sync::atomic::{AtomicU32, Ordering::Relaxed}, time::Duration};
/// # use unspin_resilience::*;
/// # struct Client;
/// # impl Client { async fn ask(&self, _: &str) -> io::Result<u32> { Ok(7) } }
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (backoff, second) = (Backoff::new(Duration::from_millis(50), Duration::from_secs(1))?, Duration::from_secs(1));
/// # let settings = RetrySettings { attempts: 3, attempt_timeout: second, deadline: second, backoff };
/// # let (policy, stop, client, question) = (RetryPolicy::new(settings)?, CancellationToken::new(), Client, "?".to_owned());
/// let asking = tokio::spawn(async move {
///     let asked = AtomicU32::new(0);
///     let answer = with_timeout_retry(&policy, &stop, async |_| {
///         asked.fetch_add(1, Relaxed);
///         client.ask(&question).await
///     });
///     (answer.await, asked.into_inner())
/// });
/// let (answer, asked) = asking.await?;
/// assert_eq!((answer?, asked), (7, 1));
/// # Ok(())
/// # }
/// ```
pub async fn with_timeout_retry<T, E: Classify, F: Future<Output = Result<T, E>>>(
    policy: &RetryPolicy,
    cancel: &CancellationToken,
    attempt: impl FnMut(Attempt) -> F,
) -> Result<T, GiveUp<E>> {
    with_timeout_retry_by(policy, cancel, E::classify, attempt).await
}

/// As [`with_timeout_retry`], for errors that `classify` tells apart.
///
/// **Bound**, **Cancel**, **On give-up**: as [`with_timeout_retry`].
///
/// # Errors
///
/// [`GiveUp`] when no attempt succeeded.
pub async fn with_timeout_retry_by<T, E, F: Future<Output = Result<T, E>>>(
    policy: &RetryPolicy,
    cancel: &CancellationToken,
    classify: impl Fn(&E) -> Failure,
    mut attempt: impl FnMut(Attempt) -> F,
) -> Result<T, GiveUp<E>> {
    let mut retries = policy.start(Instant::now());
    let mut last = None;
    let reason = loop {
        if cancel.is_cancelled() {
            break StopReason::Cancelled;
        }
        let now = Instant::now();
        let limit = match retries.attempt(now) {
            Ok(limit) => limit,
            Err(reason) => break reason,
        };
        let this = Attempt { number: retries.attempts(), deadline: now + limit };
        let failure = match cancel.run_until_cancelled(timeout(limit, attempt(this))).await {
            Some(Ok(Ok(value))) => return Ok(value),
            Some(Ok(Err(error))) => {
                let failure = classify(&error);
                last = Some(error);
                failure
            }
            Some(Err(_)) => {
                last = None;
                Failure::Timeout
            }
            None => Failure::Cancelled,
        };
        match retries.failed(Instant::now(), failure) {
            Verdict::Stop(reason) => break reason,
            Verdict::RetryAfter(delay) => {
                event!(debug, attempt = this.number, ?failure, ?delay, "trying again");
                // The next round sees the cancellation.
                cancel.run_until_cancelled(sleep(delay)).await;
            }
        }
    };
    let (attempts, elapsed) = (retries.attempts(), retries.elapsed(Instant::now()));
    event!(warn, %reason, attempts, ?elapsed, "gave up");
    Err(GiveUp { reason, attempts, elapsed, last })
}
