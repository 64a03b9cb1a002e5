//! The append-only file of a session's events: `journal.jsonl`, one event a line, and beside it `texts/` for large texts.
//!
//! The first line names the format and its version. Every later line is a durable [`EventRecord`] as one
//! flat JSON object; strings over [`LARGE`] bytes are replaced by `{"$text": "<blake3>"}` and kept once
//! each in `texts/`. A line is written in one piece; a line that a crash cut short is dropped on reading. Any other line that
//! cannot be read, or whose texts are not what their names say, is set aside: the rest is read, and the session has a hole.

mod reader;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use self::reader::open_regular;
pub use self::reader::{JournalContents, read};
pub(crate) use self::reader::{
    Line, Lines, Texts, check_head, each, is_text_name, open_to_read, text_path,
};
use crate::base::files::write_whole;
use crate::session::event::EventRecord;

/// Name of the file in a session's folder.
pub const FILE: &str = "journal.jsonl";
/// Texts longer than this (bytes) are kept beside the journal, once each.
pub const LARGE: usize = 16 * 1024;
/// Name of the folder of large texts in a session's folder.
pub(crate) const TEXTS: &str = "texts";
/// How every journal begins.
pub(crate) const HEAD: &str = "{\"reheat_journal\":";
/// Version of the format; a journal with a newer one is refused.
pub const MAJOR: u64 = 1;

/// A journal that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system said no.
    #[error("cannot {doing} {path}: {why}")]
    Io {
        /// `write`, `read`, …
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The file is there but cannot be trusted.
    #[error("{path}, line {line}: {why}")]
    Bad {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong and what to do.
        why: String,
    },
    /// The file was deleted while it was written.
    #[error("{0} is gone: it was deleted while the session was on, and nothing more can be kept")]
    Gone(PathBuf),
    /// Another process has the session open.
    #[error("session {0} is open in another reheat; close it there first")]
    Busy(String),
}

impl JournalError {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |why| Self::Io { doing, path, why }
    }

    /// What is wrong, without the name of the file.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Io { why, .. } => why.to_string(),
            Self::Bad { line, why, .. } => format!("line {line}: {why}"),
            Self::Gone(_) | Self::Busy(_) => self.to_string(),
        }
    }
}

/// An open journal. Holds a lock on its file until it is dropped.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    file: File,
    texts: BTreeSet<String>,
    syncer: Syncer,
}

/// Syncs the file on a thread of its own: a disk may take its time, the loop may not.
#[derive(Debug)]
struct Syncer {
    wanted: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    fn start(file: File) -> io::Result<Self> {
        let (wanted, todo) = channel();
        let work = move || {
            while todo.recv().is_ok() {
                // Several requests at once are one.
                while todo.try_recv().is_ok() {}
                // A disk that cannot sync will not take the next line either, and that error is reported.
                drop(file.sync_data());
            }
        };
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(work)?;
        Ok(Self {
            wanted: Some(wanted),
            thread: Some(thread),
        })
    }

    fn request(&self) {
        if let Some(wanted) = &self.wanted {
            let _ = wanted.send(());
        }
    }
}

impl Drop for Syncer {
    /// Waits until everything that was requested is on the disk.
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Journal {
    /// Makes the folder and starts an empty journal in it.
    ///
    /// # Errors
    /// When the folder or the file cannot be made or written.
    pub fn create(folder: &Path) -> Result<Self, JournalError> {
        fs::create_dir_all(folder).map_err(JournalError::io("create", folder))?;
        let path = folder.join(FILE);
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .read(true)
            .open(&path)
            .map_err(JournalError::io("create", &path))?;
        let mut journal = Self::locked(folder, file)?;
        let header = json!({"reheat_journal": MAJOR, "written_by": concat!("reheat ", env!("CARGO_PKG_VERSION"))});
        journal.line(&header)?;
        Ok(journal)
    }

    /// Opens a journal to go on with it: what it holds so far, and the journal at its end.
    ///
    /// A last line that was cut short by a crash is cut off the file.
    ///
    /// # Errors
    /// When it cannot be read, is newer than this program, or is open elsewhere.
    pub fn reopen(folder: &Path) -> Result<(Self, JournalContents), JournalError> {
        let path = folder.join(FILE);
        let file = open_regular(OpenOptions::new().append(true).read(true), &path)
            .map_err(JournalError::io("open", &path))?;
        let journal = Self::locked(folder, file)?;
        let read = read(folder)?;
        if read.cut > 0 {
            let len = journal
                .file
                .metadata()
                .map_err(JournalError::io("read", &path))?
                .len();
            journal
                .file
                .set_len(len - read.cut)
                .map_err(JournalError::io("mend", &path))?;
        }
        Ok((journal, read))
    }

    fn locked(folder: &Path, file: File) -> Result<Self, JournalError> {
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            let name = folder
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default();
            return Err(JournalError::Busy(name));
        }
        let twin = file.try_clone().map_err(JournalError::io("open", folder))?;
        let syncer = Syncer::start(twin).map_err(JournalError::io("open", folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            file,
            texts: BTreeSet::new(),
            syncer,
        })
    }

