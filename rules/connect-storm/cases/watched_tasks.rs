//! A task that is started again when it has died: each round waits for the last one.

use std::time::Duration;

async fn reports(address: &str) -> std::io::Result<()> {
    tokio::net::TcpStream::connect(address).await.map(drop)
}

pub fn keeps_up(address: String) {
    tokio::task::spawn(async move {
        loop {
            let address = address.clone();
            let died = tokio::task::spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                    reports(&address).await.unwrap();
                }
            });
            match died.await {
                Err(error) if error.is_panic() => tokio::time::sleep(Duration::from_secs(5)).await,
                _ => unreachable!(),
            }
        }
    });
}
