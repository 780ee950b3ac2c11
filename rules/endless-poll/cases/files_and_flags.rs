//! Waiting for files, and for what other threads set.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub struct Lock {
    path: PathBuf,
    readers: AtomicUsize,
}

impl Lock {
    /// Class: the process that made the lock file was killed, so nobody removes it.
    pub fn wait(&self) {
        while self.path.exists() { // expect: endless-poll/strict
            sleep(Duration::from_millis(50));
        }
    }

    pub fn wait_until(&self, deadline: Instant) -> bool {
        while self.path.exists() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(Duration::from_millis(50));
        }
        true
    }

    pub fn wait_for_readers(&self) {
        while self.readers.load(Ordering::Acquire) != 0 { // expect: endless-poll/strict
            sleep(Duration::from_millis(1));
        }
    }
    /// Whoever holds it touches it; a lock that nobody touches is taken over.
    pub fn wait_while_touched(&self) -> std::io::Result<()> {
        loop {
            let age = match self.path.metadata() {
                Err(_) => return Ok(()),
                Ok(found) => found.modified()?.elapsed().map_err(std::io::Error::other)?.as_secs(),
            };
            if age > 60 {
                return std::fs::remove_file(&self.path);
            }
            sleep(Duration::from_secs(1));
        }
    }
}
