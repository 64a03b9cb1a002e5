//! Modes and times of files where the guest sees the user's own: init sets them itself, in the run's folder only.
//!
//! Landlock does not cover them, and the guest is the user. So the call is never let through: init copies what is asked,
//! finds the file below the run's folder by a walk that cannot leave it, and changes what it has found. What the guest
//! does to its memory, its descriptors or its folders meanwhile changes nothing of that.

use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, Timespec, Timestamps};
use rustix::io::Errno;

use crate::sandbox::linux::seccomp::FCHMODAT2;
use crate::sandbox::linux::sys::{self, PendingCall};

/// Longest path that the kernel takes, with its end.
const LONGEST: usize = 4096;

/// What is to be done to the file.
enum AttributeChange {
    /// Its mode; of the bits that give rights to others none.
    Mode(u32),
    Times(Timestamps),
}

/// What was asked, as the guest's registers say it.
struct AttributeRequest {
    /// Folder from which the path goes, or the file itself.
    from: i32,
    /// Address of the path; `None` where the descriptor is the file.
    path: Option<u64>,
    /// `AT_*` flags of the call.
    flags: i32,
    change: AttributeChange,
}

/// Does what the call asks, if the file lies in `folder` and is the guest's.
///
/// # Errors
/// What the guest is to be told.
pub(crate) fn set(folder: &str, asked: &PendingCall) -> Result<(), Errno> {
    let wanted = read(asked)?;
    let own = rustix::fs::open(
        folder,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let file = find(&own, folder, asked.pid, &wanted)?;
    // The run's folder holds places that are ours; only what is the guest's may be changed by it.
    let guest = rustix::fs::stat(format!("/proc/{}", asked.pid))?;
    let facts = rustix::fs::fstat(&file)?;
    if facts.st_uid != guest.st_uid {
        return Err(Errno::PERM);
    }
    let path = link_to(&file);
    match wanted.change {
        AttributeChange::Mode(mode) => rustix::fs::chmod(path, Mode::from_raw_mode(mode & 0o1777)),
        AttributeChange::Times(times) => {
            rustix::fs::utimensat(CWD, path, &times, rustix::fs::AtFlags::empty())
        }
    }
}

fn read(asked: &PendingCall) -> Result<AttributeRequest, Errno> {
    let argument = |n: usize| asked.args[n];
    let small = |n: usize| argument(n) as u32;
    let folder = |n: usize| small(n).cast_signed();
    let mode = |from, path, mode, flags| AttributeRequest {
        from,
        path,
        flags,
        change: AttributeChange::Mode(mode),
    };
    Ok(match asked.number {
        libc::SYS_fchmod => mode(folder(0), None, small(1), 0),
        libc::SYS_fchmodat => mode(folder(0), Some(argument(1)), small(2), 0),
        FCHMODAT2 => mode(folder(0), Some(argument(1)), small(2), folder(3)),
        libc::SYS_utimensat => AttributeRequest {
            from: folder(0),
            path: Some(argument(1)).filter(|at| *at != 0),
            flags: folder(3),
            change: AttributeChange::Times(times(asked.pid, argument(2))?),
        },
        // Only `chmod` is left, where there is one.
        _ => mode(libc::AT_FDCWD, Some(argument(0)), small(1), 0),
    })
}

/// The two times at an address; none means now.
fn times(pid: u32, at: u64) -> Result<Timestamps, Errno> {
    let mut bytes = [0u8; 32];
    if at != 0 && sys::read_memory(pid, at, &mut bytes) < bytes.len() {
        return Err(Errno::FAULT);
    }
    let word = |n: usize| {
        let mut word = [0u8; 8];
        word.copy_from_slice(&bytes[n * 8..n * 8 + 8]);
        i64::from_ne_bytes(word)
    };
    let time = |n: usize| Timespec {
        tv_sec: word(n),
        tv_nsec: if at == 0 {
            libc::UTIME_NOW
        } else {
            word(n + 1)
        },
    };
    Ok(Timestamps {
        last_access: time(0),
        last_modification: time(2),
    })
}

/// Opens the file as a mere place. An error for everything outside the run's folder.
fn find(
    own: &OwnedFd,
    folder: &str,
    pid: u32,
    wanted: &AttributeRequest,
) -> Result<OwnedFd, Errno> {
    let real = name(own)?;
    let path = match wanted.path {
        Some(at) => read_path(pid, at)?,
        None => PathBuf::new(),
    };
    let place = OFlags::PATH | OFlags::CLOEXEC;
    if path.as_os_str().is_empty() {
        if wanted.path.is_some() && wanted.flags & libc::AT_EMPTY_PATH == 0 {
            return Err(Errno::NOENT);
        }
        let file = rustix::fs::open(descriptor(pid, wanted.from), place, Mode::empty())
            .map_err(|_| Errno::BADF)?;
        return if name(&file)?.starts_with(&real) {
            Ok(file)
        } else {
            Err(Errno::PERM)
        };
    }
    let whole = if path.is_absolute() {
        path
    } else {
        let from = rustix::fs::readlink(descriptor(pid, wanted.from), Vec::new())
            .map_err(|_| Errno::BADF)?;
        PathBuf::from(std::ffi::OsString::from_vec(from.into_bytes())).join(path)
    };
    let inside = whole
        .strip_prefix(&real)
        .or_else(|_| whole.strip_prefix(folder))
        .map_err(|_| Errno::PERM)?;
    let inside = if inside.as_os_str().is_empty() {
        Path::new(".")
    } else {
        inside
    };
    let last = if wanted.flags & libc::AT_SYMLINK_NOFOLLOW != 0 {
        OFlags::NOFOLLOW
    } else {
        OFlags::empty()
    };
    let within = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(own, inside, place | last, Mode::empty(), within).map_err(|e| match e {
        // A way out of the folder.
        Errno::XDEV => Errno::PERM,
        other => other,
    })
}

/// The link by which the kernel names what a process has open, or where it is.
fn descriptor(pid: u32, number: i32) -> String {
    match number {
        libc::AT_FDCWD => format!("/proc/{pid}/cwd"),
        number => format!("/proc/{pid}/fd/{number}"),
    }
}

fn link_to(file: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Where the file is, as the kernel says it.
fn name(file: &OwnedFd) -> Result<PathBuf, Errno> {
    let name = rustix::fs::readlink(link_to(file), Vec::new())?;
    Ok(PathBuf::from(std::ffi::OsString::from_vec(
        name.into_bytes(),
    )))
}

fn read_path(pid: u32, at: u64) -> Result<PathBuf, Errno> {
    let mut bytes = [0u8; LONGEST];
    let n = sys::read_memory(pid, at, &mut bytes);
    let end = bytes[..n].iter().position(|b| *b == 0);
    match end {
        Some(end) => Ok(Path::new(std::ffi::OsStr::from_bytes(&bytes[..end])).to_owned()),
        None if n == LONGEST => Err(Errno::NAMETOOLONG),
        None => Err(Errno::FAULT),
    }
}
