//! Futures with monitored loops: what they are in goes with them from thread to thread.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::slot;

pin_project_lite::pin_project! {
    /// A future whose loops are monitored.
    ///
    /// **Cancel**: drop it, as the future within.
    #[derive(Debug)]
    pub struct Watched<F> {
        #[pin]
        future: F,
        innermost: Cell<u32>,
    }
}

/// Watches how long each poll of a future takes. The macro puts it around the body of `async` functions and blocks.
pub fn watched<F: Future>(future: F) -> Watched<F> {
    Watched { future, innermost: Cell::new(0) }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        slot::polling(this.innermost, || this.future.poll(cx))
    }
}
