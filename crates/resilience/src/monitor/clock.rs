//! Real time as nanoseconds since the first question, never zero.

use std::{sync::OnceLock, time::Instant};

pub(super) fn nanos() -> u64 {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64 + 1
}
