//! The test does change, only not by an assignment that meets the eye: all accepted.

use std::cell::Cell;

pub struct Parser {
    tokens: Vec<char>,
    position: usize,
}

impl Parser {
    fn next(&mut self) -> char {
        let token = self.tokens[self.position];
        self.position += 1;
        token
    }

    pub fn skip_group(&mut self) {
        while self.position < self.tokens.len() {
            if self.next() == ')' {
                break;
            }
        }
    }
}

fn advance(position: &mut usize) {
    *position += 1;
}

pub fn by_reference(limit: usize) -> usize {
    let mut position = 0;
    while position < limit {
        advance(&mut position);
    }
    position
}

pub fn by_borrow(limit: usize) -> usize {
    let mut position = 0;
    while position < limit { // fixme: not-expect: stuck-iteration
        let cursor = &mut position;
        *cursor += 1;
    }
    position
}

pub fn by_closure(limit: usize) -> usize {
    let mut position = 0;
    let mut step = || {
        position += 1;
        position
    };
    while step() < limit {}
    position
}

pub fn by_cell(left: &Cell<usize>) -> usize {
    let mut rounds = 0;
    while left.get() > 0 {
        left.set(left.get() - 1);
        rounds += 1;
    }
    rounds
}

pub fn by_method(stack: &mut Vec<u64>) -> u64 {
    let mut total = 0;
    while !stack.is_empty() {
        total += stack.pop().unwrap_or_default();
    }
    total
}

pub fn by_take(mut pending: Option<u64>) -> u64 {
    let mut total = 0;
    while let Some(value) = pending.take() {
        total += value;
        if value > 1 {
            pending = Some(value / 2);
        }
    }
    total
}

pub fn by_replace(list: &mut Vec<Vec<u64>>) -> u64 {
    let mut total = 0;
    let mut work = std::mem::take(list);
    while !work.is_empty() {
        for group in std::mem::take(&mut work) {
            total += group.iter().sum::<u64>();
        }
    }
    total
}

pub fn by_index_panic(values: &[u64], wanted: u64) -> usize {
    let mut i = 0;
    loop {
        if values[i] == wanted {
            return i;
        }
        i += 1;
    }
}

pub fn by_iterator(values: &mut impl Iterator<Item = u64>) -> u64 {
    let mut total = 0;
    while total < 100 {
        total += values.next().unwrap();
    }
    total
}

pub async fn by_other_tasks(left: &Cell<usize>, pause: impl AsyncFn()) {
    while left.get() > 0 { // fixme: not-expect: stuck-iteration/audit
        pause().await;
    }
}
