//! The failing way round asks an object or a function; what that does decides.

use std::time::Duration;

use retry_policy::Policy;
use tokio::time::sleep;

pub struct Attempts {
    made: u32,
    maximum: u32,
}

impl Attempts {
    pub fn new(maximum: u32) -> Self {
        Self { made: 0, maximum }
    }

    fn next_delay(&mut self) -> Option<Duration> {
        self.made += 1;
        (self.made < self.maximum).then(|| Duration::from_secs(1) * self.made)
    }

    async fn failed(&mut self, error: reqwest::Error) -> Result<(), reqwest::Error> {
        self.made += 1;
        if self.made >= self.maximum {
            return Err(error);
        }
        sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

pub struct Registry {
    client: reqwest::Client,
    url: String,
}

impl Registry {
    pub async fn register_with_option(&self) -> Result<(), reqwest::Error> {
        let mut attempts = Attempts::new(5);
        loop {
            match self.register_once().await {
                Ok(()) => return Ok(()),
                Err(error) => match attempts.next_delay() {
                    Some(delay) => sleep(delay).await,
                    None => return Err(error),
                },
            }
        }
    }

    pub async fn register_with_failing_helper(&self) -> Result<(), reqwest::Error> {
        let mut attempts = Attempts::new(5);
        loop {
            match self.register_once().await {
                Ok(()) => return Ok(()),
                Err(error) => attempts.failed(error).await?,
            }
        }
    }

    pub async fn register_with_pause(&self) {
        loop {
            match self.register_once().await {
                Ok(()) => return,
                Err(error) => self.pause(&error).await, // expect: retry-without-limit/strict
            }
        }
    }

    pub async fn register_while_failing(&self) {
        while let Err(error) = self.register_once().await { // expect: retry-without-limit/strict
            tracing::warn!("not registered yet: {error}");
            sleep(Duration::from_secs(3)).await;
        }
    }

    /// What the policy does is out of sight, and it decides: silent.
    pub async fn register_with_unknown_policy(&self, policy: &mut Policy) -> Result<(), reqwest::Error> {
        loop {
            match self.register_once().await {
                Ok(()) => return Ok(()),
                Err(error) if !policy.allows(&error) => return Err(error),
                Err(_) => sleep(policy.delay()).await,
            }
        }
    }

    async fn pause(&self, error: &reqwest::Error) {
        tracing::warn!("{}: {error}", self.url);
        sleep(Duration::from_secs(3)).await;
    }

    async fn register_once(&self) -> Result<(), reqwest::Error> {
        self.client.post(&self.url).timeout(Duration::from_secs(5)).send().await?.error_for_status()?;
        Ok(())
    }
}
