//! Nothing that the test reads is assigned anywhere in the loop.

pub struct Node {
    weight: u64,
    next: Option<Box<Node>>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Phase {
    Start,
    Middle,
    End,
}

pub fn triangle(n: u64) -> u64 {
    let mut total: u64 = 0;
    while n > 0 { // expect: stuck-iteration
        total = total.wrapping_add(n);
    }
    total
}

pub fn triangle_counted(mut n: u64) -> u64 {
    let mut total: u64 = 0;
    while n > 0 {
        total = total.wrapping_add(n);
        n -= 1;
    }
    total
}

pub fn wrong_counter(n: u64) -> u64 {
    let i = 0;
    let mut j = 0;
    while i < n { // expect: stuck-iteration
        j += 1;
    }
    j
}

pub fn shadowed_counter(n: u64) -> u64 {
    let i = 0;
    let mut total = 0;
    while i < n { // expect: stuck-iteration
        let i = total + 1;
        total = i;
    }
    total
}

pub fn right_counter(n: u64) -> u64 {
    let mut i = 0;
    while i < n {
        i += 1;
    }
    i
}

pub fn total_weight(first: Option<&Node>) -> u64 {
    let mut weight = 0;
    while let Some(node) = first { // expect: stuck-iteration
        weight += node.weight;
    }
    weight
}

pub fn total_weight_of_all(first: Option<&Node>) -> u64 {
    let mut weight = 0;
    let mut current = first;
    while let Some(node) = current {
        weight += node.weight;
        current = node.next.as_deref();
    }
    weight
}

pub fn run(phase: Phase) -> u64 {
    let mut steps = 0;
    loop { // expect: stuck-iteration/strict
        match phase {
            Phase::Start => steps += 1,
            Phase::Middle => steps += 2,
            Phase::End => return steps,
        }
    }
}

pub fn run_phases(mut phase: Phase) -> u64 {
    let mut steps = 0;
    loop {
        phase = match phase {
            Phase::Start => Phase::Middle,
            Phase::Middle => Phase::End,
            Phase::End => return steps,
        };
        steps += 1;
    }
}
