//! One number for how bad a finding is, so that findings can be added up by folder and over time.
//!
//! An error counts three times a warning, and a guess a third of what is certain. The scale is ours: it orders places to look
//! at, and says nothing of what an outage would cost.

use unspin_findings::{Confidence, Severity};

/// What a finding adds to the risk of the place where it is.
pub(crate) fn risk(severity: Severity, confidence: Confidence) -> u32 {
    let sureness = match confidence {
        Confidence::Low => 1,
        Confidence::Medium => 2,
        Confidence::High => 3,
    };
    match severity {
        Severity::Error => 3 * sureness,
        Severity::Warning => sureness,
        Severity::Note => 1,
    }
}
