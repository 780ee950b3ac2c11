//! Services that ask another machine for work, round after round.

use std::time::{Duration, Instant};

pub struct Agent {
    client: reqwest::blocking::Client,
    url: String,
}

#[derive(serde::Deserialize)]
struct Job {
    id: u64,
}

impl Agent {
    /// The server answers after up to a minute when it has no work, so the loop needs no pause; until it is down.
    pub fn run(&self) -> ! {
        loop {
            match self.fetch() {
                Ok(job) => tracing::info!("job {}", job.id),
                Err(error) => tracing::warn!("round failed: {error}"), // expect: error-without-limit/strict
            }
        }
    }

    pub fn run_with_pause(&self) -> ! {
        loop {
            match self.fetch() {
                Ok(job) => tracing::info!("job {}", job.id),
                Err(error) => { // expect: error-without-limit/strict
                    tracing::warn!("round failed: {error}");
                    std::thread::sleep(Duration::from_secs(10));
                }
            }
        }
    }

    pub fn run_counted(&self, limit: u32) -> reqwest::Result<()> {
        let mut errors = 0;
        loop {
            match self.fetch() {
                Ok(job) => {
                    errors = 0;
                    tracing::info!("job {}", job.id);
                }
                Err(error) if errors >= limit => return Err(error),
                Err(_) => errors += 1,
            }
        }
    }

    pub fn run_for(&self, time: Duration) {
        let started = Instant::now();
        while started.elapsed() < time {
            match self.fetch() {
                Ok(job) => tracing::info!("job {}", job.id),
                Err(error) => tracing::warn!("round failed: {error}"),
            }
        }
    }

    /// The error is told apart, and one kind of it leaves.
    pub fn run_told_apart(&self) -> reqwest::Result<()> {
        loop {
            match self.fetch() {
                Ok(job) => tracing::info!("job {}", job.id),
                Err(error) if error.is_decode() => tracing::warn!("bad job: {error}"),
                Err(error) => return Err(error),
            }
        }
    }

    fn fetch(&self) -> reqwest::Result<Job> {
        self.client.get(format!("{}/next", self.url)).timeout(Duration::from_secs(90)).send()?.json()
    }
}
