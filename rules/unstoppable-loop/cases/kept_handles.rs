//! A kept handle helps a task, which can be aborted, and not a thread, which cannot.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

const PERIOD: Duration = Duration::from_millis(100);

pub fn ticker(ticks: Arc<AtomicU64>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        loop { // expect: unstoppable-loop/strict
            ticks.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD);
        }
    })
}

pub fn ticker_with_flag(ticks: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        loop {
            if stop.load(Ordering::Acquire) {
                break;
            }
            ticks.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PERIOD);
        }
    })
}

pub struct Ticker {
    thread: thread::JoinHandle<()>,
}

impl Ticker {
    pub fn start(ticks: Arc<AtomicU64>) -> Self {
        let thread = thread::spawn(move || {
            loop { // expect: unstoppable-loop/strict
                ticks.fetch_add(1, Ordering::Relaxed);
                thread::sleep(PERIOD);
            }
        });
        Self { thread }
    }

    pub fn join(self) {
        let _ = self.thread.join();
    }
}

pub struct Reporter {
    task: tokio::task::JoinHandle<()>,
}

impl Reporter {
    pub fn start(ticks: Arc<AtomicU64>) -> Self {
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PERIOD).await;
                println!("{}", ticks.load(Ordering::Relaxed));
            }
        });
        Self { task }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub async fn report_while<F: Future>(work: F, ticks: Arc<AtomicU64>) -> F::Output {
    let task = tokio::spawn(async move {
        loop {
            tokio::time::sleep(PERIOD).await;
            println!("{}", ticks.load(Ordering::Relaxed));
        }
    });
    let output = work.await;
    task.abort();
    output
}
