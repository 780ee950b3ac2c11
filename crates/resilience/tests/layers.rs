//! The policies as layers of `tower` services.
#![cfg(feature = "tower")]

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tower::{ServiceBuilder, ServiceExt, service_fn};
use unspin_resilience::{
    Backoff, BreakerPolicy, CancellationToken, Classify, RetryPolicy, RetrySettings, StopReason,
    layer::{BreakerError, BreakerLayer, RetryLayer},
};

fn seconds(base: u64, cap: u64) -> Backoff {
    Backoff::new(Duration::from_secs(base), Duration::from_secs(cap)).expect("sound")
}

fn policy() -> RetryPolicy {
    RetryPolicy::new(RetrySettings {
        attempts: 3,
        attempt_timeout: Duration::from_secs(1),
        deadline: Duration::from_mins(1),
        backoff: seconds(1, 5),
    })
    .expect("sound")
}

#[tokio::test(start_paused = true)]
async fn a_call_is_retried_until_it_succeeds() {
    let calls = Arc::new(AtomicU32::new(0));
    let flaky = service_fn({
        let calls = Arc::clone(&calls);
        move |word: String| {
            let number = calls.fetch_add(1, Ordering::Relaxed);
            async move { if number < 2 { Err(io::Error::from(io::ErrorKind::ConnectionReset)) } else { Ok(word) } }
        }
    });
    let service = ServiceBuilder::new().layer(RetryLayer::new(policy(), io::Error::classify)).service(flaky);
    assert_eq!(service.oneshot("hello".to_owned()).await.expect("the third succeeds"), "hello");
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn calls_end_with_their_token() {
    let never = service_fn(|()| std::future::pending::<io::Result<()>>());
    let stop = CancellationToken::new();
    let layer = RetryLayer::new(policy(), io::Error::classify).until(stop.clone());
    let call = ServiceBuilder::new().layer(layer).service(never).oneshot(());
    stop.cancel();
    assert_eq!(call.await.expect_err("cancelled").reason, StopReason::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_is_left_alone() {
    let broken = service_fn(|is_good: bool| async move { if is_good { Ok(()) } else { Err("broken") } });
    let policy = BreakerPolicy::new(2, seconds(60, 60)).expect("sound");
    let service = ServiceBuilder::new().layer(BreakerLayer::new(policy)).service(broken);
    for _ in 0..2 {
        assert_eq!(service.clone().oneshot(false).await, Err(BreakerError::Failed("broken")));
    }
    assert!(matches!(service.clone().oneshot(true).await, Err(BreakerError::Open { .. })));
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(service.oneshot(true).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_no_failure() {
    let slow = service_fn(|is_slow: bool| async move {
        if is_slow {
            std::future::pending::<()>().await;
        }
        Ok::<_, Infallible>(())
    });
    let policy = BreakerPolicy::new(1, seconds(60, 60)).expect("sound");
    let service = ServiceBuilder::new().layer(BreakerLayer::new(policy)).service(slow);
    assert!(tokio::time::timeout(Duration::from_secs(1), service.clone().oneshot(true)).await.is_err());
    assert_eq!(service.oneshot(false).await, Ok(()));
}
