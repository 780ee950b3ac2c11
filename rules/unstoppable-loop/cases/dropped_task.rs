//! Spawned tasks whose handle is dropped and whose loop has no way out.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

pub struct Heartbeat;

/// Class: a heartbeat that outlives its connection, because a failed send is only logged.
pub fn start_heartbeat(outgoing: mpsc::Sender<Heartbeat>, every: Duration) {
    tokio::spawn(async move {
        loop { // expect: unstoppable-loop
            sleep(every).await;
            if let Err(error) = outgoing.send(Heartbeat).await {
                eprintln!("heartbeat not sent: {error}");
            }
        }
    });
}

pub fn start_heartbeat_with_token(
    outgoing: mpsc::Sender<Heartbeat>,
    every: Duration,
    token: CancellationToken,
) {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = sleep(every) => {}
                _ = token.cancelled() => break,
            }
            if let Err(error) = outgoing.send(Heartbeat).await {
                eprintln!("heartbeat not sent: {error}");
            }
        }
    });
}

pub fn start_heartbeat_until_closed(outgoing: mpsc::Sender<Heartbeat>, every: Duration) {
    tokio::spawn(async move {
        let mut timer = interval(every);
        loop {
            timer.tick().await;
            if outgoing.send(Heartbeat).await.is_err() {
                break;
            }
        }
    });
}

pub fn start_printer(level: watch::Receiver<u64>) {
    tokio::spawn(async move {
        let mut timer = interval(Duration::from_secs(1));
        loop { // expect: unstoppable-loop/strict
            timer.tick().await;
            println!("{}", *level.borrow());
        }
    });
}

pub fn start_printer_on_change(mut level: watch::Receiver<u64>) {
    tokio::spawn(async move {
        while level.changed().await.is_ok() {
            println!("{}", *level.borrow_and_update());
        }
    });
}

async fn print_forever(level: watch::Receiver<u64>) {
    loop { // expect: unstoppable-loop/strict
        sleep(Duration::from_secs(1)).await;
        println!("{}", *level.borrow());
    }
}

pub fn start_printer_function(level: watch::Receiver<u64>) {
    tokio::spawn(print_forever(level));
}

pub fn start_worker(mut jobs: mpsc::Receiver<u64>) {
    tokio::spawn(async move {
        while let Some(job) = jobs.recv().await {
            println!("{job}");
        }
    });
}

pub fn start_in_a_set(tasks: &mut JoinSet<()>, level: watch::Receiver<u64>) {
    // A set aborts its tasks when it is dropped.
    tasks.spawn(async move {
        loop {
            sleep(Duration::from_secs(1)).await;
            println!("{}", *level.borrow());
        }
    });
}

/// A job on a clock: what it writes is a file.
async fn fetch_twice_a_day(url: String) {
    loop { // expect: unstoppable-loop/strict
        match reqwest::get(&url).await {
            Ok(answer) => {
                if let Err(error) = write_to_file(answer.status().as_u16()) {
                    eprintln!("{error}");
                }
            }
            Err(error) => eprintln!("{error}"),
        }
        sleep(Duration::from_secs(43_200)).await;
    }
}

fn write_to_file(status: u16) -> std::io::Result<()> {
    std::fs::write("status", status.to_string())
}

pub fn start_fetching(url: String) {
    tokio::spawn(fetch_twice_a_day(url));
}
