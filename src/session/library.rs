//! All journals of this user: made, found, listed, opened. One folder a session under `sessions/` of the data folder.

mod index;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use self::index::{Index, Stamp};
use crate::base::units::Gain;
use crate::session::event::{EndReason, Event};
use crate::session::fold::Session;
use crate::session::journal::{self, Journal, JournalError};

/// The folder that holds all sessions.
#[derive(Clone, Debug)]
pub struct Library {
    root: PathBuf,
}

/// A session as a list shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// Why nothing else is known of it, or what is wrong with it; empty where all is well.
    pub trouble: String,
    /// Name of its task.
    pub task: String,
    /// Language of its task.
    pub language: String,
    /// Best version and its gain over the original, if one was accepted.
    pub best: Option<(String, Option<Gain>)>,
    /// Rounds so far.
    pub rounds: usize,
    /// Whether it ended by itself (else it was stopped or cut off).
    pub finished: bool,
    /// When its journal was last written.
    #[serde(skip, default = "SystemTime::now")]
    pub changed: SystemTime,
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

    /// The id that a person means: a whole id, an unambiguous part of one, or nothing for the latest that has begun.
    ///
    /// # Errors
    /// A sentence that lists what there is.
    pub fn find(&self, wanted: Option<&str>) -> Result<String, String> {
        let ids = self.ids();
        let Some(wanted) = wanted else {
            let begun = ids.iter().find(|(id, _)| self.has_begun(id));
            return begun
                .or(ids.first())
                .map(|(id, _)| id.clone())
                .ok_or_else(|| {
                    format!(
                        "there is no session yet in {}; start one with `reheat demo`",
                        self.root.display()
                    )
                });
        };
        if ids.iter().any(|(id, _)| id == wanted) {
            return Ok(wanted.to_owned());
        }
        let hits: Vec<&String> = ids
            .iter()
            .map(|(id, _)| id)
            .filter(|id| id.contains(wanted))
            .collect();
        match hits.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let known: Vec<&str> = ids.iter().take(5).map(|(id, _)| id.as_str()).collect();
                Err(format!(
                    "no session `{wanted}` in {}; the latest are: {}",
                    self.root.display(),
                    if known.is_empty() {
                        "none".into()
                    } else {
                        known.join(", ")
                    }
                ))
            }
            many => {
                let names: Vec<&str> = many.iter().take(5).map(|s| s.as_str()).collect();
                Err(format!(
                    "`{wanted}` fits {} sessions: {}",
                    many.len(),
                    names.join(", ")
                ))
            }
        }
    }

    /// Ids of all sessions, the latest written first.
    #[must_use]
    pub fn ids(&self) -> Vec<(String, SystemTime)> {
        let stamped = self.stamped().into_iter();
        stamped.map(|(id, stamp)| (id, stamp.changed)).collect()
    }

    /// Ids of all sessions with what tells whether they have changed, the latest written first. A folder without a journal
    /// is one of which it is lost.
    fn stamped(&self) -> Vec<(String, Stamp)> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let mut all: Vec<(String, Stamp)> = entries
            .filter_map(|entry| {
                let folder = entry.path();
                let facts = match fs::metadata(folder.join(journal::FILE)) {
                    Ok(facts) => facts,
                    Err(_) => fs::metadata(&folder).ok().filter(fs::Metadata::is_dir)?,
                };
                let stamp = Stamp {
                    changed: facts.modified().ok()?,
                    bytes: facts.len(),
                };
                Some((entry.file_name().into_string().ok()?, stamp))
            })
            .collect();
        all.sort_by(|a, b| (b.1.changed, &b.0).cmp(&(a.1.changed, &a.0)));
        all
    }

    /// The latest sessions, newest first; those that cannot be read say so.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Summary> {
        self.recent_with(most, &|_| {})
    }

    /// As [`Library::recent`]; `tell` is called with the number of journals that have to be read first, if any.
    pub(crate) fn recent_with(&self, most: usize, tell: &dyn Fn(usize)) -> Vec<Summary> {
        let mut stamped = self.stamped();
        stamped.truncate(most);
        let index = Index::open(&self.root);
        index.summaries(stamped, |id, changed| self.summary(id, changed), tell)
    }

    fn summary(&self, id: &str, changed: SystemTime) -> Summary {
        let unknown = |trouble: String| Summary {
            id: id.to_owned(),
            trouble,
            task: String::new(),
            language: String::new(),
            best: None,
            rounds: 0,
            finished: false,
            changed,
        };
        let session = match self.read(id) {
            Ok(session) => session,
            Err(_) if !self.has_begun(id) => return unknown("it never began".into()),
            Err(error) => return unknown(format!("it cannot be read ({})", error.reason())),
        };
        let Some(task) = &session.task else {
            let hole = session.holes.first();
            return unknown(hole.map_or_else(
                || "it never began".into(),
                |hole| format!("it cannot be read ({hole})"),
            ));
        };
        let whole = session.holes.is_empty();
        Summary {
            task: task.name.clone(),
            language: task.language.clone(),
            best: (session.best().filter(|_| whole)).map(|v| {
                // Where the original stands nothing was gained.
                let gain = v.gain_over_original().filter(|_| !v.id.is_original());
                (v.id.to_string(), gain.map(|g| g.0))
            }),
            rounds: session.rounds.len(),
            finished: session
                .finished
                .as_ref()
                .is_some_and(|f| f.reason != EndReason::Stopped),
            ..unknown(if whole { "" } else { "it has a hole" }.into())
        }
    }

    /// Whether anything was ever recorded in it: a program that is killed at once leaves a journal with nothing but its head.
    fn has_begun(&self, id: &str) -> bool {
        let path = self.folder(id).join(journal::FILE);
        let Ok(file) = journal::open_to_read(&path) else {
            return path.exists();
        };
        let mut lines = BufReader::new(file);
        let mut second = Vec::new();
        let read = lines
            .skip_until(b'\n')
            .and_then(|_| lines.read_until(b'\n', &mut second));
        read.is_err() || second.ends_with(b"\n")
    }

    /// The fold of a session's journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn read(&self, id: &str) -> Result<Session, JournalError> {
        let read = journal::read(&self.folder(id))?;
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
