//! A stop signal that never comes. Class: a server without a graceful shutdown that is run as one whose signal is never
//! ready, so that the task which waits for it outlives the server.

use std::future::Future;

pub struct Server;

impl Server {
    pub async fn with_graceful_shutdown<F>(self, signal: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stopping, stop) = tokio::sync::watch::channel(());
        tokio::spawn(async move {
            signal.await;
            drop(stop);
        });
        stopping.closed().await;
    }

    pub async fn run(self) {
        self.with_graceful_shutdown(std::future::pending()).await; // expect: unstoppable-loop/strict
    }

    pub async fn run_until_interrupted(self) {
        self.with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await;
    }

    pub async fn wait_for_nothing(self) {
        std::future::pending::<()>().await;
    }
}
