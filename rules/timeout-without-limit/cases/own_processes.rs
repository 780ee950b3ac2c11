//! The output of a process ends with it: a short wait for a line of it is there for something else.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::ChildStderr;
use tokio::time::timeout;

pub async fn joined(stderr: ChildStderr) -> std::io::Result<()> {
    let mut lines = BufReader::new(stderr).lines();
    let mut held = Vec::new();
    loop {
        match timeout(Duration::from_millis(100), lines.next_line()).await {
            Ok(line) => match line? {
                Some(line) => held.push(line),
                None => return Ok(()),
            },
            Err(_) => tracing::info!("{}", held.drain(..).collect::<String>()),
        }
    }
}

pub async fn from_peer(stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let mut held = Vec::new();
    loop {
        match timeout(Duration::from_millis(100), lines.next_line()).await {
            Ok(line) => match line? {
                Some(line) => held.push(line),
                None => return Ok(()),
            },
            Err(_) => tracing::info!("{}", held.drain(..).collect::<String>()), // expect: timeout-without-limit/strict
        }
    }
}
