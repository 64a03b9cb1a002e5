//! Differences between versions as unified diffs.

use crate::session::fold::Version;
use crate::write_back::diff;

/// A unified diff from one version to another, with three lines around each change; empty if they are the same.
pub(crate) fn unified(old: &Version, new: &Version) -> String {
    let hunks = diff::unified(&old.source.text, &new.source.text);
    if hunks.is_empty() {
        return hunks;
    }
    format!(
        "--- {} ({})\n+++ {} ({})\n{hunks}",
        old.source.file_name, old.id, new.source.file_name, new.id
    )
}
