//! Nobody closes a channel whose sender lives as long as whoever receives from it: accepted.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt};
use tokio::sync::{mpsc, watch};

#[derive(Clone)]
pub struct Manager {
    links: flume::Sender<u32>,
}

impl Manager {
    pub fn start(token: tokio_util::sync::CancellationToken) -> Self {
        let (links, receiver) = flume::unbounded();
        let this = Manager { links };
        tokio::spawn({
            let this = this.clone();
            async move {
                loop {
                    tokio::select! {
                        link = receiver.recv_async() => {
                            if let Ok(link) = link {
                                this.handle(link).await;
                            }
                        }
                        _ = token.cancelled() => break,
                    }
                }
            }
        });
        this
    }

    async fn handle(&self, link: u32) {}
}

#[derive(Clone)]
pub struct Handle {
    jobs: mpsc::UnboundedSender<u32>,
}

pub struct Actor {
    jobs_receiver: mpsc::UnboundedReceiver<u32>,
    state: watch::Receiver<u32>,
    handle: Handle,
}

pub fn create(state: watch::Receiver<u32>) -> Handle {
    let (jobs, jobs_receiver) = mpsc::unbounded_channel();
    let handle = Handle { jobs };
    let actor = Actor { jobs_receiver, state, handle: handle.clone() };
    tokio::spawn(actor.run());
    handle
}

impl Actor {
    async fn run(mut self) {
        loop {
            tokio::select! {
                job = self.jobs_receiver.recv() => {
                    if let Some(job) = job {
                        println!("{job}");
                    }
                }
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
}

/// What one object receives from is mostly closed together.
pub struct Connection {
    operations: mpsc::UnboundedReceiver<u32>,
    scrubbed: mpsc::UnboundedReceiver<u32>,
}

impl Connection {
    pub async fn turn(mut self) {
        loop { // expect: closed-channel-spin/strict
            tokio::select! {
                id = self.scrubbed.recv() => {
                    if let Some(id) = id {
                        println!("{id}");
                    }
                }
                operation = self.operations.recv() => {
                    if operation.is_none() {
                        break;
                    }
                }
            }
        }
    }
}

/// Ticks, or waits for ever.
pub struct Ticks {
    ticks: Option<tokio::time::Interval>,
}

impl Stream for Ticks {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        match self.ticks.as_mut() {
            Some(ticks) => ticks.poll_tick(cx).map(|_| Some(())),
            None => Poll::Pending,
        }
    }
}

pub async fn pings(mut ticks: Ticks, mut jobs: mpsc::Receiver<u32>, ping: impl Fn()) {
    loop {
        tokio::select! {
            job = jobs.recv() => {
                if job.is_none() {
                    return;
                }
            }
            _ = ticks.next() => ping(),
        }
    }
}
