//! All journals of this user: made, found, listed, opened. One folder a session under `sessions/` of the data folder.

mod garbage;
mod index;
mod marks;
mod names;
mod parallel;
mod running;
mod summary;
mod trash;
mod words;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(crate) use self::garbage::{Garbage, GarbageKind};
use self::index::{Found, Index, Stamp};
pub(crate) use self::marks::{MarkChange, Marks};
use self::parallel::in_parallel;
use self::running::Locks;
pub(crate) use self::summary::{State, Summary};
use crate::session::event::Event;
use crate::session::fold::Session;
use crate::session::journal::{self, Journal, JournalError};

/// The folder that holds all sessions.
#[derive(Clone, Debug)]
pub struct Library {
    root: PathBuf,
}

impl Library {
    /// The library under a data folder; made when first written to.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self {
            root: data.join("sessions"),
        }
    }

    /// The folder that holds all sessions.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of a session.
    #[must_use]
    pub fn folder(&self, id: &str) -> PathBuf {
        self.root.join(id)
    }

    /// Starts a new session: an id made of the date, the task's name and four random characters, and its journal.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn create(&self, task: &str) -> Result<(String, Journal), JournalError> {
        let day = jiff::Zoned::now().strftime("%Y-%m-%d").to_string();
        let name: String = task
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .take(24)
            .collect();
        let name = name.trim_matches('-');
        let name = if name.is_empty() { "task" } else { name };
        let tail: String = (0..4)
            .map(|_| char::from(b"abcdefghjkmnpqrstuvwxyz23456789"[rand::random_range(0..31)]))
            .collect();
        let id = format!("{day}-{name}-{tail}");
        let journal = Journal::create(&self.folder(&id))?;
        Ok((id, journal))
    }

    /// Ids of all sessions, the latest written first; none where their folder cannot be read.
    #[must_use]
    pub fn ids(&self) -> Vec<(String, SystemTime)> {
        let found = self.found().unwrap_or_default().into_iter();
        found.map(|f| (f.id, f.stamp.changed)).collect()
    }

    /// Names of everything in the folder of sessions that may be one.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.root) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            // A link may lead to a folder.
            if entry.file_type().is_ok_and(|kind| !kind.is_file()) {
                names.extend(entry.file_name().into_string());
            }
        }
        Ok(names)
    }

    /// All sessions with what tells whether they have changed, the latest written first. A folder without a journal is one of
    /// which it is lost.
    fn found(&self) -> io::Result<Vec<Found>> {
        let found = in_parallel(&self.names()?, |id| self.look(id));
        let mut found: Vec<Found> = found.into_iter().flatten().collect();
        found.sort_by(|a, b| (b.stamp.changed, &b.id).cmp(&(a.stamp.changed, &a.id)));
        Ok(found)
    }

    fn look(&self, id: &str) -> Option<Found> {
        let folder = self.folder(id);
        let facts = match fs::metadata(folder.join(journal::FILE)) {
            Ok(facts) => facts,
            Err(_) => fs::metadata(&folder).ok().filter(fs::Metadata::is_dir)?,
        };
        let marks = fs::metadata(folder.join(marks::FILE)).ok();
        Some(Found {
            id: id.to_owned(),
            stamp: Stamp {
                changed: facts.modified().ok()?,
                bytes: facts.len(),
                marks: marks.and_then(|m| Some((m.modified().ok()?, m.ino()))),
            },
            inode: facts.ino(),
        })
    }

    /// The latest sessions, newest first, without those that are archived; those that cannot be read say so.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Summary> {
        let found = self.found().unwrap_or_default();
        let mut index = Index::open(&self.root);
        let mut recent = Vec::new();
        let mut rest = found.as_slice();
        while recent.len() < most && !rest.is_empty() {
            let (some, others) = rest.split_at(rest.len().min(most - recent.len()));
            let some = index.summaries(some, |id| Summary::of(id, &self.folder(id)), &|_| {});
            recent.extend(some.into_iter().filter(|s| !s.marks.archived));
            rest = others;
        }
        index.save(&found);
        recent
    }

    /// All sessions, the latest written first. `tell` is called with the number of journals that have to be read first, if any.
    ///
    /// # Errors
    /// When the folder that holds them cannot be read.
    pub(crate) fn list(&self, tell: &dyn Fn(usize)) -> io::Result<Vec<Summary>> {
        let found = self.found()?;
        let mut index = Index::open(&self.root);
        let mut all = index.summaries(&found, |id| Summary::of(id, &self.folder(id)), tell);
        index.save(&found);
        let locks = Locks::now();
        for (summary, f) in all.iter_mut().zip(&found) {
            if summary.state == State::Open && locks.holds(f.inode, &self.folder(&f.id)) {
                summary.state = State::Running;
            }
        }
        Ok(all)
    }

    /// Whether a program has a session open right now.
    #[must_use]
    pub fn is_running(&self, id: &str) -> bool {
        let folder = self.folder(id);
        let journal = fs::metadata(folder.join(journal::FILE));
        journal.is_ok_and(|file| Locks::now().holds(file.ino(), &folder))
    }

    /// Changes what the developer says of a session, and gives what that is then.
    ///
    /// # Errors
    /// A sentence: it is no title or tag, the marks are damaged, or they cannot be written.
    pub(crate) fn mark(&self, id: &str, change: &MarkChange) -> Result<Marks, String> {
        Marks::change(&self.folder(id), change).map_err(|why| format!("session {id}: {why}"))
    }

    /// What the developer says of a session.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub(crate) fn marks(&self, id: &str) -> Result<Marks, String> {
        Marks::read(&self.folder(id)).map_err(|why| format!("session {id}: {why}"))
    }

    /// The fold of a session's journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn read(&self, id: &str) -> Result<Session, JournalError> {
        let mut session = Self::read_folder(&self.folder(id))?;
        session.running = session.finished.is_none() && self.is_running(id);
        Ok(session)
    }

    /// The fold of the journal in a folder, wherever that is.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) fn read_folder(folder: &Path) -> Result<Session, JournalError> {
        let read = journal::read(folder)?;
        let mut session = Session::of(&read.events);
        let hole = |(line, why)| format!("line {line} cannot be read ({why})");
        session.holes = read.holes.into_iter().map(hole).collect();
        if read.skipped > 0 {
            let at = session.last_at.unwrap_or_default();
            let text = format!("{} events of a newer reheat were skipped", read.skipped);
            session.apply(&crate::session::EventRecord {
                at,
                event: Event::Noted { text, error: false },
            });
        }
        Ok(session)
    }
}
