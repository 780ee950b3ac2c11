//! Asynchronous tasks: an await suspends, computing does not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::{interval, sleep};

static BEATS: AtomicU64 = AtomicU64::new(0);

pub async fn computes() {
    loop { // expect: endless-loop
        BEATS.fetch_add(1, Ordering::Relaxed);
    }
}

pub async fn sleeps() {
    loop {
        BEATS.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
    }
}

pub async fn ticks() {
    let mut timer = interval(Duration::from_secs(1));
    loop {
        timer.tick().await;
        BEATS.fetch_add(1, Ordering::Relaxed);
    }
}

pub async fn notified(changed: &Notify) {
    loop {
        changed.notified().await;
        BEATS.fetch_add(1, Ordering::Relaxed);
    }
}

pub async fn selects(mut left: mpsc::Receiver<u64>, mut right: mpsc::Receiver<u64>) {
    loop {
        tokio::select! {
            Some(value) = left.recv() => BEATS.fetch_add(value, Ordering::Relaxed),
            Some(value) = right.recv() => BEATS.fetch_add(value, Ordering::Relaxed),
            else => break,
        };
    }
}

pub fn spawns() {
    tokio::spawn(async {
        loop { // expect: endless-loop
            BEATS.fetch_add(1, Ordering::Relaxed);
        }
    });
}
