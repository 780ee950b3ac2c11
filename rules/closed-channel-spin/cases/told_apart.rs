//! What a closed channel gives is told apart, later or elsewhere: accepted.

use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::interval;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::IntervalStream;

pub fn by_matches(stop: mpsc::Receiver<()>, refresh: impl Fn()) {
    loop {
        refresh();
        let result = stop.recv_timeout(Duration::from_secs(1));
        if matches!(result, Err(mpsc::RecvTimeoutError::Disconnected)) || result.is_ok() {
            return;
        }
    }
}

pub fn waits_for_more(stop: mpsc::Receiver<()>, refresh: impl Fn()) {
    loop { // expect: closed-channel-spin
        refresh();
        let result = stop.recv_timeout(Duration::from_secs(1));
        if matches!(result, Err(mpsc::RecvTimeoutError::Timeout)) || result.is_ok() {
            continue;
        }
    }
}

pub fn renamed(events: mpsc::Receiver<u32>, emit: impl Fn(u32)) {
    let mut pending = None;
    loop {
        let result = if pending.is_some() {
            events.recv_timeout(Duration::from_millis(10))
        } else {
            events.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected)
        };
        match result {
            Ok(event) => pending = Some(event),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Some(event) = pending.take() {
                    emit(event);
                }
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

pub struct Agent {
    messages: async_channel::Receiver<u32>,
    close_requested: bool,
}

impl Agent {
    pub fn poll(&mut self) {
        while !self.close_requested {
            match futures::executor::block_on(self.messages.recv()) {
                Ok(message) => self.handle(message),
                _ => {
                    self.close_requested = true;
                    break;
                }
            }
        }
    }

    fn handle(&mut self, message: u32) {
        self.close_requested = message == 0;
    }
}

pub struct Watched {
    revision: watch::Receiver<u64>,
}

impl Watched {
    async fn next(&mut self) -> u64 {
        self.revision.changed().await.expect("the sender is gone");
        *self.revision.borrow_and_update()
    }
}

pub async fn panics_in_a_helper(mut watched: Watched, apply: impl Fn(u64)) {
    loop {
        apply(watched.next().await);
    }
}

pub async fn ticks(mut jobs: tokio::sync::mpsc::Receiver<u32>, handle: impl Fn(u32)) {
    let mut pinger = IntervalStream::new(interval(Duration::from_secs(5)));
    loop {
        tokio::select! {
            job = jobs.recv() => {
                let Some(job) = job else { return };
                handle(job);
            }
            _ = pinger.next() => handle(0),
        }
    }
}

pub async fn asks_first(mut left: JoinSet<u32>, mut right: JoinSet<u32>, handle: impl Fn(u32)) {
    while !left.is_empty() || !right.is_empty() {
        tokio::select! {
            done = left.join_next(), if !left.is_empty() => {
                if let Some(Ok(value)) = done {
                    handle(value);
                }
            }
            done = right.join_next(), if !right.is_empty() => {
                if let Some(Ok(value)) = done {
                    handle(value);
                }
            }
        }
    }
}

pub async fn switched_off(mut address: watch::Receiver<u32>, mut jobs: tokio::sync::mpsc::Receiver<u32>, handle: impl Fn(u32)) {
    let mut closed = false;
    loop {
        let changed = address.changed();
        tokio::select! {
            job = jobs.recv() => {
                let Some(job) = job else { return };
                handle(job);
            }
            change = changed, if !closed => {
                if change.is_err() {
                    closed = true;
                    continue;
                }
                handle(1);
            }
        }
    }
}

enum Ongoing {
    None,
    Break,
    Request(u32),
}

impl Ongoing {
    fn is_some(&self) -> bool {
        !matches!(self, Ongoing::None)
    }

    fn leaves(&mut self) -> bool {
        match std::mem::replace(self, Ongoing::None) {
            Ongoing::Break => true,
            Ongoing::None | Ongoing::Request(_) => false,
        }
    }
}

pub struct Session {
    ongoing: Ongoing,
    requests: mpsc::Receiver<u32>,
}

impl Session {
    pub fn run(&mut self) {
        loop {
            if self.ongoing.is_some() && self.ongoing.leaves() {
                break;
            }
            if let Ok(request) = self.requests.recv() {
                self.ongoing = Ongoing::Request(request);
            } else {
                self.ongoing = Ongoing::Break;
            }
        }
    }
}

pub struct Either<A, B> {
    left: A,
    right: B,
}

/// Neither is awaited by itself: `Either` is, and asserts that the channel is open.
pub async fn handed_on(mut jobs: tokio::sync::mpsc::Receiver<u32>, mut wakes: tokio::sync::mpsc::Receiver<u32>) {
    loop {
        match (Either { left: std::pin::pin!(jobs.recv()), right: std::pin::pin!(wakes.recv()) }).await {
            Chosen::Left(job) => assert!(job.is_some()),
            Chosen::Right(wake) => debug_assert!(wake.is_some()),
        }
    }
}

/// What is not known to be a channel of the standard library names its end as it likes.
pub fn own_events(events: &mut Events, lines: &flume::Receiver<String>) {
    loop {
        while let Ok(line) = lines.try_recv() {
            println!("{line}");
        }
        let next = match events.recv_timeout(Duration::from_secs(1)) {
            Some(event) => Some(event),
            None => match events.try_recv() {
                Ok(event) => Some(event),
                Err(TryReceiveError::Closed) => break,
                Err(TryReceiveError::Empty) => None,
            },
        };
        if let Some(Event::Stop) = next {
            break;
        }
    }
}
