use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

// Whoever drops the senders has cancelled the token, most likely.
pub fn run_jobs(jobs: async_channel::Receiver<u32>, token: CancellationToken) {
    tokio::spawn(async move {
        loop { // expect: closed-channel-spin/strict
            tokio::select! {
                _ = token.cancelled() => break,
                job = jobs.recv() => if let Ok(job) = job {
                    println!("{job}");
                },
            }
        }
    });
}

// The same with a flag, which is looked at whenever nothing came.
pub fn watch_paths(paths: Receiver<String>, stopped: Arc<AtomicBool>) {
    thread::spawn(move || loop { // expect: closed-channel-spin/strict
        match paths.recv_timeout(Duration::from_millis(300)) {
            Ok(path) => println!("{path}"),
            Err(_) => {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
            }
        }
    });
}

// The flag is not looked at when nothing came.
pub fn watch_names(names: Receiver<String>, stopped: Arc<AtomicBool>) {
    thread::spawn(move || loop { // expect: closed-channel-spin
        if let Ok(name) = names.recv_timeout(Duration::from_millis(300)) {
            if stopped.load(Ordering::Relaxed) {
                break;
            }
            println!("{name}");
        }
    });
}

// Who sends changes mostly lives until the message that ends the loop.
pub async fn follow_changes(mut changes: mpsc::Receiver<u32>, mut shutdown: broadcast::Receiver<()>) {
    loop { // expect: closed-channel-spin/strict
        tokio::select! {
            _ = shutdown.recv() => break,
            change = changes.recv() => if let Some(change) = change {
                println!("{change}");
            },
        }
    }
}
