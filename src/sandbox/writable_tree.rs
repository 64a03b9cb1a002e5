//! Folders of this machine that a run may write in and that stay when it is over: a private copy of a work tree.
//!
//! What a guest has left there may be hostile. Code that looks at it from outside follows no link in it, opens
//! nothing but folders and regular files, and runs nothing of it. The folder that holds a copy is closed to every other
//! user, for a file there may have any mode that a guest can give it.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, readlinkat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::cleanup;
use super::limit_breach::Breach;
use crate::base::units::Bytes;

/// A folder that a run may write in, and that keeps what was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WritableTree {
    /// On this machine, absolute: a real folder, no link. It must belong to the guest ([`super::Sandbox::guest_owner`]).
    pub host: PathBuf,
    /// Inside the sandbox, absolute: `/project`.
    pub guest: String,
    /// Bytes that everything in it may take on the disk, with what is there already.
    pub most: Bytes,
    /// Files and folders that may be in it.
    pub most_files: u64,
}

impl WritableTree {
    /// The guest path without a stroke at its end.
    pub(super) fn place(&self) -> &str {
        self.guest.trim_end_matches('/')
    }
}

/// Bytes of the whole disk below which a run that has taken much of it must end, so that others can go on.
const LAST: u64 = Bytes::mib(256).0;

/// Between two looks that nothing has called for.
const SELDOM: Duration = Duration::from_secs(2);

/// Watches how large the trees of a run become.
#[derive(Debug, Default)]
pub(super) struct Growth(Vec<Grown>);

#[derive(Debug)]
struct Grown {
    tree: WritableTree,
    /// Bytes that were free on its disk when the run began.
    first: Option<u64>,
    /// Bytes that were free when it was looked at last, and what it held then, where that is known.
    last: Option<u64>,
    holds: Option<u64>,
    next_look: Instant,
}

impl Growth {
    /// Begins to watch. Asks only how full the disks are.
    pub(super) fn new(trees: &[WritableTree]) -> Self {
        let grown = |tree: &WritableTree| {
            let free = free(&tree.host);
            Grown {
                tree: tree.clone(),
                first: free,
                last: free,
                holds: None,
                next_look: Instant::now() + SELDOM,
            }
        };
        Self(trees.iter().map(grown).collect())
    }

    /// Whether a tree has become too large. The disk is asked each time, which costs next to nothing; the tree itself is
    /// looked through when the disk has lost so much that it could be, and when the run has `ended`.
    pub(super) fn overflowing(&mut self, ended: bool) -> Option<Breach> {
        self.0.iter_mut().find_map(|g| g.overflowing(ended))
    }
}

impl Grown {
    fn overflowing(&mut self, ended: bool) -> Option<Breach> {
        let free = free(&self.tree.host);
        let fell = |since: Option<u64>| Some(since?.saturating_sub(free?));
        let most = self.tree.most.0;
        let breach = |reached: u64| Breach::Tree {
            reached: Bytes(reached),
            most: Bytes(most),
        };
        // What was deleted and is still held open is in no folder; the disk knows of it all the same.
        if let (Some(taken), Some(left)) = (fell(self.first), free)
            && left < LAST
            && taken > LAST
        {
            return Some(breach(taken.max(most)));
        }
        let room = most.saturating_sub(self.holds.unwrap_or(most - most / 8));
        let suspect = fell(self.last).is_some_and(|lost| lost > room);
        let start = Instant::now();
        if !(ended || start > self.next_look || suspect) {
            return None;
        }
        let before = cpu_time();
        let filled = cleanup::measure(&self.tree.host, self.tree.most_files);
        // Not by the wall clock: on a busy machine a look would seem so long that the next one came after the run.
        let took = match (before, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => start.elapsed(),
        };
        // A fiftieth of the time at most, or a suspicion that never comes true would slow the run down.
        self.next_look = start + (took * 50).max(SELDOM);
        self.holds = Some(filled.bytes);
        self.last = free;
        if filled.bytes > most {
            return Some(breach(filled.bytes));
        }
        (filled.files >= self.tree.most_files).then_some(Breach::TreeFiles(self.tree.most_files))
    }
}

/// Free bytes of the disk that a path is on, where the system tells; elsewhere trees are looked through at intervals.
#[cfg(target_os = "linux")]
fn free(path: &Path) -> Option<u64> {
    super::linux::disk::free(path)
}

#[cfg(not(target_os = "linux"))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// CPU time of this thread, where the system tells.
#[cfg(target_os = "linux")]
fn cpu_time() -> Option<Duration> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.try_into().ok()
}

#[cfg(not(target_os = "linux"))]
fn cpu_time() -> Option<Duration> {
    None
}

