//! What is asked anew after a pause waits for no peer that is gone.

use std::time::Duration;

use rumqttc::{ConnectionError, Event, EventLoop, Incoming};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

pub struct Sync {
    peers: Vec<TcpStream>,
    blocks: usize,
}

impl Sync {
    pub async fn first_block(&mut self) -> std::io::Result<()> {
        while self.blocks == 0 {
            match timeout(Duration::from_secs(60), self.download()).await {
                Ok(result) => self.blocks = result?,
                Err(error) => { // expect: timeout-without-limit/strict
                    tracing::warn!("no block yet: {error}");
                    sleep(Duration::from_secs(10)).await;
                }
            }
        }
        Ok(())
    }

    pub async fn next_block(&mut self) -> std::io::Result<()> {
        while self.blocks == 1 {
            match timeout(Duration::from_secs(60), self.download()).await {
                Ok(result) => self.blocks = result?,
                Err(error) => tracing::warn!("no block yet: {error}"), // expect: timeout-without-limit
            }
        }
        Ok(())
    }

    async fn download(&mut self) -> std::io::Result<usize> {
        let mut block = vec![0; 4096];
        self.peers[0].read(&mut block).await
    }
}

/// The client connects again by itself, and sees by its own pings that the broker is gone.
pub async fn messages(mut events: EventLoop, seen: &mut Vec<Vec<u8>>) -> Result<(), ConnectionError> {
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Incoming::Publish(message))) => seen.push(message.payload.to_vec()),
            Ok(_) => {}
            Err(ConnectionError::NetworkTimeout | ConnectionError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        }
    }
}
