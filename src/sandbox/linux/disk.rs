//! How full a disk is, and whether it is one.

use std::path::Path;

/// Free bytes of the disk that a path is on; `None` where the system does not say.
pub(crate) fn free(path: &Path) -> Option<u64> {
    let facts = rustix::fs::statvfs(path).ok()?;
    Some(facts.f_bfree.saturating_mul(facts.f_frsize))
}

/// Whether the files of a folder lie in memory.
pub(crate) fn in_memory(folder: &Path) -> bool {
    const TMPFS: u32 = 0x0102_1994;
    const RAMFS: u32 = 0x8584_58f6;
    rustix::fs::statfs(folder).is_ok_and(|facts| [TMPFS, RAMFS].contains(&(facts.f_type as u32)))
}
