//! What is wrong with a configuration, and where.

use std::fmt;

use super::Place;

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigError {
    /// The file.
    pub file: String,
    /// Line and column in it, from 1, if it is about a place.
    pub at: Option<(u32, u32)>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl ConfigError {
    /// About a file as a whole.
    pub(crate) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), at: None, message: message.into() }
    }

    /// About a place.
    pub(crate) fn at(place: &Place, message: impl Into<String>) -> Self {
        Self { file: place.file.to_string(), at: Some((place.line, place.column)), message: message.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
