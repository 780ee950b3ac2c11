//! In a task a busy wait also keeps the code from running that would end it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

pub async fn wait(ready: &AtomicBool) {
    while !ready.load(Ordering::Acquire) {} // expect: busy-wait
}

pub async fn wait_for_task(task: &JoinHandle<()>) {
    while !task.is_finished() {} // expect: busy-wait
}

pub async fn wait_with_sleep(ready: &AtomicBool) {
    while !ready.load(Ordering::Acquire) {
        sleep(Duration::from_millis(10)).await;
    }
}

pub async fn wait_yielding(ready: &AtomicBool) {
    while !ready.load(Ordering::Acquire) { // expect: busy-wait
        tokio::task::yield_now().await;
    }
}

pub async fn wait_notified(ready: &AtomicBool, changed: &Notify) {
    while !ready.load(Ordering::Acquire) {
        changed.notified().await;
    }
}
