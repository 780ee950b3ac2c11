//! Facts about a project that rules ask for.
//!
//! - [`model`]: what is known of library calls, as data.

pub mod model;
