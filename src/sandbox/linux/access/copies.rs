//! Copies of folders and files that only their owner may read, for the guest's group to read.
//!
//! A copy is made at the first run that needs it, and again when the original has changed. All go with their launcher.
//! The originals may belong to another user than root and change at any time: no link in them is followed.

use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Gid, Mode, OFlags, Stat, Timespec, Timestamps, fchmod, fchown,
    futimens, mkdirat, openat, readlinkat, statat, symlinkat,
};

use super::super::ids;
use super::is_open;
use crate::base::units::Bytes;
use crate::sandbox::{TreeHolder, cleanup};

/// Bytes that all copies of one launcher may take together. More would keep people waiting for minutes.
const MOST: Bytes = Bytes::mib(512);

/// Files and folders that may be in one copy.
const MOST_FILES: u64 = 50_000;

/// Files and folders that are looked at to see whether one of them is closed.
const MOST_SEEN: u64 = 500_000;

/// Deepest folder that is looked at.
const DEEPEST: usize = 100;

/// What a look at a file, or at everything in a folder, has shown.
#[derive(Debug)]
pub(super) struct Survey {
    /// Every user may read all of it.
    pub(super) open: bool,
    bytes: u64,
    files: u64,
    /// Changes when anything in it does.
    stamp: blake3::Hasher,
    /// There is more of it than was looked at.
    cut: bool,
}

impl Survey {
    pub(super) fn of(path: &Path) -> Self {
        let mut survey = Self {
            open: true,
            bytes: 0,
            files: 0,
            stamp: blake3::Hasher::new(),
            cut: false,
        };
        match c_string(path.as_os_str()) {
            Ok(name) => survey.visit(CWD, &name, 0),
            Err(_) => survey.cut = true,
        }
        survey
    }

