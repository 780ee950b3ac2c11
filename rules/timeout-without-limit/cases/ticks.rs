//! A short deadline with work to do when it has passed is a tick of that work.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

pub async fn hand_on_figures(mut stream: TcpStream, figures: Figures) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match timeout(Duration::from_secs(1), stream.read(&mut buffer)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(read) => figures.add(read?),
            Err(_) => figures.publish(), // expect: timeout-without-limit/strict
        }
    }
}

pub async fn only_logs(mut stream: TcpStream, figures: Figures) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match timeout(Duration::from_secs(1), stream.read(&mut buffer)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(read) => figures.add(read?),
            Err(_) => tracing::warn!("nothing came"), // expect: timeout-without-limit
        }
    }
}
