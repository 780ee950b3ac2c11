//! A sender in a static lives as long as the process, so that nobody closes its channel: accepted.

use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{LazyLock, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

lazy_static::lazy_static! {
    static ref JOBS: Mutex<Sender<u32>> = Mutex::new(start());
}

static NOTES: LazyLock<Sender<u32>> = LazyLock::new(start_notes);
static LINES: LazyLock<Sender<u32>> = LazyLock::new(|| start_lines());
static MARKS: OnceLock<Sender<u32>> = OnceLock::new();

fn start() -> Sender<u32> {
    let (sender, receiver) = channel();
    thread::spawn(move || work(receiver));
    sender
}

fn work(jobs: Receiver<u32>) {
    loop {
        if let Ok(0) = jobs.recv_timeout(Duration::from_secs(60)) {
            break;
        }
    }
}

fn start_notes() -> Sender<u32> {
    let (sender, receiver) = channel();
    thread::spawn(move || write_notes(receiver));
    sender
}

fn write_notes(notes: Receiver<u32>) {
    loop { // expect: closed-channel-spin
        if let Ok(0) = notes.recv_timeout(Duration::from_secs(60)) {
            break;
        }
    }
}

pub fn notes_of_one() -> Sender<u32> {
    start_notes()
}

fn start_lines() -> Sender<u32> {
    let (sender, receiver) = channel();
    thread::spawn(move || loop {
        if let Ok(0) = receiver.recv_timeout(Duration::from_secs(60)) {
            break;
        }
    });
    sender
}

pub fn mark(number: u32) {
    let marks = MARKS.get_or_init(|| {
        let (sender, receiver) = channel();
        thread::spawn(move || loop {
            if let Ok(0) = receiver.recv_timeout(Duration::from_secs(60)) {
                break;
            }
        });
        sender
    });
    marks.send(number).ok();
}

pub fn start_for_caller() -> Sender<u32> {
    let (sender, receiver) = channel();
    thread::spawn(move || loop { // expect: closed-channel-spin
        if let Ok(0) = receiver.recv_timeout(Duration::from_secs(60)) {
            break;
        }
    });
    sender
}