    fn visit(&mut self, at: BorrowedFd<'_>, name: &CStr, depth: usize) {
        self.files += 1;
        if self.files > MOST_SEEN || depth > DEEPEST {
            self.cut = true;
            return;
        }
        let Ok(facts) = statat(at, name, AtFlags::SYMLINK_NOFOLLOW) else {
            return;
        };
        self.stamp.update(name.to_bytes_with_nul());
        let facts_in_text = format!(
            "{:o} {} {} {}.{} {}.{}",
            facts.st_mode,
            facts.st_ino,
            facts.st_size,
            facts.st_mtime,
            facts.st_mtime_nsec,
            facts.st_ctime,
            facts.st_ctime_nsec
        );
        self.stamp.update(facts_in_text.as_bytes());
        match FileType::from_raw_mode(facts.st_mode) {
            FileType::RegularFile => {
                self.bytes += facts.st_size.unsigned_abs();
                self.open &= is_open(facts.st_mode);
            }
            FileType::Directory => {
                self.open &= is_open(facts.st_mode);
                let Ok(folder) = open(at, name, OFlags::DIRECTORY) else {
                    return;
                };
                for name in names(folder.as_fd()) {
                    self.visit(folder.as_fd(), &name, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// The copies of one launcher.
#[derive(Debug)]
pub(super) struct Copies {
    /// Guests must find their way to the copies by this machine's paths.
    by_path: bool,
    holder: Option<TreeHolder>,
    made: HashMap<PathBuf, PrivateCopy>,
    count: u64,
    /// Number of the run that is being provided for.
    run: u64,
}

#[derive(Debug)]
struct PrivateCopy {
    stamp: blake3::Hash,
    bytes: u64,
    place: PathBuf,
    /// The last run that it was provided for.
    run: u64,
}

impl Copies {
    pub(super) fn new(by_path: bool) -> Self {
        Self {
            by_path,
            holder: None,
            made: HashMap::new(),
            count: 0,
            run: 0,
        }
    }

    /// Another run is provided for: the copies of earlier ones may go.
    pub(super) fn next_run(&mut self) {
        self.run += 1;
    }

    /// The copy of a file or folder as it was when it was looked at.
    ///
    /// # Errors
    /// Why there is none, in a few words.
    pub(super) fn of(&mut self, host: &Path, survey: &Survey) -> Result<PathBuf, String> {
        let stamp = survey.stamp.finalize();
        if let Some(made) = self.made.get_mut(host).filter(|m| m.stamp == stamp) {
            made.run = self.run;
            return Ok(made.place.clone());
        }
        self.discard(|path, _| path == host);
        if self.left() < survey.bytes {
            let run = self.run;
            self.discard(|_, made| made.run < run);
        }
        let left = self.left();
        if survey.cut || survey.files > MOST_FILES || survey.bytes > left {
            return Err(format!(
                "it is too large: {} in {} files",
                Bytes(survey.bytes),
                survey.files
            ));
        }
        let in_words = |e: io::Error| e.to_string();
        self.count += 1;
        let name = format!("{}", self.count);
        let holder = self.holder().map_err(in_words)?;
        let place = holder.path().join(&name);
        let copied = copy_into(host, holder.path(), &name, left);
        if let Err(e) = copied {
            discard(&place);
            return Err(in_words(e));
        }
        self.made.insert(
            host.to_path_buf(),
            PrivateCopy {
                stamp,
                bytes: survey.bytes,
                place: place.clone(),
                run: self.run,
            },
        );
        Ok(place)
    }

    /// Bytes that may still be copied.
    fn left(&self) -> u64 {
        let taken: u64 = self.made.values().map(|m| m.bytes).sum();
        MOST.0.saturating_sub(taken)
    }

    fn discard(&mut self, which: impl Fn(&Path, &PrivateCopy) -> bool) {
        for (_, made) in self.made.extract_if(|path, made| which(path, made)) {
            discard(&made.place);
        }
    }

    fn holder(&mut self) -> io::Result<&TreeHolder> {
        let holder = match self.holder.take() {
            Some(holder) => holder,
            None => {
                let place = if self.by_path {
                    cleanup::place_for_others()
                } else {
                    std::env::temp_dir()
                };
                TreeHolder::sweep(&place);
                TreeHolder::fresh(&place, self.by_path)?
            }
        };
        Ok(self.holder.insert(holder))
    }
}

fn discard(place: &Path) {
    if place.is_dir() {
        cleanup::remove(place);
    } else {
        let _ = std::fs::remove_file(place);
    }
}

fn copy_into(host: &Path, folder: &Path, name: &str, mut left: u64) -> io::Result<()> {
    let (from, name) = (c_string(host.as_os_str())?, CString::new(name)?);
    let folder = open(CWD, &c_string(folder.as_os_str())?, OFlags::DIRECTORY)?;
    copy(CWD, &from, folder.as_fd(), &name, &mut left)
}

/// Copies one entry and all below it. `left` is how many bytes may still be written.
fn copy(
    from: BorrowedFd<'_>,
    name: &CStr,
    to: BorrowedFd<'_>,
    new: &CStr,
    left: &mut u64,
) -> io::Result<()> {
    let facts = statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(facts.st_mode) {
        FileType::Directory => {
            let source = open(from, name, OFlags::DIRECTORY)?;
            mkdirat(to, new, Mode::RWXU)?;
            let target = open(to, new, OFlags::DIRECTORY)?;
            for name in names(source.as_fd()) {
                match copy(source.as_fd(), &name, target.as_fd(), &name, left) {
                    // It was there a moment ago: the folder is being worked in.
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                    done => done?,
                }
            }
            close_to_others(target.as_fd(), &facts)
        }
        FileType::Symlink => {
            let says = readlinkat(from, name, Vec::new())?;
            Ok(symlinkat(says.as_c_str(), to, new)?)
        }
        kind => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mut target = File::from(openat(to, new, flags, Mode::RUSR)?);
            // Of a socket, pipe or device nothing but the name is there: something else may be mounted over it.
            if kind == FileType::RegularFile {
                let source = File::from(open(from, name, OFlags::NONBLOCK)?);
                if !source.metadata()?.is_file() {
                    return Err(io::ErrorKind::NotFound.into());
                }
                let written = io::copy(&mut source.take(*left + 1), &mut target)?;
                *left = left
                    .checked_sub(written)
                    .ok_or(io::ErrorKind::FileTooLarge)?;
            }
            close_to_others(target.as_fd(), &facts)
        }
    }
}

/// What its owner may read and execute the guest's group may, and nobody else. Times stay: caches are judged by them.
fn close_to_others(target: BorrowedFd<'_>, facts: &Stat) -> io::Result<()> {
    let own = facts.st_mode & 0o500;
    fchown(target, None, Some(Gid::from_raw(ids::outside())))?;
    fchmod(target, Mode::from_raw_mode(own | own >> 3))?;
    let time = |seconds, nanoseconds: u64| Timespec {
        tv_sec: seconds,
        tv_nsec: nanoseconds as _,
    };
    Ok(futimens(
        target,
        &Timestamps {
            last_access: time(facts.st_atime, facts.st_atime_nsec),
            last_modification: time(facts.st_mtime, facts.st_mtime_nsec),
        },
    )?)
}

fn names(folder: BorrowedFd<'_>) -> Vec<CString> {
    let entries = Dir::read_from(folder).into_iter().flatten().flatten();
    entries
        .map(|e| e.file_name().to_owned())
        .filter(|n| n.as_c_str() != c"." && n.as_c_str() != c"..")
        .collect()
}

fn open(at: BorrowedFd<'_>, name: &CStr, flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, name, flags, Mode::empty())?)
}

fn c_string(path: &OsStr) -> io::Result<CString> {
    Ok(CString::new(path.as_bytes())?)
}
