//! Broadcast and watch channels report "closed" as an error, beside errors that pass.

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

pub async fn every_error_is_lag(mut events: broadcast::Receiver<u64>, seen: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        match events.recv().await {
            Ok(event) => seen.push(event),
            Err(_) => seen.clear(),
        }
    }
}

pub async fn lag_told_apart(mut events: broadcast::Receiver<u64>, seen: &mut Vec<u64>) {
    loop {
        match events.recv().await {
            Ok(event) => seen.push(event),
            Err(RecvError::Lagged(_)) => seen.clear(),
            Err(RecvError::Closed) => break,
        }
    }
}

pub async fn only_the_good_case(mut events: broadcast::Receiver<u64>, seen: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        if let Ok(event) = events.recv().await {
            seen.push(event);
        }
    }
}

pub async fn applies_settings(mut settings: watch::Receiver<u64>, seen: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        let _ = settings.changed().await;
        seen.push(*settings.borrow_and_update());
    }
}

pub async fn applies_settings_while_open(mut settings: watch::Receiver<u64>, seen: &mut Vec<u64>) {
    while settings.changed().await.is_ok() {
        seen.push(*settings.borrow_and_update());
    }
}

pub async fn applies_settings_or_leaves(mut settings: watch::Receiver<u64>, seen: &mut Vec<u64>) {
    loop {
        if settings.changed().await.is_err() {
            return;
        }
        seen.push(*settings.borrow_and_update());
    }
}
