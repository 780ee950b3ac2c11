//! Functions of lock-free structures that are named for what they do.

use std::sync::atomic::{AtomicPtr, Ordering};

pub struct Node {
    next: AtomicPtr<Node>,
}

impl Node {
    /// Another thread has exchanged the tail and is about to link it: a few instructions.
    pub fn spin_next(&self, pending: *mut Node) -> *mut Node {
        loop {
            let next = self.next.load(Ordering::Acquire);
            if next != pending {
                return next;
            }
        }
    }

    pub fn next(&self, pending: *mut Node) -> *mut Node {
        loop { // expect: busy-wait
            let next = self.next.load(Ordering::Acquire);
            if next != pending {
                return next;
            }
        }
    }
}

pub struct Queue {
    head: std::sync::atomic::AtomicUsize,
    tail: std::sync::atomic::AtomicUsize,
}

impl Queue {
    /// What is read between two equal reads of the tail belongs to it.
    pub fn length(&self) -> usize {
        loop {
            let tail = self.tail.load(Ordering::SeqCst);
            let head = self.head.load(Ordering::SeqCst);
            if self.tail.load(Ordering::SeqCst) == tail {
                return tail - head;
            }
        }
    }

    pub fn drained(&self) -> usize {
        loop { // expect: busy-wait
            let tail = self.tail.load(Ordering::SeqCst);
            if self.head.load(Ordering::SeqCst) == tail {
                return tail;
            }
        }
    }
}

pub struct Budget {
    limit: std::sync::atomic::AtomicUsize,
    left: std::sync::atomic::AtomicUsize,
}

impl Budget {
    // Reads two numbers until they belong together: whoever writes is done in a moment.
    pub fn used(&self) -> usize {
        loop {
            let before = self.limit.load(Ordering::SeqCst);
            let left = self.left.load(Ordering::SeqCst);
            let limit = self.limit.load(Ordering::SeqCst);
            if before == limit && limit >= left {
                break limit - left;
            }
        }
    }
}
