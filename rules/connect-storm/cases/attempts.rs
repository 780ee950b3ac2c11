//! Loops that open connections in the background.

use std::net::TcpStream;
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// Class: a thread for each attempt, started by the clock.
pub fn keep_up(address: &'static str) {
    loop {
        std::thread::spawn(move || { // expect: connect-storm
            let _ = TcpStream::connect(address);
        });
        std::thread::sleep(Duration::from_secs(1));
    }
}

pub fn one_at_a_time(address: &'static str) {
    loop {
        let attempt = std::thread::spawn(move || TcpStream::connect(address).is_ok());
        if attempt.join().unwrap_or(false) {
            return;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

pub fn for_each_job(jobs: Receiver<String>) {
    while let Ok(address) = jobs.recv() {
        std::thread::spawn(move || {
            let _ = TcpStream::connect(address);
        });
    }
}
