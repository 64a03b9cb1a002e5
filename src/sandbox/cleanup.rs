//! A run's folder on a real disk, where it has no file system of its own: how full it is, and making it go away.
//!
//! What a guest has made there may be hostile: a hundred thousand folders inside each other, folders without
//! any right, links to elsewhere. Nothing here recurses, follows a link, or keeps more than a few descriptors.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, FlockOperation, Mode, OFlags, chmodat, flock, openat, renameat,
    statat, unlinkat,
};
use rustix::io::Errno;

/// Deepest level that is counted; a deeper folder counts as full.
const DEEPEST: usize = 200;

/// How full a folder is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FolderUsage {
    /// Bytes that its files take on the disk.
    pub(crate) bytes: u64,
    /// Files and folders in it.
    pub(crate) files: u64,
}

/// What the names of runs' folders begin with.
const PREFIX: &str = "reheat-run-";

/// How often a folder is made that others sweep away before it is locked.
const TRIES: usize = 100;

/// Letters that follow. Versions that held no locks on theirs had fewer.
const CHANCE: usize = 12;

/// The folder for temporary files; or, if that is closed to other users and they must find their way to what is made in it,
/// another one.
#[must_use]
pub(crate) fn place_for_others() -> PathBuf {
    let usual = std::env::temp_dir();
    let all = [usual.as_path(), Path::new("/tmp"), Path::new("/var/tmp")];
    let fitting = all.into_iter().find(|place| {
        std::fs::canonicalize(place).is_ok_and(|p| is_passable(&p.join("made there")))
    });
    fitting.unwrap_or(&usual).to_path_buf()
}

/// Whether every user may pass through all folders above a path.
#[must_use]
pub(crate) fn is_passable(path: &Path) -> bool {
    let passable = |folder: &Path| {
        statat(CWD, folder, AtFlags::empty())
            .is_ok_and(|s| Mode::from_raw_mode(s.st_mode).contains(Mode::XOTH))
    };
    path.ancestors().skip(1).all(passable)
}

/// A fresh folder in `place` for one run, and the lock on it: as long as that is open (it closes with its process, however that ends)
/// nobody takes the folder for abandoned.
///
/// # Errors
/// What the system said.
pub(crate) fn fresh(place: &Path) -> std::io::Result<(PathBuf, OwnedFd)> {
    fresh_in(place, PREFIX)
}

/// As [`fresh`], under another name.
///
/// # Errors
/// What the system said.
pub(crate) fn fresh_in(place: &Path, prefix: &str) -> std::io::Result<(PathBuf, OwnedFd)> {
    let mut last = std::io::ErrorKind::AlreadyExists.into();
    for _ in 0..TRIES {
        let folder = tempfile::Builder::new()
            .prefix(prefix)
            .rand_bytes(CHANCE)
            .tempdir_in(place)?
            .keep();
        // Between its making and its lock somebody may have swept it away as abandoned: then another one is made.
        let held = match open(CWD, &folder) {
            Ok(held) => held,
            Err(Errno::NOENT) => continue,
            Err(why) => return Err(why.into()),
        };
        match flock(&held, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) if folder.is_dir() => return Ok((folder, held)),
            Ok(()) => {}
            Err(e) => last = e.into(),
        }
    }
    Err(last)
}

/// Removes the folders of runs whose workbench was killed: those of this user that nobody holds.
pub(crate) fn abandoned(place: &Path) {
    abandoned_in(place, PREFIX);
}

/// As [`abandoned`], for those of [`fresh_in`].
pub(crate) fn abandoned_in(place: &Path, prefix: &str) {
    let me = rustix::process::geteuid().as_raw();
    let entries = std::fs::read_dir(place);
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name
            .to_str()
            .and_then(|n| n.strip_prefix(prefix))
            .is_some_and(|n| n.len() == CHANCE);
        if !ours {
            continue;
        }
        let path = entry.path();
        let Ok(folder) = open(CWD, &path) else {
            continue;
        };
        let own = rustix::fs::fstat(&folder).is_ok_and(|s| s.st_uid == me);
        if own && flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
            remove(&path);
        }
    }
}

