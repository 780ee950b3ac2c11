//! The workers: a bounded queue, a limit on each request, and a place that a handler keeps as long as it really runs.
//!
//! A handler runs as a task of its own, on a runtime of its own if the caller likes, so that a panic is an answer and a
//! handler that never awaits holds up no session. When its time is over the client is told so at once; the worker, however,
//! waits until the handler has ended, since otherwise each stuck request would add one more. With all workers lost the queue
//! fills and further requests are refused: worse, but bounded and visible in `/health`.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    select,
    sync::{Mutex, OwnedSemaphorePermit, mpsc},
    time::timeout,
};
use unspin_resilience::{ScopeClosed, Spawner, Stop, monitored, progress};

use crate::{
    handler::{Handler, Request},
    outbox::Outbox,
    protocol::{FromClient, FromServer, decode, encode},
    stats::Stats,
};

/// A request in the queue. Kept as the line that it came as: parsed it can take many times as much memory.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) line: Box<[u8]>,
    pub(crate) client: String,
    pub(crate) outbox: Arc<Outbox>,
    /// Given back when the request is answered.
    pub(crate) permit: OwnedSemaphorePermit,
}

/// What the workers share.
pub(crate) struct Pool {
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) runtime: Handle,
    pub(crate) limit: Duration,
    pub(crate) stats: Arc<Stats>,
    pub(crate) queue: Mutex<mpsc::Receiver<Job>>,
}

impl Pool {
    /// Starts the workers; they end when nobody can send a job any more.
    pub(crate) fn start(self, workers: usize, spawner: &Spawner) -> Result<(), ScopeClosed> {
        let pool = Arc::new(self);
        for _ in 0..workers {
            let pool = Arc::clone(&pool);
            spawner.spawn("worker", |stop| async move { pool.work(&stop).await })?;
        }
        Ok(())
    }

    #[monitored(service)]
    async fn work(&self, stop: &Stop) {
        loop {
            let job = select! {
                () = stop.cancelled() => return,
                job = async { self.queue.lock().await.recv().await } => job,
            };
            let Some(job) = job else { return };
            self.run(job, stop).await;
            progress!();
        }
    }

    async fn run(&self, job: Job, stop: &Stop) {
        let Ok(FromClient::Request { id, operation, data }) = decode(&job.line) else { return };
        let request = Request { client: job.client, operation, data };
        self.stats.requests.inc();
        let mut handling = self.runtime.spawn(self.handler.handle(request));
        let result = timeout(self.limit, &mut handling).await;
        let refused = |reason: &str| FromServer::Refused { id, reason: reason.to_owned(), retry_after: None };
        let answer = match &result {
            Ok(Ok(Ok(data))) => FromServer::Answer { id, data: data.clone() },
            Ok(Ok(Err(reason))) => refused(reason),
            Ok(Err(_)) => {
                self.stats.panics.inc();
                refused("panicked")
            }
            Err(_) => {
                self.stats.library.timed_out("request");
                refused("timeout")
            }
        };
        job.outbox.push(encode(&answer));
        drop(job.permit);
        if result.is_err() {
            handling.abort();
            self.stats.lost_workers.inc();
            select! {
                () = stop.cancelled() => {}
                _ = handling => {}
            }
            self.stats.lost_workers.dec();
        }
    }
}
