//! The user's file as it is now: what is at the path, what it contains, whether it can be replaced.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::base::units::Bytes;

/// Largest file that is written back to.
const MOST: u64 = 8 << 20;

/// Why a file is not written: what, where, what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileRefusal {
    /// There is nothing at the path any more.
    #[error(
        "{0} is gone; put it back, name where it is now with --file, or take a patch (--patch)"
    )]
    Gone(PathBuf),
    /// A link that leads nowhere.
    #[error("{0} is a link to something that is gone; mend the link, or name the file with --file")]
    LeadsNowhere(PathBuf),
    /// There is a folder now.
    #[error("{0} is a folder now; name the file with --file")]
    Folder(PathBuf),
    /// A pipe, a socket or a device.
    #[error("{0} is not a regular file and is left alone; name the file with --file")]
    NotAFile(PathBuf),
    /// It may not be written.
    #[error("{0} is read-only; `chmod u+w` it if you mean it, or take a patch (--patch)")]
    ReadOnly(PathBuf),
    /// A file is replaced by renaming, for which its folder must be writable.
    #[error(
        "the folder {0} cannot be written, and only there can the file be replaced in one piece; make it writable, or take a patch (--patch)"
    )]
    FolderReadOnly(PathBuf),
    /// It is not UTF-8.
    #[error("{path} is not UTF-8 any more (line {line}); save it as UTF-8 and try again")]
    NotText {
        /// The file that it is about.
        path: PathBuf,
        /// First line that is not, from 1.
        line: usize,
    },
    /// It is larger than any file that is optimised.
    #[error("{path} is too large now ({size}) to be written back to")]
    TooLarge {
        /// The file that it is about.
        path: PathBuf,
        /// Its size.
        size: Bytes,
    },
    /// Its name cannot be stored in the session.
    #[error("the name of {0} is not UTF-8; rename it, or take a patch (--patch)")]
    Name(PathBuf),
    /// The system said no.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// The file that it is about.
        path: PathBuf,
        /// The error of the system.
        why: io::Error,
    },
}

/// A regular text file as it was read.
#[derive(Debug)]
pub struct TargetFile {
    /// The path that was asked for.
    pub asked: PathBuf,
    /// The file itself, absolute and with links resolved.
    pub(crate) real: PathBuf,
    /// What it holds.
    pub text: String,
    pub(super) meta: Metadata,
}

impl TargetFile {
    /// Reads a file. Changes nothing; [`TargetFile::writable`] checks whether it can be written.
    ///
    /// # Errors
    /// There is no text file there.
    pub fn read(path: &Path) -> Result<Self, FileRefusal> {
        let asked = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let unreadable = |why| FileRefusal::Unreadable {
            path: asked.clone(),
            why,
        };
        let real = match std::fs::canonicalize(&asked) {
            Ok(real) => real,
            Err(e) if gone(&e) && asked.is_symlink() => {
                return Err(FileRefusal::LeadsNowhere(asked));
            }
            Err(e) if gone(&e) => return Err(FileRefusal::Gone(asked)),
            Err(e) => return Err(unreadable(e)),
        };
        if real.to_str().is_none() {
            return Err(FileRefusal::Name(real));
        }
        // A pipe or a device is not even opened: opening it may block or have effects.
        let before = std::fs::metadata(&real).map_err(unreadable)?;
        if before.is_dir() {
            return Err(FileRefusal::Folder(asked));
        }
        if !before.is_file() {
            return Err(FileRefusal::NotAFile(asked));
        }
        let file = open(&real).map_err(unreadable)?;
        let meta = file.metadata().map_err(unreadable)?;
        if !meta.is_file() {
            return Err(FileRefusal::NotAFile(asked));
        }
        let mut bytes = Vec::new();
        file.take(MOST + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > MOST {
            let size = Bytes(meta.len());
            return Err(FileRefusal::TooLarge { path: asked, size });
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => {
                let sound = &e.as_bytes()[..e.utf8_error().valid_up_to()];
                let line = 1 + sound.iter().filter(|b| **b == b'\n').count();
                return Err(FileRefusal::NotText { path: asked, line });
            }
        };
        Ok(Self {
            asked,
            real,
            text,
            meta,
        })
    }

    /// The folder that the file itself lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.real.parent().unwrap_or(Path::new("/"))
    }

    /// Whether the file can be replaced. Changes nothing.
    ///
    /// # Errors
    /// The file or its folder cannot be written.
    pub(crate) fn writable(&self) -> Result<(), FileRefusal> {
        // Root could write anything: a read-only file is left alone all the same.
        if self.meta.permissions().readonly() || !opens(&self.real) {
            return Err(FileRefusal::ReadOnly(self.asked.clone()));
        }
        let folder = std::fs::metadata(self.folder());
        if folder.is_ok_and(|m| m.permissions().readonly()) || !enters(self.folder()) {
            return Err(FileRefusal::FolderReadOnly(self.folder().to_owned()));
        }
        Ok(())
    }

    /// Remarks to make before it is written: links, other names, another owner.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.asked.is_symlink() {
            notes.push(format!(
                "{} is a link; it stays, and {} is written",
                self.asked.display(),
                self.real.display()
            ));
        }
        use std::os::unix::fs::MetadataExt;
        if self.meta.nlink() > 1 {
            let others = self.meta.nlink() - 1;
            let (names, keep) = match others {
                1 => ("1 other name (a hard link)".to_owned(), "keeps"),
                n => (format!("{n} other names (hard links)"), "keep"),
            };
            notes.push(format!("the file has {names}, which {keep} the old text"));
        }
        let me = rustix::process::geteuid();
        if !me.is_root() && self.meta.uid() != me.as_raw() {
            notes.push("the file belongs to another user, and will be yours after it".into());
        }
        notes
    }
}

fn gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // If a pipe has replaced it meanwhile, opening must not block.
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)
}

/// Whether it could be opened for writing; a running program counts as well, since it is replaced and not overwritten.
fn opens(path: &Path) -> bool {
    match std::fs::OpenOptions::new().write(true).open(path) {
        Ok(_) => true,
        Err(e) => e.kind() == io::ErrorKind::ExecutableFileBusy,
    }
}

fn enters(folder: &Path) -> bool {
    use rustix::fs::{Access, AtFlags, CWD};
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::accessat(CWD, folder, wanted, AtFlags::EACCESS).is_ok()
}
