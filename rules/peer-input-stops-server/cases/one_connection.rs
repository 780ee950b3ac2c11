//! Loops that accept for everybody and work on each connection themselves.
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) -> io::Result<()> {
    let request = stream.read_u32().await?;
    stream.write_u32(request + 1).await
}

async fn hands_it_on(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        answer(stream).await?; // expect: peer-input-stops-server
    }
}

async fn gives_up(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(Ok(())) = timeout(Duration::from_secs(5), answer(stream)).await else { return }; // expect: peer-input-stops-server
    }
}

async fn goes_on(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        if let Err(error) = answer(stream).await {
            eprintln!("{error}");
        }
    }
}

async fn spawns(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let _ = answer(stream).await;
        });
    }
}

async fn asks_another(listener: TcpListener, mut upstream: TcpStream) -> io::Result<()> {
    loop {
        let (_stream, _) = listener.accept().await?;
        upstream.write_u32(1).await?;
    }
}

pub struct Log(Vec<u8>);

impl Log {
    fn say(&mut self, message: &str) -> io::Result<()> {
        use std::io::Write;
        writeln!(self.0, "{message}")
    }
}

/// An address is written to a log, and nothing of the connection.
async fn logs_the_address(listener: TcpListener, log: &mut Log) -> io::Result<()> {
    loop {
        let (stream, peer) = listener.accept().await?;
        log.say(&format!("connection from {peer}"))?;
        tokio::spawn(async move {
            let _ = answer(stream).await;
        });
    }
}
