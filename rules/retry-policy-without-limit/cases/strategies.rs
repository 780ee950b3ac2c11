//! Retry crates: strategies without an end, and builders whose limit is taken away.

use std::time::Duration;

use backoff::ExponentialBackoffBuilder;
use backon::{ExponentialBuilder, Retryable};
use tokio_retry::strategy::{FixedInterval, jitter};
use tokio_retry::{Retry, RetryIf};

type Answer = Result<String, std::io::Error>;

/// Class: an endless iterator is handed over as the strategy.
pub async fn fixed() -> Answer {
    Retry::spawn(FixedInterval::from_millis(500), fetch).await // expect: retry-policy-without-limit
}

pub async fn fixed_if() -> Answer {
    let strategy = FixedInterval::from_millis(500).map(jitter);
    RetryIf::spawn(strategy, fetch, |error: &std::io::Error| error.kind() == std::io::ErrorKind::TimedOut).await // expect: retry-policy-without-limit
}

pub async fn five_times() -> Answer {
    Retry::spawn(FixedInterval::from_millis(500).take(5), fetch).await
}

pub async fn given(strategy: Vec<Duration>) -> Answer {
    Retry::spawn(strategy, fetch).await
}

pub async fn without_limit() -> Answer {
    fetch.retry(ExponentialBuilder::default().without_max_times()).await // expect: retry-policy-without-limit/strict
}

pub async fn with_total_delay() -> Answer {
    let policy = ExponentialBuilder::default().without_max_times().with_total_delay(Some(Duration::from_secs(60)));
    fetch.retry(policy).await
}

pub async fn three_times() -> Answer {
    fetch.retry(ExponentialBuilder::default().with_jitter()).await
}

pub async fn no_elapsed_time() -> Answer {
    let policy = ExponentialBackoffBuilder::new().with_max_elapsed_time(None).build(); // expect: retry-policy-without-limit/strict
    backoff::future::retry(policy, || async { Ok(fetch().await?) }).await
}

pub async fn fifteen_minutes() -> Answer {
    let policy = ExponentialBackoffBuilder::new().build();
    backoff::future::retry(policy, || async { Ok(fetch().await?) }).await
}

pub fn blocking() -> Result<String, retry::Error<std::io::Error>> {
    retry::retry(retry::delay::Fixed::from_millis(100), || std::fs::read_to_string("/run/answer")) // expect: retry-policy-without-limit
}

pub fn blocking_three_times() -> Result<String, retry::Error<std::io::Error>> {
    retry::retry(retry::delay::Fixed::from_millis(100).take(3), || std::fs::read_to_string("/run/answer"))
}

async fn fetch() -> Answer {
    Ok(String::new())
}

/// Class: the total time was set before the number of tries was taken away.
pub async fn with_total_delay_first() -> Answer {
    let policy = ExponentialBuilder::default().with_total_delay(Some(Duration::from_secs(60))).without_max_times();
    fetch.retry(policy).await
}
