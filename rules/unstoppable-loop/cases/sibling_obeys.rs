//! One loop of the type looks at the stop flag, its sibling does not.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const PERIOD: Duration = Duration::from_secs(1);

pub struct Monitor {
    stop: AtomicBool,
    samples: Mutex<Vec<u64>>,
}

impl Monitor {
    pub fn close(&self) {
        self.stop.store(true, Ordering::Release);
    }

    fn sample(&self, value: u64) {
        if let Ok(mut samples) = self.samples.lock() {
            samples.push(value);
        }
    }

    pub fn sample_fast(&self) {
        while !self.stop.load(Ordering::Acquire) {
            self.sample(1);
            thread::sleep(PERIOD);
        }
    }

    pub fn sample_slow(&self) {
        loop { // expect: unstoppable-loop
            self.sample(10);
            thread::sleep(PERIOD * 10);
        }
    }

    pub fn sample_slow_checked(&self) {
        loop {
            if self.stop.load(Ordering::Acquire) {
                return;
            }
            self.sample(10);
            thread::sleep(PERIOD * 10);
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub fn sample_by_helper(&self) {
        loop {
            self.sample(10);
            thread::sleep(PERIOD * 10);
            if self.stopped() {
                break;
            }
        }
    }
}
