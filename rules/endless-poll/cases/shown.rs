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

/// Nobody stands by for what is asked for once an hour.
pub async fn report(url: &str) {
    loop { // expect: endless-poll/strict
        let sent = reqwest::Client::new().get(url).timeout(Duration::from_secs(5)).send().await;
        if sent.is_ok_and(|answer| answer.status().is_success()) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
}
