//! Which sessions another program has open right now.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::session::journal::{self, open_to_read};

/// Files that somebody holds a lock of, by inode, as the system lists them. A list that tried the lock of every journal would
/// be in the way of whoever wants to open one.
pub(super) struct Locks(HashSet<u64>);

impl Locks {
    /// Those of this moment; none where the system does not say.
    pub(super) fn now() -> Self {
        let text = fs::read_to_string("/proc/locks").unwrap_or_default();
        // `1: FLOCK  ADVISORY  WRITE 4711 fe:00:131090 0 EOF`
        let inode = |line: &str| {
            let mut words = line.split_whitespace().skip(1);
            let is_ours = words.next() == Some("FLOCK");
            words
                .nth(3)
                .filter(|_| is_ours)?
                .rsplit(':')
                .next()?
                .parse()
                .ok()
        };
        Self(text.lines().filter_map(inode).collect())
    }

    /// Whether the session in this folder is open elsewhere; `inode` is its journal's. An inode is one of several file systems':
    /// therefore the lock is tried after all where it is most likely taken.
    pub(super) fn holds(&self, inode: u64, folder: &Path) -> bool {
        self.0.contains(&inode)
            && open_to_read(&folder.join(journal::FILE)).is_ok_and(|file| {
                matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock))
            })
    }
}
