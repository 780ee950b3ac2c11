//! Connecting until it works: success leaves the loop, failure sleeps and goes round.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

const DELAY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(5);

pub fn connect(address: &SocketAddr) -> std::net::TcpStream {
    loop {
        match std::net::TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => return stream,
            Err(error) => { // expect: retry-without-limit
                eprintln!("{address}: {error}");
                thread::sleep(DELAY);
            }
        }
    }
}

pub fn connect_if_let(address: &SocketAddr) -> std::net::TcpStream {
    loop {
        if let Ok(stream) = std::net::TcpStream::connect_timeout(address, PATIENCE) { // expect: retry-without-limit
            return stream;
        }
        thread::sleep(DELAY);
    }
}

pub fn wait_for_port(address: &SocketAddr) {
    while std::net::TcpStream::connect_timeout(address, PATIENCE).is_err() { // expect: retry-without-limit/strict
        thread::sleep(DELAY);
    }
}

pub async fn connect_while_let(address: SocketAddr) {
    while let Err(error) = TcpStream::connect(address).await { // expect: retry-without-limit/strict
        tracing::warn!("{address}: {error}");
        sleep(DELAY).await;
    }
}

pub async fn connect_with_break(address: SocketAddr) -> TcpStream {
    let mut delay = Duration::from_millis(100);
    let stream = loop {
        match TcpStream::connect(address).await {
            Ok(stream) => break stream,
            Err(_) => { // expect: retry-without-limit/strict
                sleep(delay).await;
                delay = (delay * 2).min(Duration::from_secs(60));
            }
        }
    };
    stream
}

pub async fn connect_counted(address: SocketAddr) -> io::Result<TcpStream> {
    let mut attempts = 0;
    loop {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                attempts += 1;
                if attempts == 5 {
                    return Err(error);
                }
                sleep(DELAY).await;
            }
        }
    }
}

pub async fn connect_with_guard(address: SocketAddr) -> io::Result<TcpStream> {
    let mut left = 5;
    loop {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(_) if left > 0 => left -= 1,
            Err(error) => return Err(error),
        }
        sleep(DELAY).await;
    }
}

pub async fn connect_in_range(address: SocketAddr) -> Option<TcpStream> {
    for _ in 0..5 {
        if let Ok(stream) = TcpStream::connect(address).await {
            return Some(stream);
        }
        sleep(DELAY).await;
    }
    None
}

pub async fn connect_before_deadline(address: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let started = Instant::now();
    loop {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) if started.elapsed() >= patience => return Err(error),
            Err(_) => sleep(DELAY).await,
        }
    }
}

pub async fn connect_in_time(address: SocketAddr) -> Option<TcpStream> {
    let connected = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            match TcpStream::connect(address).await {
                Ok(stream) => return stream,
                Err(_) => sleep(DELAY).await,
            }
        }
    });
    connected.await.ok()
}

/// A connection that is kept up by design: its user says when to give up.
pub fn connect_until_stopped(address: &SocketAddr, stop: &AtomicBool) -> Option<std::net::TcpStream> {
    while !stop.load(Ordering::Relaxed) {
        match std::net::TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => return Some(stream),
            Err(_) => thread::sleep(DELAY),
        }
    }
    None
}

/// The error is told apart: only an interrupted call is made again.
pub fn connect_interrupted(address: &SocketAddr) -> io::Result<std::net::TcpStream> {
    loop {
        match std::net::TcpStream::connect_timeout(address, PATIENCE) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => return other,
        }
    }
}
