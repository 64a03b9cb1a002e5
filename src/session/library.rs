//! All journals of this user: made, found, listed, opened. One folder a session under `sessions/` of the data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
#[derive(Clone, Debug)]
pub struct Summary {
    /// Its id.
    pub id: String,
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

    /// The id that a person means: a whole id, an unambiguous part of one, or nothing for the latest.
    ///
    /// # Errors
    /// A sentence that lists what there is.
    pub fn find(&self, wanted: Option<&str>) -> Result<String, String> {
        let ids = self.ids();
        let Some(wanted) = wanted else {
            return ids.into_iter().next().map(|(id, _)| id).ok_or_else(|| {
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
        let mut ids: Vec<(String, SystemTime)> = fs::read_dir(&self.root)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let changed = fs::metadata(entry.path().join(journal::FILE))
                    .ok()?
                    .modified()
                    .ok()?;
                Some((entry.file_name().into_string().ok()?, changed))
            })
            .collect();
        ids.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.0.cmp(&a.0)));
        ids
    }

    /// The latest sessions, newest first; those that cannot be read are left out.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Summary> {
        self.ids()
            .into_iter()
            .take(most)
            .filter_map(|(id, changed)| self.summary(&id, changed))
            .collect()
    }

    fn summary(&self, id: &str, changed: SystemTime) -> Option<Summary> {
        let session = self.read(id).ok()?;
        let task = session.task.as_ref()?;
        Some(Summary {
            id: id.to_owned(),
            task: task.name.clone(),
            language: task.language.clone(),
            best: session
                .best()
                .map(|v| (v.id.to_string(), v.gain_over_original().map(|g| g.0))),
            rounds: session.rounds.len(),
            finished: session
                .finished
                .as_ref()
                .is_some_and(|f| f.reason != EndReason::Stopped),
            changed,
        })
    }

    /// The fold of a session's journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn read(&self, id: &str) -> Result<Session, JournalError> {
        let read = journal::read(&self.folder(id))?;
        let mut session = Session::of(&read.events);
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
