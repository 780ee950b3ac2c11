//! `recv` fails at once and for ever when every sender is gone.

use std::sync::mpsc::{Receiver, RecvError};

#[derive(Default)]
pub struct Totals {
    sum: u64,
}

impl Totals {
    fn add(&mut self, value: u64) {
        self.sum += value;
    }
}

pub fn only_the_good_case(jobs: &Receiver<u64>, totals: &mut Totals) {
    loop { // expect: closed-channel-spin
        if let Ok(value) = jobs.recv() {
            totals.add(value);
        }
    }
}

pub fn only_the_good_case_checked(jobs: &Receiver<u64>, totals: &mut Totals) {
    while let Ok(value) = jobs.recv() {
        totals.add(value);
    }
}

pub fn error_arm_goes_round(jobs: &Receiver<u64>, totals: &mut Totals) {
    loop { // expect: closed-channel-spin
        match jobs.recv() {
            Ok(value) => totals.add(value),
            Err(e) => eprintln!("no job: {e}"),
        }
    }
}

pub fn error_arm_leaves(jobs: &Receiver<u64>, totals: &mut Totals) {
    loop {
        match jobs.recv() {
            Ok(value) => totals.add(value),
            Err(RecvError) => return,
        }
    }
}

pub fn else_continues(jobs: &Receiver<u64>, totals: &mut Totals) {
    while totals.sum < 1000 { // expect: closed-channel-spin
        let Ok(value) = jobs.recv() else {
            continue;
        };
        totals.add(value);
    }
}

pub fn else_breaks(jobs: &Receiver<u64>, totals: &mut Totals) {
    while totals.sum < 1000 {
        let Ok(value) = jobs.recv() else {
            break;
        };
        totals.add(value);
    }
}

pub fn default_for_closed(jobs: &Receiver<u64>, totals: &mut Totals) {
    loop { // expect: closed-channel-spin
        totals.add(jobs.recv().unwrap_or_default());
    }
}

pub fn dropped_result(wake_ups: &Receiver<()>, totals: &mut Totals) {
    loop { // expect: closed-channel-spin
        let _ = wake_ups.recv();
        totals.add(1);
    }
}

pub fn panics_when_closed(jobs: &Receiver<u64>, totals: &mut Totals) {
    loop {
        totals.add(jobs.recv().unwrap());
    }
}

pub fn propagates(jobs: &Receiver<u64>, totals: &mut Totals) -> Result<(), RecvError> {
    loop {
        totals.add(jobs.recv()?);
    }
}

pub fn iterates(jobs: &Receiver<u64>, totals: &mut Totals) {
    for value in jobs {
        totals.add(value);
    }
}

pub fn limited(jobs: &Receiver<u64>, totals: &mut Totals) {
    for _ in 0..100 {
        if let Ok(value) = jobs.recv() {
            totals.add(value);
        }
    }
}
