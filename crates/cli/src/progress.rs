//! A progress bar for scans that take long, on terminals only.

use std::{
    io::IsTerminal,
    sync::OnceLock,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use unspin_driver::Phase;

/// A scan that is over sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows how far a scan is.
pub(crate) struct Progress {
    start: Instant,
    is_wanted: bool,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Nothing is shown yet.
    pub(crate) fn new(quiet: bool) -> Self {
        let is_wanted = !quiet && std::io::stderr().is_terminal();
        Self { start: Instant::now(), is_wanted, bar: OnceLock::new() }
    }

    /// Called by the scan, from any thread.
    pub(crate) fn report(&self, phase: Phase) {
        if !self.is_wanted || self.start.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(bar);
        match phase {
            Phase::Loading { done, of } => {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            }
            _ => bar.set_message("analysing"),
        }
    }

    /// Take the bar away before anything is printed.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files {msg}");
    let bar = ProgressBar::new(0);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
