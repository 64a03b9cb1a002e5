//! Private copies of a work tree: made file by file, sharing blocks where the file system can.
//!
//! A copy is made from the user's tree, or from the copy in which the original was built, so that what it built need not be
//! built again. It is never made from a copy in which other versions ran: what one version leaves behind cannot reach
//! another. Whatever a guest has made of a copy, no link in it is followed and nothing but regular files is opened.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Timestamps, Uid, chownat, fchmod, mkdirat,
    openat, readlinkat, statat, symlinkat, unlinkat, utimensat,
};
use rustix::io::Errno;

use super::facts::Facts;
use crate::base::units::Bytes;
use crate::sandbox::{TreeHolder, WritableTree};
use crate::task::project::GUEST_ROOT;
use crate::task::tree::{EntryKind, WorkTree};

/// Where the copy's home lies in the sandbox: caches of build tools, which stay as long as the copy does.
pub(super) const GUEST_HOME: &str = "/cache";

/// Bytes that a copy may grow by where the limit of disk allows less.
const ROOM: Bytes = Bytes::mib(4096);

/// Files that may be in one copy, with all that is built.
const MOST_FILES: u64 = 2_000_000;

/// Deepest folder of a copy that is copied again.
pub(super) const DEEPEST: usize = 100;

/// A copy is copied again, with what was built in it, up to this size; above, everything is built anew.
pub(super) const CARRIED: Bytes = Bytes::mib(4096);

/// Copied files are at least this old.
const OLDER: Duration = Duration::from_secs(2);

/// Where and for whom copies are made.
#[derive(Clone, Debug)]
pub(super) struct CopyLocation {
    /// The folder that they are made in.
    pub place: PathBuf,
    /// Who must own them, if another.
    pub owner: Option<u32>,
    /// Whether that owner must be able to reach it by path.
    pub passable: bool,
}

/// One private copy. Its files go when it is dropped.
#[derive(Debug)]
pub(super) struct TreeCopy {
    holder: TreeHolder,
    owner: Option<u32>,
    bytes: Bytes,
}

impl TreeCopy {
    /// Copies the user's work tree as it is now.
    pub(super) fn of_tree(location: &CopyLocation, tree: &WorkTree) -> io::Result<Self> {
        let mut copy = Self::empty(location)?;
        let source = folder(CWD, tree.root.as_os_str())?;
        let target = folder(CWD, copy.project().as_os_str())?;
        let mut folders = Vec::new();
        // What was written this very moment, or in the future, is made a little older: some tools tell a change by whole
        // seconds, and others build again what is no older than their products.
        let latest = SystemTime::now() - OLDER;
        for entry in &tree.entries {
            let made = copy.one(&source, &target, &entry.path, &entry.kind, latest);
            match made {
                Ok(Some(facts)) => folders.push((&entry.path, facts)),
                Ok(None) => {}
                // It was there a moment ago: the tree is being worked on. Or nobody but its owner may read it.
                Err(e)
                    if e.kind() == io::ErrorKind::NotFound
                        || (e.kind() == io::ErrorKind::PermissionDenied
                            && entry.kind == EntryKind::File) => {}
                Err(e) => {
                    let path = tree.root.join(&entry.path);
                    return Err(io::Error::new(e.kind(), format!("{}: {e}", path.display())));
                }
            }
        }
        // A folder's time is that of its last new name: set when all are there.
        for (path, facts) in folders.into_iter().rev() {
            let (at, name) = parent(&target, path)?;
            finish_folder(at.as_fd(), &name, &facts);
        }
        Ok(copy)
    }

