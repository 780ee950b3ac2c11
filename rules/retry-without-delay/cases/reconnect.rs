//! Clients that connect again at once when the server refuses.
//!
//! The shapes of two database clients: one retried every refused host until its session ran out, one reconnected from
//! its network loop, and both took a whole core while the server was down.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub struct Session {
    address: SocketAddr,
    shutdown: CancellationToken,
    max_attempts: u32,
}

impl Session {
    /// Bounded by the deadline of the session, and busy until then.
    pub async fn start(&self, deadline: Instant) -> io::Result<TcpStream> {
        loop {
            match self.start_once().await {
                Ok(stream) => return Ok(stream),
                Err(error) if Instant::now() >= deadline => return Err(error),
                Err(error) => tracing::debug!("trying again: {error}"), // expect: retry-without-delay
            }
        }
    }

    /// A few tries in a row end by themselves.
    pub async fn start_counted(&self) -> io::Result<TcpStream> {
        let mut attempts = 0;
        loop {
            match self.start_once().await {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    attempts += 1;
                    if attempts >= self.max_attempts {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// The connection breaks, and is made again at once.
    pub async fn network_loop(&self) {
        while !self.shutdown.is_cancelled() {
            if let Err(error) = self.serve_connection().await { // expect: retry-without-delay
                tracing::warn!("disconnected: {error}");
            }
        }
    }

    pub async fn network_loop_with_pause(&self) {
        while !self.shutdown.is_cancelled() {
            if let Err(error) = self.serve_connection().await {
                tracing::warn!("disconnected: {error}");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }

    pub async fn network_loop_with_wait(&self) {
        let mut delay = Duration::from_millis(100);
        loop {
            match self.serve_connection().await {
                Ok(()) => delay = Duration::from_millis(100),
                Err(error) => tracing::warn!("disconnected: {error}"),
            }
            tokio::select! {
                () = self.shutdown.cancelled() => break,
                () = sleep(delay) => delay = (delay * 2).min(Duration::from_secs(60)),
            }
        }
    }

    pub async fn start_with_delay(&self, deadline: Instant) -> io::Result<TcpStream> {
        let mut delay = Duration::from_millis(50);
        loop {
            match self.start_once().await {
                Ok(stream) => return Ok(stream),
                Err(error) if Instant::now() + delay >= deadline => return Err(error),
                Err(_) => {
                    sleep(delay).await;
                    delay *= 2;
                }
            }
        }
    }

    pub async fn start_with_delay_in_helper(&self, deadline: Instant) -> io::Result<TcpStream> {
        loop {
            match self.start_once().await {
                Ok(stream) => return Ok(stream),
                Err(error) if Instant::now() >= deadline => return Err(error),
                Err(error) => self.pause(&error).await,
            }
        }
    }

    /// A handful of tries in a row is over before it does harm.
    pub async fn start_a_few_times(&self) -> Option<TcpStream> {
        for _ in 0..3 {
            if let Ok(stream) = self.start_once().await {
                return Some(stream);
            }
        }
        None
    }

    async fn start_once(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.address).await
    }

    async fn serve_connection(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        let mut buffer = [0; 1024];
        loop {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            tracing::info!("{count} bytes");
        }
    }

    async fn pause(&self, error: &io::Error) {
        tracing::warn!("{error}");
        sleep(Duration::from_secs(1)).await;
    }
}
