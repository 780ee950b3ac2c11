//! Failures that a stream gives as items. Class: a name server that passes over every failed receive of its socket, also
//! when the interface is gone for good.

use futures::{Stream, StreamExt};
use std::time::Duration;

const MAX_FAILURES: u32 = 16;

pub async fn serve<S>(mut requests: S)
where
    S: Stream<Item = std::io::Result<Vec<u8>>> + Unpin,
{
    loop {
        let message = match requests.next().await {
            None => break,
            Some(message) => message,
        };
        let message = match message {
            Err(error) => { // expect: error-without-limit/strict
                eprintln!("{error}");
                continue;
            }
            Ok(message) => message,
        };
        println!("{}", message.len());
    }
}

pub async fn serve_patiently<S>(mut requests: S)
where
    S: Stream<Item = std::io::Result<Vec<u8>>> + Unpin,
{
    let mut failures = 0;
    loop {
        let message = match requests.next().await {
            None => break,
            Some(message) => message,
        };
        match message {
            Err(error) => {
                eprintln!("{error}");
                failures += 1;
                if failures > MAX_FAILURES {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(message) => {
                failures = 0;
                println!("{}", message.len());
            }
        }
    }
}
