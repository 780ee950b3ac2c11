//! Loops that look into a channel or behind a lock, and look again at once when there is nothing.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub fn print_all(messages: &Receiver<String>) {
    loop { // expect: busy-wait
        match messages.try_recv() {
            Ok(message) => println!("{message}"),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
    }
}

pub fn take_one(jobs: &Arc<Mutex<VecDeque<String>>>) -> String {
    loop { // expect: busy-wait
        let job = jobs.lock().unwrap().pop_front();
        if let Some(job) = job {
            return job;
        }
    }
}

pub fn print_waiting(messages: &Receiver<String>) {
    loop {
        match messages.recv_timeout(Duration::from_secs(1)) {
            Ok(message) => println!("{message}"),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// What the lock guards runs out.
pub fn drain(jobs: &Arc<Mutex<VecDeque<String>>>) {
    loop {
        let job = jobs.lock().unwrap().pop_front();
        match job {
            Some(job) => println!("{job}"),
            None => break,
        }
    }
}
