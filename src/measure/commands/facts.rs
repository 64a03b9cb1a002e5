//! What tells one state of a file from another: nothing that a guest can set is enough to hide a change.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat, Timespec};

/// What is kept of a `stat`: trees have many files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    number: u64,
    size: u64,
    /// Nanoseconds since 1970.
    modified: i64,
    /// The same, of the last change of any kind, which no guest can set.
    changed: i64,
    mode: u32,
}

impl Facts {
    pub(super) fn is_folder(&self) -> bool {
        self.kind() == FileType::Directory
    }

    pub(super) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    /// The rights of owner, group and others.
    pub(super) fn rights(&self) -> u32 {
        self.mode & 0o777
    }

    /// Whether its owner may read, write and enter it.
    pub(super) fn is_open(&self) -> bool {
        self.mode & 0o700 == 0o700
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Whether it looks as this file of the user's does, so that the one is a copy of the other.
    pub(super) fn is_copy_of(&self, size: u64, modified: SystemTime) -> bool {
        let since = modified
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        let nanos = i64::try_from(since.as_nanos()).unwrap_or(i64::MAX);
        self.size == size && self.modified <= nanos
    }

    pub(super) fn modified(&self) -> Timespec {
        const SECOND: i64 = 1_000_000_000;
        Timespec {
            tv_sec: self.modified.div_euclid(SECOND),
            tv_nsec: self.modified.rem_euclid(SECOND) as _,
        }
    }
}

impl From<Stat> for Facts {
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast)] // other widths elsewhere
    fn from(stat: Stat) -> Self {
        let nanos =
            |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
        Self {
            number: stat.st_ino as u64,
            size: u64::try_from(stat.st_size).unwrap_or_default(),
            modified: nanos(stat.st_mtime.into(), stat.st_mtime_nsec as i64),
            changed: nanos(stat.st_ctime.into(), stat.st_ctime_nsec as i64),
            mode: stat.st_mode.into(),
        }
    }
}
