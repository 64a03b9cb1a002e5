//! What a list shows of a session, and how it is read from the journal: event by event, without the texts.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::marks::Marks;
use crate::base::units::Gain;
use crate::session::event::{EndReason, Event, EventRecord};
use crate::session::fold::Session;
use crate::session::ids::VersionId;
use crate::session::journal::{self, JournalError, Line, Lines, Texts};
use crate::task::Objective;

/// A session as a list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// Why nothing else is known of it, or what is wrong with it; empty where all is well.
    pub trouble: String,
    /// How it stands.
    pub state: State,
    /// Name of its task.
    pub task: String,
    /// Language of its task.
    pub language: String,
    /// Who answers.
    pub model: String,
    /// What is to become better; unknown where its beginning cannot be read.
    pub objective: Option<Objective>,
    /// Best version, if one was accepted.
    pub best: Option<VersionId>,
    /// The best version's gain over the original with its interval: gain, low, high. None where the original stands.
    pub gain: Option<(Gain, Gain, Gain)>,
    /// Rounds so far.
    pub rounds: usize,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Size of its folder, in bytes.
    pub bytes: u64,
    /// What the developer says of it.
    pub marks: Marks,
    /// When its journal was last written.
    #[serde(skip, default = "SystemTime::now")]
    pub changed: SystemTime,
}

/// How a session stands. The list may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It ended by itself.
    Finished,
    /// It was stopped or cut off, and can be gone on with.
    Open,
    /// A program has it open right now.
    Running,
    /// Something of its journal is lost.
    Damaged,
    /// It cannot be read.
    Unreadable,
    /// It never began.
    Empty,
}

impl State {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Finished,
        Self::Open,
        Self::Running,
        Self::Damaged,
        Self::Unreadable,
        Self::Empty,
    ];

    /// The word for it, on the screen and in files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Open => "open",
            Self::Running => "running",
            Self::Damaged => "damaged",
            Self::Unreadable => "unreadable",
            Self::Empty => "empty",
        }
    }
}

impl Summary {
    fn unknown(id: &str, state: State, trouble: String) -> Self {
        Self {
            id: id.to_owned(),
            trouble,
            state,
            task: String::new(),
            language: String::new(),
            model: String::new(),
            objective: None,
            best: None,
            gain: None,
            rounds: 0,
            started: None,
            bytes: 0,
            marks: Marks::default(),
            changed: SystemTime::UNIX_EPOCH,
        }
    }

    /// Reads what a list shows of the session in a folder, and whether that stays so as long as the journal does: what the
    /// system said no to, it may allow the next time.
    pub(super) fn of(id: &str, folder: &Path) -> (Self, bool) {
        let mut session = Session::default();
        let read = journal::each(folder, Texts::Checked, |mut event| {
            lighten(&mut event);
            session.apply(&event);
        });
        let lasting = !matches!(read, Err(JournalError::Io { .. }));
        let mut summary = match read {
            Err(error) if has_begun(folder) => {
                let trouble = format!("it cannot be read ({})", error.reason());
                Self::unknown(id, State::Unreadable, trouble)
            }
            Err(_) => Self::never_began(id),
            Ok(read) => Self::folded(id, &session, read.holes.first()),
        };
        summary.bytes = size(folder);
        match Marks::read(folder) {
            Ok(marks) => summary.marks = marks,
            Err(why) if summary.trouble.is_empty() => summary.trouble = why,
            Err(why) => summary.trouble = format!("{}; {why}", summary.trouble),
        }
        (summary, lasting)
    }

    fn never_began(id: &str) -> Self {
        Self::unknown(id, State::Empty, "it never began".into())
    }

    fn folded(id: &str, session: &Session, hole: Option<&(usize, String)>) -> Self {
        let Some(task) = &session.task else {
            return hole.map_or_else(
                || Self::never_began(id),
                |(line, why)| {
                    let trouble = format!("it cannot be read (line {line} cannot be read ({why}))");
                    Self::unknown(id, State::Unreadable, trouble)
                },
            );
        };
        let ended = session.finished.as_ref();
        let (state, trouble) = match hole {
            Some(_) => (State::Damaged, "it has a hole".to_owned()),
            None if ended.is_some_and(|f| f.reason != EndReason::Stopped) => {
                (State::Finished, String::new())
            }
            None => (State::Open, String::new()),
        };
        let best = session.best().filter(|_| hole.is_none());
        Self {
            task: task.name.clone(),
            language: task.language.clone(),
            model: session.model.clone(),
            objective: Some(session.objective),
            best: best.map(|v| v.id),
            // Where the original stands nothing was gained.
            gain: best
                .filter(|v| !v.id.is_original())
                .and_then(|v| v.gain_over_original()),
            rounds: session.rounds.len(),
            started: session.started_at,
            ..Self::unknown(id, state, trouble)
        }
    }
}

/// Takes out of an event what no list shows, and what would be kept only to be thrown away.
fn lighten(event: &mut EventRecord) {
    match &mut event.event {
        Event::SessionStarted { task, .. } => task.statement = "".into(),
        Event::VersionCreated { source, .. } => source.text = "".into(),
        Event::PromptSent { prompt, .. } => *prompt = "".into(),
        Event::ReplyEnded {
            text,
            reasoning,
            chunks,
            ..
        } => {
            (*text, *reasoning) = ("".into(), "".into());
            chunks.clear();
        }
        Event::VersionEvaluated { evaluation, .. } => {
            for case in &mut evaluation.cases {
                case.trace = Vec::new();
            }
        }
        _ => {}
    }
}

/// Whether anything was ever recorded in a session's folder: a program that is killed at once leaves a journal with nothing
/// but its head. What cannot be looked at, or is something else, has begun for all that is known.
pub(super) fn has_begun(folder: &Path) -> bool {
    let mut lines = match Lines::open(folder) {
        Ok(lines) => lines,
        Err(why) => return why.kind() != ErrorKind::NotFound,
    };
    let head = match lines.next() {
        Ok(Some(Line::Whole(line) | Line::Cut(line, _))) => line,
        Ok(None) => return false,
        Ok(Some(Line::TooLong)) | Err(_) => return true,
    };
    let is_head = head
        .iter()
        .zip(journal::HEAD.as_bytes())
        .all(|(a, b)| a == b);
    !is_head || !matches!(lines.next(), Ok(None | Some(Line::Cut(..))))
}

/// Bytes that all files of a folder have. What links lead to is not of it.
pub(super) fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => size(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}
