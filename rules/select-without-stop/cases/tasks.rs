//! Spawned tasks that select in a loop.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep};

/// Class: the task of a client outlives it, because no arm hears of its end.
pub fn keep_alive(mut changes: mpsc::Receiver<u64>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut period = 30;
        loop { // expect: select-without-stop/strict
            tokio::select! {
                _ = sleep(Duration::from_secs(period)) => println!("alive"),
                Some(new) = changes.recv() => period = new,
            }
        }
    })
}

pub fn keep_alive_until_closed(mut changes: mpsc::Receiver<u64>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut period = 30;
        loop {
            tokio::select! {
                _ = sleep(Duration::from_secs(period)) => println!("alive"),
                change = changes.recv() => match change {
                    Some(new) => period = new,
                    None => return,
                },
            }
        }
    })
}

pub fn watch_flag(mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut ticks = interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = ticks.tick() => println!("tick"),
                _ = stop.changed() => break,
            }
        }
    })
}

pub async fn awaited(mut changes: mpsc::Receiver<u64>) {
    let mut period = 30;
    loop {
        tokio::select! {
            _ = sleep(Duration::from_secs(period)) => println!("alive"),
            Some(new) = changes.recv() => period = new,
        }
    }
}
