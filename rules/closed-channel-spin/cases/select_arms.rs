//! An arm that binds whatever a closed channel gives is ready each time round.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::interval;

pub async fn binds_the_option(mut jobs: mpsc::Receiver<u64>, totals: &mut Vec<u64>) {
    let mut tick = interval(Duration::from_secs(1));
    loop { // expect: closed-channel-spin/strict
        tokio::select! {
            job = jobs.recv() => {
                if let Some(value) = job {
                    totals.push(value);
                }
            }
            _ = tick.tick() => totals.clear(),
        }
    }
}

pub async fn reports_the_end_again_and_again(mut jobs: mpsc::Receiver<u64>, totals: &mut Vec<u64>) {
    let mut tick = interval(Duration::from_secs(1));
    loop { // expect: closed-channel-spin
        tokio::select! {
            job = jobs.recv() => match job {
                Some(value) => totals.push(value),
                None => eprintln!("nobody sends jobs any more"),
            },
            _ = tick.tick() => totals.clear(),
        }
    }
}

pub async fn stays_when_all_have_ended(mut left: mpsc::Receiver<u64>, mut right: mpsc::Receiver<u64>, totals: &mut Vec<u64>) {
    loop { // expect: closed-channel-spin
        tokio::select! {
            Some(value) = left.recv() => totals.push(value),
            Some(value) = right.recv() => totals.push(value),
            else => eprintln!("nobody sends any more"),
        }
    }
}

pub async fn leaves_on_none(mut jobs: mpsc::Receiver<u64>, totals: &mut Vec<u64>) {
    let mut tick = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            job = jobs.recv() => {
                match job {
                    Some(value) => totals.push(value),
                    None => break,
                }
            }
            _ = tick.tick() => totals.clear(),
        }
    }
}

pub async fn refutable_arm(mut jobs: mpsc::Receiver<u64>, totals: &mut Vec<u64>) {
    // A pattern that does not match switches the arm off for this round; the other one waits.
    let mut tick = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            Some(value) = jobs.recv() => totals.push(value),
            _ = tick.tick() => totals.clear(),
        }
    }
}

pub async fn refutable_arms_with_else(
    mut left: mpsc::Receiver<u64>,
    mut right: mpsc::Receiver<u64>,
    totals: &mut Vec<u64>,
) {
    loop {
        tokio::select! {
            Some(value) = left.recv() => totals.push(value),
            Some(value) = right.recv() => totals.push(value),
            else => break,
        }
    }
}

// Whoever shuts down mostly drops the senders then.
pub async fn shutdown_arm_leaves(
    mut jobs: mpsc::Receiver<u64>,
    mut shutdown: oneshot::Receiver<()>,
    totals: &mut Vec<u64>,
) {
    loop { // expect: closed-channel-spin/strict
        tokio::select! {
            _ = &mut shutdown => break,
            job = jobs.recv() => totals.extend(job),
        }
    }
}

pub async fn guarded_arm(
    mut jobs: mpsc::Receiver<u64>,
    mut shutdown: oneshot::Receiver<()>,
    totals: &mut Vec<u64>,
) {
    let mut open = true;
    loop {
        tokio::select! {
            _ = &mut shutdown => break,
            job = jobs.recv(), if open => match job {
                Some(value) => totals.push(value),
                None => open = false,
            },
        }
    }
}

pub struct Worker {
    commands: watch::Receiver<u64>,
    exit: tokio_util::sync::CancellationToken,
}

impl Worker {
    // Who sets the command ends the workers as well.
    pub async fn obeys(mut self, totals: &mut Vec<u64>) {
        loop { // expect: closed-channel-spin/strict
            tokio::select! {
                _ = self.exit.cancelled() => break,
                _ = self.commands.changed() => totals.push(*self.commands.borrow()),
            }
        }
    }
}
