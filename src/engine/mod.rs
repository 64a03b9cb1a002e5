//! The loop: takes [`Command`]s, drives the rooms below, emits events. Never draws, never blocks its caller.
//!
//! [`start`] gives a [`Handle`]: commands go in, [`Happened`] events come out, in order, durable ones
//! already on disk. Everything that a screen, a text or a file shows is made from those events.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::model::Provider;
use crate::sandbox;
use crate::session::event::{Goal, Mode, VersionId};
use crate::session::{Happened, Library};
use crate::task::{Objective, Task};

/// What the developer can ask of the loop. Each is answered by events, never by a return value.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start the next round now (manual and step mode, or after the end: one more).
    NextRound,
    /// Hold everything at the next safe moment, or go on.
    Pause(bool),
    /// Stop what is on its way (a stream, a run); the loop then waits for the developer.
    Stop,
    /// Stop what is on its way and do this round again.
    Retry,
    /// A hint for the next round, in plain words.
    Hint(String),
    /// Another objective from the next round on.
    Objective(Objective),
    /// Another parent for the next round; `None` follows the incumbent.
    Parent(Option<VersionId>),
    /// Another mode.
    Mode(Mode),
    /// Another goal.
    Goal(Goal),
    /// Another model from the next round on.
    Model(String),
    /// A version made by hand: it is measured like any other.
    HandEdit {
        /// What it was made from.
        parent: VersionId,
        /// Its whole text.
        text: String,
    },
    /// Make this version the incumbent, whatever the rule said. Refused (with a note) if it does not pass.
    Accept(VersionId),
    /// Take the incumbency from this version; its best ancestor that passes gets it.
    Reject(VersionId),
    /// Take back the last decision by hand.
    Undo,
    /// Pin or release.
    Pin(VersionId, bool),
    /// Annotate; empty takes the note back.
    Annotate(VersionId, String),
    /// End the session in good order: what was had is kept, nothing is left running.
    Quit,
}

/// Everything a session needs to start.
#[derive(Clone)]
pub struct Setup {
    /// What is optimised.
    pub task: Task,
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// How it goes on.
    pub mode: Mode,
    /// When it ends.
    pub goal: Goal,
    /// Where sessions are kept.
    pub library: Library,
    /// A session to go on with, by id.
    pub resume: Option<String>,
    /// How the sandbox is opened.
    pub sandbox: sandbox::Settings,
    /// Time that one comparison may take at most (default 30 s, demo 8 s).
    pub comparison_budget: Duration,
    /// Pauses between the acts of a demo, at speed 1; zero in real work.
    pub breath: Duration,
}

/// A running loop.
pub struct Handle {
    /// What happened, in order. Closed when the loop has ended for good.
    pub events: Receiver<Happened>,
    commands: tokio::sync::mpsc::UnboundedSender<Command>,
}

impl Handle {
    /// Asks something of the loop. Never blocks; after its end nothing happens.
    pub fn send(&self, command: Command) {
        drop(self.commands.send(command));
    }
}
