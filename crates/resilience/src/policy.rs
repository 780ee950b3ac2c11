//! What a policy says when it is built from settings that cannot work.

use std::{fmt, time::Duration};

/// The longest time that any policy allows: what takes longer has given up in all but name.
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// Settings that cannot work: which one, what was given and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPolicy {
    policy: &'static str,
    setting: &'static str,
    given: String,
    allowed: String,
}

impl InvalidPolicy {
    /// The policy that was being built, e.g. `RetryPolicy`.
    pub fn policy(&self) -> &'static str {
        self.policy
    }

    /// The setting that is wrong, e.g. `attempts`.
    pub fn setting(&self) -> &'static str {
        self.setting
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: `{}` is {}, allowed is {}", self.policy, self.setting, self.given, self.allowed)
    }
}

impl std::error::Error for InvalidPolicy {}

/// Checks the settings of one policy.
pub(crate) struct Check(pub(crate) &'static str);

impl Check {
    pub(crate) fn that(
        &self,
        holds: bool,
        setting: &'static str,
        given: impl fmt::Debug,
        allowed: impl Into<String>,
    ) -> Result<(), InvalidPolicy> {
        if holds {
            return Ok(());
        }
        Err(InvalidPolicy { policy: self.0, setting, given: format!("{given:?}"), allowed: allowed.into() })
    }
}
