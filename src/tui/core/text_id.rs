//! Names of the texts that are coloured and compared.

use crate::session::event::VersionId;

/// Whose text is coloured or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextId {
    /// A version's.
    Version(VersionId),
    /// The developer's file before the write that was planned under this number.
    FileBefore(u32),
    /// The same file after it.
    FileAfter(u32),
}

/// Two texts that are compared: the older and the newer one.
pub(crate) type TextPair = (TextId, TextId);

impl TextId {
    /// The texts of two versions.
    #[must_use]
    pub fn versions((old, new): (VersionId, VersionId)) -> TextPair {
        (Self::Version(old), Self::Version(new))
    }
}
