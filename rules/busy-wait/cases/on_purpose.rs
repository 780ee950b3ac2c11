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
