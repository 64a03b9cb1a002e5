//! Replaces a file atomically: whenever a process is killed, there is either the old file or the new one.
//!
//! The new text is written beside the file, synced, given the file's owner, attributes and permissions, and renamed over
//! it. Temporary files of a killed process are removed by the next one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::target_file::{FileRefusal, TargetFile};

/// Prefix of temporary files.
const PREFIX: &str = ".reheat-write-";
/// Age from which an unlocked temporary file counts as left over.
const OLD: Duration = Duration::from_secs(60);

/// Why a file was not replaced. It is then unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// It has changed since it was read.
    #[error("{0} was changed at this very moment; nothing is written: look again")]
    Changed(PathBuf),
    /// It cannot be written at all.
    #[error(transparent)]
    Refused(#[from] FileRefusal),
    /// The session cannot record it, so that it could not be taken back.
    #[error("{path} is left alone, since the session cannot record that it is written: {why}")]
    Unrecorded {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: io::Error,
    },
    /// The system said no.
    #[error("cannot {doing} {path}: {why}; nothing is changed")]
    System {
        /// What was tried: `write`, `replace`.
        doing: &'static str,
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: io::Error,
    },
}

/// Replaces the file by `bytes` if it is still as it was read. `ready` is called once they are written beside it; `record` when
/// nothing but the replacement itself is left to do, which happens only if it could be recorded. Returns which metadata of the
/// old file could not be kept.
pub(super) fn replace(
    place: &TargetFile,
    bytes: &[u8],
    ready: Option<&mut dyn FnMut()>,
    record: &mut dyn FnMut() -> io::Result<()>,
) -> Result<Vec<String>, ReplaceError> {
    place.writable()?;
    let folder = place.folder();
    sweep(folder);
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |why| ReplaceError::System { doing, path, why }
    };
    let mut fresh = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)
        .map_err(failed("write a file in", folder))?;
    // Locked until the rename, so that other processes know that this file is in use.
    let _ = fresh.as_file().try_lock();
    fresh
        .write_all(bytes)
        .map_err(failed("write a file in", folder))?;
    let lost = copy_metadata(place, fresh.as_file());
    fresh
        .as_file()
        .sync_all()
        .map_err(failed("write a file in", folder))?;
    if let Some(ready) = ready {
        ready();
    }
    same(place)?;
    record().map_err(|why| ReplaceError::Unrecorded {
        path: place.real.clone(),
        why,
    })?;
    // Recording takes a moment, in which an editor may have saved.
    same(place)?;
    rename(fresh, &place.real).map_err(failed("replace", &place.real))?;
    // Makes the rename durable, where the file system supports that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(lost)
}

/// Whether the file is still as it was read.
fn same(place: &TargetFile) -> Result<(), ReplaceError> {
    let now = TargetFile::read(&place.asked)?;
    if now.real == place.real && now.text == place.text {
        Ok(())
    } else {
        Err(ReplaceError::Changed(place.asked.clone()))
    }
}

fn rename(fresh: NamedTempFile, real: &Path) -> io::Result<()> {
    fresh.persist(real).map(drop).map_err(|e| e.error)
}

/// Copies owner, permissions and attributes to the new file; returns sentences about what could not be copied.
fn copy_metadata(place: &TargetFile, fresh: &File) -> Vec<String> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mut lost = Vec::new();
    let (uid, gid) = (place.meta.uid(), place.meta.gid());
    let mine = fresh.metadata().ok().map(|m| (m.uid(), m.gid()));
    let mut mode = place.meta.permissions().mode() & 0o7777;
    if mine != Some((uid, gid)) {
        // Owner and group one by one: the group can often be kept where the owner cannot.
        if fchown(fresh, None, Some(gid)).is_err() {
            lost.push("its group could not be kept".into());
            mode &= !0o2000;
        }
        if fchown(fresh, Some(uid), None).is_err() {
            lost.push("its owner could not be kept: the file is yours now".into());
            mode &= !0o4000;
        }
    }
    #[cfg(target_os = "linux")]
    lost.extend(attributes(&place.real, fresh));
    if fresh
        .set_permissions(std::fs::Permissions::from_mode(mode))
        .is_err()
    {
        lost.push("its permissions could not be kept".into());
    }
    lost
}

/// Copies the extended attributes, access lists among them.
#[cfg(target_os = "linux")]
fn attributes(old: &Path, fresh: &File) -> Vec<String> {
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, getxattr_query, listxattr, listxattr_query};
    let mut names = vec![0_u8; listxattr_query(old).unwrap_or(0)];
    let listed = listxattr(old, names.as_mut_slice()).unwrap_or(0);
    let mut lost = Vec::new();
    for name in names[..listed].split(|b| *b == 0).filter(|n| !n.is_empty()) {
        let mut value = vec![0_u8; getxattr_query(old, name).unwrap_or(0)];
        let kept = getxattr(old, name, value.as_mut_slice())
            .and_then(|n| fsetxattr(fresh, name, &value[..n], XattrFlags::empty()));
        // The system labels the new file by itself; only the user's own attributes would be lost.
        let own = name.starts_with(b"user.") || name.starts_with(b"system.posix_acl");
        if kept.is_err() && own {
            let name = String::from_utf8_lossy(name);
            lost.push(format!("its attribute {name} could not be kept"));
        }
    }
    lost
}

/// Removes temporary files of killed processes from the folder.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let aged = entry.metadata().is_ok_and(|m| {
            m.is_file()
                && m.modified()
                    .is_ok_and(|t| t.elapsed().is_ok_and(|age| age > OLD))
        });
        let free = || File::open(entry.path()).is_ok_and(|f| f.try_lock().is_ok());
        if aged && free() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
