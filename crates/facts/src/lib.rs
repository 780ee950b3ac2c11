//! Facts about a project that rules ask for.
//!
//! - [`model`]: what is known of library calls, as data.
//! - [`project`]: all modules of a run; names, types and calls resolved across files.
//! - [`callgraph`]: which function may call which, and how sure that is.
//! - [`cycles`]: recursion: cycles of calls, their guards, and what decides their depth.

mod definitions;
pub mod model;
mod models;
pub mod project;
mod resolve;
#[cfg(test)]
mod test_ir;
mod types;

pub mod callgraph;

pub use definitions::{Definition, Definitions};
pub use models::{ModelError, Models, normalize_words};
pub use project::{Certainty, ClassRef, FunctionRef, Project, Resolution, SourceFile, Symbol, Via};
