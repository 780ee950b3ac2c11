//! A stop flag that is read on some way round only. Class: a scheduler's ticker that looks at its
//! flag when a send failed, and otherwise ticks on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{RwLock, broadcast};
use tokio::time::sleep;

const PERIOD: Duration = Duration::from_millis(500);

pub fn start(ticks: broadcast::Sender<bool>, stop: Arc<RwLock<bool>>) {
    tokio::spawn(async move {
        loop { // expect: unstoppable-loop/strict
            if ticks.send(true).is_err() {
                if *stop.read().await {
                    return;
                }
                eprintln!("nobody listens");
            }
            sleep(PERIOD).await;
        }
    });
}

pub fn start_checked(ticks: broadcast::Sender<bool>, stop: Arc<RwLock<bool>>) {
    tokio::spawn(async move {
        loop {
            if *stop.read().await {
                return;
            }
            if ticks.send(true).is_err() {
                eprintln!("nobody listens");
            }
            sleep(PERIOD).await;
        }
    });
}

pub fn start_checked_at_the_end(ticks: broadcast::Sender<bool>, stop: Arc<RwLock<bool>>) {
    tokio::spawn(async move {
        loop {
            sleep(PERIOD).await;
            let _ = ticks.send(true);
            let stopping = *stop.read().await;
            if stopping {
                break;
            }
        }
    });
}