    /// The session's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes one event, if it is durable; requests a sync after those that need one.
    ///
    /// # Errors
    /// When the disk is full or gone. What was written before stays whole: a half-written line is taken back.
    pub fn write(&mut self, entry: &EventRecord) -> Result<(), JournalError> {
        if !entry.event.durable() {
            return Ok(());
        }
        let path = self.folder.join(FILE);
        let facts = self
            .file
            .metadata()
            .map_err(JournalError::io("write", &path))?;
        if facts.nlink() == 0 {
            return Err(JournalError::Gone(path));
        }
        let mut value = serde_json::to_value(entry).map_err(|e| JournalError::Io {
            doing: "write",
            path: path.clone(),
            why: io::Error::other(e),
        })?;
        self.set_apart(&mut value)?;
        self.line(&value)?;
        if entry.event.needs_fsync() {
            self.syncer.request();
        }
        Ok(())
    }

    fn line(&mut self, value: &Value) -> Result<(), JournalError> {
        let path = self.folder.join(FILE);
        let mut line = value.to_string();
        line.push('\n');
        let before = self
            .file
            .metadata()
            .map_err(JournalError::io("write", &path))?
            .len();
        if let Err(why) = self.file.write_all(line.as_bytes()) {
            // A half-written line would make every later line unreadable.
            drop(self.file.set_len(before));
            return Err(JournalError::Io {
                doing: "write",
                path,
                why,
            });
        }
        Ok(())
    }

    /// Moves every large string of a value into `texts/`.
    fn set_apart(&mut self, value: &mut Value) -> Result<(), JournalError> {
        match value {
            Value::String(text) if text.len() > LARGE => {
                let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
                if self.texts.insert(hash.clone()) {
                    let folder = self.folder.join(TEXTS);
                    fs::create_dir_all(&folder).map_err(JournalError::io("create", &folder))?;
                    let path = folder.join(&hash);
                    write_whole(&path, text.as_bytes())
                        .map_err(JournalError::io("write", &path))?;
                }
                *value = json!({"$text": hash});
            }
            Value::Array(items) => items.iter_mut().try_for_each(|v| self.set_apart(v))?,
            Value::Object(fields) => fields.values_mut().try_for_each(|v| self.set_apart(v))?,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::session::event::Event;

    fn note(text: &str) -> EventRecord {
        EventRecord {
            at: jiff::Timestamp::UNIX_EPOCH,
            event: Event::Noted {
                text: text.into(),
                error: false,
            },
        }
    }

    #[test]
    fn what_is_written_is_read_again_large_texts_included() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("s");
        let large = "x".repeat(LARGE + 1);
        let mut journal = Journal::create(&folder).unwrap();
        journal.write(&note("small")).unwrap();
        journal.write(&note(&large)).unwrap();
        drop(journal);
        assert!(fs::metadata(folder.join(FILE)).unwrap().len() < LARGE as u64);
        let (mut journal, read_again) = Journal::reopen(&folder).unwrap();
        assert_eq!(read_again.events, vec![note("small"), note(&large)]);
        journal.write(&note("later")).unwrap();
        assert_eq!(read(&folder).unwrap().events.len(), 3);
    }

    #[test]
    fn a_line_cut_short_by_a_crash_is_dropped_and_mended() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("s");
        let mut journal = Journal::create(&folder).unwrap();
        journal.write(&note("one")).unwrap();
        journal
            .file
            .write_all(b"{\"at\":\"2026-01-01T00:00:00Z\",\"ev")
            .unwrap();
        drop(journal);
        let (mut journal, contents) = Journal::reopen(&folder).unwrap();
        assert_eq!(contents.events.len(), 1);
        journal.write(&note("two")).unwrap();
        assert_eq!(
            read(&folder).unwrap().events,
            vec![note("one"), note("two")]
        );
    }

    #[test]
    fn newer_formats_and_critical_unknowns_are_refused_other_unknowns_skipped() {
        let dir = tempfile::tempdir().unwrap();
        let at = "1970-01-01T00:00:00Z";
        let write = |text: String| fs::write(dir.path().join(FILE), text).unwrap();
        write("{\"reheat_journal\":2}\n".into());
        assert!(read(dir.path()).unwrap_err().to_string().contains("newer"));
        write(format!(
            "{{\"reheat_journal\":1}}\n{{\"at\":\"{at}\",\"event\":\"telepathy\"}}\n"
        ));
        assert_eq!(read(dir.path()).unwrap().skipped, 1);
        write(format!(
            "{{\"reheat_journal\":1}}\n{{\"at\":\"{at}\",\"event\":\"telepathy\",\"critical\":true}}\n"
        ));
        assert!(read(dir.path()).unwrap_err().to_string().contains("line 2"));
        write(String::new());
        assert!(read(dir.path()).is_err());
    }

    #[test]
    fn a_session_is_open_only_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("s");
        let first = Journal::create(&folder).unwrap();
        assert!(matches!(
            Journal::reopen(&folder),
            Err(JournalError::Busy(_))
        ));
        drop(first);
        assert!(Journal::reopen(&folder).is_ok());
    }
}