/// Looks how full a folder is. Stops looking at `most` files; deeper than 200 levels counts as that many.
pub(crate) fn measure(folder: &Path, most: u64) -> FolderUsage {
    let mut filled = FolderUsage::default();
    let Ok(top) = open(CWD, folder) else {
        return filled;
    };
    let Ok(top) = Dir::new(top) else {
        return filled;
    };
    let mut open_folders = vec![top];
    while let Some(folder) = open_folders.last_mut() {
        let Some(entry) = folder.read() else {
            open_folders.pop();
            continue;
        };
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        filled.files += 1;
        if filled.files >= most {
            break;
        }
        let Ok(at) = folder.fd() else { continue };
        let Ok(facts) = statat(at, name, AtFlags::SYMLINK_NOFOLLOW) else {
            continue;
        };
        // Sparse files take what they take.
        filled.bytes += u64::try_from(facts.st_blocks).unwrap_or(0) * 512;
        if FileType::from_raw_mode(facts.st_mode) == FileType::Directory
            && let Ok(below) = open(at, name)
            && let Ok(below) = Dir::new(below)
        {
            if open_folders.len() >= DEEPEST {
                filled.files = filled.files.max(most);
                break;
            }
            open_folders.push(below);
        }
    }
    filled
}

/// Removes a folder and everything in it, as far as the system lets us.
pub(crate) fn remove(folder: &Path) {
    let Ok(top) = open(CWD, folder) else { return };
    descend(&top);
    let mut moved = MovedFolders::new(top.as_fd());
    clear(top.as_fd(), &mut moved);
    while let Some(name) = moved.names.pop() {
        if let Ok(below) = open_anyhow(top.as_fd(), &name) {
            clear(below.as_fd(), &mut moved);
        }
        let _ = unlinkat(top.as_fd(), &name, AtFlags::REMOVEDIR);
    }
    let _ = std::fs::remove_dir(folder);
}

/// A folder that is being emptied, seen from one inside it.
struct ParentFolder {
    /// Its identity: device and inode.
    is: (u64, u64),
    /// The folder inside that was gone into.
    entered: CString,
    /// Other folders in it that are still to be gone into.
    left: Vec<CString>,
}

/// Removes what can be removed by going down and up again: no folder is moved, which is what takes long on a disk. Holds one
/// descriptor however deep it goes. Stops where anything is not as it was left; what then is still there is moved.
fn descend(top: &OwnedFd) {
    let Ok(mut here) = rustix::io::fcntl_dupfd_cloexec(top, 3) else {
        return;
    };
    let mut above: Vec<ParentFolder> = Vec::new();
    let mut folders = empty(here.as_fd());
    loop {
        let Some(entered) = folders.pop() else {
            // Empty: back up, and away with it.
            let Some(upper) = above.pop() else { return };
            let Ok(up) = open(here.as_fd(), "..") else {
                return;
            };
            if identity(&up) != Some(upper.is) {
                return;
            }
            let _ = unlinkat(&up, &upper.entered, AtFlags::REMOVEDIR);
            (here, folders) = (up, upper.left);
            continue;
        };
        let (Ok(below), Some(is)) = (open(here.as_fd(), &entered), identity(&here)) else {
            continue;
        };
        let left = std::mem::take(&mut folders);
        above.push(ParentFolder { is, entered, left });
        folders = empty(below.as_fd());
        here = below;
    }
}

fn identity(folder: &OwnedFd) -> Option<(u64, u64)> {
    let facts = rustix::fs::fstat(folder).ok()?;
    Some((facts.st_dev as u64, facts.st_ino as u64))
}

/// Removes what is in a folder but the folders that are not empty; these are given.
fn empty(folder: BorrowedFd<'_>) -> Vec<CString> {
    let Ok(list) = Dir::read_from(folder) else {
        return Vec::new();
    };
    let entries: Vec<_> = list.flatten().collect();
    let mut folders = Vec::new();
    for entry in entries {
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let plain = !matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
        if plain || unlinkat(folder, name, AtFlags::REMOVEDIR).is_err() {
            let done = unlinkat(folder, name, AtFlags::empty());
            if matches!(done, Err(Errno::ISDIR | Errno::PERM)) {
                folders.push(name.to_owned());
            }
        }
    }
    folders
}

/// Folders that were brought up to the top, where their depth no longer matters.
struct MovedFolders<'a> {
    top: BorrowedFd<'a>,
    names: Vec<CString>,
    count: u64,
}

impl<'a> MovedFolders<'a> {
    fn new(top: BorrowedFd<'a>) -> Self {
        Self {
            top,
            names: Vec::new(),
            count: 0,
        }
    }

    /// Brings a folder up under a name that nothing there has.
    fn take(&mut self, from: BorrowedFd<'_>, name: &CString) {
        // A name that a guest has put in the way costs one more try.
        for _ in 0..1_000 {
            self.count += 1;
            let Ok(new) = CString::new(format!("swept-{}", self.count)) else {
                return;
            };
            match renameat(from, name, self.top, &new) {
                Ok(()) => return self.names.push(new),
                // To move a folder one must be allowed to write in it.
                Err(Errno::ACCESS | Errno::PERM) => {
                    let _ = chmodat(from, name, Mode::RWXU, AtFlags::empty());
                }
                Err(Errno::EXIST | Errno::NOTEMPTY | Errno::NOTDIR) => {}
                Err(_) => return,
            }
        }
    }
}

