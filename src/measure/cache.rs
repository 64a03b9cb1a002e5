//! The folder of builds and sources, by content: written beside and moved into place, so that nobody ever sees half of one.
//!
//! Knows nothing of compilers or tasks. Safe to share between programs that run at the same time.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::judge::JudgeError;

/// Builds that nobody asked for in so long are thrown away.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// The folder of builds: one folder a build, named by content, written beside and moved into place at once.
pub(super) struct Cache {
    folder: PathBuf,
    /// Said once to people, when the wanted folder could not be used.
    pub(super) note: Option<String>,
    _temporary: Option<tempfile::TempDir>,
}

impl Cache {
    /// Opens the folder; a temporary one instead (with a note) where it cannot be written.
    pub(super) fn open(wanted: Option<&Path>) -> Result<Self, JudgeError> {
        let mut note = None;
        if let Some(folder) = wanted {
            match Self::prepare(folder) {
                Ok(()) => {
                    return Ok(Self {
                        folder: folder.to_path_buf(),
                        note,
                        _temporary: None,
                    });
                }
                Err(why) => {
                    note = Some(format!(
                        "builds are kept for this run only: {} cannot be used ({why})",
                        folder.display()
                    ))
                }
            }
        }
        let temporary = tempfile::Builder::new()
            .prefix("reheat-builds-")
            .tempdir()
            .map_err(|why| JudgeError::Cache {
                path: std::env::temp_dir(),
                why,
            })?;
        Ok(Self {
            folder: temporary.path().to_path_buf(),
            note,
            _temporary: Some(temporary),
        })
    }

    fn prepare(folder: &Path) -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        // A full disk lets a file be made, but not filled: try with as much as a small build takes.
        let mut trial = tempfile::tempfile_in(folder)?;
        trial.write_all(&vec![1; 1024 * 1024])?;
        drop(trial);
        for entry in fs::read_dir(folder)?.filter_map(Result::ok) {
            let old = entry
                .metadata()
                .and_then(|m| m.modified())
                .ok()
                .and_then(|t| t.elapsed().ok())
                .is_some_and(|age| age > KEPT_FOR);
            // Only what has the look of ours: the user may have pointed us anywhere.
            if old
                && entry
                    .file_name()
                    .to_str()
                    .is_some_and(|n| n.len() == 32 && n.bytes().all(|b| b.is_ascii_alphanumeric()))
            {
                drop(fs::remove_dir_all(entry.path()));
            }
        }
        Ok(())
    }

    /// A folder for a moment, where the sandbox finds files as it finds builds; gone when it is dropped.
    pub(super) fn room(&self) -> Result<tempfile::TempDir, JudgeError> {
        let made = tempfile::Builder::new()
            .prefix(".room-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir_in(&self.folder);
        made.map_err(|why| JudgeError::Cache {
            path: self.folder.clone(),
            why,
        })
    }

    /// A product that was kept earlier and is still whole.
    pub(super) fn find(&self, hash: &str, name: &str) -> Option<PathBuf> {
        let entry = self.folder.join(hash);
        let sum = fs::read_to_string(entry.join("sum")).ok()?;
        let file = entry.join(name);
        let bytes = fs::read(&file).ok()?;
        if sum != blake3::hash(&bytes).to_hex().as_str() {
            return None;
        }
        // Keeps it from being thrown away as old; no harm if it fails.
        drop(fs::File::open(&entry).and_then(|f| f.set_modified(SystemTime::now())));
        Some(file)
    }

    pub(super) fn diagnostics(&self, hash: &str) -> String {
        fs::read_to_string(self.folder.join(hash).join("diagnostics")).unwrap_or_default()
    }

    /// Keeps a source; its place.
    pub(super) fn source(
        &self,
        hash: &str,
        name: &str,
        text: &[u8],
    ) -> Result<PathBuf, JudgeError> {
        match self.find(hash, name) {
            Some(file) => Ok(file),
            None => self.keep(hash, name, text, ""),
        }
    }

    /// Keeps a file under a hash: written beside, then moved into place, so that nobody ever sees half of it.
    pub(super) fn keep(
        &self,
        hash: &str,
        name: &str,
        bytes: &[u8],
        diagnostics: &str,
    ) -> Result<PathBuf, JudgeError> {
        let path = self.folder.join(hash);
        self.write(&path, name, bytes, diagnostics)
            .map_err(|why| JudgeError::Cache {
                path: path.clone(),
                why,
            })?;
        Ok(path.join(name))
    }

    fn write(
        &self,
        entry: &Path,
        name: &str,
        bytes: &[u8],
        diagnostics: &str,
    ) -> std::io::Result<()> {
        let beside = tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(&self.folder)?;
        let put = |name: &str, bytes: &[u8], mode: u32| {
            let path = beside.path().join(name);
            let mut file = fs::File::create(&path)?;
            file.write_all(bytes)?;
            file.set_permissions(fs::Permissions::from_mode(mode))
        };
        put(name, bytes, 0o755)?;
        put("sum", blake3::hash(bytes).to_hex().as_bytes(), 0o644)?;
        put("diagnostics", diagnostics.as_bytes(), 0o644)?;
        fs::set_permissions(beside.path(), fs::Permissions::from_mode(0o755))?;
        match fs::rename(beside.path(), entry) {
            Ok(()) => {}
            // Somebody else was first, with the same content; unless theirs is broken, take it.
            Err(_)
                if self
                    .find(
                        &entry.file_name().unwrap_or_default().to_string_lossy(),
                        name,
                    )
                    .is_some() =>
            {
                return Ok(());
            }
            Err(_) => {
                fs::remove_dir_all(entry)?;
                fs::rename(beside.path(), entry)?;
            }
        }
        drop(beside.keep());
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_gives_back_only_what_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("deep/down");
        let cache = Cache::open(Some(&folder)).unwrap();
        assert!(cache.note.is_none());
        let hash = "0123456789abcdef0123456789abcdef";
        assert!(cache.find(hash, "main").is_none());
        let file = cache.keep(hash, "main", b"product", "a warning").unwrap();
        assert_eq!(cache.find(hash, "main"), Some(file.clone()));
        assert_eq!(cache.diagnostics(hash), "a warning");
        fs::write(&file, b"half").unwrap();
        assert!(
            cache.find(hash, "main").is_none(),
            "a damaged product must not be used"
        );
        cache.keep(hash, "main", b"product", "").unwrap();
        assert_eq!(
            fs::read(cache.find(hash, "main").unwrap()).unwrap(),
            b"product"
        );
        // Nothing is left beside.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn many_may_keep_the_same_build_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        let hash = "0123456789abcdef0123456789abcdef";
        std::thread::scope(|s| {
            for _ in 0..8 {
                s.spawn(|| {
                    for _ in 0..20 {
                        cache.keep(hash, "main", b"product", "").unwrap();
                        assert!(cache.find(hash, "main").is_some());
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_told_and_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "in the way").unwrap();
        let cache = Cache::open(Some(&file.join("builds"))).unwrap();
        assert!(
            cache.note.as_ref().unwrap().contains("cannot be used"),
            "{:?}",
            cache.note
        );
        cache
            .keep("0123456789abcdef0123456789abcdef", "main", b"x", "")
            .unwrap();
    }
}
