//! The workbench: shows a [`Session`], sends [`Command`]s.
//!
//! Layers, each of which imports only those before it: `core` (keys, actions, layout, theme, texts, the workers), `state`
//! (what is looked at), `component` (the traits), `widgets` (parts to draw with), `dialogs`, `panes`, then `app` (the state
//! and the dialog on top), `draw` (the frame), `search`, `clipboard`, `actions`, `update` (keys and actions), `mouse`,
//! `input` (what the terminal sends) and `run` (the event loop). A test holds the order and that no files import one
//! another in a circle.
//!
//! The screen is a function of the session and of `App`, what the developer looks at. It computes nothing
//! that takes long (the workers do), waits for nothing but its one channel, and never writes a byte when
//! nothing changed. It may not run programs, ask models or touch the journal; what it writes is the best version and
//! a copied text, when asked to, and a small file of its own memory.

// What `testing` shows to the benches is reachable with the feature of that name only; there the lint sees the rest.
#![cfg_attr(not(feature = "testing"), allow(unreachable_pub))]

mod actions;
mod app;
mod clipboard;
mod component;
pub(crate) mod core;
mod dialogs;
mod draw;
mod input;
mod mouse;
mod panes;
mod run;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod sample;
mod search;
mod state;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod typing_keys;
mod update;
mod widgets;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::engine::{Command, Handle};
use crate::report::played::RecordedFigures;
use crate::session::{EventRecord, History, Session};
pub use core::cast::open as record;
pub use core::home::{
    Choice, Discovered, Discovery, Home, Judged, LibraryRow, ModelLine, Server, SessionEntry,
    TaskEntry,
};
pub use run::run;

/// A running loop as the screen sees it.
pub struct Link {
    /// What happens, in order; closed when the loop has ended for good.
    pub events: Receiver<EventRecord>,
    /// Asks something of the loop; never blocks.
    pub send: Box<dyn Fn(Command) + Send>,
    /// In place of a loop: a session that is only looked at.
    pub recorded: Option<RecordedSession>,
}

/// A session to look into: nothing runs, and nothing is asked.
pub struct RecordedSession {
    /// Its beginning, or all of it.
    pub history: History,
    /// All of it, as soon as it is read; or why it cannot be.
    pub whole: Receiver<Result<History, String>>,
}

impl Link {
    /// A session to look into. `events` are those that another program adds to it meanwhile.
    #[must_use]
    pub fn recorded(session: RecordedSession, events: Receiver<EventRecord>) -> Self {
        Self {
            events,
            send: Box::new(|_| {}),
            recorded: Some(session),
        }
    }
}

impl From<Handle> for Link {
    fn from(handle: Handle) -> Self {
        let (events, send) = handle.split();
        Self {
            events,
            send: Box::new(send),
            recorded: None,
        }
    }
}

/// Opens what was chosen on the start screen; runs on a thread of its own.
pub type Opener = Box<dyn FnMut(Choice) -> Result<Link, String> + Send>;

/// Finds out what takes a while, on a thread of its own, and tells it piece by piece; asked again when the model changes.
pub type Discoverer = Box<dyn FnMut(Discovery, &mut dyn FnMut(Discovered)) + Send>;

/// How the screen starts.
pub struct Start {
    /// A loop that runs already: straight to the workbench.
    pub running: Option<Link>,
    /// Else the start screen with this, and with how to open an entry.
    pub home: Home,
    /// Opens an entry of the start screen.
    pub open: Opener,
    /// Finds out, after the first frame, what the start screen still lacks.
    pub late: Option<Discoverer>,
    /// A standing line: what a demo is, how to connect a model.
    pub banner: String,
    /// Quits without asking even while something is on.
    pub demo: bool,
    /// Stands where anybody can touch it: no key does anything but the one that leaves.
    pub kiosk: bool,
    /// Leaves by itself so long after the session has ended; `None` never does.
    pub leave_after: Option<Duration>,
    /// The figures that came with a tape, shown beside those that are measured here.
    pub recorded: Option<RecordedFigures>,
    /// Name of the theme; none follows the terminal.
    pub theme: Option<String>,
    /// Folder with the user's own themes.
    pub themes: Option<PathBuf>,
    /// The config file, in which a choice of theme is kept; `None` keeps it nowhere.
    pub config_file: Option<PathBuf>,
    /// Keys and manners.
    pub habits: Habits,
}

/// What the developer's settings and earlier sittings say about how the screen behaves.
#[derive(Clone, Debug, Default)]
pub struct Habits {
    /// Keys of the developer's own, by action; those of `reheat keys`.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Whether the bell rings at the end of a long round.
    pub bell: bool,
    /// Whether only ASCII may be drawn; none asks the environment.
    pub ascii: Option<bool>,
    /// Whether a newcomer gets tips.
    pub tips: bool,
    /// What is wrong with the developer's files, in sentences: said on the screen, where they are seen.
    pub told: Vec<String>,
    /// Folder for what the screen remembers and for what was copied last; `None` keeps neither.
    pub folder: Option<PathBuf>,
}

impl Start {
    /// Straight to the workbench on a running loop.
    #[must_use]
    pub fn running(link: impl Into<Link>) -> Self {
        Self {
            running: Some(link.into()),
            home: Home::default(),
            open: Box::new(|_| Err("nothing can be opened here".into())),
            late: None,
            banner: String::new(),
            demo: false,
            kiosk: false,
            leave_after: None,
            recorded: None,
            theme: None,
            themes: None,
            config_file: None,
            habits: Habits::default(),
        }
    }
}

/// How the screen ended; the terminal has been given back.
#[derive(Debug)]
pub struct Ended {
    /// The session as it was last seen; empty if none was opened.
    pub session: Session,
    /// The signal that ended it, if one did (a closed terminal counts as a hang-up).
    pub signal: Option<i32>,
    /// Whether it left by itself, as [`Start::leave_after`] says.
    pub by_itself: bool,
}

/// The screen could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal is missing or does not obey.
    #[error("the workbench needs a terminal: {0}; with --headless the same is told in text")]
    Terminal(#[from] std::io::Error),
}
