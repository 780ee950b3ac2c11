//! Finds files, reads configuration, runs every stage in parallel, and turns raw findings into a report.
//!
//! The only crate besides `cli` that touches the world: it reads files and the clock, asks `git`, keeps results of earlier
//! runs, and changes files when it is asked to. What it guarantees:
//!
//! - One bad file never ends a run. What could not be read or parsed is a [`ScanError`] that names it.
//! - Same input, same report, whatever the number of threads: results are sorted before anything reads them.
//! - Memory is flat in the size of the sources: a text is dropped as soon as it is lowered, and read again only if there
//!   is something to say about it. A file that changed in between is an error, never a wrong position.
//!
//! [`ScanError`]: unspin_findings::ScanError

mod adopt;
mod analysis;
mod baseline;
mod baselines;
mod cache;
mod changes;
pub mod config;
mod error;
pub mod expectations;
mod files;
mod fingerprint;
mod input;
mod judge;
mod knowledge;
mod known;
mod load;
mod locate;
mod naming;
mod pool;
mod report;
mod rewrite;
mod scan;
mod selection;
mod shape;
mod units;
mod walk;

pub use adopt::adoption;
pub use baseline::{BASELINE, Baseline};
pub use baselines::{BaselineFrom, BaselineUse};
pub use cache::{clear, folder_for};
pub use changes::Changes;
pub use config::Configuration;
pub use error::Error;
pub use input::Language;
pub use knowledge::Knowledge;
pub use load::MAX_BYTES;
pub use naming::is_test_file;
pub use rewrite::{Rewrite, fixes, write};
pub use scan::{Options, Outcome, Phase, lower_file, scan};
pub use selection::{enabled, validate};
