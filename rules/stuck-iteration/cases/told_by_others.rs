//! The round leaves, or the test itself waits: at most worth a look in an audit.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use windows_sys::Win32::Foundation::{HANDLE, WAIT_OBJECT_0};
use windows_sys::Win32::System::Threading::{INFINITE, WaitForSingleObjectEx};

pub struct Incoming(Listener, Option<Pin<Box<dyn Future<Output = u32>>>>);

impl Incoming {
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<u32> {
        loop { // expect: stuck-iteration/audit
            if self.1.is_none() {
                self.1 = Some(Box::pin(self.0.accept()));
            }
            if let Some(future) = &mut self.1 {
                let socket = ready!(future.as_mut().poll(cx));
                self.1 = None;
                return Poll::Ready(socket);
            }
        }
    }
}

pub fn wait_for_completion(semaphore: HANDLE) {
    unsafe {
        while WaitForSingleObjectEx(semaphore, INFINITE, 1) != WAIT_OBJECT_0 {} // expect: stuck-iteration/audit
    }
}

/// The call in the test fills the entry that it is handed, and ends with the list.
pub fn children(of: u32, snapshot: HANDLE, mut entry: Entry) -> Vec<u32> {
    let mut found = Vec::new();
    loop {
        if entry.parent == of {
            found.push(entry.id);
        }
        if Process32Next(snapshot, &mut entry) == 0 {
            break;
        }
    }
    found
}

/// What the method does is what the loop is for.
pub fn cuts_blanks(line: &mut Line) {
    while matches!(line.back(), Some(c) if c.is_whitespace()) {}
}

fn is_boundary(text: &[char], at: usize) -> bool {
    let _ = (text, at);
    true
}

/// The test says that the first is one, whatever it is asked.
pub fn down(text: &[char], at: usize) -> usize {
    let mut by = 0;
    while !is_boundary(text, at - by) { // expect: stuck-iteration/audit
        by += 1;
    }
    by
}
