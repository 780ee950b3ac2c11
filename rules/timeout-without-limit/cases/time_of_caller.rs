//! Waits whose caller says how long they may take, and that begin anew when the time is over.

use std::time::{Duration, Instant};

use tokio::sync::Notify;

pub struct Buffer {
    data: Vec<u8>,
    changed: Notify,
}

impl Buffer {
    fn has(&self, size: usize) -> bool {
        self.data.len() > size
    }

    pub async fn wait_at_most(&self, size: usize, timeout: Duration) {
        while !self.has(size) {
            if tokio::time::timeout(timeout, self.changed.notified()).await.is_err() { // expect: timeout-without-limit/audit
                continue;
            }
        }
    }

    pub async fn wait_in_time(&self, size: usize, timeout: Duration) -> bool {
        while !self.has(size) {
            if tokio::time::timeout(timeout, self.changed.notified()).await.is_err() {
                return false;
            }
        }
        true
    }

    pub async fn wait_until(&self, size: usize, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        while !self.has(size) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            if tokio::time::timeout(left, self.changed.notified()).await.is_err() {
                continue;
            }
        }
    }
}
