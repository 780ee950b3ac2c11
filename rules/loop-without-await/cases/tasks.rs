//! Tasks that keep the thread of the runtime.

use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender};

/// Class: a thread's loop was made a task, and its sleep was not.
pub async fn sample(sender: Sender<u32>, read: fn() -> u32) {
    while sender.try_send(read()).is_ok() {
        std::thread::sleep(Duration::from_millis(500)); // expect: loop-without-await/strict
    }
}

pub fn start(sender: Sender<u32>, read: fn() -> u32) {
    tokio::spawn(async move {
        loop {
            if sender.try_send(read()).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(500)); // expect: loop-without-await/strict
        }
    });
}

pub fn in_thread(sender: Sender<u32>, read: fn() -> u32) {
    std::thread::spawn(move || {
        while sender.blocking_send(read()).is_ok() {
            std::thread::sleep(Duration::from_millis(500));
        }
    });
}

pub async fn forward(mut receiver: Receiver<u32>, sender: Sender<u32>) {
    while let Some(value) = receiver.recv().await {
        if sender.send(value).await.is_err() {
            return;
        }
    }
}
