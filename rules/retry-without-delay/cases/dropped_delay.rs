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

/// Whether something is waited for is no time.
pub struct Sessions {
    waits_for_first: std::rc::Rc<std::cell::Cell<bool>>,
}

impl Sessions {
    pub fn greet(&self, open: impl Fn() -> Result<u32, std::io::Error>, tell: impl Fn(u32, bool)) {
        loop {
            match open() {
                Ok(session) => {
                    let is_waiting = self.waits_for_first.get();
                    tracing::info!(session, is_waiting);
                }
                Err(_) => continue,
            }
        }
    }
}
