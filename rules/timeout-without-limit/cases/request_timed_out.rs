//! Requests and connects that timed out and are sent again.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

pub async fn fetch(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    loop {
        match client.get(url).timeout(Duration::from_secs(5)).send().await {
            Ok(response) => return response.text().await,
            Err(error) if error.is_timeout() => { // expect: timeout-without-limit
                tracing::warn!("{url} timed out, trying again");
                sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The stop signal does not notice that the server is gone.
pub async fn fetch_until_stopped(client: &reqwest::Client, url: &str, stop: &AtomicBool) -> reqwest::Result<Option<String>> {
    while !stop.load(Ordering::Relaxed) {
        match timeout(Duration::from_secs(5), client.get(url).send()).await {
            Ok(response) => return response?.text().await.map(Some),
            Err(_) => sleep(Duration::from_secs(1)).await, // expect: timeout-without-limit
        }
    }
    Ok(None)
}

pub async fn fetch_counted(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    let mut attempts = 0;
    loop {
        match client.get(url).timeout(Duration::from_secs(5)).send().await {
            Ok(response) => return response.text().await,
            Err(error) if error.is_timeout() && attempts < 5 => {
                attempts += 1;
                sleep(Duration::from_secs(1)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

pub async fn fetch_before_deadline(client: &reqwest::Client, url: &str, patience: Duration) -> reqwest::Result<Option<String>> {
    let started = Instant::now();
    loop {
        match timeout(Duration::from_secs(5), client.get(url).send()).await {
            Ok(response) => return response?.text().await.map(Some),
            Err(_) => {
                if started.elapsed() > patience {
                    return Ok(None);
                }
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

pub async fn fetch_in_time(client: &reqwest::Client, url: &str) -> Option<String> {
    let attempts = async {
        loop {
            match timeout(Duration::from_secs(5), client.get(url).send()).await {
                Ok(response) => return response.ok()?.text().await.ok(),
                Err(_) => sleep(Duration::from_secs(1)).await,
            }
        }
    };
    timeout(Duration::from_secs(60), attempts).await.ok().flatten()
}

pub fn connect(address: &SocketAddr) -> io::Result<TcpStream> {
    loop {
        match TcpStream::connect_timeout(address, Duration::from_secs(5)) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::TimedOut => { // expect: timeout-without-limit
                tracing::info!("{address}: timed out");
                thread::sleep(Duration::from_secs(1));
            }
            Err(error) => return Err(error),
        }
    }
}

pub fn connect_a_few_times(address: &SocketAddr) -> io::Result<TcpStream> {
    for _ in 0..5 {
        match TcpStream::connect_timeout(address, Duration::from_secs(5)) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::TimedOut => thread::sleep(Duration::from_secs(1)),
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// One handler of the loop counts, the one for timeouts does not.
pub fn connect_with_sibling_limit(address: &SocketAddr, limit: u32) -> io::Result<TcpStream> {
    let mut failures = 0;
    loop {
        match TcpStream::connect_timeout(address, Duration::from_secs(5)) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::TimedOut => { // expect: timeout-without-limit
                tracing::warn!("{address}: timed out");
            }
            Err(error) => {
                failures += 1;
                if failures >= limit {
                    return Err(error);
                }
                thread::sleep(Duration::from_secs(1));
            }
        }
    }
}

/// A flag that is set here is tested above.
pub fn fetch_until_closed(address: &SocketAddr, closed: &AtomicBool) -> io::Result<TcpStream> {
    let mut is_closed = false;
    let mut failed = false;
    loop {
        if is_closed | failed {
            return Err(ErrorKind::NotConnected.into());
        }
        match TcpStream::connect_timeout(address, Duration::from_secs(1)) {
            Ok(stream) => return Ok(stream),
            Err(error) if error.kind() == ErrorKind::TimedOut => failed = true,
            Err(_) => is_closed = closed.load(Ordering::Relaxed),
        }
    }
}
