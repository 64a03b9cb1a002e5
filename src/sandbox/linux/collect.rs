//! Bringing back what a run has made: regular files of its work folder, and whole folders of them.
//!
//! The guest may be gone, but what it left is its own choice: no link is followed, no FIFO waited for, no mount
//! crossed, and neither depth nor number nor sparse files can make this take long or much.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Dir, FileType, Mode, OFlags, ResolveFlags, openat2};

use crate::base::units::Bytes;
use crate::sandbox::program::{COLLECT_DEPTH, COLLECT_FILES};

/// The files asked for, in the order in which they were asked for; a name with a slash at its end is a folder, of which
/// every regular file is brought back by its path, and every empty folder with a slash at its end. What is beyond `most` bytes in all is left out.
pub(crate) fn collect(
    workdir_fd: BorrowedFd<'_>,
    names: &[String],
    most: Bytes,
) -> Vec<(String, Vec<u8>)> {
    let mut collected = Collected {
        files: Vec::new(),
        room: most.0,
    };
    for name in names {
        match name.strip_suffix('/') {
            Some(folder) => {
                if let Some(at) = open(workdir_fd, &format!("work/{folder}"), OFlags::DIRECTORY) {
                    collected.folder(at.as_fd(), folder, 0);
                }
            }
            None => collected.file(workdir_fd, &format!("work/{name}"), name),
        }
    }
    collected.files
}

struct Collected {
    files: Vec<(String, Vec<u8>)>,
    /// Bytes that may still be brought back.
    room: u64,
}

impl Collected {
    fn file(&mut self, at: BorrowedFd<'_>, path: &str, name: &str) {
        let Some(file) = open(at, path, OFlags::NONBLOCK | OFlags::NOCTTY) else {
            return;
        };
        let regular = rustix::fs::fstat(&file).is_ok_and(|s| {
            FileType::from_raw_mode(s.st_mode).is_file()
                && u64::try_from(s.st_size).is_ok_and(|size| size <= self.room)
        });
        let mut bytes = Vec::new();
        if regular && std::io::Read::read_to_end(&mut std::fs::File::from(file), &mut bytes).is_ok()
        {
            self.room = self.room.saturating_sub(bytes.len() as u64);
            self.files.push((name.to_owned(), bytes));
        }
    }

    fn folder(&mut self, folder: BorrowedFd<'_>, name: &str, depth: usize) {
        let Ok(entries) = Dir::read_from(folder) else {
            return;
        };
        let mut empty = true;
        for entry in entries.filter_map(Result::ok) {
            let Ok(entry_name) = entry.file_name().to_str() else {
                continue;
            };
            if entry_name == "." || entry_name == ".." {
                continue;
            }
            empty = false;
            if self.files.len() >= COLLECT_FILES {
                return;
            }
            let path = format!("{name}/{entry_name}");
            if entry.file_type() != FileType::Directory {
                self.file(folder, entry_name, &path);
            } else if depth < COLLECT_DEPTH
                && let Some(inner) = open(folder, entry_name, OFlags::DIRECTORY)
            {
                self.folder(inner.as_fd(), &path, depth + 1);
            }
        }
        if empty && self.files.len() < COLLECT_FILES {
            self.files.push((format!("{name}/"), Vec::new()));
        }
    }
}

fn open(at: BorrowedFd<'_>, path: &str, flags: OFlags) -> Option<OwnedFd> {
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let within = ResolveFlags::BENEATH
        | ResolveFlags::NO_SYMLINKS
        | ResolveFlags::NO_MAGICLINKS
        | ResolveFlags::NO_XDEV;
    openat2(at, path, flags, Mode::empty(), within).ok()
}
