//! The file system that every run starts from: a read-only root with the system's toolchains and nothing else.
//!
//! Built once per launcher in a mount namespace of its own. The launcher itself stays in a namespace
//! that still sees this machine's files, because from there each run's mounts are taken.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, StatxFlags, mkdirat, openat, symlinkat, unlinkat};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags,
    OpenTreeFlags, UnmountFlags, fsconfig_create, fsconfig_set_string, fsmount, fsopen,
    mount_change, move_mount, open_tree, unmount,
};

use super::sys;
use super::wire::{BindMount, RunRequest};

/// What a mount of this machine's files may never be.
pub(crate) const READ_ONLY: u64 = (MountAttrFlags::MOUNT_ATTR_RDONLY.bits()
    | MountAttrFlags::MOUNT_ATTR_NOSUID.bits()
    | MountAttrFlags::MOUNT_ATTR_NODEV.bits()) as u64;

/// What a mount that may be written in may never be.
const WRITABLE: u64 =
    (MountAttrFlags::MOUNT_ATTR_NOSUID.bits() | MountAttrFlags::MOUNT_ATTR_NODEV.bits()) as u64;

/// What the mount of a device may never be.
const DEVICE: u64 = (MountAttrFlags::MOUNT_ATTR_RDONLY.bits()
    | MountAttrFlags::MOUNT_ATTR_NOSUID.bits()
    | MountAttrFlags::MOUNT_ATTR_NOEXEC.bits()) as u64;

/// Folders that are links on most machines and real folders on some.
const SYSTEM: [&str; 6] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/// Folders and files of the system that toolchains need besides.
const EXTRA: [&str; 4] = [
    "nix/store",
    "etc/ld.so.cache",
    "etc/alternatives",
    "etc/ld.so.conf",
];

/// Where distributions keep what a Java below `/usr` links to, relative to `/`; without it no Java gets far.
pub(crate) fn java_settings() -> impl Iterator<Item = String> {
    let all = std::fs::read_dir("/etc").into_iter().flatten().flatten();
    all.filter_map(|entry| {
        let name = entry.file_name();
        let name = name.to_str().filter(|n| n.starts_with("java"))?;
        Some(format!("etc/{name}"))
    })
}

/// Devices that are harmless.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// The prepared root.
#[derive(Debug)]
pub(crate) struct Root {
    /// The mount namespace it lives in.
    pub(crate) namespace: OwnedFd,
    /// A writable root_fd to the root itself, where places for mounts are made and removed.
    root_fd: OwnedFd,
}

/// Mount points made for one run's mounts, in the order they were made.
#[derive(Debug, Default)]
pub(crate) struct MountPoints(Vec<(String, bool)>);

