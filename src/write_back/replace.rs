//! Replaces a file in one piece: whatever is killed when, there is either the old file or the new one.
//!
//! The new text is written beside the file, synced, given the file's owner, attributes and permissions, and renamed over
//! it. What a killed process leaves lying there is cleared away by the next one.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::place::{Place, Refusal};

/// How the names of half-made files begin.
const PREFIX: &str = ".reheat-write-";
/// From when on a file that nobody holds is left over.
const OLD: Duration = Duration::from_secs(60);

/// Why a file was not replaced. It is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is another one than it was when it was looked at.
    #[error("{0} was changed at this very moment; nothing is written: look again")]
    Changed(PathBuf),
    /// It cannot be written at all.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The system said no.
    #[error("cannot {doing} {path}: {why}; nothing is changed")]
    System {
        /// `write`, `replace`.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

/// Puts `bytes` in the place of what `place` was when it was looked at. `ready` is called when they lie beside it, right
/// before the last look. Gives back what could not be kept of the old file.
pub(super) fn replace(
    place: &Place,
    bytes: &[u8],
    ready: Option<&mut dyn FnMut()>,
) -> Result<Vec<String>, Failure> {
    place.writable()?;
    let folder = place.folder();
    sweep(folder);
    let failed = |doing, path: &Path| {
        let path = path.to_owned();
        move |why| Failure::System { doing, path, why }
    };
    let mut fresh = tempfile::Builder::new()
        .prefix(PREFIX)
        .tempfile_in(folder)
        .map_err(failed("write a file in", folder))?;
    // Held until the rename: so the next one knows that this file is no left-over.
    let _ = fresh.as_file().try_lock();
    fresh
        .write_all(bytes)
        .map_err(failed("write a file in", folder))?;
    let lost = dress(place, fresh.as_file());
    fresh
        .as_file()
        .sync_all()
        .map_err(failed("write a file in", folder))?;
    if let Some(ready) = ready {
        ready();
    }
    same(place)?;
    rename(fresh, &place.real).map_err(failed("replace", &place.real))?;
    // The file system may keep the rename to itself for a while; that is its matter where it cannot be asked.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(lost)
}

/// Whether the file is still the very one that was looked at.
fn same(place: &Place) -> Result<(), Failure> {
    let now = Place::look(&place.asked)?;
    if now.real == place.real && now.text == place.text {
        Ok(())
    } else {
        Err(Failure::Changed(place.asked.clone()))
    }
}

fn rename(fresh: NamedTempFile, real: &Path) -> io::Result<()> {
    fresh.persist(real).map(drop).map_err(|e| e.error)
}

/// Gives the new file what the old one had beside its text; what it cannot have comes back in words.
#[cfg(unix)]
fn dress(place: &Place, fresh: &File) -> Vec<String> {
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

#[cfg(not(unix))]
fn dress(place: &Place, fresh: &File) -> Vec<String> {
    match fresh.set_permissions(place.meta.permissions()) {
        Ok(()) => Vec::new(),
        Err(_) => vec!["its permissions could not be kept".into()],
    }
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
        // What the system labels by itself it labels anew; only the user's own attributes are a loss.
        let own = name.starts_with(b"user.") || name.starts_with(b"system.posix_acl");
        if kept.is_err() && own {
            let name = String::from_utf8_lossy(name);
            lost.push(format!("its attribute {name} could not be kept"));
        }
    }
    lost
}

/// Clears away what killed processes left in the folder.
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
