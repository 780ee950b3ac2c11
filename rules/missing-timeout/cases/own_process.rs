//! Who asks a process that it has just started, until it is up, asks this machine.

use std::process::Command;
use std::time::Duration;

pub struct Node {
    address: String,
}

impl Node {
    pub async fn start(&self) -> std::io::Result<()> {
        let _child = Command::new("node").arg(&self.address).spawn()?;
        while !self.is_ready().await {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }

    async fn is_ready(&self) -> bool {
        let client = reqwest::Client::new();
        client.get(format!("http://{}/ready", self.address)).send().await.is_ok() // expect: missing-timeout/audit
    }
}

pub struct Peer {
    address: String,
}

impl Peer {
    pub async fn wait(&self) {
        while !self.is_there().await {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn is_there(&self) -> bool {
        let client = reqwest::Client::new();
        client.get(format!("http://{}/ready", self.address)).send().await.is_ok() // expect: missing-timeout
    }
}
