//! Futures that are not ready, and who wakes them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

/// Class: a timer that asks the clock as fast as it can.
pub struct Timer {
    at: Instant,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.at {
            Poll::Ready(())
        } else {
            cx.waker().wake_by_ref(); // expect: self-wake-spin/strict
            Poll::Pending
        }
    }
}

pub struct Budget<F> {
    inner: F,
    left: u32,
}

impl<F: Future<Output = ()> + Unpin> Future for Budget<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.left == 0 {
            self.left = 8;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.left -= 1;
        Pin::new(&mut self.inner).poll(cx)
    }
}
