//! Streams that a selection passes over once they have ended.

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;

pub async fn run(mut exports: FuturesUnordered<impl Future<Output = ()>>, mut messages: mpsc::Receiver<u32>) -> u32 {
    let mut sum = 0;
    let mut messages = futures::stream::poll_fn(move |cx| messages.poll_recv(cx)).fuse();
    loop {
        futures::select! {
            _ = exports.next() => {}
            message = messages.next() => match message {
                Some(message) => sum += message,
                None => break,
            },
        }
    }
    sum
}

/// An arm whose pattern fails is switched off until another one was ready.
pub async fn run_tokio(mut jobs: mpsc::Receiver<u32>, mut ticks: tokio::time::Interval) -> u32 {
    let mut sum = 0;
    loop {
        tokio::select! {
            Some(job) = jobs.recv() => sum += job,
            _ = ticks.tick() => if sum > 100 { return sum },
        }
    }
}
