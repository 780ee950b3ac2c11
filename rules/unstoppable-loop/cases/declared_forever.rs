//! A loop that is meant to run until the process is killed says so on its header.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

static TICKS: AtomicU64 = AtomicU64::new(0);

pub fn start() {
    thread::spawn(|| {
        loop { // unspin: forever ticks until the process is killed
            TICKS.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_secs(1));
        }
    });
}

pub fn start_declared_above() {
    thread::spawn(|| {
        // unspin: forever ticks until the process is killed
        loop {
            TICKS.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_secs(1));
        }
    });
}

pub fn start_undeclared() {
    thread::spawn(|| {
        loop { // expect: unstoppable-loop/strict
            TICKS.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_secs(1));
        }
    });
}
