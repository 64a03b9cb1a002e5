//! Names and small texts of a project's files.

use std::path::Path;

/// The last name of a path, for guest paths and sentences.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// A small text file of the project; `None` where it cannot be read or is implausibly large.
pub(super) fn text_of(path: &Path) -> Option<String> {
    const MOST: u64 = 4 << 20;
    let facts = std::fs::metadata(path).ok()?;
    if !facts.is_file() || facts.len() > MOST {
        return None;
    }
    std::fs::read_to_string(path).ok()
}
