//! HTTP clients in loops: one answer that never comes, and the loop never comes round again.

use std::time::Duration;

use tokio::time::{sleep, timeout};

pub async fn poll(url: &str) -> reqwest::Result<()> {
    let client = reqwest::Client::new();
    loop {
        let response = client.get(url).send().await?; // expect: missing-timeout
        println!("{}", response.status());
        sleep(Duration::from_secs(60)).await;
    }
}

pub async fn fetch_all(urls: &[String]) -> reqwest::Result<Vec<String>> {
    let client = reqwest::Client::builder().user_agent("fetch").build()?;
    let mut pages = Vec::new();
    for url in urls {
        let response = client.get(url).send().await?; // expect: missing-timeout
        pages.push(response.text().await?);
    }
    Ok(pages)
}

pub async fn poll_with_client_timeout(url: &str) -> reqwest::Result<()> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?;
    loop {
        let response = client.get(url).send().await?;
        println!("{}", response.status());
        sleep(Duration::from_secs(60)).await;
    }
}

pub async fn poll_with_request_timeout(url: &str) -> reqwest::Result<()> {
    let client = reqwest::Client::new();
    loop {
        let response = client.get(url).timeout(Duration::from_secs(30)).send().await?;
        println!("{}", response.status());
        sleep(Duration::from_secs(60)).await;
    }
}

pub async fn poll_with_enclosing_timeout(url: &str) -> reqwest::Result<()> {
    let client = reqwest::Client::new();
    loop {
        match timeout(Duration::from_secs(30), client.get(url).send()).await {
            Ok(response) => println!("{}", response?.status()),
            Err(_) => return Ok(()),
        }
        sleep(Duration::from_secs(60)).await;
    }
}

/// The client comes from elsewhere and may have been built with a timeout: silent.
pub async fn poll_with_given_client(client: &reqwest::Client, url: &str) -> reqwest::Result<()> {
    loop {
        let response = client.get(url).send().await?;
        println!("{}", response.status());
        sleep(Duration::from_secs(60)).await;
    }
}

/// The blocking client gives up after thirty seconds by itself.
pub fn poll_blocking(url: &str) -> reqwest::Result<()> {
    let client = reqwest::blocking::Client::new();
    loop {
        let response = client.get(url).send()?;
        println!("{}", response.status());
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Outside of loops and connection phases: the caller sees it hang.
pub async fn fetch_page(url: &str) -> reqwest::Result<String> {
    let client = reqwest::Client::new();
    let response = client.get(url).send().await?; // expect: missing-timeout/audit
    response.text().await
}
