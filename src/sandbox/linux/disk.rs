//! How full a disk is.

use std::path::Path;

/// Free bytes of the disk that a path is on; `None` where the system does not say.
pub(crate) fn free(path: &Path) -> Option<u64> {
    let facts = rustix::fs::statvfs(path).ok()?;
    Some(facts.f_bfree.saturating_mul(facts.f_frsize))
}
