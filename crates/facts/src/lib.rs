//! Facts about a project that rules ask for.
//!
//! - [`model`]: what is known of library calls, as data.
//! - [`project`]: all modules of a run; names, types and calls resolved across files.

pub mod model;
mod models;
pub mod project;

pub use models::Models;
pub use project::{Certainty, FunctionRef, Project, Resolution, SourceFile};
