//! Facts about a project that rules ask for.
//!
//! - [`model`]: what is known of library calls, as data.
//! - [`project`]: all modules of a run; names, types and calls resolved across files.
//! - [`callgraph`]: which function may call which, and how sure that is.
//! - [`shape`]: graph, loops and definitions of one function.
//! - [`rounds`]: what a loop does at the end of its input.
//! - [`cycles`]: recursion: cycles of calls, their guards, and what decides their depth.

mod again;
mod asserts;
mod cancellation;
mod cancelled;
mod closed;
mod collections;
mod constants;
mod definitions;
mod disconnects;
mod disguised;
mod failures;
mod fixpoints;
mod gates;
mod hangups;
mod hoards;
mod iterators;
mod leaks;
mod limits;
mod loops;
pub mod model;
mod models;
mod never_ready;
pub mod observation;
mod observe;
mod options;
mod outline;
mod pages;
mod parents;
mod peeks;
mod peer_input;
mod pending;
mod pings;
mod policies;
mod polls;
mod positions;
pub mod project;
mod reads;
mod recursion;
mod resolve;
pub mod rounds;
mod searches;
mod selects;
pub mod shape;
mod sites;
mod slices;
mod spawned;
mod spins;
mod storms;
pub mod summary;
mod suspends;
#[cfg(test)]
mod test_ir;
mod timeouts;
mod tunnels;
mod types;
mod verdicts;
mod wakes;
mod walks;

pub mod callgraph;
pub mod cycles;

pub use definitions::{Definition, Definitions};
pub use models::{ModelError, Models, normalize_words};
pub use observe::observe_function;
pub use project::{Certainty, ClassRef, FunctionRef, Project, Resolution, SourceFile, Symbol, Via};
pub use recursion::observe_cycles;
