//! What requests do: the application behind the server.

use std::{future::Future, pin::Pin, time::Duration};

use serde_json::{Value, json};
use tokio::time::sleep;

/// A request for a handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The client that sent it.
    pub client: String,
    /// What to do.
    pub operation: String,
    /// With what.
    pub data: Value,
}

/// The result, or why there is none, in a word.
pub type Outcome = Result<Value, String>;

/// Handles requests. It may panic, block or never end: other requests and all sessions go on.
pub trait Handler: Send + Sync + 'static {
    /// Handles one.
    fn handle(&self, request: Request) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;
}

/// The operations of the reference server: `echo`, `length` and `wait`.
#[derive(Debug, Default)]
pub struct Operations {
    /// Also `panic`, `block` (never awaits) and `hang` (never ends), for trying what they do to others.
    pub faults: bool,
}

impl Handler for Operations {
    fn handle(&self, request: Request) -> Pin<Box<dyn Future<Output = Outcome> + Send>> {
        let faults = self.faults;
        Box::pin(async move {
            let Request { operation, data, .. } = request;
            match (operation.as_str(), &data) {
                ("echo", _) => Ok(data),
                ("length", Value::String(text)) => Ok(json!(text.chars().count())),
                ("wait", Value::Number(milliseconds)) => {
                    // Longer than any request may take is as good as for ever.
                    let time = Duration::from_millis(milliseconds.as_u64().unwrap_or(0).min(3_600_000));
                    sleep(time).await;
                    Ok(data)
                }
                ("panic", _) if faults => panic!("a handler was asked to panic"),
                ("block", Value::Number(milliseconds)) if faults => {
                    std::thread::sleep(Duration::from_millis(milliseconds.as_u64().unwrap_or(0)));
                    Ok(data)
                }
                ("hang", _) if faults => std::future::pending().await,
                _ => Err("unknown-operation".into()),
            }
        })
    }
}
