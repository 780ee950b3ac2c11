//! Facts about a project that rules ask for.
//!
//! - [`model`]: what is known of library calls, as data.
//! - [`project`]: all modules of a run; names, types and calls resolved across files.
//! - [`callgraph`]: which function may call which, and how sure that is.
//! - [`shape`]: graph, loops and definitions of one function.
//! - [`rounds`]: what a loop does at the end of its input.
//! - [`cycles`]: recursion: cycles of calls, their guards, and what decides their depth.

mod constants;
mod definitions;
pub mod model;
mod models;
pub mod observation;
pub mod project;
mod resolve;
pub mod rounds;
pub mod shape;
pub mod summary;
#[cfg(test)]
mod test_ir;
mod types;

pub mod callgraph;

pub use definitions::{Definition, Definitions};
pub use models::{ModelError, Models, normalize_words};
pub use project::{Certainty, ClassRef, FunctionRef, Project, Resolution, SourceFile, Symbol, Via};
