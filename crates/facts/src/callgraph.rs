//! Which function may call which, and how sure that is.

/// The calls of a project.
#[derive(Debug, Default)]
pub struct CallGraph {}
