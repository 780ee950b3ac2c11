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
