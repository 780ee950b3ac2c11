//! Nobody closes a channel whose sender lives as long as whoever receives from it: accepted.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

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

/// Both sides in one object, the receiver under a lock.
pub struct Waiter {
    name: &'static str,
    done: std::sync::mpsc::Sender<()>,
    ended: std::sync::Mutex<std::sync::mpsc::Receiver<()>>,
}

impl Waiter {
    pub fn new() -> Self {
        let (done, ended) = std::sync::mpsc::channel();
        Self { name: "waiter", done, ended: std::sync::Mutex::new(ended) }
    }

    fn wait(&self) {
        let _ = self.ended.lock().unwrap().recv();
    }

    pub fn run(&self, stop: &std::sync::atomic::AtomicBool) {
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            self.wait();
        }
    }
}

/// The handler is there for as long as the process, and the sender with it.
pub fn draws(draw: fn(u32)) {
    let (sender, receiver) = std::sync::mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = sender.send(0);
    });
    loop {
        if let Ok(event) = receiver.recv() {
            match event {
                0 => break,
                other => draw(other),
            }
        }
    }
}

/// A thread ends, and its sender is gone.
pub fn draws_for_a_thread(draw: fn(u32)) {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(1);
    });
    loop { // expect: closed-channel-spin
        if let Ok(event) = receiver.recv() {
            match event {
                0 => break,
                other => draw(other),
            }
        }
    }
}

/// Whatever is made of the failure, it leaves.
pub async fn forwards(mut values: watch::Receiver<u32>, peer: mpsc::Sender<u32>) -> miette::Result<()> {
    loop {
        let changed = values.changed().await;
        changed.into_diagnostic()?;
        let value = *values.borrow_and_update();
        let _ = peer.try_send(value);
    }
}

/// The watcher keeps the sender, and lives as long as the loop.
pub fn reloads(path: &std::path::Path, reload: fn(u32)) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let watcher = notify::PollWatcher::new(move |changed| {
        let _ = sender.send(changed);
    });
    loop {
        if let Ok(changed) = receiver.recv() {
            reload(changed);
        }
    }
}

/// A failure is as good as the end.
pub async fn routes(handle: &rtnetlink::Handle, mut found: Vec<u32>) -> Vec<u32> {
    let mut routes = handle.route().get().execute();
    while let Some(route) = routes.try_next().await.unwrap_or_default() {
        found.push(route.index);
    }
    found
}

pub struct Driver {
    local_commands_tx: mpsc::Sender<u32>,
    local_commands_rx: mpsc::Receiver<u32>,
}

impl Driver {
    // The object has a sender of its own.
    pub async fn drives(mut self, seen: &mut Vec<u32>) {
        loop {
            tokio::select! {
                command = self.local_commands_rx.recv() => match command {
                    Some(command) => seen.push(command),
                    None => continue,
                },
                _ = tokio::time::sleep(std::time::Duration::from_secs(1)) => seen.clear(),
            }
        }
    }

    pub async fn drives_for(&self, mut local_commands: mpsc::Receiver<u32>, seen: &mut Vec<u32>) {
        loop {
            if let Some(command) = local_commands.recv().await {
                seen.push(command);
            }
        }
    }

    pub async fn drives_others(&self, mut others_rx: mpsc::Receiver<u32>, seen: &mut Vec<u32>) {
        loop { // expect: closed-channel-spin
            if let Some(command) = others_rx.recv().await {
                seen.push(command);
            }
        }
    }
}

/// What is handed out in each round cannot have been given away: the function still has the sender.
pub fn lent_in_each_round(devices: &[Device]) {
    let (sender, receiver) = std::sync::mpsc::sync_channel(100);
    start_new(devices, &sender);
    loop {
        let line: String = receiver.recv_timeout(Duration::from_millis(150)).unwrap_or_default();
        start_new(devices, &sender);
        println!("{line}");
    }
}

pub fn given_away(devices: &[Device]) {
    let (sender, receiver) = std::sync::mpsc::sync_channel(100);
    start_once(devices, sender);
    loop { // expect: closed-channel-spin
        let line: String = receiver.recv_timeout(Duration::from_millis(150)).unwrap_or_default();
        println!("{line}");
    }
}
