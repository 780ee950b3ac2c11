//! Workers that do one round after another and swallow whatever goes wrong in it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub struct Worker {
    stream: TcpStream,
    stop: CancellationToken,
}

impl Worker {
    pub async fn run(&mut self) {
        loop {
            if let Err(error) = self.round().await { // expect: error-without-limit/strict
                tracing::error!("round failed: {error:#}");
            }
        }
    }

    pub async fn run_until_stopped(&mut self) {
        while !self.stop.is_cancelled() {
            match self.round().await {
                Ok(()) => tracing::debug!("round done"),
                Err(error) => tracing::error!("round failed: {error:#}"), // expect: error-without-limit/strict
            }
        }
    }

    /// Nothing tells a result that is ignored from one that never is an error: silent.
    pub async fn run_ignoring(&mut self) {
        while !self.stop.is_cancelled() {
            let _ = self.round().await;
        }
    }

    pub async fn run_with_pause(&mut self) {
        loop {
            if let Err(error) = self.round().await { // expect: error-without-limit/strict
                tracing::error!("round failed: {error:#}");
                tokio::time::sleep(Duration::from_secs(5)).await;
            }
        }
    }

    pub async fn run_with_limit(&mut self) -> Result<()> {
        let mut errors = 0;
        while !self.stop.is_cancelled() {
            match self.round().await {
                Ok(()) => errors = 0,
                Err(error) => {
                    errors += 1;
                    if errors >= 10 {
                        return Err(error).context("too many failed rounds");
                    }
                }
            }
        }
        Ok(())
    }

    pub async fn run_and_leave(&mut self) {
        while !self.stop.is_cancelled() {
            if let Err(error) = self.round().await {
                tracing::error!("round failed: {error:#}");
                self.stop.cancel();
            }
        }
    }

    pub async fn run_with_question_mark(&mut self) -> Result<()> {
        while !self.stop.is_cancelled() {
            self.round().await?;
        }
        Ok(())
    }

    /// The jobs come from this process: each failure has used one up, and a closed channel leaves.
    pub async fn run_jobs(&mut self, mut jobs: mpsc::Receiver<Vec<u8>>) {
        while let Some(job) = jobs.recv().await {
            if let Err(error) = self.stream.write_all(&job).await {
                tracing::error!("job failed: {error}");
            }
        }
    }

    pub async fn run_list(&mut self, jobs: Vec<Vec<u8>>) {
        for job in jobs {
            if let Err(error) = self.stream.write_all(&job).await {
                tracing::error!("job failed: {error}");
            }
        }
    }

    async fn round(&mut self) -> Result<()> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).await.context("reading the length")?;
        let length = u32::from_be_bytes(length) as usize;
        if length > 65_536 {
            bail!("a job of {length} bytes");
        }
        let mut job = vec![0; length];
        self.stream.read_exact(&mut job).await.context("reading the job")?;
        self.stream.write_all(b"done\n").await.context("answering")
    }
}
