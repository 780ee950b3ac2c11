//! The same policies for `tower` services.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::{Layer, Service, ServiceExt};

use crate::{Attempt, Breaker, BreakerPolicy, Failure, GiveUp, RetryPolicy, with_timeout_retry_by};

/// Retries the calls of a service under a [`RetryPolicy`].
///
/// **Bound**: [`RetryPolicy::bound`] for each call, the time until the service is ready included.
/// **Cancel**: a call ends when the token given to [`until`](Self::until) fires or its future is dropped.
/// **On give-up**: [`GiveUp`] is the error of the service.
///
/// ```
/// # use std::{io, time::Duration};
/// # use unspin_resilience::{*, layer::RetryLayer};
/// use tower::{ServiceBuilder, ServiceExt};
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = RetryPolicy::new(RetrySettings {
///     attempts: 3,
///     attempt_timeout: Duration::from_secs(1),
///     deadline: Duration::from_secs(5),
///     backoff: Backoff::new(Duration::from_millis(10), Duration::from_secs(1))?,
/// })?;
/// let never = tower::service_fn(|_: ()| std::future::pending::<io::Result<()>>());
/// let service = ServiceBuilder::new().layer(RetryLayer::new(policy, io::Error::classify)).service(never);
/// let given_up = service.oneshot(()).await.unwrap_err();
/// assert_eq!((given_up.reason, given_up.attempts), (StopReason::Attempts, 3));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RetryLayer<Classifier> {
    policy: RetryPolicy,
    classify: Classifier,
    stop: CancellationToken,
}

impl<Classifier> RetryLayer<Classifier> {
    /// Retries what `classify` says may be retried.
    pub fn new(policy: RetryPolicy, classify: Classifier) -> Self {
        Self { policy, classify, stop: CancellationToken::new() }
    }

    /// Ends all calls when `stop` fires.
    #[must_use]
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }
}

impl<Inner, Classifier: Clone> Layer<Inner> for RetryLayer<Classifier> {
    type Service = Retry<Inner, Classifier>;

    fn layer(&self, inner: Inner) -> Self::Service {
        Retry { inner, layer: self.clone() }
    }
}

/// What [`RetryLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct Retry<Inner, Classifier> {
    inner: Inner,
    layer: RetryLayer<Classifier>,
}

impl<Inner, Classifier, Request> Service<Request> for Retry<Inner, Classifier>
where
    Inner: Service<Request> + Clone + Send + 'static,
    Inner::Future: Send,
    Inner::Response: Send,
    Inner::Error: Send,
    Classifier: Fn(&Inner::Error) -> Failure + Clone + Send + Sync + 'static,
    Request: Clone + Send + 'static,
{
    type Response = Inner::Response;
    type Error = GiveUp<Inner::Error>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    /// Always: each attempt waits by itself, within its timeout, until the inner service is ready.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { inner, layer } = self.clone();
        Box::pin(async move {
            let attempt = move |_: Attempt| inner.clone().oneshot(request.clone());
            with_timeout_retry_by(&layer.policy, &layer.stop, &layer.classify, attempt).await
        })
    }
}

/// Leaves a service alone that keeps failing, for all clones of it together.
///
/// **Bound**: as [`BreakerPolicy`].
/// **Cancel**: a dropped call does not count as a failure.
/// **On give-up**: [`BreakerError::Open`] at once, without calling the service.
#[derive(Debug, Clone, Copy)]
pub struct BreakerLayer {
    policy: BreakerPolicy,
}

impl BreakerLayer {
    /// Each service that it is put around gets a breaker of its own.
    pub fn new(policy: BreakerPolicy) -> Self {
        Self { policy }
    }
}

impl<Inner> Layer<Inner> for BreakerLayer {
    type Service = Guarded<Inner>;

    fn layer(&self, inner: Inner) -> Self::Service {
        Guarded { inner, breaker: Arc::new(Mutex::new(Breaker::new(self.policy))) }
    }
}

/// What [`BreakerLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct Guarded<Inner> {
    inner: Inner,
    breaker: Arc<Mutex<Breaker>>,
}

/// Why a call through a [`BreakerLayer`] failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreakerError<E> {
    /// The service kept failing and was not called.
    Open {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The service failed.
    Failed(E),
}

impl<E: fmt::Display> fmt::Display for BreakerError<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { retry_after } => write!(out, "the service kept failing; ask again in {retry_after:?}"),
            Self::Failed(error) => write!(out, "the service failed: {error}"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for BreakerError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Open { .. } => None,
        }
    }
}

impl<Inner, Request> Service<Request> for Guarded<Inner>
where
    Inner: Service<Request> + Clone + Send + 'static,
    Inner::Future: Send,
    Request: Send + 'static,
{
    type Response = Inner::Response;
    type Error = BreakerError<Inner::Error>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    /// Always: whether the inner service is ready is asked only when the breaker lets a call through.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { inner, breaker } = self.clone();
        Box::pin(async move {
            let mut visit = Visit::enter(&breaker).map_err(|retry_after| BreakerError::Open { retry_after })?;
            let result = inner.oneshot(request).await;
            visit.succeeded = Some(result.is_ok());
            result.map_err(BreakerError::Failed)
        })
    }
}

/// A call that was let through; tells the breaker how it ended also when it is dropped.
struct Visit<'call> {
    breaker: &'call Mutex<Breaker>,
    succeeded: Option<bool>,
}

impl<'call> Visit<'call> {
    fn enter(breaker: &'call Mutex<Breaker>) -> Result<Self, Duration> {
        breaker.lock().unwrap_or_else(PoisonError::into_inner).admit(Instant::now())?;
        Ok(Self { breaker, succeeded: None })
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        match self.succeeded {
            Some(true) => breaker.succeeded(),
            Some(false) => breaker.failed(Instant::now()),
            None => breaker.abandoned(),
        }
    }
}
