//! A client that is kept in a struct has the timeouts that it was made with.

use std::time::Duration;

pub struct Watcher {
    client: reqwest::Client,
    url: String,
}

impl Watcher {
    pub fn new(url: String) -> Self {
        Self { client: reqwest::Client::new(), url }
    }

    pub async fn run(&self) -> reqwest::Result<()> {
        loop {
            let body = self.client.get(&self.url).send().await?.text().await?; // expect: missing-timeout
            println!("{body}");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }
}

pub struct LimitedWatcher {
    url: String,
    client: reqwest::Client,
}

impl LimitedWatcher {
    pub fn new(url: String) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        Ok(Self { url, client })
    }

    pub async fn run(&self) -> reqwest::Result<()> {
        loop {
            let body = self.client.get(&self.url).send().await?.text().await?;
            println!("{body}");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }
}

pub struct GivenWatcher {
    url: String,
    client: reqwest::Client,
}

impl GivenWatcher {
    pub fn new(url: String) -> Self {
        Self { url, client: reqwest::Client::new() }
    }

    pub fn with_client(url: String, client: reqwest::Client) -> Self {
        Self { url, client }
    }

    pub async fn run(&self) -> reqwest::Result<()> {
        loop {
            let body = self.client.get(&self.url).send().await?.text().await?;
            println!("{body}");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }
}
