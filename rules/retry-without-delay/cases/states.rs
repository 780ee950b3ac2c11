//! What fails for as long as the program is in a state, which others change under a lock.

use std::sync::RwLock;
use std::time::Duration;

pub enum Jobs {
    Starting,
    Open(Vec<u32>),
}

pub struct Manager {
    jobs: RwLock<Jobs>,
}

impl Manager {
    fn list(&self) -> Result<Vec<u32>, &'static str> {
        match &*self.jobs.read().unwrap() {
            Jobs::Starting => Err("it starts"),
            Jobs::Open(jobs) => Ok(jobs.clone()),
        }
    }
}

pub async fn measure(manager: &Manager, stop: tokio_util::sync::CancellationToken) {
    loop {
        let jobs = match manager.list() {
            Ok(jobs) => jobs,
            Err(error) => { // expect: retry-without-delay/strict
                tracing::warn!("no jobs: {error}");
                continue;
            }
        };
        tracing::info!("{} jobs", jobs.len());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
        }
    }
}