    fn one(
        &mut self,
        source: &OwnedFd,
        target: &OwnedFd,
        path: &Path,
        kind: &EntryKind,
        latest: SystemTime,
    ) -> io::Result<Option<Facts>> {
        let (from, name) = parent(source, path)?;
        let (to, _) = parent(target, path)?;
        match kind {
            EntryKind::Folder => {
                let facts = facts_of(from.as_fd(), &name)?;
                mkdirat(&to, name.as_c_str(), Mode::RWXU)?;
                own(to.as_fd(), &name, self.owner)?;
                Ok(Some(facts))
            }
            EntryKind::Link(says) => {
                symlinkat(says, &to, name.as_c_str())?;
                own(to.as_fd(), &name, self.owner)?;
                Ok(None)
            }
            EntryKind::File => {
                self.bytes.0 +=
                    copy_file(from.as_fd(), to.as_fd(), &name, self.owner, Some(latest))?;
                Ok(None)
            }
        }
    }

    /// A copy of a copy, with all that was built in it; `None` where it has become too large for that.
    pub(super) fn of_copy(location: &CopyLocation, base: &Self) -> io::Result<Option<Self>> {
        let mut copy = Self::empty(location)?;
        for (from, to) in [(base.project(), copy.project()), (base.home(), copy.home())] {
            let from = folder(CWD, from.as_os_str())?;
            let to = folder(CWD, to.as_os_str())?;
            if !replicate(&from, &to, copy.owner, &mut copy.bytes.0, 0)? {
                return Ok(None);
            }
        }
        Ok(Some(copy))
    }

    fn empty(location: &CopyLocation) -> io::Result<Self> {
        let copy = Self {
            holder: TreeHolder::fresh(&location.place, location.passable)?,
            owner: location.owner,
            bytes: Bytes(0),
        };
        for made in [copy.project(), copy.home()] {
            std::fs::create_dir(&made)?;
            if let Some(id) = location.owner {
                std::os::unix::fs::chown(&made, Some(id), Some(id))?;
            }
        }
        Ok(copy)
    }

    /// The copy of the tree, on this machine.
    pub(super) fn project(&self) -> PathBuf {
        self.holder.path().join("project")
    }

    /// The home of its commands, on this machine.
    pub(super) fn home(&self) -> PathBuf {
        self.holder.path().join("home")
    }

    /// The folder that both lie in, on this machine.
    pub(super) fn path(&self) -> &Path {
        self.holder.path()
    }

    /// The same, opened.
    pub(super) fn top(&self) -> io::Result<OwnedFd> {
        folder(CWD, self.path().as_os_str())
    }

    /// Who must own what is in it, if another.
    pub(super) fn owner(&self) -> Option<u32> {
        self.owner
    }

    /// Bytes that were copied.
    pub(super) fn bytes(&self) -> Bytes {
        self.bytes
    }

    /// What a run is lent. `disk` is the limit of what a run may write.
    pub(super) fn trees(&self, disk: Bytes) -> Vec<WritableTree> {
        let lent = |host, guest: &str| WritableTree {
            host,
            guest: guest.to_owned(),
            most: Bytes(self.bytes.0.saturating_add(ROOM.0.max(disk.0))),
            most_files: MOST_FILES,
        };
        vec![
            lent(self.project(), GUEST_ROOT),
            lent(self.home(), GUEST_HOME),
        ]
    }

    /// Puts a text in the place of a file, with the time of this moment; the file's mode stays.
    pub(super) fn put(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        let top = folder(CWD, self.project().as_os_str())?;
        // Its folder is missing where it is one that no copy has.
        make_folders(&top, path, self.owner)?;
        self.put_at(&top, path, text, None)
    }

    /// Gives a file of the project the time at which everything older is built anew from it.
    pub(super) fn touch(&self, path: &Path) -> io::Result<()> {
        let top = folder(CWD, self.project().as_os_str())?;
        let (at, name) = parent(&top, path)?;
        let file = open(at.as_fd(), &name)?;
        // Versions are put there later by whole seconds.
        file.set_modified(SystemTime::now() - OLDER)
    }

    /// Puts a file or a link into the home.
    pub(super) fn put_home(&self, path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
        let top = folder(CWD, self.home().as_os_str())?;
        make_folders(&top, path, self.owner)?;
        self.put_at(&top, path, text, Some(mode))
    }

