//! Channels that nobody can close while the loop runs, and loops that something else paces or ends.

use std::sync::Arc;

use futures::FutureExt;
use tokio::sync::{broadcast, mpsc, watch};

#[derive(Clone, Copy, PartialEq)]
pub enum State {
    Started,
    Paused,
    Stopped,
}

pub struct Source {
    state: watch::Sender<State>,
    connection: Arc<dyn Connection>,
}

impl Source {
    /// The sender is a part of what this method borrows.
    pub async fn read(&self, buffer: &mut [u8]) -> Option<usize> {
        let mut changes = self.state.subscribe();
        let mut now = *changes.borrow();
        loop {
            tokio::select! {
                _ = changes.changed() => {
                    now = *changes.borrow();
                    if now == State::Stopped {
                        return None;
                    }
                }
                read = self.connection.recv(buffer) => {
                    if now != State::Paused {
                        return read.ok();
                    }
                }
            }
        }
    }

    /// The task goes on when the sender is gone.
    pub fn watch_in_a_task(&self) {
        let mut changes = self.state.subscribe();
        tokio::spawn(async move {
            loop { // expect: closed-channel-spin
                let _ = changes.changed().await;
            }
        });
    }
}

pub type Operation = Box<dyn FnOnce() -> bool + Send>;

pub struct Operations {
    sender: Arc<mpsc::UnboundedSender<Operation>>,
}

impl Operations {
    pub fn new(stop: mpsc::Receiver<()>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let sender = Arc::new(sender);
        let kept = Arc::clone(&sender);
        tokio::spawn(async move {
            Operations::run(sender, receiver, stop).await;
        });
        Self { sender: kept }
    }

    /// Whoever receives here holds a sender as well.
    async fn run(
        sender: Arc<mpsc::UnboundedSender<Operation>>,
        mut receiver: mpsc::UnboundedReceiver<Operation>,
        mut stop: mpsc::Receiver<()>,
    ) {
        loop {
            tokio::select! {
                _ = stop.recv() => break,
                operation = receiver.recv() => {
                    if let Some(operation) = operation {
                        let _ = sender.send(Box::new(move || operation()));
                    }
                }
            }
        }
    }
}

pub async fn run_alone() {
    let (_, receiver) = mpsc::unbounded_channel();
    let (other, _) = mpsc::unbounded_channel();
    serve_with_another(other, receiver).await;
}

/// A sender of another channel says nothing.
async fn serve_with_another(answers: mpsc::UnboundedSender<u32>, mut jobs: mpsc::UnboundedReceiver<u32>) {
    loop { // expect: closed-channel-spin
        if let Some(job) = jobs.recv().await {
            let _ = answers.send(job);
        }
    }
}

pub fn drain(confirmations: &mut mpsc::Receiver<()>) {
    while let Some(Some(())) = confirmations.recv().now_or_never() {}
}

pub trait Connection: Send + Sync {
    fn recv(&self, buffer: &mut [u8]) -> futures::future::BoxFuture<'_, std::io::Result<usize>>;
}

/// Waits for one thing to be done; what else comes meanwhile matters little.
pub async fn hand_over(jobs: &mpsc::Sender<mpsc::Sender<()>>, queued: &mut mpsc::Receiver<u32>) {
    let (done_sender, mut done) = mpsc::channel(1);
    let _ = jobs.send(done_sender).await;
    let mut waiting = true;
    while waiting { // expect: closed-channel-spin/strict
        tokio::select! {
            _ = done.recv() => waiting = false,
            job = queued.recv() => drop(job),
        }
    }
}

/// Each round waits for a packet first.
pub async fn paced_by_a_peer(connection: transport::Connection, mut handshakes: mpsc::Receiver<()>) {
    loop {
        let packet = connection.recv_packet().await;
        tokio::select! {
            _ = handshakes.recv() => {}
            _ = handle(packet) => {}
        }
    }
}

async fn handle(packet: transport::Packet) {
    drop(packet);
}

pub struct Gate {
    arrived: std::sync::Mutex<Arrived>,
    opened: watch::Receiver<usize>,
}

struct Arrived {
    opener: watch::Sender<usize>,
    count: usize,
}

impl Gate {
    pub fn new() -> Self {
        let (opener, opened) = watch::channel(0);
        Self { arrived: std::sync::Mutex::new(Arrived { opener, count: 0 }), opened }
    }

    /// The sender is a part of the same object.
    pub async fn wait(&self, generation: usize) {
        let mut opened = self.opened.clone();
        loop {
            let _ = opened.changed().await;
            if *opened.borrow() >= generation {
                break;
            }
        }
    }
}

pub struct Service {
    updates: broadcast::Sender<u32>,
    full: watch::Sender<u64>,
}

impl Service {
    pub fn subscribe_to_updates(&self) -> broadcast::Receiver<u32> {
        self.updates.subscribe()
    }

    pub fn subscribe_to_changes(&self) -> watch::Receiver<u64> {
        self.full.subscribe()
    }

    pub fn is_full(&self) -> bool {
        *self.full.borrow() > 0
    }

    pub fn refresh(&self, update: u32) {
        println!("{update}");
    }
}

/// The task holds what it subscribed to.
pub fn refresh(service: Arc<Service>) {
    let mut updates = service.subscribe_to_updates();
    tokio::spawn(async move {
        loop {
            match updates.recv().await {
                Ok(update) => service.refresh(update),
                Err(error) => log::error!("{error}"),
            }
        }
    });
}

/// The task does not.
pub fn refresh_others(service: Arc<Service>, others: Arc<Service>) {
    let mut updates = service.subscribe_to_updates();
    tokio::spawn(async move {
        loop { // expect: closed-channel-spin
            match updates.recv().await {
                Ok(update) => others.refresh(update),
                Err(error) => log::error!("{error}"),
            }
        }
    });
}

async fn changed(service: &Service, changes: &mut watch::Receiver<u64>) {
    if service.is_full() {
        tokio::task::yield_now().await;
        return;
    }
    let _ = changes.changed().await;
}

/// What was subscribed to is handed over as well.
pub async fn filled(services: &[Arc<Service>]) {
    let Some(first) = services.first() else { return };
    let mut changes = first.subscribe_to_changes();
    loop {
        if first.is_full() {
            return;
        }
        changed(first, &mut changes).await;
    }
}
