//! `run_until_cancelled` answers `None` when it is to stop.
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

enum Failure {
    Transient,
    Cancelled,
}

async fn counts_as_a_failure(stop: &CancellationToken, mut attempt: impl AsyncFnMut() -> bool, mut more: impl FnMut(Failure) -> bool) {
    loop {
        let failure = match stop.run_until_cancelled(attempt()).await { // expect: swallowed-cancellation
            Some(true) => return,
            Some(false) => Failure::Transient,
            None => Failure::Transient,
        };
        if !more(failure) {
            return;
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn is_told_what_it_was(stop: &CancellationToken, mut attempt: impl AsyncFnMut() -> bool, mut more: impl FnMut(Failure) -> bool) {
    loop {
        let failure = match stop.run_until_cancelled(attempt()).await {
            Some(true) => return,
            Some(false) => Failure::Transient,
            None => Failure::Cancelled,
        };
        if !more(failure) {
            return;
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn leaves(stop: &CancellationToken, mut attempt: impl AsyncFnMut() -> bool) {
    loop {
        match stop.run_until_cancelled(attempt()).await {
            Some(true) | None => return,
            Some(false) => sleep(Duration::from_secs(1)).await,
        }
    }
}

async fn asks_in_the_next_round(stop: &CancellationToken, mut attempt: impl AsyncFnMut() -> bool) {
    while !stop.is_cancelled() {
        if stop.run_until_cancelled(attempt()).await == Some(true) {
            return;
        }
    }
}