/// Where there are no mounts: makes a link to `target` at a place inside a tree, following none that a guest has made.
/// What is in the way goes, unless it is a folder.
///
/// # Errors
/// A folder on the way is none, or what the system said.
pub(super) fn link_into(tree: &WritableTree, guest: &str, target: &Path) -> std::io::Result<()> {
    let inside = guest
        .strip_prefix(tree.place())
        .ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut names = Vec::new();
    for part in Path::new(inside).components() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => names.push(name),
            _ => return Err(std::io::ErrorKind::InvalidInput.into()),
        }
    }
    let last = names.pop().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut at = folder(rustix::fs::CWD, tree.host.as_os_str())?;
    for name in names {
        match mkdirat(&at, name, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(e.into()),
        }
        at = folder(at.as_fd(), name)?;
    }
    if readlinkat(&at, last, Vec::new())
        .is_ok_and(|there| there.as_bytes() == target.as_os_str().as_bytes())
    {
        return Ok(());
    }
    if unlinkat(&at, last, AtFlags::empty()).is_err() {
        // An empty folder stands for it where the tree was used with mounts before.
        let _ = unlinkat(&at, last, AtFlags::REMOVEDIR);
    }
    Ok(symlinkat(target, &at, last)?)
}

fn folder(at: impl AsFd, name: &std::ffi::OsStr) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(at, name, flags, Mode::empty())
}

/// A folder for trees that goes with its owner: removed when it is dropped, and swept away by a later run where its owner
/// was killed.
#[derive(Debug)]
pub struct TreeHolder {
    folder: PathBuf,
    _held: File,
}

/// What the names of such folders begin with.
const PREFIX: &str = "reheat-tree-";

impl TreeHolder {
    /// Makes a fresh one in a folder, closed to other users; or only passable where the guest is another user
    /// (`passable`) and no namespace brings it there.
    ///
    /// # Errors
    /// What the system said.
    pub fn fresh(place: &Path, passable: bool) -> std::io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, held) = cleanup::fresh_in(place, PREFIX)?;
        let mode = if passable { 0o711 } else { 0o700 };
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode))?;
        Ok(Self {
            folder,
            _held: held.into(),
        })
    }

    /// Removes those that nobody holds any more.
    pub fn sweep(place: &Path) {
        cleanup::abandoned_in(place, PREFIX);
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for TreeHolder {
    fn drop(&mut self) {
        cleanup::remove(&self.folder);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn tree(host: &Path, most: u64) -> WritableTree {
        WritableTree {
            host: host.to_path_buf(),
            guest: "/project/".into(),
            most: Bytes(most),
            most_files: 100,
        }
    }

    #[test]
    fn growth_is_seen_at_the_end_at_the_latest() {
        let folder = tempfile::tempdir().unwrap();
        let mut growth = Growth::new(&[tree(folder.path(), 1_000_000)]);
        assert_eq!(growth.overflowing(true), None);
        std::fs::write(folder.path().join("a"), vec![1; 2_000_000]).unwrap();
        assert!(matches!(
            growth.overflowing(true),
            Some(Breach::Tree { reached, most }) if reached.0 >= 2_000_000 && most.0 == 1_000_000
        ));
        std::fs::remove_file(folder.path().join("a")).unwrap();
        for i in 0..100 {
            std::fs::write(folder.path().join(i.to_string()), "").unwrap();
        }
        assert_eq!(growth.overflowing(true), Some(Breach::TreeFiles(100)));
    }

    #[test]
    fn a_link_is_placed_without_following_those_of_a_guest() {
        let precious = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tree = tree(folder.path(), 1);
        let target = Path::new("/usr/share");
        link_into(&tree, "/project/a/b", target).unwrap();
        link_into(&tree, "/project/a/b", target).unwrap();
        assert_eq!(
            std::fs::read_link(folder.path().join("a/b")).unwrap(),
            target
        );
        std::fs::remove_file(folder.path().join("a/b")).unwrap();
        std::fs::remove_dir(folder.path().join("a")).unwrap();
        std::os::unix::fs::symlink(precious.path(), folder.path().join("a")).unwrap();
        assert!(link_into(&tree, "/project/a/b", target).is_err());
        assert!(link_into(&tree, "/project/../b", target).is_err());
        assert!(link_into(&tree, "/elsewhere", target).is_err());
        assert_eq!(std::fs::read_dir(precious.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_holder_goes_with_its_owner_and_is_swept_only_when_nobody_holds_it() {
        let place = tempfile::tempdir().unwrap();
        let holder = TreeHolder::fresh(place.path(), false).unwrap();
        let path = holder.path().to_path_buf();
        std::fs::write(path.join("x"), "x").unwrap();
        TreeHolder::sweep(place.path());
        assert!(path.exists());
        drop(holder);
        assert!(!path.exists());
        let left = place.path().join("reheat-tree-abcdefghijkl");
        std::fs::create_dir(&left).unwrap();
        std::fs::create_dir(place.path().join("reheat-tree-mine")).unwrap();
        TreeHolder::sweep(place.path());
        assert!(!left.exists() && place.path().join("reheat-tree-mine").exists());
    }
}
