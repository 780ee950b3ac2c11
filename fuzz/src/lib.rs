//! What the targets share: a limit on the time that an input may take, and mutations that keep source code alive.

mod budget;
mod linter;
mod text;

pub use budget::within_budget;
pub use linter::{analyse, lower_python, lower_rust};
pub use text::mutate;
