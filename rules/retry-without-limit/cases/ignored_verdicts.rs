use std::time::Duration;
use tokio::time::sleep;

pub enum Advice {
    Abort,
    Again(Duration),
}

pub struct ErrorBudget {
    errors: u32,
    most: u32,
}

impl ErrorBudget {
    pub fn spend(&mut self) -> Advice {
        self.errors += 1;
        if self.errors >= self.most {
            return Advice::Abort;
        }
        Advice::Again(Duration::from_millis(100) * self.errors)
    }
}

pub async fn ignored(mut budget: ErrorBudget, mut step: impl AsyncFnMut() -> bool) {
    loop {
        if step().await {
            return;
        }
        if let Advice::Again(pause) = budget.spend() { // expect: retry-without-limit
            sleep(pause).await;
        }
    }
}

pub async fn obeyed(mut budget: ErrorBudget, mut step: impl AsyncFnMut() -> bool) {
    loop {
        if step().await {
            return;
        }
        let Advice::Again(pause) = budget.spend() else { return };
        sleep(pause).await;
    }
}
