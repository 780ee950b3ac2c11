//! Streams behind types and functions of one's own.
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{interval, sleep, timeout};

const LIMIT: Duration = Duration::from_secs(10);

struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    async fn next(&mut self) -> io::Result<usize> {
        self.input.read_buf(&mut self.buffer).await
    }

    async fn greeting(&mut self) -> io::Result<usize> {
        loop {
            if let Ok(greeting) = timeout(LIMIT, self.next()).await { // expect: timeout-without-limit
                return greeting;
            }
        }
    }
}

struct Writer<W> {
    half: W,
    patience: Duration,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    async fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let write = async {
            self.half.write_all(line).await?;
            self.half.flush().await
        };
        timeout(self.patience, write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn write_at_last(&mut self, line: &[u8]) {
        while let Err(error) = self.write(line).await { // expect: timeout-without-limit
            eprintln!("cannot write: {error}");
        }
    }

    async fn write_thrice(&mut self, line: &[u8]) -> io::Result<()> {
        let mut attempts = 0;
        while let Err(error) = self.write(line).await {
            attempts += 1;
            if attempts == 3 {
                return Err(error);
            }
        }
        Ok(())
    }
}

async fn drip(mut stream: TcpStream) {
    let mut ticks = interval(Duration::from_secs(3));
    loop {
        ticks.tick().await;
        let write = timeout(Duration::from_secs(1), stream.write_all(b" "));
        if write.await.is_err() { // expect: timeout-without-limit
            eprintln!("nobody reads");
        }
    }
}

async fn converse<R: AsyncRead + Unpin>(mut lines: Lines<R>, stop: Notify) {
    tokio::select! {
        () = stop.notified() => {}
        () = read(&mut lines) => {}
    }
}

/// Somebody may end it, but nobody does for a peer that is gone.
async fn read<R: AsyncRead + Unpin>(lines: &mut Lines<R>) {
    loop {
        match timeout(Duration::from_secs(30), lines.next()).await {
            Ok(Ok(count)) if count > 0 => println!("{count}"),
            Ok(_) => return,
            Err(_) => continue, // expect: timeout-without-limit
        }
    }
}

async fn converse_for_a_minute<R: AsyncRead + Unpin>(mut lines: Lines<R>) {
    tokio::select! {
        () = sleep(Duration::from_secs(60)) => {}
        () = read_meanwhile(&mut lines) => {}
    }
}

async fn read_meanwhile<R: AsyncRead + Unpin>(lines: &mut Lines<R>) {
    loop {
        match timeout(Duration::from_secs(30), lines.next()).await {
            Ok(Ok(count)) if count > 0 => println!("{count}"),
            Ok(_) => return,
            Err(_) => continue,
        }
    }
}

pub struct Source;

impl Source {
    const READ_TIMEOUT: Duration = Duration::from_millis(100);

    /// A tenth of a second, to look whether it shall go on.
    async fn read<R: AsyncRead + Unpin>(stopped: &std::sync::atomic::AtomicBool, mut reader: R, buffer: &mut [u8]) {
        loop {
            if stopped.load(std::sync::atomic::Ordering::Relaxed) {
                break;
            }
            match timeout(Self::READ_TIMEOUT, reader.read(buffer)).await {
                Err(_) => continue,
                Ok(Ok(count)) if count > 0 => println!("{count}"),
                Ok(_) => break,
            }
        }
    }
}

pub struct Pinged {
    stream: std::net::TcpStream,
    sigint: Sigint,
}

impl std::io::Read for Pinged {
    /// A message to a peer that is gone fails.
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        loop {
            if self.sigint.was_sent() {
                return Ok(0);
            }
            match self.stream.read(buffer) {
                Err(ref error) if error.kind() == std::io::ErrorKind::TimedOut => {
                    protocol::Request::Ping.write_to_stream(&self.stream)?;
                    continue;
                }
                result => return result,
            }
        }
    }
}

/// The servers are finite, and each round goes on to others.
pub async fn ask_in_turn(servers: &[String], others: usize) -> Option<String> {
    let mut errors = Vec::new();
    let mut next = 0;
    while next < servers.len() {
        let end = (next + others.max(1)).min(servers.len());
        match ask_server(&servers[next]).await {
            Ok(answer) => return Some(answer),
            Err(error) => errors.push(error),
        }
        next = end;
    }
    None
}

async fn ask_server(server: &str) -> io::Result<String> {
    let mut stream = timeout(Duration::from_secs(4), TcpStream::connect(server)).await??;
    let mut answer = String::new();
    timeout(Duration::from_secs(4), stream.read_to_string(&mut answer)).await??;
    Ok(answer)
}
