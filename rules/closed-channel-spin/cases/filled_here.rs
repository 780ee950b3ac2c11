//! What a loop fills itself has something again after it had nothing; and what waits for the end to be asked for does not spin.

use futures::StreamExt;
use futures::stream::FuturesOrdered;
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio_util::sync::CancellationToken;

pub async fn in_order(permits: &Semaphore, mut jobs: Vec<Job>, total: usize) {
    let mut work = FuturesOrdered::new();
    let mut done = 0;
    while done < total {
        tokio::select! {
            permit = permits.acquire(), if !jobs.is_empty() => {
                work.push_back(run(permit, jobs.pop()));
            }
            next = work.next() => {
                if let Some(number) = next {
                    done = number;
                }
            }
        }
    }
}

pub async fn only_taken(mut work: FuturesOrdered<Job>, total: usize) {
    let mut done = 0;
    while done < total { // expect: closed-channel-spin
        if let Some(number) = work.next().await {
            done = number;
        }
    }
}

pub async fn waits_for_stop(mut commands: mpsc::Receiver<u8>, mut results: mpsc::Receiver<u8>, stop: CancellationToken) {
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => println!("{command}"),
                None => break,
            },
            () = async {
                match results.recv().await {
                    Some(result) => println!("{result}"),
                    None => stop.cancelled().await,
                }
            } => {}
        }
    }
}

pub async fn waits_for_nothing(mut commands: mpsc::Receiver<u8>, mut results: mpsc::Receiver<u8>) {
    loop { // expect: closed-channel-spin/strict
        tokio::select! {
            command = commands.recv() => match command {
                Some(command) => println!("{command}"),
                None => break,
            },
            () = async {
                if let Some(result) = results.recv().await {
                    println!("{result}");
                }
            } => {}
        }
    }
}

/// The sender is a part of an object that others hold.
pub async fn follow(service: &Service, replies: mpsc::Receiver<u8>) {
    let events = service.shared().events.subscribe();
    forward(replies, events).await;
}

async fn forward(mut replies: mpsc::Receiver<u8>, mut events: broadcast::Receiver<u8>) {
    loop {
        tokio::select! {
            reply = replies.recv() => match reply {
                Some(reply) => println!("{reply}"),
                None => return,
            },
            event = events.recv() => match event {
                Ok(event) => println!("{event}"),
                Err(error) => println!("{error}"),
            },
        }
    }
}
