//! `try_recv` tells an empty channel from a closed one, if one looks.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::thread;
use std::time::Duration;

pub struct Worker {
    results: Vec<u64>,
}

impl Worker {
    pub fn run(&mut self, jobs: &Receiver<u64>) {
        loop { // expect: closed-channel-spin
            match jobs.try_recv() {
                Ok(value) => self.results.push(value),
                Err(_) => std::hint::spin_loop(),
            }
        }
    }

    pub fn run_both_alike(&mut self, jobs: &Receiver<u64>) {
        loop { // expect: closed-channel-spin
            match jobs.try_recv() {
                Ok(value) => self.results.push(value),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => thread::yield_now(),
            }
        }
    }

    pub fn run_checked(&mut self, jobs: &Receiver<u64>) {
        loop {
            match jobs.try_recv() {
                Ok(value) => self.results.push(value),
                Err(TryRecvError::Empty) => thread::yield_now(),
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }

    pub fn run_with_sleep(&mut self, jobs: &Receiver<u64>) {
        // It never ends, but it does not spin.
        loop {
            match jobs.try_recv() {
                Ok(value) => self.results.push(value),
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    pub fn drain(&mut self, jobs: &Receiver<u64>) {
        while let Ok(value) = jobs.try_recv() {
            self.results.push(value);
        }
    }

    pub fn drain_by_iterator(&mut self, jobs: &Receiver<u64>) {
        for value in jobs.try_iter() {
            self.results.push(value);
        }
    }
}
