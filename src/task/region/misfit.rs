//! Why a version cannot be put into its file.

/// Why a text cannot replace the region: a sentence that also helps a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misfit(pub(crate) String);
