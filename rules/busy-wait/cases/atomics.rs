//! Waiting for an atomic that another thread stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

pub struct Gate {
    open: AtomicBool,
    waiting: AtomicUsize,
}

impl Gate {
    pub fn release(&self) {
        self.open.store(true, Ordering::Release);
    }

    fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    pub fn wait(&self) {
        while !self.open.load(Ordering::Acquire) {} // expect: busy-wait
    }

    pub fn wait_by_method(&self) {
        while !self.is_open() {} // expect: busy-wait
    }

    pub fn wait_inside(&self) {
        loop { // expect: busy-wait
            if self.open.load(Ordering::Acquire) {
                break;
            }
        }
    }

    pub fn wait_with_sleep(&self) {
        while !self.open.load(Ordering::Acquire) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn wait_yielding(&self) {
        while !self.open.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }

    pub fn wait_parked(&self) {
        while !self.open.load(Ordering::Acquire) {
            thread::park();
        }
    }

    pub fn wait_hinted(&self) {
        while !self.open.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
    }

    pub fn spin_then_yield(&self) {
        let mut spins = 0;
        while !self.open.load(Ordering::Acquire) {
            if spins < 100 {
                spins += 1;
                std::hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }

    pub fn enter(&self) {
        // A failed exchange means that another thread has made progress.
        let mut seen = self.waiting.load(Ordering::Relaxed);
        while let Err(now) =
            self.waiting
                .compare_exchange_weak(seen, seen + 1, Ordering::AcqRel, Ordering::Relaxed)
        {
            seen = now;
        }
    }

    pub fn wait_for_others(&self) {
        while self.waiting.load(Ordering::Acquire) > 1 {} // expect: busy-wait
    }
}

pub fn wait_for_sole_owner<T>(shared: &Arc<T>) {
    while Arc::strong_count(shared) > 1 {} // expect: busy-wait
}

pub fn wait_for_sole_owner_yielding<T>(shared: &Arc<T>) {
    while Arc::strong_count(shared) > 1 {
        thread::yield_now();
    }
}
