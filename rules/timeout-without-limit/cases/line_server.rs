//! Servers that read lines or bytes from a peer under a liveness timeout.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const READ_TIMEOUT: Duration = Duration::from_secs(30);

pub async fn serve(stream: TcpStream, stop: CancellationToken) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while !stop.is_cancelled() {
        match timeout(Duration::from_secs(30), lines.next_line()).await {
            Ok(Ok(Some(line))) => handle(&line),
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(error),
            Err(_elapsed) => { // expect: timeout-without-limit
                tracing::warn!("read timeout");
                continue;
            }
        }
    }
    Ok(())
}

pub async fn serve_with_let_else(mut lines: Lines<BufReader<OwnedReadHalf>>) -> std::io::Result<()> {
    loop {
        let Ok(read) = timeout(READ_TIMEOUT, lines.next_line()).await else { // expect: timeout-without-limit
            continue;
        };
        match read? {
            Some(line) => handle(&line),
            None => return Ok(()),
        }
    }
}

pub async fn serve_bytes(mut stream: TcpStream, stop: CancellationToken) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    while !stop.is_cancelled() {
        match timeout(READ_TIMEOUT, stream.read(&mut buffer)).await {
            Ok(Ok(0)) => break,
            Ok(read) => handle_bytes(&buffer[..read?]),
            Err(_) => tracing::debug!("idle"), // expect: timeout-without-limit
        }
    }
    Ok(())
}

pub async fn serve_with_limit(stream: TcpStream, stop: CancellationToken) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let mut timeouts = 0;
    while !stop.is_cancelled() {
        match timeout(READ_TIMEOUT, lines.next_line()).await {
            Ok(Ok(Some(line))) => {
                timeouts = 0;
                handle(&line);
            }
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                timeouts += 1;
                if timeouts == 3 {
                    break;
                }
            }
        }
    }
    Ok(())
}

pub async fn serve_with_guard(stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let mut timeouts = 0;
    loop {
        match timeout(READ_TIMEOUT, lines.next_line()).await {
            Ok(Ok(Some(line))) => handle(&line),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) if timeouts < 3 => timeouts += 1,
            Err(elapsed) => return Err(elapsed.into()),
        }
    }
}

pub async fn serve_that_leaves(stream: TcpStream, stop: CancellationToken) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while !stop.is_cancelled() {
        match timeout(READ_TIMEOUT, lines.next_line()).await {
            Ok(Ok(Some(line))) => handle(&line),
            Ok(Ok(None)) | Err(_) => break,
            Ok(Err(error)) => return Err(error),
        }
    }
    Ok(())
}

pub async fn serve_with_question_mark(stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = timeout(READ_TIMEOUT, lines.next_line()).await?? {
        handle(&line);
    }
    Ok(())
}

pub async fn serve_with_ping(stream: TcpStream) -> std::io::Result<()> {
    let (read_half, mut write_half) = stream.into_split();
    let mut lines = BufReader::new(read_half).lines();
    loop {
        match timeout(READ_TIMEOUT, lines.next_line()).await {
            Ok(Ok(Some(line))) => handle(&line),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => write_half.write_all(b"PING\n").await?,
        }
    }
}

pub async fn serve_for_an_hour(stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let deadline = Instant::now() + Duration::from_secs(3600);
    while Instant::now() < deadline {
        match timeout(READ_TIMEOUT, lines.next_line()).await {
            Ok(Ok(Some(line))) => handle(&line),
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(error),
            Err(_) => continue,
        }
    }
    Ok(())
}

fn handle(line: &str) {
    tracing::info!("{line}");
}

fn handle_bytes(bytes: &[u8]) {
    tracing::info!("{} bytes", bytes.len());
}
