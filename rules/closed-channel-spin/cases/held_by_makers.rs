//! Channels whose other side is held by whoever made them, as long as that goes round a loop of its own.

use std::sync::Arc;

use futures::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// The sender stays here, and this never ends.
pub async fn distribute(regions: &Regions, workers: usize) {
    let (region_tx, region_rx) = async_channel::unbounded();
    for _ in 0..workers {
        let region_rx = region_rx.clone();
        tokio::spawn(async move {
            loop { // expect: closed-channel-spin/strict
                while let Ok(region) = region_rx.recv().await {
                    create(region);
                }
            }
        });
    }
    loop {
        let region = regions.wait_for_next();
        let _ = region_tx.send(region).await;
    }
}

/// Whoever names the closed case errs, whoever holds the sender.
pub async fn collect(mut wait: tokio::time::Interval) {
    let (status_tx, mut status_rx) = std::sync::mpsc::channel();
    loop {
        wait.tick().await;
        let _ = status_tx.send(1);
        sample(&mut status_rx);
    }
}

fn sample(status_rx: &mut std::sync::mpsc::Receiver<u32>) -> Vec<u32> {
    let mut seen = Vec::new();
    loop { // expect: closed-channel-spin
        match status_rx.try_recv() {
            Ok(status) => seen.push(status),
            Err(std::sync::mpsc::TryRecvError::Empty) => break,
            Err(std::sync::mpsc::TryRecvError::Disconnected) => log::error!("disconnected"),
        }
    }
    seen
}

pub async fn start(workers: usize) {
    let mut actions = Vec::new();
    for id in 0..workers {
        let (action_tx, action_rx) = mpsc::channel(100);
        tokio::spawn(async move {
            monitor(id, action_rx).await;
        });
        actions.push(action_tx);
    }
    while let Ok(()) = tokio::signal::ctrl_c().await {
        for action in actions.clone() {
            let _ = action.send(1).await;
        }
    }
}

/// All senders are in the list of whoever started this.
async fn monitor(id: usize, mut actions: mpsc::Receiver<u32>) {
    loop { // expect: closed-channel-spin/strict
        if let Some(action) = actions.recv().await {
            println!("{id}: {action}");
        }
    }
}

pub fn start_and_go(workers: usize) {
    for id in 0..workers {
        let (action_tx, action_rx) = mpsc::channel(100);
        tokio::spawn(async move {
            monitor_for_nobody(id, action_rx).await;
        });
        let _ = action_tx.try_send(1);
    }
}

/// The sender is gone as soon as this was started.
async fn monitor_for_nobody(id: usize, mut actions: mpsc::Receiver<u32>) {
    loop { // expect: closed-channel-spin
        if let Some(action) = actions.recv().await {
            println!("{id}: {action}");
        }
    }
}

pub struct Jobs {
    changed: watch::Sender<u64>,
    queue: Vec<u32>,
}

pub async fn run_jobs(queue: Vec<u32>) {
    let (changed, changes) = watch::channel(0);
    let jobs = Jobs { changed, queue };
    work(&jobs, changes).await;
}

/// What it borrows has the sender.
async fn work(jobs: &Jobs, mut changes: watch::Receiver<u64>) {
    loop {
        let _ = changes.changed().await;
        println!("{}", jobs.queue.len());
    }
}

pub struct Waiting {
    progress: Option<mpsc::Receiver<u32>>,
    shared: tokio::sync::Mutex<mpsc::Receiver<u32>>,
}

impl Waiting {
    /// A part of the object, inside of an option.
    pub async fn wait(&mut self, mut answer: tokio::sync::oneshot::Receiver<u32>) -> u32 {
        loop { // expect: closed-channel-spin/strict
            tokio::select! {
                answer = &mut answer => return answer.unwrap_or_default(),
                progress = async {
                    match self.progress.as_mut() {
                        Some(receiver) => receiver.recv().await,
                        None => None,
                    }
                } => {
                    if let Some(progress) = progress {
                        println!("{progress}");
                    }
                }
            }
        }
    }

    /// Under a lock, as workers share it.
    pub async fn drain(&self) {
        loop { // expect: closed-channel-spin
            let mut shared = self.shared.lock().await;
            if let Some(progress) = shared.recv().await {
                println!("{progress}");
            }
        }
    }
}

pub struct Session {
    gate: Gate,
}

impl Session {
    /// What another object keeps under a lock.
    pub async fn run(&self) {
        loop { // expect: closed-channel-spin/strict
            if let Some(command) = self.gate.process().await {
                println!("{command}");
            }
        }
    }
}

pub struct Gate {
    commands: Arc<tokio::sync::Mutex<mpsc::Receiver<u32>>>,
}

impl Gate {
    async fn process(&self) -> Option<u32> {
        let mut commands = self.commands.lock().await;
        commands.recv().await
    }
}

pub struct Publisher {
    pending: std::collections::VecDeque<u32>,
    paused: bool,
}

impl Publisher {
    /// The set is filled on the way.
    async fn flush(&mut self, running: &mut JoinSet<u32>, batch: &mut Vec<u32>) {
        while !self.pending.is_empty() {
            self.start_next(running, batch);
            self.note(running.join_next().await);
        }
    }

    fn start_next(&mut self, running: &mut JoinSet<u32>, batch: &mut Vec<u32>) {
        while let Some(next) = self.pending.front() {
            if batch.len() > 10 {
                break;
            }
            batch.push(*next);
            self.pending.pop_front();
        }
        running.spawn(send(batch.clone()));
    }

    fn note(&mut self, done: Option<Result<u32, tokio::task::JoinError>>) {
        if let Some(Err(_)) = done {
            self.paused = true;
        }
    }

    /// Nothing is put into the set here.
    async fn wait_for_all(&mut self, running: &mut JoinSet<u32>) {
        loop { // expect: closed-channel-spin
            self.note(running.join_next().await);
        }
    }
}

/// Each round opens another stream.
pub async fn forward(service: &dyn Service, out: mpsc::Sender<u32>) {
    loop {
        tokio::select! {
            _ = out.closed() => break,
            opened = service.wait_for_events() => {
                if let Ok(mut events) = opened {
                    while let Some(event) = events.next().await {
                        let _ = out.send(event).await;
                    }
                }
            }
        }
    }
}

#[async_trait::async_trait]
pub trait Service {
    async fn wait_for_events(&self) -> Result<futures::stream::BoxStream<'static, u32>, ()>;
}

/// What the task has holds a sender.
pub fn serve_reloads(tasks: &mut Vec<futures::future::BoxFuture<'static, ()>>) {
    let (reload_tx, mut reload_rx) = mpsc::channel::<u32>(1);
    let manager = Manager::new(reload_tx);
    let kept = manager.clone();
    tasks.push(Box::pin(async move {
        loop {
            if let Some(reload) = reload_rx.recv().await {
                kept.reload(reload);
            }
        }
    }));
}

/// The watcher holds it.
pub fn watch_settings(path: &std::path::Path, reload: fn(u32)) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let mut debouncer = new_debouncer(std::time::Duration::from_millis(500), None, sender).unwrap();
    debouncer.watch(path);
    loop {
        if let Err(error) = receiver.recv() {
            eprintln!("{error}");
            continue;
        }
        reload(1);
    }
}
