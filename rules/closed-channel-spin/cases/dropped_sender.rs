//! Class: a flusher thread that uses the receiver of a channel as its timer. A `_` in the pattern
//! drops the sender at once, so the wait is over before it begins.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[derive(Default)]
pub struct State {
    flushed: u64,
}

impl State {
    fn flush(&mut self) {
        self.flushed += 1;
    }
}

pub fn start(state: Arc<Mutex<State>>, every: Duration) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let (_, timer): (mpsc::Sender<()>, mpsc::Receiver<()>) = mpsc::channel();
        loop { // expect: closed-channel-spin
            timer.recv_timeout(every).ok();
            if let Ok(mut state) = state.lock() {
                state.flush();
            }
        }
    })
}

pub fn start_with_sender(state: Arc<Mutex<State>>, every: Duration) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let (_sender, timer): (mpsc::Sender<()>, mpsc::Receiver<()>) = mpsc::channel();
        loop {
            timer.recv_timeout(every).ok();
            if let Ok(mut state) = state.lock() {
                state.flush();
            }
        }
    })
}

pub fn start_and_notice(state: Arc<Mutex<State>>, every: Duration) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let (_, timer) = mpsc::channel::<()>();
        loop {
            if let Err(mpsc::RecvTimeoutError::Disconnected) = timer.recv_timeout(every) {
                break;
            }
            if let Ok(mut state) = state.lock() {
                state.flush();
            }
        }
    })
}

pub fn start_without_channel(state: Arc<Mutex<State>>, every: Duration) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        loop {
            thread::sleep(every);
            if let Ok(mut state) = state.lock() {
                state.flush();
            }
        }
    })
}

pub fn second_half_only(state: &mut State, every: Duration) {
    let timer = mpsc::channel::<()>().1;
    loop { // expect: closed-channel-spin
        let _ = timer.recv_timeout(every);
        state.flush();
    }
}
