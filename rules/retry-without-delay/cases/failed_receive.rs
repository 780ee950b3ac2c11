//! Receiving that fails: an error of the socket comes again at once, an error of one message does not.
//!
//! The shape of a DNS server whose receive task went to full load when the network interface went away.

use std::io::{self, ErrorKind};

use tokio::net::{TcpStream, UdpSocket};
use tokio_util::sync::CancellationToken;

pub async fn receive(socket: UdpSocket, shutdown: CancellationToken) {
    let mut buffer = [0; 1500];
    while !shutdown.is_cancelled() {
        match socket.recv_from(&mut buffer).await {
            Ok((count, peer)) => handle(&buffer[..count], &peer.to_string()),
            Err(error) => { // expect: retry-without-delay
                tracing::warn!("receive: {error}");
                continue;
            }
        }
    }
}

pub async fn receive_in_select(socket: UdpSocket, shutdown: CancellationToken) {
    let mut buffer = [0; 1500];
    loop {
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            () = shutdown.cancelled() => break,
        };
        let (count, peer) = match received {
            Ok(received) => received,
            Err(error) => { // expect: retry-without-delay
                tracing::warn!("receive: {error}");
                continue;
            }
        };
        handle(&buffer[..count], &peer.to_string());
    }
}

/// As the server was repaired: errors that will not go away leave the loop.
pub async fn receive_recoverable(socket: UdpSocket, shutdown: CancellationToken) {
    let mut buffer = [0; 1500];
    while !shutdown.is_cancelled() {
        match socket.recv_from(&mut buffer).await {
            Ok((count, peer)) => handle(&buffer[..count], &peer.to_string()),
            Err(error) => {
                if is_fatal(&error) {
                    break;
                }
                tracing::warn!("receive: {error}");
            }
        }
    }
}

fn is_fatal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotConnected | ErrorKind::BrokenPipe | ErrorKind::NetworkDown)
}

/// A datagram that does not decode has been read: the next one may be good.
pub async fn receive_and_decode(socket: UdpSocket) -> io::Result<()> {
    let mut buffer = [0; 1500];
    loop {
        let (count, peer) = socket.recv_from(&mut buffer).await?;
        match std::str::from_utf8(&buffer[..count]) {
            Ok(text) => handle(text.as_bytes(), &peer.to_string()),
            Err(error) => tracing::warn!("ignored: {error}"),
        }
    }
}

/// Not ready is not failed: the runtime waits in `readable`.
pub async fn read_when_ready(stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1500];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => handle(&buffer[..count], "peer"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
    }
}

fn handle(bytes: &[u8], peer: &str) {
    tracing::info!("{} bytes from {peer}", bytes.len());
}

// A framed stream ends after its first error.
pub async fn reads_frames(socket: tokio::net::TcpStream, codec: tokio_util::codec::LinesCodec, seen: &mut Vec<String>) {
    let mut framed = tokio_util::codec::FramedRead::new(socket, codec);
    while let Some(line) = futures::StreamExt::next(&mut framed).await {
        match line {
            Ok(line) => seen.push(line),
            Err(error) => eprintln!("{error}"),
        }
    }
}

pub async fn reads_frames_by_method(socket: tokio::net::TcpStream, codec: tokio_util::codec::LinesCodec, seen: &mut Vec<String>) {
    let mut framed = tokio_util::codec::FramedRead::new(socket, codec);
    while let Some(line) = framed.next().await {
        match line {
            Ok(line) => seen.push(line),
            Err(error) => eprintln!("{error}"),
        }
    }
}

/// Only a datagram that is too large goes round.
pub async fn skips_large_ones(socket: UdpSocket, shutdown: CancellationToken) -> io::Result<()> {
    let mut buffer = [0; 1500];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut buffer) => {
                let (count, peer) = match received {
                    Ok(received) => received,
                    Err(error) => {
                        if let Some(code) = error.raw_os_error() {
                            if code == 10040 {
                                continue;
                            }
                        }
                        return Err(error);
                    }
                };
                handle(&buffer[..count], &peer.to_string());
            }
            () = shutdown.cancelled() => return Ok(()),
        }
    }
}
