//! Methods that were meant to hand on to something else of the same name.

use std::io::{self, Read};

pub struct Handle {
    values: Vec<u32>,
}

impl Handle {
    pub fn new() -> Self {
        Self::new() // expect: endless-recursion/strict
    }

    pub fn len(&self) -> usize {
        self.len() // fixme: expect: endless-recursion
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        self.clone() // expect: endless-recursion/strict
    }
}

pub struct Options {
    retries: u32,
    patience: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { retries: 3, ..Self::default() } // expect: endless-recursion/strict
    }
}

pub struct Limits {
    retries: u32,
    options: Options,
}

impl Default for Limits {
    fn default() -> Self {
        Self { retries: 3, options: Options::default() }
    }
}

pub struct Counted<R> {
    inner: R,
    count: usize,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read(buffer)?; // expect: endless-recursion/strict
        self.count += count;
        Ok(count)
    }
}

pub struct Logged<R> {
    inner: R,
}

impl<R: Read> Read for Logged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

pub struct Numbers {
    next: u32,
}

impl Iterator for Numbers {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.next += 1;
        self.next() // expect: endless-recursion/strict
    }
}
