//! Watches loops while they run.
//!
//! [`monitored`](crate::monitored) gives each loop of a function a [`Site`] and a [`LoopMonitor`]. The counter lives in a
//! register or on the stack; every 2^k iterations, with k chosen so that a check comes about every 50 µs but at least
//! every 1,024 iterations, the loop looks at the clock and judges itself. What a loop cannot say of itself, that it is
//! stuck inside one iteration, a watchdog thread says, which samples what each thread is in.
//!
//! Times are real, not `tokio`'s: what is looked for is a loop that keeps a real processor busy, and a paused clock would
//! hide it.
//!
//! Not seen: loops in the arguments of macros that nobody here knows, and a loop that is stuck inside an `.await` that never
//! ends, which is the business of timeouts.

mod clock;
mod guard;
mod report;
mod site;
mod slot;
mod task;
mod watchdog;

pub use self::{
    guard::LoopMonitor,
    report::{Report, Trip, on_report},
    site::{Action, Kind, Limits, Site, sites},
    slot::waiting,
    task::{Watched, watched},
};

#[doc(hidden)]
pub use tokio::task::yield_now;
