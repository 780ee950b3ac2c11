//! A helper that reads from whatever stream it is given: its caller's deadline says that this is a peer.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn chunk<R: AsyncRead + Unpin>(stream: &mut R, bytes: &mut [u8]) -> io::Result<usize> {
    stream.read(bytes).await
}

pub async fn goes_on_for_ever(mut stream: TcpStream) {
    let mut bytes = [0; 1024];
    loop {
        match timeout(Duration::from_secs(30), chunk(&mut stream, &mut bytes)).await {
            Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => {}
            Err(_) => continue, // expect: timeout-without-limit
        }
    }
}

pub async fn gives_up(mut stream: TcpStream) {
    let mut bytes = [0; 1024];
    let mut silent = 0;
    loop {
        match timeout(Duration::from_secs(30), chunk(&mut stream, &mut bytes)).await {
            Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => silent = 0,
            Err(_) if silent >= 3 => return,
            Err(_) => silent += 1,
        }
    }
}

/// Lines of whatever there is.
pub struct Lines<R> {
    input: BufReader<R>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    async fn next(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        match self.input.read_line(&mut line).await? {
            0 => Ok(None),
            _ => Ok(Some(line)),
        }
    }
}

pub async fn lines_for_ever<R: AsyncRead + Unpin>(mut lines: Lines<R>) {
    loop {
        match timeout(Duration::from_secs(30), lines.next()).await {
            Ok(Ok(Some(line))) => println!("{line}"),
            Ok(Ok(None) | Err(_)) => return,
            Err(_) => continue, // expect: timeout-without-limit
        }
    }
}

/// Lines that must come fast once they have begun; before that the peer may be silent.
pub struct TimedLines<R> {
    input: BufReader<R>,
    deadline: Option<Instant>,
}

impl<R: AsyncRead + Unpin> TimedLines<R> {
    async fn next(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        if self.input.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(Some(line))
    }
}

pub async fn timed_lines_for_ever<R: AsyncRead + Unpin>(mut lines: TimedLines<R>) {
    loop {
        match timeout(Duration::from_secs(30), lines.next()).await {
            Ok(Ok(Some(line))) => println!("{line}"),
            Ok(Ok(None) | Err(_)) => return,
            Err(_) => continue, // expect: timeout-without-limit
        }
    }
}

/// Work of another kind under a deadline.
async fn settings() -> io::Result<String> {
    tokio::fs::read_to_string("settings.toml").await
}

pub async fn until_readable() -> String {
    loop {
        match timeout(Duration::from_secs(30), settings()).await {
            Ok(Ok(text)) => return text,
            Ok(Err(_)) => return String::new(),
            Err(_) => continue,
        }
    }
}
