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

pub async fn dropped(mut budget: ErrorBudget, mut step: impl AsyncFnMut() -> bool) {
    loop {
        if step().await {
            return;
        }
        match budget.spend() { // expect: retry-without-delay
            Advice::Abort => return,
            Advice::Again(_) => {}
        }
    }
}

pub async fn waited(mut budget: ErrorBudget, mut step: impl AsyncFnMut() -> bool) {
    loop {
        if step().await {
            return;
        }
        match budget.spend() {
            Advice::Abort => return,
            Advice::Again(pause) => sleep(pause).await,
        }
    }
}
