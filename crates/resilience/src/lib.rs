//! Loops that end: the patterns that unspin asks for, as a library for `tokio`.
//!
//! Every piece is a *policy* (settings, found sound when it is built), a *state machine* that is told the time and does
//! nothing by itself, and, where it helps, a thin asynchronous wrapper. A state machine never reads a clock: the same
//! calls with the same times give the same answers, which is what the tests and ports to other languages rely on.
//!
//! The documentation of each item says three things:
//!
//! * **Bound**: the longest it can take, the most attempts it makes or the most memory it holds, as a formula;
//! * **Cancel**: what happens when it is cancelled or its future is dropped;
//! * **On give-up**: what it returns when it stops trying.
//!
//! | to write | use |
//! |---|---|
//! | a retry | [`with_timeout_retry`] with a [`RetryPolicy`] |
//! | a retry loop by hand | [`TimeoutRetryHandler`], [`ErrorCountHandler`] |
//! | a pause between attempts | [`Backoff`] |
//! | connecting to a peer | [`ConnectGate`], [`Breaker`], [`probe`] |
//! | reading lines from a peer | [`Lines`] |
//! | knowing that a peer is gone | [`ConnectionHealthChecker`], [`Liveness`] |
//! | one owner of a name | [`Leases`] |
//! | tasks that stop | [`Scope`] |
//! | a `tower` service | `layer::RetryLayer`, `layer::BreakerLayer` (feature `tower`) |
//! | a loop that is watched while it runs | [`monitored`], `monitor` (feature `monitor`) |
//! | counts for operators | `Metrics` (feature `metrics`), [`Offenders`], [`Alerts`] |

/// Tells `tracing`, where that feature is on.
macro_rules! event {
    ($level:ident, $($field:tt)+) => {
        #[cfg(feature = "tracing")]
        ::tracing::$level!($($field)+);
    };
}

// In reading order.
mod policy;
pub use policy::InvalidPolicy;

mod backoff;
pub use backoff::{Backoff, Delays, Jitter};

mod verdict;
pub use verdict::{Classify, Failure, StopReason, Verdict};

mod retry;
pub use retry::{
    Attempt, BudgetSettings, GiveUp, Retries, RetryBudget, RetryPolicy, RetrySettings, with_timeout_retry,
    with_timeout_retry_by,
};

mod handler;
pub use handler::{ErrorCountHandler, FailureLimits, FailureSettings, TimeoutRetryHandler};

mod breaker;
pub use breaker::{Breaker, BreakerPolicy};

mod gate;
pub use gate::{ConnectGate, GateError, GateSettings, Reach, answer_probes, probe};

mod liveness;
pub use liveness::{ConnectionHealthChecker, Health, LifeSign, Liveness, LivenessPolicy};

mod lines;
pub use lines::{Line, LineBuffer, LinePolicy, LineSettings, Lines, LinesError};

mod lease;
pub use lease::{Claim, LeaseSettings, Leases, Refused};

mod scope;
pub use scope::{Scope, ScopeClosed, ShutdownReport, Spawner, Stop};

mod offenders;
pub use offenders::{Offender, Offenders};

mod alert;
pub use alert::{Alert, AlertSettings, Alerts};

#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
#[cfg(feature = "metrics")]
pub use prometheus_client;

#[cfg(feature = "tower")]
pub mod layer;

#[cfg(feature = "monitor")]
pub mod monitor;
pub use unspin_resilience_macros::monitored;

/// Whether [`monitored`] loops are watched in this build: the feature `monitor`.
pub const IS_MONITORED: bool = cfg!(feature = "monitor");

/// Says that this iteration of a [`monitored`] loop got somewhere; `progress!('label)` speaks of a loop further out.
///
/// [`monitored`] puts the call in its place; what is left is outside of any loop, or in a function that is not watched:
///
/// ```compile_fail
/// fn forgotten() {
///     loop {
///         unspin_resilience::progress!();
///     }
/// }
/// ```
#[cfg(feature = "monitor")]
#[macro_export]
macro_rules! progress {
    (@of $monitor:ident) => {
        $monitor.progress()
    };
    ($($label:lifetime)?) => {
        ::core::compile_error!(
            "`progress!()` belongs into a loop of a function that is `#[monitored]`, outside of closures and of macros but `select!` and `join!`"
        )
    };
}

/// Says that this iteration of a [`monitored`] loop got somewhere; without the feature `monitor` it is nothing.
#[cfg(not(feature = "monitor"))]
#[macro_export]
macro_rules! progress {
    ($($label:lifetime)?) => {
        ()
    };
}

pub use tokio::time::Instant;
pub use tokio_util::sync::CancellationToken;

/// The examples of the README compile and hold.
#[cfg(all(doctest, feature = "monitor"))]
#[doc = include_str!("../README.md")]
struct Readme;
