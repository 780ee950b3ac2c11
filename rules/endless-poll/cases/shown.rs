//! What prints in each round is watched by a person.

use std::time::Duration;

pub async fn watch(client: &reqwest::Client, url: &str) -> reqwest::Result<()> {
    loop { // expect: endless-poll/strict
        let state = client.get(url).timeout(Duration::from_secs(5)).send().await?.text().await?;
        println!("{state}");
        if state == "done" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

pub async fn wait(client: &reqwest::Client, url: &str) -> reqwest::Result<()> {
    println!("waiting for {url}");
    loop { // expect: endless-poll
        let state = client.get(url).timeout(Duration::from_secs(5)).send().await?.text().await?;
        if state == "done" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
