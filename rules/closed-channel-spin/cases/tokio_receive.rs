//! `recv().await` of a closed channel is ready at once: the task never gives way again.

use std::time::Duration;

use tokio::sync::mpsc::{Receiver, UnboundedReceiver};
use tokio::time::timeout;

pub async fn only_the_good_case(mut jobs: Receiver<u64>, totals: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        if let Some(value) = jobs.recv().await {
            totals.push(value);
        }
    }
}

pub async fn only_the_good_case_checked(mut jobs: Receiver<u64>, totals: &mut Vec<u64>) {
    while let Some(value) = jobs.recv().await {
        totals.push(value);
    }
}

pub async fn none_goes_round(mut jobs: UnboundedReceiver<u64>, totals: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        match jobs.recv().await {
            Some(value) => totals.push(value),
            None => continue,
        }
    }
}

pub async fn none_leaves(mut jobs: UnboundedReceiver<u64>, totals: &mut Vec<u64>) {
    loop {
        match jobs.recv().await {
            Some(value) => totals.push(value),
            None => break,
        }
    }
}

pub async fn else_continues(mut jobs: Receiver<u64>, totals: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        let Some(value) = jobs.recv().await else {
            continue;
        };
        totals.push(value);
    }
}

pub async fn question_mark(mut jobs: Receiver<u64>, totals: &mut Vec<u64>) -> Option<()> {
    loop {
        totals.push(jobs.recv().await?);
    }
}

pub async fn timeout_and_closed_alike(mut jobs: Receiver<u64>, totals: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        if let Ok(Some(value)) = timeout(Duration::from_secs(1), jobs.recv()).await {
            totals.push(value);
        }
    }
}

pub async fn timeout_and_closed_apart(mut jobs: Receiver<u64>, totals: &mut Vec<u64>) {
    loop {
        match timeout(Duration::from_secs(1), jobs.recv()).await {
            Ok(Some(value)) => totals.push(value),
            Ok(None) => break,
            Err(_) => totals.clear(),
        }
    }
}

pub struct Inbox {
    receiver: Receiver<u64>,
}

impl Inbox {
    async fn next(&mut self) -> Option<u64> {
        self.receiver.recv().await
    }

    pub async fn sum(&mut self, totals: &mut Vec<u64>) {
        loop { // expect: closed-channel-spin/strict
            if let Some(value) = self.next().await {
                totals.push(value);
            }
        }
    }

    pub async fn sum_checked(&mut self, totals: &mut Vec<u64>) {
        while let Some(value) = self.next().await {
            totals.push(value);
        }
    }
}

pub fn spawn_worker(mut jobs: Receiver<u64>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut totals = Vec::new();
        loop { // expect: closed-channel-spin
            if let Some(value) = jobs.recv().await {
                totals.push(value);
            }
        }
    })
}
