//! What the server counts.

use unspin_resilience::{
    InvalidPolicy, Metrics,
    prometheus_client::metrics::{counter::Counter, gauge::Gauge},
};

/// Counters and gauges, beside those of the library.
#[derive(Debug)]
pub(crate) struct Stats {
    pub(crate) library: Metrics,
    pub(crate) accepted: Counter,
    pub(crate) accept_errors: Counter,
    /// Connections that are open, with or without a session.
    pub(crate) connections: Gauge,
    pub(crate) sessions: Gauge,
    pub(crate) requests: Counter,
    /// Requests that were refused since the queue was full.
    pub(crate) overloads: Counter,
    pub(crate) panics: Counter,
    /// Workers that wait for a handler that does not end although its time is over.
    pub(crate) lost_workers: Gauge,
}

impl Stats {
    pub(crate) fn new() -> Result<Self, InvalidPolicy> {
        let mut stats = Self {
            library: Metrics::new("resilient", 64)?,
            accepted: Counter::default(),
            accept_errors: Counter::default(),
            connections: Gauge::default(),
            sessions: Gauge::default(),
            requests: Counter::default(),
            overloads: Counter::default(),
            panics: Counter::default(),
            lost_workers: Gauge::default(),
        };
        let library = &mut stats.library;
        library.register("accepted", "Connections that were accepted", stats.accepted.clone());
        library.register("accept_errors", "Failed accepts", stats.accept_errors.clone());
        library.register("connections", "Connections that are open", stats.connections.clone());
        library.register("sessions", "Sessions that are open", stats.sessions.clone());
        library.register("requests", "Requests that were handled", stats.requests.clone());
        library.register("overloads", "Requests that were refused by a full queue", stats.overloads.clone());
        library.register("handler_panics", "Handlers that panicked", stats.panics.clone());
        library.register("lost_workers", "Workers with a handler that does not end", stats.lost_workers.clone());
        Ok(stats)
    }
}
