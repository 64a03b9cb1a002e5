//! Numbers that name the parts of a session.

use serde::{Deserialize, Serialize};

/// Number of a version; v0 is the original (or the empty start).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct VersionId(pub u32);

impl VersionId {
    /// v0: the text that the session started from, or the empty start where there is none.
    pub const ORIGINAL: Self = Self(0);

    /// Whether this is v0.
    #[must_use]
    pub fn is_original(self) -> bool {
        self == Self::ORIGINAL
    }
}

impl std::fmt::Display for VersionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "v{}", self.0)
    }
}
