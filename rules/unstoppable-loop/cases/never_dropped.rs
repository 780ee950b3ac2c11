//! A thread that ends when its owner is asked to stop it. Class: a background processor that is dropped without being
//! asked, after which nobody can set the flag any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const PERIOD: Duration = Duration::from_millis(100);

pub struct Processor {
    stop: Arc<AtomicBool>,
    handle: JoinHandle<()>,
}

impl Processor {
    pub fn start(work: impl Fn() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let handle = thread::spawn(move || {
            loop { // expect: unstoppable-loop/strict
                work();
                if stopping.load(Ordering::Acquire) {
                    return;
                }
                thread::sleep(PERIOD);
            }
        });
        Self { stop, handle }
    }

    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        let _ = self.handle.join();
    }
}

pub struct Guarded {
    stop: Arc<AtomicBool>,
    handle: Option<JoinHandle<()>>,
}

impl Guarded {
    pub fn start(work: impl Fn() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let handle = thread::spawn(move || {
            loop {
                work();
                if stopping.load(Ordering::Acquire) {
                    return;
                }
                thread::sleep(PERIOD);
            }
        });
        Self { stop, handle: Some(handle) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(handle) = self.handle.take() {
            let _ = handle.join();
        }
    }
}

pub struct Queue {
    jobs: std::sync::mpsc::Sender<u64>,
    stop: Arc<AtomicBool>,
    handle: JoinHandle<()>,
}

impl Queue {
    /// The sender goes with the owner, and then there is nothing more to receive.
    pub fn start() -> Self {
        let (jobs, incoming) = std::sync::mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let handle = thread::spawn(move || {
            loop {
                if stopping.load(Ordering::Acquire) {
                    return;
                }
                match incoming.recv() {
                    Ok(job) => println!("{job}"),
                    Err(_) => return,
                }
            }
        });
        Self { jobs, stop, handle }
    }

    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        drop(self.jobs);
        let _ = self.handle.join();
    }
}
