//! Threads whose handle is dropped and whose loop has no way out.

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

const PERIOD: Duration = Duration::from_millis(100);

pub fn start_ticker(ticks: Arc<AtomicU64>) {
    thread::spawn(move || {
        loop { // expect: unstoppable-loop/strict
            ticks.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD);
        }
    });
}

pub fn start_ticker_with_flag(ticks: Arc<AtomicU64>, stop: Arc<AtomicBool>) {
    thread::spawn(move || {
        while !stop.load(Ordering::Acquire) {
            ticks.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD);
        }
    });
}

/// Class: the reader thread of a terminal. The flag ends `step`, and the loop calls `step` again.
pub fn start_reader<F>(events: Sender<u8>, stop: Arc<AtomicBool>, step: F)
where
    F: Fn(&Sender<u8>, &AtomicBool) + Send + 'static,
{
    thread::spawn(move || loop { // expect: unstoppable-loop
        step(&events, &stop);
        thread::sleep(PERIOD);
    });
}

pub fn start_reader_once<F>(events: Sender<u8>, stop: Arc<AtomicBool>, step: F)
where
    F: Fn(&Sender<u8>, &AtomicBool) + Send + 'static,
{
    thread::spawn(move || step(&events, &stop));
}

pub fn start_named(ticks: Arc<AtomicU64>) -> std::io::Result<()> {
    thread::Builder::new().name("ticker".into()).spawn(move || {
        loop { // expect: unstoppable-loop/strict
            ticks.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD);
        }
    })?;
    Ok(())
}

pub fn start_and_forget(ticks: Arc<AtomicU64>) {
    let _ = thread::spawn(move || {
        while true { // expect: unstoppable-loop/strict
            ticks.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD);
        }
    });
}

fn tick_forever(ticks: &AtomicU64) {
    loop { // expect: unstoppable-loop/strict
        ticks.fetch_add(1, Ordering::Relaxed);
        thread::sleep(PERIOD);
    }
}

pub fn start_function(ticks: Arc<AtomicU64>) {
    thread::spawn(move || tick_forever(&ticks));
}

pub fn start_worker(jobs: Receiver<u64>, total: Arc<AtomicU64>) {
    // Ends when the last sender is gone.
    thread::spawn(move || {
        for job in jobs {
            total.fetch_add(job, Ordering::Relaxed);
        }
    });
}

pub fn start_producer(jobs: Sender<u64>) {
    // Ends when the receiver is gone.
    thread::spawn(move || {
        let mut next = 0;
        loop {
            if jobs.send(next).is_err() {
                return;
            }
            next += 1;
            thread::sleep(PERIOD);
        }
    });
}

pub fn start_observer(ticks: Weak<AtomicU64>) {
    // Ends when its subject is gone.
    thread::spawn(move || {
        while let Some(ticks) = ticks.upgrade() {
            println!("{}", ticks.load(Ordering::Relaxed));
            thread::sleep(PERIOD);
        }
    });
}

/// Class: the reader of a child's output, which goes on when the child is gone.
pub fn start_output_reader(mut output: std::process::ChildStdout, bytes: Sender<u8>) {
    thread::spawn(move || {
        let mut buffer = [0; 1024];
        loop { // expect: unstoppable-loop
            if let Ok(length) = output.read(&mut buffer) {
                for byte in &buffer[..length] {
                    if bytes.send(*byte).is_err() {
                        break;
                    }
                }
            }
        }
    });
}
