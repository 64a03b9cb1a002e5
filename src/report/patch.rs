//! Differences between versions as unified diffs.

use similar::TextDiff;

use crate::session::fold::Version;

/// A unified diff from one version to another, with three lines around each change; empty if they are the same.
pub(crate) fn unified(old: &Version, new: &Version) -> String {
    let from = format!("{} ({})", old.source.file_name, old.id);
    let to = format!("{} ({})", new.source.file_name, new.id);
    TextDiff::from_lines(&*old.source.text, &*new.source.text)
        .unified_diff()
        .context_radius(3)
        .header(&from, &to)
        .to_string()
}
