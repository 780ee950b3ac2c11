//! What a closed channel gives at once lies in two options.

use futures::FutureExt;
use tokio::sync::mpsc;

pub fn fill(jobs: &mut mpsc::Receiver<u32>, queue: &mut Vec<u32>, is_closed: &mut bool) {
    while queue.len() < 64 { // expect: closed-channel-spin
        match jobs.recv().now_or_never() {
            Some(Some(job)) => queue.push(job),
            Some(None) => *is_closed = true,
            None => break,
        }
    }
}

pub fn fill_until_closed(jobs: &mut mpsc::Receiver<u32>, queue: &mut Vec<u32>, is_closed: &mut bool) {
    while queue.len() < 64 {
        match jobs.recv().now_or_never() {
            Some(Some(job)) => queue.push(job),
            Some(None) => {
                *is_closed = true;
                break;
            }
            None => break,
        }
    }
}

pub fn fill_with_what_is_there(jobs: &mut mpsc::Receiver<u32>, queue: &mut Vec<u32>) {
    while let Some(Some(job)) = jobs.recv().now_or_never() {
        queue.push(job);
    }
}
