//! Streams that a selection passes over once they have ended.

use futures::channel::mpsc as channel;
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

/// A stream of signals has no other side that could be gone: each answer is one more signal.
struct Reaper {
    signal: SignalStream,
    child: std::process::Child,
}

impl Reaper {
    fn poll_exit(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        loop {
            let waits = self.signal.poll_recv(cx).is_pending();
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return std::task::Poll::Ready(());
            }
            if waits {
                return std::task::Poll::Pending;
            }
        }
    }
}

/// `complete` says whose selection it is.
pub async fn until_complete(requests: channel::UnboundedReceiver<u32>, mut answers: channel::UnboundedReceiver<u32>) {
    let mut requests = requests.fuse();
    loop {
        select! {
            request = requests.next() => match request {
                Some(request) => handle(request),
                None => {}
            },
            answer = answers.next() => match answer {
                Some(answer) => handle(answer),
                None => break,
            },
            complete => break,
        }
    }
}

fn handle(message: u32) {
    println!("{message}");
}
