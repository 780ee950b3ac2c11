use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

async fn swallows(stop: CancellationToken, mut work: impl AsyncFnMut() -> bool) {
    loop {
        let worked = tokio::select! {
            () = stop.cancelled() => false, // expect: swallowed-cancellation
            worked = work() => worked,
        };
        if !worked {
            println!("again");
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn leaves(stop: CancellationToken, mut work: impl AsyncFnMut() -> bool) {
    loop {
        let worked = tokio::select! {
            () = stop.cancelled() => return,
            worked = work() => worked,
        };
        if !worked {
            println!("again");
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn leaves_at_the_test(stop: CancellationToken, mut work: impl AsyncFnMut() -> bool) {
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => {}
            _ = work() => {}
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn hands_it_on(stop: CancellationToken, inner: CancellationToken, mut work: impl AsyncFnMut() -> Option<bool>) {
    loop {
        tokio::select! {
            worked = work() => match worked {
                Some(worked) => println!("{worked}"),
                None => return,
            },
            () = stop.cancelled() => inner.cancel(),
        }
    }
}

pub struct Segment {
    shutdown: CancellationToken,
}

impl Segment {
    async fn write(&self) -> Result<(), String> {
        Ok(())
    }

    // What is left is written, and then it leaves.
    pub async fn writes(&self, all: CancellationToken, filled: &tokio::sync::Notify) {
        loop {
            let leave = tokio::select! {
                _ = filled.notified() => false,
                _ = all.cancelled() => true,
                _ = self.shutdown.cancelled() => true,
            };
            if let Err(error) = self.write().await {
                eprintln!("{error}");
            }
            if leave {
                break;
            }
        }
    }
}
