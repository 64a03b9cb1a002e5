//! The folder of builds and sources, by content: written beside and moved into place, so that nobody ever sees half of one.
//!
//! Knows nothing of compilers or tasks. Safe to share between programs that run at the same time.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::judge_error::JudgeError;

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

    /// Where builds are kept.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder for a moment, where the sandbox finds files as it finds builds; gone when it is dropped.
    pub(super) fn room(&self) -> Result<tempfile::TempDir, JudgeError> {
        let made = fs::create_dir_all(&self.folder)
            .and_then(|()| {
                tempfile::Builder::new()
                    .prefix(".room-")
                    .tempdir_in(&self.folder)
            })
            .and_then(|room| {
                // Set, not asked for: of what is asked for the umask takes its part.
                fs::set_permissions(room.path(), fs::Permissions::from_mode(0o755))?;
                Ok(room)
            });
        made.map_err(|why| JudgeError::Cache {
            path: self.folder.clone(),
            why,
        })
    }

    /// A product (a file or a folder) that was kept earlier and is still whole.
    pub(super) fn find(&self, hash: &str, name: &str) -> Option<PathBuf> {
        let entry = self.folder.join(hash);
        let kept = fs::read_to_string(entry.join("sum")).ok()?;
        let place = entry.join(name);
        if kept != sum_of(&place).ok()? {
            return None;
        }
        // Keeps it from being thrown away as old; no harm if it fails.
        drop(fs::File::open(&entry).and_then(|f| f.set_modified(SystemTime::now())));
        Some(place)
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
        self.keep_all(hash, name, &[(name, bytes)], diagnostics)
    }

    /// As [`Cache::keep`], for a whole folder `name`: every file with its path, which begins with the folder's name;
    /// a path that ends with a slash is an empty folder.
    pub(super) fn keep_all(
        &self,
        hash: &str,
        name: &str,
        files: &[(&str, &[u8])],
        diagnostics: &str,
    ) -> Result<PathBuf, JudgeError> {
        let path = self.folder.join(hash);
        self.write(&path, name, files, diagnostics)
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
        files: &[(&str, &[u8])],
        diagnostics: &str,
    ) -> std::io::Result<()> {
        // Somebody may have thrown all builds away meanwhile.
        fs::create_dir_all(&self.folder)?;
        let beside = tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(&self.folder)?;
        let put = |name: &str, bytes: &[u8], mode: u32| {
            let path = beside.path().join(name);
            let mut file = fs::File::create_new(&path)?;
            file.write_all(bytes)?;
            file.set_permissions(fs::Permissions::from_mode(mode))
        };
        for (path, bytes) in files {
            // The guest may be somebody else: it must be able to go there, and to run what it finds.
            let mut folder = beside.path().to_path_buf();
            let parts: Vec<&str> = path.split('/').collect();
            for part in &parts[..parts.len() - 1] {
                folder.push(part);
                match fs::create_dir(&folder) {
                    Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e),
                    _ => fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?,
                }
            }
            // A path that ends with a slash is an empty folder.
            if !path.ends_with('/') {
                put(path, bytes, 0o755)?;
            }
        }
        let sum = sum_of(&beside.path().join(name))?;
        put("sum", sum.as_bytes(), 0o644)?;
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

/// The sum of a file, or of everything in a folder with its names.
fn sum_of(place: &Path) -> std::io::Result<String> {
    if !place.is_dir() {
        return Ok(blake3::hash(&fs::read(place)?).to_hex().to_string());
    }
    let mut hasher = blake3::Hasher::new();
    let mut open = vec![place.to_path_buf()];
    while let Some(folder) = open.pop() {
        let mut entries = fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = path.strip_prefix(place).unwrap_or(&path);
            let name = name.as_os_str().as_encoded_bytes();
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name);
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else {
                hasher.update(blake3::hash(&fs::read(&path)?).as_bytes());
            }
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
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
    fn a_folder_is_given_back_only_whole() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        let hash = "0123456789abcdef0123456789abcdef";
        let files: [(&str, &[u8]); 4] = [
            ("out/empty/", b""),
            ("out/A.class", b"a"),
            ("out/p/q/B.class", b"b"),
            ("out/p/C.class", b"c"),
        ];
        let folder = cache.keep_all(hash, "out", &files, "said").unwrap();
        assert_eq!(fs::read(folder.join("p/q/B.class")).unwrap(), b"b");
        assert_eq!(cache.find(hash, "out"), Some(folder.clone()));
        assert!(folder.join("empty").is_dir());
        for harm in [
            |f: &Path| fs::remove_file(f.join("A.class")).unwrap(),
            |f: &Path| fs::rename(f.join("p/C.class"), f.join("p/D.class")).unwrap(),
            |f: &Path| fs::write(f.join("p/E.class"), "e").unwrap(),
            |f: &Path| fs::remove_dir(f.join("empty")).unwrap(),
        ] {
            cache.keep_all(hash, "out", &files, "").unwrap();
            assert!(cache.find(hash, "out").is_some());
            harm(&folder);
            assert_eq!(cache.find(hash, "out"), None);
        }
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
