//! The same contract in other channel libraries.

use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Select};

pub fn crossbeam_timeout(lines: &Receiver<String>, seen: &mut Vec<String>) {
    loop { // expect: closed-channel-spin
        if let Ok(line) = lines.recv_timeout(Duration::from_secs(1)) {
            seen.push(line);
        }
    }
}

pub fn crossbeam_timeout_checked(lines: &Receiver<String>, seen: &mut Vec<String>) {
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(line) => seen.push(line),
            Err(RecvTimeoutError::Timeout) => seen.clear(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}

/// Class: a set of receivers in which a disconnected one stays and is selected again and again.
pub fn receive_any(receivers: &[Receiver<String>]) -> String {
    loop { // expect: closed-channel-spin
        let mut select = Select::new();
        for receiver in receivers {
            select.recv(receiver);
        }
        let ready = select.select();
        let index = ready.index();
        if let Ok(line) = ready.recv(&receivers[index]) {
            return line;
        }
    }
}

pub fn receive_any_checked(receivers: &mut Vec<Receiver<String>>) -> Option<String> {
    while !receivers.is_empty() {
        let mut select = Select::new();
        for receiver in receivers.iter() {
            select.recv(receiver);
        }
        let ready = select.select();
        let index = ready.index();
        match ready.recv(&receivers[index]) {
            Ok(line) => return Some(line),
            Err(_) => {
                receivers.remove(index);
            }
        }
    }
    None
}

/// Class: the connected ones are kept, but a receiver learns only by receiving itself that it is disconnected.
pub fn receive_connected(receivers: &mut Vec<Receiver<String>>, is_open: impl Fn(&Receiver<String>) -> bool) -> Option<String> {
    loop { // expect: closed-channel-spin/strict
        receivers.retain(|receiver| is_open(receiver));
        if receivers.is_empty() {
            return None;
        }
        let mut select = Select::new();
        for receiver in receivers.iter() {
            select.recv(receiver);
        }
        let ready = select.select();
        let index = ready.index();
        if let Ok(line) = ready.recv(&receivers[index]) {
            return Some(line);
        }
    }
}

pub async fn async_channel_receive(lines: async_channel::Receiver<String>, seen: &mut Vec<String>) {
    loop { // expect: closed-channel-spin
        if let Ok(line) = lines.recv().await {
            seen.push(line);
        }
    }
}

pub async fn async_channel_checked(lines: async_channel::Receiver<String>, seen: &mut Vec<String>) {
    while let Ok(line) = lines.recv().await {
        seen.push(line);
    }
}

pub async fn flume_receive(lines: flume::Receiver<String>, seen: &mut Vec<String>) {
    loop { // expect: closed-channel-spin
        match lines.recv_async().await {
            Ok(line) => seen.push(line),
            Err(_) => continue,
        }
    }
}

// A timer is never closed.
pub fn cleans_now_and_then(jobs: Receiver<String>, seen: &mut Vec<String>) {
    let timer = crossbeam_channel::tick(Duration::from_secs(60));
    loop {
        crossbeam_channel::select! {
            recv(jobs) -> job => match job {
                Ok(job) => seen.push(job),
                Err(_) => break,
            },
            recv(timer) -> _ => seen.clear(),
        }
    }
}
