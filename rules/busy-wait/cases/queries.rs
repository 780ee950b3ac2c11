//! Asking a thread, a process, a channel, a lock or the file system over and over again.

use std::io;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(10);

pub fn wait_for_thread(worker: &JoinHandle<()>) {
    while !worker.is_finished() {} // expect: busy-wait
}

pub fn join_thread(worker: JoinHandle<()>) -> thread::Result<()> {
    worker.join()
}

pub fn wait_for_child(child: &mut Child) -> io::Result<()> {
    while child.try_wait()?.is_none() {} // expect: busy-wait
    Ok(())
}

pub fn wait_for_child_with_sleep(child: &mut Child) -> io::Result<()> {
    while child.try_wait()?.is_none() {
        thread::sleep(PAUSE);
    }
    Ok(())
}

pub fn wait_for_message(messages: &Receiver<u64>) -> Option<u64> {
    loop { // expect: busy-wait
        match messages.try_recv() {
            Ok(message) => return Some(message),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return None,
        }
    }
}

pub fn receive_message(messages: &Receiver<u64>) -> Option<u64> {
    messages.recv().ok()
}

pub fn wait_for_file(path: &Path) {
    while !path.exists() {} // expect: busy-wait
}

pub fn wait_for_file_with_sleep(path: &Path) {
    while !path.exists() {
        thread::sleep(PAUSE);
    }
}

pub fn wait_for_flag(done: &Mutex<bool>) {
    loop { // expect: busy-wait
        if *done.lock().unwrap() {
            break;
        }
    }
}

pub fn wait_for_condition(done: &Mutex<bool>, changed: &Condvar) {
    let mut guard = done.lock().unwrap();
    while !*guard {
        guard = changed.wait(guard).unwrap();
    }
}

pub fn spin_lock(lock: &Mutex<u64>) -> u64 {
    loop { // fixme: expect: busy-wait
        if let Ok(value) = lock.try_lock() {
            return *value;
        }
    }
}
