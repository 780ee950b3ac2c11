//! `recv_timeout` waits only while somebody can still send; afterwards it does not wait at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

const TICK: Duration = Duration::from_millis(500);

pub trait Sink {
    fn flush(&mut self);
    fn write(&mut self, line: &str);
}

pub fn ticker(stop: &Receiver<()>, sink: &mut dyn Sink) {
    loop { // expect: closed-channel-spin
        stop.recv_timeout(TICK).ok();
        sink.flush();
    }
}

pub fn ticker_checked(stop: &Receiver<()>, sink: &mut dyn Sink) {
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(TICK) {
        sink.flush();
    }
}

pub fn ticker_compared(stop: &Receiver<()>, sink: &mut dyn Sink) {
    while stop.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        sink.flush();
    }
}

pub fn any_error_is_a_timeout(lines: &Receiver<String>, sink: &mut dyn Sink) {
    loop { // expect: closed-channel-spin
        match lines.recv_timeout(TICK) {
            Ok(line) => sink.write(&line),
            Err(_) => sink.flush(),
        }
    }
}

pub fn both_errors_go_round(lines: &Receiver<String>, sink: &mut dyn Sink) {
    loop { // expect: closed-channel-spin
        match lines.recv_timeout(TICK) {
            Ok(line) => sink.write(&line),
            Err(RecvTimeoutError::Timeout) => sink.flush(),
            Err(RecvTimeoutError::Disconnected) => {}
        }
    }
}

pub fn errors_told_apart(lines: &Receiver<String>, sink: &mut dyn Sink) {
    loop {
        match lines.recv_timeout(TICK) {
            Ok(line) => sink.write(&line),
            Err(RecvTimeoutError::Timeout) => sink.flush(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

pub fn stop_flag_does_not_help(lines: &Receiver<String>, stop: &AtomicBool, sink: &mut dyn Sink) {
    // Nobody is left to set the flag, and until then a core is busy.
    while !stop.load(Ordering::Relaxed) { // expect: closed-channel-spin
        if let Ok(line) = lines.recv_timeout(TICK) {
            sink.write(&line);
        }
    }
}

pub fn stop_flag_and_closed_case(lines: &Receiver<String>, stop: &AtomicBool, sink: &mut dyn Sink) {
    while !stop.load(Ordering::Relaxed) {
        match lines.recv_timeout(TICK) {
            Ok(line) => sink.write(&line),
            Err(e) if e == RecvTimeoutError::Disconnected => break,
            Err(_) => sink.flush(),
        }
    }
}

pub fn sleeps_as_well(lines: &Receiver<String>, sink: &mut dyn Sink) {
    // It never ends, but it does not spin.
    loop {
        if let Ok(line) = lines.recv_timeout(TICK) {
            sink.write(&line);
        }
        thread::sleep(TICK);
    }
}

/// The failure within the success of the deadline is that of the channel.
pub async fn nested_results(mut state: tokio::sync::watch::Receiver<u32>, sink: &mut dyn Sink) {
    loop {
        let changed = tokio::time::timeout(TICK, state.changed()).await;
        if let Ok(Err(_)) = changed {
            break;
        }
        if changed.is_err() {
            sink.flush();
        }
    }
}

pub async fn nested_arms(mut state: tokio::sync::watch::Receiver<u32>, sink: &mut dyn Sink) {
    loop {
        let changed = tokio::time::timeout(TICK, state.changed()).await;
        match changed {
            Ok(Ok(())) => sink.write("changed"),
            Ok(Err(_)) => break,
            Err(_) => sink.flush(),
        }
    }
}

pub async fn nested_and_dropped(mut state: tokio::sync::watch::Receiver<u32>, sink: &mut dyn Sink) {
    loop { // expect: closed-channel-spin
        let changed = tokio::time::timeout(TICK, state.changed()).await;
        match changed {
            Ok(Ok(())) => sink.write("changed"),
            Ok(Err(error)) => tracing::warn!("{error}"),
            Err(_) => sink.flush(),
        }
    }
}

/// A closed channel is another failure than the one that is compared with.
pub fn compared(answer: &Receiver<()>, sink: &mut dyn Sink) {
    let mut wait = TICK;
    while answer.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        sink.flush();
        wait *= 2;
    }
}

pub fn compared_with_closed(answer: &Receiver<()>, sink: &mut dyn Sink) {
    while answer.recv_timeout(TICK) == Err(RecvTimeoutError::Disconnected) { // expect: closed-channel-spin
        sink.flush();
    }
}
