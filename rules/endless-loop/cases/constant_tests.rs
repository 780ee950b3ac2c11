//! Every spelling of a test that is always true, around a body that only computes.

use std::sync::atomic::{AtomicU64, Ordering};

const FOREVER: bool = true;
static ROUNDS: AtomicU64 = AtomicU64::new(0);

fn advance() {
    ROUNDS.fetch_add(1, Ordering::Relaxed);
}

pub fn nothing() {
    loop {} // expect: endless-loop/strict
}

pub fn resolved_step() {
    loop { // expect: endless-loop
        advance();
    }
}

pub fn unknown_step<F: FnMut()>(mut step: F) {
    loop {
        step();
    }
}

#[expect(while_true, reason = "the spelling is the point")]
pub fn while_true() {
    while true { // expect: endless-loop
        advance();
    }
}

pub fn named_constant() {
    while FOREVER { // expect: endless-loop
        advance();
    }
}

pub fn hinted() {
    loop { // fixme: expect: endless-loop
        std::hint::spin_loop();
    }
}

pub fn labelled(values: &[u64]) {
    'outer: loop { // expect: endless-loop
        for value in values {
            if *value == 0 {
                continue 'outer;
            }
            ROUNDS.fetch_add(*value, Ordering::Relaxed);
        }
    }
}

pub fn labelled_with_exit(values: &[u64]) {
    'outer: loop {
        for value in values {
            if *value == 0 {
                break 'outer;
            }
            ROUNDS.fetch_add(*value, Ordering::Relaxed);
        }
    }
}

pub fn bounded() -> u64 {
    let mut rounds = 0;
    loop {
        advance();
        rounds += 1;
        if rounds == 10 {
            break rounds;
        }
    }
}

pub fn variable(mut running: bool) {
    while running {
        advance();
        running = ROUNDS.load(Ordering::Relaxed) < 10;
    }
}
