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
    pub fn new(most: u32) -> Self {
        Self { errors: 0, most }
    }

    pub fn spend(&mut self) -> Advice {
        self.errors += 1;
        if self.errors >= self.most {
            return Advice::Abort;
        }
        Advice::Again(Duration::from_millis(100) * self.errors)
    }
}

pub async fn made_anew(mut step: impl AsyncFnMut() -> bool) {
    loop {
        let mut budget = ErrorBudget::new(5);
        if step().await {
            return;
        }
        match budget.spend() { // expect: limit-never-reached
            Advice::Abort => return,
            Advice::Again(pause) => sleep(pause).await,
        }
    }
}

pub async fn made_once(mut step: impl AsyncFnMut() -> bool) {
    let mut budget = ErrorBudget::new(5);
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
