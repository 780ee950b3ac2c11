//! What ends a run before it starts: a wrong option or a broken rule. Bad files never do.

use unspin_engine::RuleError;

use crate::config::ConfigError;

/// Why nothing was scanned.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A rule or model file cannot be used.
    Rule(RuleError),
    /// A configuration cannot be used.
    Config(ConfigError),
    /// A selection names neither a rule nor a group.
    UnknownRule {
        /// What was written.
        name: String,
        /// The nearest name that exists.
        suggestion: Option<String>,
    },
    /// A glob of `--exclude` cannot be parsed.
    Glob {
        /// What was written.
        glob: String,
        /// What is wrong with it.
        message: String,
    },
    /// A baseline cannot be used.
    Baseline {
        /// The file.
        file: String,
        /// Line in it, from 1.
        line: Option<u32>,
        /// What is wrong, and what helps.
        message: String,
    },
    /// What changed cannot be told.
    Changes {
        /// The option that asked for it.
        asked: String,
        /// What went wrong, and what helps.
        message: String,
    },
    /// The worker threads could not be started.
    Threads(rayon::ThreadPoolBuildError),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(error) => write!(f, "{error}"),
            Self::Config(error) => write!(f, "{error}"),
            Self::UnknownRule { name, suggestion: Some(suggestion) } => {
                write!(f, "there is no rule or group `{name}`; did you mean `{suggestion}`?")
            }
            Self::UnknownRule { name, suggestion: None } => {
                write!(f, "there is no rule or group `{name}`; `unspin rules` lists them")
            }
            Self::Glob { glob, message } => write!(f, "the glob `{glob}` cannot be used: {message}"),
            Self::Baseline { file, line: Some(line), message } => write!(f, "{file}:{line}: {message}"),
            Self::Baseline { file, line: None, message } => write!(f, "{file}: {message}"),
            Self::Changes { asked, message } => write!(f, "`{asked}`: {message}"),
            Self::Threads(error) => write!(f, "the worker threads could not be started: {error}; try `--threads 1`"),
        }
    }
}

impl std::error::Error for Error {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<RuleError> for Error {
    fn from(error: RuleError) -> Self {
        Self::Rule(error)
    }
}
