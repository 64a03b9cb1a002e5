//! What a file held before it was written, stored by content in the session's folder, so that it can be restored.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::files::write_whole;
use crate::session::journal;

/// The folder of backups.
#[derive(Clone, Debug)]
pub struct BackupStore {
    folder: PathBuf,
}

impl BackupStore {
    /// The backups of the session in this folder.
    #[must_use]
    pub fn of(session: &Path) -> Self {
        Self {
            folder: session.join("before"),
        }
    }

    /// Stores these bytes and returns their name.
    ///
    /// # Errors
    /// The session's folder cannot be written; the file must then not be touched.
    pub fn put(&self, bytes: &[u8]) -> io::Result<String> {
        let name = name(bytes);
        std::fs::create_dir_all(&self.folder)?;
        write_whole(&self.folder.join(&name), bytes)?;
        Ok(name)
    }

    /// Waits until what the session's journal holds so far is on the disk.
    ///
    /// # Errors
    /// What the system said; there must be a journal.
    pub(super) fn sync_journal(&self) -> io::Result<()> {
        std::fs::File::open(self.folder.with_file_name(journal::FILE))?.sync_data()
    }

    /// Where the bytes of this name are stored.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The bytes of this name.
    ///
    /// # Errors
    /// They are gone, or have changed.
    pub fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let whole = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let broken = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
        if !whole {
            return Err(broken("the journal does not say what it was"));
        }
        let bytes = std::fs::read(self.folder.join(name))?;
        if self::name(&bytes) == name {
            Ok(bytes)
        } else {
            Err(broken("the backup has changed"))
        }
    }
}

/// The name of some bytes: their blake3.
pub(crate) fn name(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
