//! Cycles of calls as observations.

use unspin_facts::Project;
use unspin_facts::observation::Observation;

/// Every cycle of the project.
pub(crate) fn observe(_project: &Project) -> Vec<Observation> {
    Vec::new()
}
