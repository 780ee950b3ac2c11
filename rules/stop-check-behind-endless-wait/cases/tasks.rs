//! Tasks that look at a flag between two awaits, instead of waiting for both.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub struct Server {
    listener: TcpListener,
    stop: AtomicBool,
    token: CancellationToken,
}

impl Server {
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub async fn serve(&self) -> io::Result<()> {
        while !self.stop.load(Ordering::Acquire) { // fixme: expect: stop-check-behind-endless-wait/strict
            let (stream, _) = self.listener.accept().await?;
            drop(stream);
        }
        Ok(())
    }

    pub async fn serve_with_timeout(&self) -> io::Result<()> {
        while !self.stop.load(Ordering::Acquire) {
            if let Ok(accepted) = timeout(Duration::from_secs(1), self.listener.accept()).await {
                drop(accepted?);
            }
        }
        Ok(())
    }

    pub fn cancel(&self) {
        self.token.cancel();
    }

    pub async fn serve_until_cancelled(&self) -> io::Result<()> {
        loop {
            tokio::select! {
                accepted = self.listener.accept() => drop(accepted?),
                _ = self.token.cancelled() => return Ok(()),
            }
        }
    }

    pub async fn serve_and_look_at_the_token(&self) -> io::Result<()> {
        while !self.token.is_cancelled() { // fixme: expect: stop-check-behind-endless-wait/strict
            let (stream, _) = self.listener.accept().await?;
            drop(stream);
        }
        Ok(())
    }

    pub async fn read(&self, mut stream: TcpStream) -> io::Result<usize> {
        let mut buf = [0u8; 4096];
        let mut total = 0;
        while !self.stop.load(Ordering::Acquire) { // fixme: expect: stop-check-behind-endless-wait/strict
            match stream.read(&mut buf).await? {
                0 => break,
                n => total += n,
            }
        }
        Ok(total)
    }
}
