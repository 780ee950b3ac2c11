//! Loops that look like polls and do the work themselves: all accepted.

use std::collections::VecDeque;

pub struct Lexer<'a> {
    text: &'a [u8],
    position: usize,
}

impl Lexer<'_> {
    fn at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    fn advance(&mut self) {
        self.position += 1;
    }

    pub fn skip(&mut self) {
        while !self.at_end() {
            self.advance();
        }
    }
}

pub fn drain(queue: &mut VecDeque<u64>) -> u64 {
    let mut sum = 0;
    while !queue.is_empty() {
        sum += queue.pop_front().unwrap_or_default();
    }
    sum
}

pub fn converge(mut value: f64) -> f64 {
    let mut done = false;
    while !done {
        let following = (value + 2.0 / value) / 2.0;
        done = (following - value).abs() < 1e-9;
        value = following;
    }
    value
}

pub trait Device {
    fn status(&self) -> u8;
}

pub fn until_device_answers<D: Device>(device: &D) {
    // A register of the hardware, or a call that waits: unknown.
    while device.status() & 1 == 0 {}
}

pub struct Register {
    address: *mut u8,
}

impl Register {
    fn read(&self) -> u8 {
        unsafe { *self.address }
    }
}

pub struct Uart {
    line_status: Register,
}

impl Uart {
    fn is_ready(&self) -> bool {
        self.line_status.read() & 1 != 0
    }

    // A driver waits for its own device, and has nothing to sleep on.
    pub fn wait_for_byte(&self) {
        while !self.is_ready() {}
    }

    pub fn wait_until_sent(&self) {
        while self.line_status.read() & 0x20 == 0 {}
    }
}