/// Removes what is in a folder; folders that are not empty are moved to the top.
fn clear(folder: BorrowedFd<'_>, moved: &mut MovedFolders<'_>) {
    let Ok(list) = Dir::read_from(folder) else {
        return;
    };
    let names: Vec<CString> = list
        .flatten()
        .map(|e| e.file_name().to_owned())
        .filter(|n| n.as_c_str() != c"." && n.as_c_str() != c"..")
        .collect();
    for name in names {
        if unlinkat(folder, &name, AtFlags::empty()).is_ok()
            || unlinkat(folder, &name, AtFlags::REMOVEDIR).is_ok()
        {
            continue;
        }
        moved.take(folder, &name);
    }
}

fn open<P: rustix::path::Arg>(at: BorrowedFd<'_>, path: P) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(at, path, flags, Mode::empty())
}

/// Opens a folder even if its maker has taken every right to it away.
fn open_anyhow(at: BorrowedFd<'_>, name: &CString) -> rustix::io::Result<OwnedFd> {
    let mut tried = open(at, name);
    let writable = statat(at, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|s| Mode::from_raw_mode(s.st_mode).contains(Mode::RWXU));
    if tried.is_err() || !writable {
        // The name is ours and no link: it was given by a move of a folder.
        let _ = chmodat(at, name, Mode::RWXU, AtFlags::empty());
        tried = open(at, name);
    }
    tried
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Folders inside each other, deeper than any path can say.
    fn deep(top: &Path, levels: usize) {
        let mut at = open(CWD, top).unwrap();
        for _ in 0..levels {
            rustix::fs::mkdirat(&at, "d", Mode::RWXU).unwrap();
            at = open(at.as_fd(), "d").unwrap();
        }
    }

    #[test]
    fn a_folder_is_made_while_others_sweep() {
        let place = tempfile::tempdir().unwrap();
        let over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            let sweep = || {
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    abandoned_in(place.path(), "reheat-mine-");
                }
            };
            let sweepers = [scope.spawn(sweep), scope.spawn(sweep), scope.spawn(sweep)];
            let mut held = Vec::new();
            for _ in 0..300 {
                held.push(fresh_in(place.path(), "reheat-mine-"));
            }
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            for sweeper in sweepers {
                sweeper.join().unwrap();
            }
            for made in held {
                let (folder, _held) = made.unwrap();
                assert!(folder.is_dir());
            }
        });
    }

    #[test]
    fn a_hostile_folder_goes_away_and_nothing_else() {
        let keep = tempfile::tempdir().unwrap();
        std::fs::write(keep.path().join("precious"), "x").unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        deep(&folder, 5_000);
        std::fs::create_dir_all(folder.join("locked/in/here")).unwrap();
        std::fs::write(folder.join("locked/in/file"), "x").unwrap();
        std::fs::write(folder.join("swept-1"), "in the way").unwrap();
        std::fs::create_dir_all(folder.join("swept-2/full")).unwrap();
        std::os::unix::fs::symlink(keep.path(), folder.join("link")).unwrap();
        std::os::unix::fs::symlink(keep.path(), folder.join("locked/in/link")).unwrap();
        chmodat(
            CWD,
            folder.join("locked/in"),
            Mode::empty(),
            AtFlags::empty(),
        )
        .unwrap();
        chmodat(CWD, folder.join("locked"), Mode::empty(), AtFlags::empty()).unwrap();
        remove(&folder);
        assert!(!folder.exists());
        assert!(keep.path().join("precious").exists());
        remove(&folder);
    }

    #[test]
    fn how_full_it_is_is_seen_within_bounds() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(measure(folder.path(), 100), FolderUsage::default());
        std::fs::write(folder.path().join("a"), vec![1; 100_000]).unwrap();
        std::fs::create_dir(folder.path().join("b")).unwrap();
        std::fs::write(folder.path().join("b/c"), vec![1; 100_000]).unwrap();
        let seen = measure(folder.path(), 100);
        assert!(seen.files == 3 && seen.bytes >= 200_000, "{seen:?}");
        assert_eq!(measure(folder.path(), 2).files, 2);
        deep(folder.path(), 300);
        assert_eq!(measure(folder.path(), 1_000_000).files, 1_000_000);
        assert_eq!(
            measure(Path::new("/no/such/folder"), 9),
            FolderUsage::default()
        );
    }
}
