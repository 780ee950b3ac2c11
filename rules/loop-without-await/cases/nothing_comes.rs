use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

pub struct Inbox {
    items: Mutex<VecDeque<String>>,
    filled: Notify,
}

impl Inbox {
    fn poll(&self) -> Option<String> {
        let mut items = self.items.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let item = items.pop_front()?;
        Some(item)
    }

    pub async fn spins(&self) -> String {
        loop { // expect: loop-without-await/strict
            if let Some(item) = self.poll() {
                return item;
            }
        }
    }

    pub async fn waits(&self) -> String {
        loop {
            if let Some(item) = self.poll() {
                return item;
            }
            self.filled.notified().await;
        }
    }

    pub async fn takes_what_is_there(&self) {
        let mut items = self.items.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while let Some(item) = items.front() {
            if item.is_empty() {
                break;
            }
            if let Some(item) = items.pop_front() {
                println!("{item}");
            }
        }
    }
}

pub enum Due {
    Later(Instant),
    Now,
}

pub struct Timer {
    last: Instant,
    period: Duration,
}

impl Timer {
    fn check(&mut self, now: Instant) -> Due {
        if now < self.last + self.period {
            return Due::Later(self.last + self.period);
        }
        self.last = now;
        Due::Now
    }

    pub async fn spins(&mut self) {
        loop { // expect: loop-without-await/strict
            match self.check(Instant::now()) {
                Due::Later(_) => {}
                Due::Now => return,
            }
        }
    }

    pub async fn sleeps(&mut self) {
        loop {
            match self.check(Instant::now()) {
                Due::Later(until) => sleep_until(until).await,
                Due::Now => return,
            }
        }
    }
}
