//! Service loops that wait each time round burn nothing, and other rules ask how they end.

use std::net::TcpListener;
use std::sync::mpsc::Receiver;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Service {
    beats: u64,
}

impl Service {
    fn beat(&mut self) {
        self.beats += 1;
    }

    fn beat_and_rest(&mut self) {
        self.beats += 1;
        thread::sleep(Duration::from_secs(1));
    }

    pub fn with_sleep(&mut self) {
        loop {
            self.beat();
            thread::sleep(Duration::from_secs(1));
        }
    }

    pub fn with_sleep_in_a_helper(&mut self) {
        loop {
            self.beat_and_rest();
        }
    }

    pub fn without_sleep(&mut self) {
        loop { // expect: endless-loop
            self.beat();
        }
    }

    pub fn with_park(&mut self) {
        loop {
            thread::park();
            self.beat();
        }
    }

    pub fn with_channel(&mut self, messages: &Receiver<u64>) {
        loop {
            self.beats += messages.recv().unwrap();
        }
    }

    pub fn with_accept(&mut self, listener: &TcpListener) {
        loop {
            if listener.accept().is_ok() {
                self.beat();
            }
        }
    }

    pub fn with_condition(&mut self, lock: &Mutex<bool>, changed: &Condvar) {
        loop {
            let guard = lock.lock().unwrap();
            drop(changed.wait(guard));
            self.beat();
        }
    }
}
