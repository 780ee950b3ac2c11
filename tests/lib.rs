//! What the tests share.

pub mod folders;
pub mod program;