impl Root {
    /// Builds the root. The process must already have a mount namespace in which it may mount.
    ///
    /// # Errors
    /// What the system said.
    pub(crate) fn build(guest_id: u32) -> io::Result<Self> {
        mount_change(
            "/",
            MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
        )?;
        let outside = openat(
            CWD,
            "/proc/self/ns/mnt",
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        sys::unshare(libc::CLONE_NEWNS)?;
        let namespace = openat(
            CWD,
            "/proc/self/ns/mnt",
            OFlags::RDONLY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let root_fd = assemble(guest_id)?;
        sys::enter(outside.as_fd(), libc::CLONE_NEWNS)?;
        Ok(Self { namespace, root_fd })
    }

    /// Makes a place for each mount and tree whose guest path lies in the root itself.
    ///
    /// # Errors
    /// The guest path that cannot be, and why.
    pub(crate) fn make_places(
        &self,
        run: &RunRequest,
        handed: &[Option<OwnedFd>],
    ) -> Result<MountPoints, (io::Error, String)> {
        let mut mount_points = MountPoints::default();
        let inside = |guest: &[u8]| {
            let rest = |tree: &BindMount| {
                guest
                    .strip_prefix(tree.guest.as_slice())
                    .is_some_and(|rest| rest.starts_with(b"/"))
            };
            run.trees.iter().any(rest)
        };
        let mut all: Vec<_> = run.mounts.iter().chain(&run.trees).zip(handed).collect();
        all.rotate_left(run.mounts.len());
        for (BindMount { host, guest, .. }, handed) in all {
            if private(guest) || inside(guest) {
                continue;
            }
            let folder = match handed {
                Some(mount) => Ok(is_folder(mount.as_fd())),
                None => as_path(host).and_then(|host| Ok(std::fs::metadata(host)?.is_dir())),
            };
            let made = folder.and_then(|folder| {
                make_place(
                    self.root_fd.as_fd(),
                    as_path(guest)?,
                    folder,
                    &mut mount_points.0,
                )
            });
            if let Err(e) = made {
                self.remove(mount_points);
                return Err((e, format!("placing {}", String::from_utf8_lossy(host))));
            }
        }
        Ok(mount_points)
    }

    /// Removes the places of a run that is over.
    pub(crate) fn remove(&self, mount_points: MountPoints) {
        for (path, folder) in mount_points.0.iter().rev() {
            let flags = if *folder {
                AtFlags::REMOVEDIR
            } else {
                AtFlags::empty()
            };
            // A place that cannot be removed is an empty name in a read-only root: no harm.
            let _ = unlinkat(self.root_fd.as_fd(), path.as_str(), flags);
        }
    }
}

/// Whether a descriptor is one of a folder.
#[must_use]
pub(crate) fn is_folder(fd: BorrowedFd<'_>) -> bool {
    rustix::fs::fstat(fd).is_ok_and(|s| rustix::fs::FileType::from_raw_mode(s.st_mode).is_dir())
}

/// Whether a guest path lies in a folder that every run gets afresh.
pub(crate) fn private(guest: &[u8]) -> bool {
    [&b"/work/"[..], b"/tmp/"]
        .iter()
        .any(|folder| guest.starts_with(folder))
}

/// The bytes of a path as a path.
pub(crate) fn as_path(bytes: &[u8]) -> io::Result<&Path> {
    use std::os::unix::ffi::OsStrExt;
    Ok(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

/// Makes the folders and the last name of an absolute path below `root`; remembers what was new.
pub(crate) fn make_place(
    root: BorrowedFd<'_>,
    path: &Path,
    folder: bool,
    made: &mut Vec<(String, bool)>,
) -> io::Result<()> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => {
                parts.push(name.to_str().ok_or(io::ErrorKind::InvalidInput)?)
            }
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
    }
    if parts.is_empty() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut so_far = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            so_far.push('/');
        }
        so_far.push_str(part);
        let folder = folder || i + 1 < parts.len();
        let done = if folder {
            mkdirat(root, so_far.as_str(), Mode::from_raw_mode(0o755))
        } else {
            let flags =
                OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            openat(root, so_far.as_str(), flags, Mode::from_raw_mode(0o444)).map(drop)
        };
        match done {
            Ok(()) => made.push((so_far.clone(), folder)),
            Err(rustix::io::Errno::EXIST) => {}
            // What is mounted read-only from this machine is not ours to add to; the mount will say if it is missing.
            Err(rustix::io::Errno::ROFS | rustix::io::Errno::ACCESS) => return Ok(()),
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// A fresh in-memory file system, not yet mounted anywhere.
///
/// # Errors
/// What the system said.
pub(crate) fn fresh(
    kind: &str,
    options: &[(&str, &str)],
    attributes: MountAttrFlags,
) -> io::Result<OwnedFd> {
    let context = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in options {
        fsconfig_set_string(context.as_fd(), *key, *value)?;
    }
    fsconfig_create(context.as_fd())?;
    Ok(fsmount(
        context.as_fd(),
        FsMountFlags::FSMOUNT_CLOEXEC,
        attributes,
    )?)
}

/// A detached copy of a file or folder of this machine with everything mounted below it, read-only.
///
/// # Errors
/// What the system said.
pub(crate) fn borrow(path: &Path) -> io::Result<OwnedFd> {
    let tree = take(path)?;
    sys::set_mount_attributes(tree.as_fd(), c"", true, READ_ONLY, None)?;
    Ok(tree)
}

/// As [`borrow`], but to be written in: a folder that the guest owns.
///
/// # Errors
/// What the system said.
pub(crate) fn lend(path: &Path) -> io::Result<OwnedFd> {
    let tree = take(path)?;
    sys::set_mount_attributes(tree.as_fd(), c"", true, WRITABLE, None)?;
    Ok(tree)
}

/// The number by which the kernel knows the mount that a descriptor is on (since 5.8).
pub(crate) fn number(fd: BorrowedFd<'_>) -> Option<u64> {
    let facts = rustix::fs::statx(fd, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID);
    mount_of(&facts.ok()?)
}

/// The same for a path; its links are followed.
pub(crate) fn number_of(path: &str) -> Option<u64> {
    let facts = rustix::fs::statx(CWD, path, AtFlags::empty(), StatxFlags::MNT_ID);
    mount_of(&facts.ok()?)
}

fn mount_of(facts: &rustix::fs::Statx) -> Option<u64> {
    let known = facts.stx_mask & StatxFlags::MNT_ID.bits() != 0;
    known.then_some(facts.stx_mnt_id)
}

/// A detached copy of a file or folder of this machine with everything mounted below it, as it is.
///
/// # Errors
/// What the system said.
pub(crate) fn take(path: &Path) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE;
    Ok(open_tree(CWD, path, flags)?)
}

/// Puts a detached mount where `path` is, seen from `folder`.
///
/// # Errors
/// What the system said.
pub(crate) fn attach(mount: BorrowedFd<'_>, folder: BorrowedFd<'_>, path: &str) -> io::Result<()> {
    Ok(move_mount(
        mount,
        "",
        folder,
        path,
        MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH,
    )?)
}

/// Fills a new root and makes it the root of this mount namespace. Gives the writable root_fd to it.
fn assemble(guest_id: u32) -> io::Result<OwnedFd> {
    let options = [("size", "4m"), ("nr_inodes", "4096"), ("mode", "0755")];
    let root = fresh("tmpfs", &options, MountAttrFlags::MOUNT_ATTR_NOSUID)?;
    // Any folder does as a foothold; this one exists everywhere and is not needed below.
    attach(root.as_fd(), CWD, "/proc")?;
    let root = openat(
        CWD,
        "/proc",
        OFlags::PATH | OFlags::CLOEXEC | OFlags::DIRECTORY,
        Mode::empty(),
    )?;
    let at = root.as_fd();
    for folder in [
        "usr", "etc", "dev", "dev/shm", "proc", "work", "tmp", "prog", "data", "opt",
    ] {
        mkdirat(at, folder, Mode::from_raw_mode(0o755))?;
    }
    borrow_into(at, "usr")?;
    for name in SYSTEM {
        match std::fs::read_link(Path::new("/").join(name)) {
            Ok(target) => symlinkat(&target, at, name)?,
            Err(_) => borrow_into(at, name)?,
        }
    }
    for name in EXTRA {
        borrow_into(at, name)?;
    }
    for name in java_settings() {
        borrow_into(at, &name)?;
    }
    for name in DEVICES {
        let place = format!("dev/{name}");
        make_place(at, Path::new(&place), false, &mut Vec::new())?;
        let device = take(&Path::new("/dev").join(name))?;
        // A device is written to all the same; its times and mode are the machine's.
        sys::set_mount_attributes(device.as_fd(), c"", false, DEVICE, None)?;
        attach(device.as_fd(), at, &place)?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        symlinkat(target, at, format!("dev/{name}"))?;
    }
    write(
        at,
        "etc/passwd",
        &format!("root:x:0:0:root:/:/bin/sh\nguest:x:{guest_id}:{guest_id}:guest:/work:/bin/sh\n"),
    )?;
    write(
        at,
        "etc/group",
        &format!("root:x:0:\nguest:x:{guest_id}:\n"),
    )?;
    write(at, "etc/hosts", "127.0.0.1 localhost\n")?;
    write(
        at,
        "etc/nsswitch.conf",
        "passwd: files\ngroup: files\nhosts: files dns\n",
    )?;

    // A second mount of the same file system stays writable for the launcher; the guest only ever sees the first.
    let root_fd = open_tree(
        at,
        "",
        OpenTreeFlags::OPEN_TREE_CLONE
            | OpenTreeFlags::OPEN_TREE_CLOEXEC
            | OpenTreeFlags::AT_EMPTY_PATH,
    )?;
    sys::set_mount_attributes(at, c"", false, READ_ONLY, None)?;
    rustix::process::fchdir(at)?;
    rustix::process::pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    rustix::process::chdir("/")?;
    Ok(root_fd)
}

/// Mounts a file or folder of this machine at the same place of the new root, if it exists.
fn borrow_into(root: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let host = Path::new("/").join(name);
    let Ok(facts) = std::fs::metadata(&host) else {
        return Ok(());
    };
    make_place(root, Path::new(name), facts.is_dir(), &mut Vec::new())?;
    let tree = borrow(&host)?;
    attach(tree.as_fd(), root, name)
}

fn write(root: BorrowedFd<'_>, name: &str, text: &str) -> io::Result<()> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = openat(root, name, flags, Mode::from_raw_mode(0o644))?;
    rustix::io::write(&file, text.as_bytes())?;
    Ok(())
}
