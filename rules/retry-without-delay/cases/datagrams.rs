//! What fails is one datagram; a socket that was handed over may have gone.

use std::net::UdpSocket;
use std::time::Duration;

pub fn discover() -> std::io::Result<()> {
    let socket = UdpSocket::bind(("0.0.0.0", 2000))?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut buffer = [0; 1500];
    loop {
        if let Ok((count, peer)) = socket.recv_from(&mut buffer) { // expect: retry-without-delay/strict
            tracing::info!("{count} bytes from {peer}");
        }
    }
}

pub async fn commands(port: u16) -> std::io::Result<()> {
    let socket = tokio::net::UdpSocket::bind(("127.0.0.1", port)).await?;
    let mut buffer = [0; 1500];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((count, peer)) => tracing::info!("{count} bytes from {peer}"),
            Err(error) => tracing::warn!("receive: {error}"), // expect: retry-without-delay/strict
        }
    }
}

pub async fn answers(port: u16) -> std::io::Result<()> {
    let socket = tokio::net::UdpSocket::bind(("0.0.0.0", port)).await?;
    let mut buffer = [0; 1500];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((count, peer)) => tracing::info!("{count} bytes from {peer}"),
            Err(error) => tracing::warn!("receive: {error}"), // expect: retry-without-delay/strict
        }
    }
}

pub async fn handed(socket: tokio::net::UdpSocket) {
    let mut buffer = [0; 1500];
    loop {
        match socket.recv_from(&mut buffer).await {
            Ok((count, peer)) => tracing::info!("{count} bytes from {peer}"),
            Err(error) => tracing::warn!("receive: {error}"), // expect: retry-without-delay
        }
    }
}
