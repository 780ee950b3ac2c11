//! Links that the program has made itself: all accepted.

use std::collections::HashMap;

pub struct Node {
    value: u64,
    next: Option<Box<Node>>,
}

pub fn sum(first: &Node) -> u64 {
    let mut total = 0;
    let mut current = Some(first);
    while let Some(node) = current {
        total += node.value;
        current = node.next.as_deref();
    }
    total
}

pub fn last(mut node: &mut Node) -> &mut Node {
    while node.next.is_some() {
        node = node.next.as_mut().unwrap();
    }
    node
}

pub fn representative(parent: &mut [usize], mut item: usize) -> usize {
    while parent[item] != item {
        parent[item] = parent[parent[item]];
        item = parent[item];
    }
    item
}

pub fn path(previous: &HashMap<u32, u32>, start: u32, goal: u32) -> Vec<u32> {
    let mut found = vec![goal];
    let mut current = goal;
    while current != start {
        current = previous[&current];
        found.push(current);
    }
    found
}

pub struct Arena {
    parents: Vec<Option<usize>>,
}

impl Arena {
    pub fn root(&self, mut index: usize) -> usize {
        while let Some(parent) = self.parents[index] {
            index = parent;
        }
        index
    }
}

pub fn root_error<'a>(mut error: &'a (dyn std::error::Error + 'static)) -> &'a dyn std::error::Error {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}
