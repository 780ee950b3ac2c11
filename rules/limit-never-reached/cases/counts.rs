//! Counts that are compared and do not count.

use std::time::{Duration, Instant};

/// Class: the count is declared, compared, and forgotten.
pub fn ask(mut question: impl FnMut() -> Option<u8>) -> Option<u8> {
    let attempts = 0;
    loop {
        if let Some(answer) = question() {
            return Some(answer);
        }
        if attempts > 3 { // expect: limit-never-reached
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn ask_counted(mut question: impl FnMut() -> Option<u8>) -> Option<u8> {
    let mut attempts = 0;
    loop {
        if let Some(answer) = question() {
            return Some(answer);
        }
        attempts += 1;
        if attempts > 3 {
            return None;
        }
    }
}

pub fn moving_deadline(mut question: impl FnMut() -> Option<u8>) -> Option<u8> {
    loop {
        let deadline = Instant::now() + Duration::from_secs(5);
        if let Some(answer) = question() {
            return Some(answer);
        }
        if Instant::now() > deadline { // expect: limit-never-reached
            return None;
        }
    }
}

pub fn fixed_deadline(mut question: impl FnMut() -> Option<u8>) -> Option<u8> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        if let Some(answer) = question() {
            return Some(answer);
        }
        if Instant::now() > deadline {
            return None;
        }
    }
}