    /// Puts a link into the home.
    pub(super) fn link_home(&self, path: &Path, target: &str) -> io::Result<()> {
        let top = folder(CWD, self.home().as_os_str())?;
        make_folders(&top, path, self.owner)?;
        let (at, name) = parent(&top, path)?;
        let _ = unlinkat(&at, name.as_c_str(), AtFlags::empty());
        symlinkat(target, &at, name.as_c_str())?;
        own(at.as_fd(), &name, self.owner)
    }

    fn put_at(&self, top: &OwnedFd, path: &Path, text: &[u8], mode: Option<u32>) -> io::Result<()> {
        let (at, name) = parent(top, path)?;
        let before = facts_of(at.as_fd(), &name).ok();
        let regular = before.filter(|f| f.kind() == FileType::RegularFile);
        let mode = mode.or_else(|| Some(regular?.rights())).unwrap_or(0o644);
        let _ = unlinkat(&at, name.as_c_str(), AtFlags::empty());
        let mut file = create(at.as_fd(), &name)?;
        file.write_all(text)?;
        fchmod(&file, Mode::from_raw_mode(mode))?;
        own(at.as_fd(), &name, self.owner)
    }

    /// What stands in a file of the project; `None` if it is none, or not text.
    pub(super) fn read(&self, path: &Path) -> Option<String> {
        read(&self.project(), path, u64::MAX)
    }

    /// What stands in a file of the home, as far as `most` bytes; `None` if it is none, or not text.
    pub(super) fn read_home(&self, path: &Path, most: u64) -> Option<String> {
        read(&self.home(), path, most)
    }
}

