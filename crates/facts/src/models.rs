//! All model files of a run, merged and indexed.

use crate::model::ModelFile;

/// The merged models.
#[derive(Clone, Debug, Default)]
pub struct Models {
    files: Vec<ModelFile>,
}

impl Models {
    /// Merge the model files, in order; where two speak of the same call, the later one wins.
    pub fn new(files: Vec<ModelFile>) -> Self {
        Self { files }
    }
}
