//! A task that keeps a connection alive, aborted on one way out of its loop. Class: a stream handler whose failures leave
//! the pinging task behind.

use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

pub struct Broken;

fn keep_alive() -> JoinHandle<()> {
    tokio::spawn(async {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    })
}

async fn handle(message: String) -> Result<bool, Broken> {
    if message.is_empty() { Err(Broken) } else { Ok(message == "bye") }
}

pub async fn serve(mut messages: Receiver<String>) -> Result<(), Broken> {
    let pings = keep_alive().abort_handle(); // expect: leaked-connection/strict
    loop {
        let Some(message) = messages.recv().await else {
            pings.abort();
            return Ok(());
        };
        if handle(message).await? {
            pings.abort();
            return Ok(());
        }
    }
}

pub async fn serve_and_clean_up(mut messages: Receiver<String>) -> Result<(), Broken> {
    let pings = keep_alive().abort_handle();
    let ended = loop {
        let Some(message) = messages.recv().await else { break Ok(()) };
        match handle(message).await {
            Ok(true) => break Ok(()),
            Ok(false) => {}
            Err(broken) => break Err(broken),
        }
    };
    pings.abort();
    ended
}

pub struct Guard(tokio::task::AbortHandle);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub async fn serve_guarded(mut messages: Receiver<String>) -> Result<(), Broken> {
    let _pings = Guard(keep_alive().abort_handle());
    while let Some(message) = messages.recv().await {
        if handle(message).await? {
            break;
        }
    }
    Ok(())
}
