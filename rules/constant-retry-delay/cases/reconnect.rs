//! A client that keeps its connection up: the pause between two attempts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::sleep;

pub struct Client {
    address: String,
    stop: AtomicBool,
    delay: Duration,
}

impl Client {
    /// Class: a fleet of agents, each with the same configured delay.
    pub async fn run(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            match TcpStream::connect(&self.address).await {
                Ok(stream) => self.work(stream).await,
                Err(_) => sleep(self.delay).await, // expect: constant-retry-delay/strict
            }
        }
    }

    pub async fn run_with_growth(&self) {
        let mut delay = self.delay;
        while !self.stop.load(Ordering::Relaxed) {
            match TcpStream::connect(&self.address).await {
                Ok(stream) => {
                    delay = self.delay;
                    self.work(stream).await;
                }
                Err(_) => {
                    sleep(delay).await;
                    delay = (delay * 2).min(Duration::from_secs(60));
                }
            }
        }
    }

    async fn work(&self, _stream: TcpStream) {}
}