/// Makes the folders that a path leads through.
pub(super) fn make_folders(top: &OwnedFd, path: &Path, owner: Option<u32>) -> io::Result<()> {
    let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
    above.pop();
    for folder in above.into_iter().rev() {
        let (at, name) = parent(top, folder)?;
        match mkdirat(&at, name.as_c_str(), Mode::from_raw_mode(0o755)) {
            Ok(()) => own(at.as_fd(), &name, owner)?,
            Err(Errno::EXIST) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// Copies what is in a folder into an empty one. `false` where there is too much of it.
fn replicate(
    from: &OwnedFd,
    to: &OwnedFd,
    owner: Option<u32>,
    bytes: &mut u64,
    depth: usize,
) -> io::Result<bool> {
    if depth > DEEPEST {
        return Ok(false);
    }
    let entries: Vec<_> = Dir::read_from(from)?.collect::<Result<_, _>>()?;
    for entry in entries {
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let name = name.to_owned();
        let facts = facts_of(from.as_fd(), &name)?;
        match facts.kind() {
            FileType::Directory => {
                mkdirat(to, name.as_c_str(), Mode::RWXU)?;
                let (inner, made) = (folder_c(from.as_fd(), &name), folder_c(to.as_fd(), &name)?);
                // A folder that nobody may enter is empty in the copy.
                if let Ok(inner) = inner
                    && !replicate(&inner, &made, owner, bytes, depth + 1)?
                {
                    return Ok(false);
                }
                own(to.as_fd(), &name, owner)?;
                finish_folder(to.as_fd(), &name, &facts);
            }
            FileType::Symlink => {
                let says = readlinkat(from, name.as_c_str(), Vec::new())?;
                symlinkat(&says, to, name.as_c_str())?;
                own(to.as_fd(), &name, owner)?;
            }
            FileType::RegularFile => {
                match copy_file(from.as_fd(), to.as_fd(), &name, owner, None) {
                    Ok(copied) => *bytes += copied,
                    // Its maker has taken away the right to read it.
                    Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {}
                    Err(e) => return Err(e),
                }
            }
            _ => {}
        }
        if *bytes > CARRIED.0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Copies one regular file with its mode and its time, which is `latest` at the latest; how many bytes it takes.
pub(super) fn copy_file(
    from: BorrowedFd<'_>,
    to: BorrowedFd<'_>,
    name: &CString,
    owner: Option<u32>,
    latest: Option<SystemTime>,
) -> io::Result<u64> {
    let mut source = open(from, name)?;
    let facts = source.metadata()?;
    if !facts.is_file() {
        return Ok(0);
    }
    let mut target = create(to, name)?;
    // Shares the blocks where the file system can, and copies within the kernel where it cannot.
    #[cfg(target_os = "linux")]
    let shared = rustix::fs::ioctl_ficlone(&target, &source).is_ok();
    #[cfg(not(target_os = "linux"))]
    let shared = false;
    if !shared {
        io::copy(&mut source, &mut target)?;
    }
    fchmod(&target, Mode::from_raw_mode(facts.mode() & 0o777))?;
    let modified = facts.modified()?;
    target.set_modified(latest.map_or(modified, |latest| modified.min(latest)))?;
    own(to, name, owner)?;
    Ok(facts.len().min(facts.blocks() * 512))
}

/// The text of a file below a folder, as far as `most` bytes.
fn read(top: &Path, path: &Path, most: u64) -> Option<String> {
    let top = folder(CWD, top.as_os_str()).ok()?;
    let (at, name) = parent(&top, path).ok()?;
    let mut text = String::new();
    let file = open(at.as_fd(), &name).ok()?;
    file.take(most).read_to_string(&mut text).ok()?;
    Some(text)
}

/// A regular file to be read. Neither a link is followed nor a pipe waited for.
fn open(at: BorrowedFd<'_>, name: &CString) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(openat(at, name.as_c_str(), flags, Mode::empty())?.into())
}

fn create(at: BorrowedFd<'_>, name: &CString) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, name.as_c_str(), flags, Mode::RUSR | Mode::WUSR)?.into())
}

pub(super) fn own(at: BorrowedFd<'_>, name: &CString, owner: Option<u32>) -> io::Result<()> {
    if let Some(id) = owner {
        let (uid, gid) = (Uid::from_raw(id), Gid::from_raw(id));
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        chownat(at, name.as_c_str(), Some(uid), Some(gid), flags)?;
    }
    Ok(())
}

/// Gives a folder that is filled its mode and time. Its owner may always go in and write.
pub(super) fn finish_folder(at: BorrowedFd<'_>, name: &CString, facts: &Facts) {
    if let Ok(made) = folder_c(at, name) {
        let _ = fchmod(&made, Mode::from_raw_mode(facts.rights() | 0o700));
    }
    let times = Timestamps {
        last_access: facts.modified(),
        last_modification: facts.modified(),
    };
    let _ = utimensat(at, name.as_c_str(), &times, AtFlags::SYMLINK_NOFOLLOW);
}

/// The facts of an entry of a folder; no link is followed.
pub(super) fn facts_of(at: BorrowedFd<'_>, name: &CString) -> io::Result<Facts> {
    Ok(statat(at, name.as_c_str(), AtFlags::SYMLINK_NOFOLLOW)?.into())
}

pub(super) fn folder(at: impl AsFd, path: &OsStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, path, flags, Mode::empty())?)
}

pub(super) fn folder_c(at: BorrowedFd<'_>, name: &CString) -> io::Result<OwnedFd> {
    folder(at, OsStr::from_bytes(name.as_bytes()))
}

/// The folder that a relative path's last name is in, reached without following a link, and that name.
pub(super) fn parent(top: &OwnedFd, path: &Path) -> io::Result<(OwnedFd, CString)> {
    let mut at = rustix::io::fcntl_dupfd_cloexec(top, 3)?;
    let mut names = path.components().peekable();
    while let Some(part) = names.next() {
        let Component::Normal(name) = part else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if names.peek().is_none() {
            return Ok((at, CString::new(name.as_bytes())?));
        }
        at = folder(&at, name)?;
    }
    Err(io::ErrorKind::InvalidInput.into())
}
