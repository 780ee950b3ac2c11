//! Configuration: which rules report in which files, how severe a finding is, what is left out.
//!
//! A folder is configured by `unspin.toml` or `.unspin.toml`, by `[tool.unspin]` in its `pyproject.toml`, or by
//! `[workspace.metadata.unspin]` or `[package.metadata.unspin]` in its `Cargo.toml`. The nearest configured folder above a
//! file decides for that file, alone: what lies further up counts only where it is named by `extend`. So a file is judged
//! alike whatever folder the program runs in and however much of the project it is given.
//!
//! The analysis knows nothing of this. It sees all files and runs once; configuration says of each file what is reported.
//! Only models of libraries hold for the whole run: what a call does, it does wherever it is called.

mod discover;
mod error;
mod form;
mod globs;
mod policy;
mod schema;
mod settings;

pub(crate) use discover::Configurations;
pub use discover::{FILES, settings_for};
pub use error::ConfigError;
pub(crate) use globs::separated;
pub use policy::{knowledge_of, rules_of};
pub(crate) use policy::{selections, severity};
pub use schema::schema;
pub use settings::{Layer, PerFileIgnore, Place, Settings, Sourced};

use std::path::PathBuf;

/// Where configuration comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Configuration {
    /// Nowhere.
    #[default]
    None,
    /// The nearest configured folder above each file.
    Nearest,
    /// This file, for all files.
    File(PathBuf),
}
