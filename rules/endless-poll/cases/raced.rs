//! Polls in an async block, which something else ends or nothing does.

use std::time::Duration;

use tokio::time::sleep;

pub async fn in_time(client: &reqwest::Client, url: &str, patience: Duration) -> Result<(), reqwest::Error> {
    let timeout = sleep(patience);
    let finished = async {
        loop {
            let status = client.get(url).timeout(Duration::from_secs(5)).send().await?.text().await?;
            if status == "done" {
                return Ok(());
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        result = finished => result,
        () = timeout => Ok(()),
    }
}

pub async fn whenever(client: &reqwest::Client, url: &str) -> Result<(), reqwest::Error> {
    let finished = async {
        loop { // expect: endless-poll
            let status = client.get(url).timeout(Duration::from_secs(5)).send().await?.text().await?;
            if status == "done" {
                return Ok(());
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    finished.await
}
