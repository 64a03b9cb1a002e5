//! Files that are written whole or not at all, whatever happens in the middle.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file so that it is there whole or not at all. A file that was there is replaced and its mode is kept; a new one
/// gets mode 0644.
///
/// # Errors
/// Whatever the file system says; the target is then as it was before.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    synced(path, bytes)?
        .persist(path)
        .map(drop)
        .map_err(|e| e.error)
}

/// As [`write_whole`], but a file that is there stays as it is.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], or whatever the file system says.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    synced(path, bytes)?
        .persist_noclobber(path)
        .map(drop)
        .map_err(|e| e.error)
}

/// As [`write_whole`], but the disk is not waited for: for what can be made again, and says itself whether it is whole. A crash of
/// the machine may leave anything of it; other programs see all or nothing.
///
/// # Errors
/// Whatever the file system says; the target is then as it was before.
pub fn write_lightly(path: &Path, bytes: &[u8]) -> io::Result<()> {
    prepared(path, bytes)?
        .persist(path)
        .map(drop)
        .map_err(|e| e.error)
}

/// The whole file under a temporary name beside its place, on the disk.
fn synced(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let file = prepared(path, bytes)?;
    file.as_file().sync_data()?;
    Ok(file)
}

/// The whole file under a temporary name beside its place.
fn prepared(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".reheat-")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    // A temporary file is private to its owner.
    let mode = std::fs::metadata(path).map_or(0o644, |m| m.permissions().mode() & 0o777);
    file.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_replaced_with_its_mode_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_new(&path, b"one").unwrap();
        assert_eq!(mode(&path), 0o644);
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(
            (std::fs::read(&path).unwrap(), mode(&path)),
            (b"two".to_vec(), 0o600)
        );
        let taken = write_new(&path, b"three").unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_whole(&folder.path().join("none/file"), b"x").is_err());
    }
}
