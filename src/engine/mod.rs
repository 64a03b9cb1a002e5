//! The loop: takes [`Command`]s, drives the rooms below, emits events. Never draws, never blocks its caller.
//!
//! [`start`] gives a [`Handle`]: commands go in, [`EventRecord`] events come out, in order, durable ones
//! already on disk. Everything that a screen, a text or a file shows is made from those events.

#![warn(unreachable_pub)]

mod added_cases;
mod ask;
mod coalescing_sender;
mod command_inbox;
mod commands;
mod comparing;
mod cost;
mod decide;
mod event_loop;
mod jobs;
mod judge_thread;
mod judging;
mod pending_reply;
mod prepare;
mod prompt;
mod queries;
mod references;
mod round;
mod serve_side_requests;
mod side_job;
pub mod side_requests;
mod start;

pub mod write_requests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::model::Provider;
use crate::model::prompt::Template;
use crate::sandbox;
use crate::session::event::{Event, Goal, Mode, Origin, VersionId};
use crate::session::journal::JournalError;
use crate::session::{EventRecord, Journal, Library, Session};
use crate::task::{Objective, Task, held_out};

/// What the developer can ask of the loop. Each is answered by events, never by a return value.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start the next round now (manual and step mode, or after the end: one more).
    NextRound,
    /// Pause at the next safe moment, or go on.
    Pause(bool),
    /// Stop what is running (a stream, a run); the loop then waits for the developer.
    Stop,
    /// Stop what is running and do this round again.
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
    /// So many replies from the next round on, side by side (1 to [`MOST_AT_ONCE`](crate::model::MOST_AT_ONCE)).
    Candidates(u32),
    /// Another temperature from the next question on (0 to 2); `None` is the model's own.
    Temperature(Option<f64>),
    /// The developer wants to see the next round's prompt before it goes out: the loop says what it would be, and waits.
    Prepare,
    /// Start the next round with exactly this prompt.
    SendPrompt(String),
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
    /// Something beside the rounds: about single cases, or the task's reference solutions.
    SideRequest(side_requests::SideRequest),
    /// A version goes into the user's own file, a patch or a branch; or that is taken back.
    Write(write_requests::WriteRequest),
    /// End the session in good order: what was had is kept, nothing is left running.
    Quit,
}

/// Time that one comparison may take where nothing else is said, and in a demo, where somebody waits for it.
pub const COMPARISON: Duration = Duration::from_secs(30);
/// The same for bundled tasks.
pub const DEMO_COMPARISON: Duration = Duration::from_secs(8);

/// Everything a session needs to start.
#[derive(Clone)]
pub struct Setup {
    /// What is optimised.
    pub task: Task,
    /// Where it came from, so that the session can be resumed.
    pub origin: Origin,
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// How it is reached, to be kept with the session; never a key.
    pub reached_by: BTreeMap<String, String>,
    /// How it goes on.
    pub mode: Mode,
    /// When it ends.
    pub goal: Goal,
    /// Where sessions are kept.
    pub library: Library,
    /// A session to go on with, by id.
    pub resume: Option<String>,
    /// Replies that a round asks for; `None` is what the session has, one in a new one.
    pub candidates: Option<u32>,
    /// A temperature that was named; `None` is what the session has, or the model's own.
    pub temperature: Option<f64>,
    /// How the sandbox is opened.
    pub sandbox: sandbox::Settings,
    /// Where builds are kept; `None` is a temporary folder.
    pub cache: Option<PathBuf>,
    /// The prompt's template.
    pub template: Template,
    /// Time that one comparison may take at most: [`COMPARISON`] where nobody says otherwise.
    pub comparison_budget: Duration,
    /// Pauses between the acts of a demo, at speed 1; zero in real work.
    pub demo_pause: Duration,
}

/// A running loop.
pub struct Handle {
    /// What happened, in order. Closed when the loop has ended for good.
    pub events: Receiver<EventRecord>,
    /// How many of the first events are those of earlier sittings, sent again so that the receiver has the whole session.
    pub replayed: usize,
    commands: tokio::sync::mpsc::UnboundedSender<Command>,
}

impl Handle {
    /// Asks something of the loop. Never blocks; after its end nothing happens.
    pub fn send(&self, command: Command) {
        drop(self.commands.send(command));
    }

    /// The events, and what asks something of the loop: for a caller that keeps the two in different places.
    pub fn split(self) -> (Receiver<EventRecord>, impl Fn(Command) + Send + 'static) {
        let commands = self.commands;
        // After the end of the loop nothing happens.
        let send = move |command| drop(commands.send(command));
        (self.events, send)
    }

    /// A way to end the loop in good order from another thread.
    pub fn quitter(&self) -> impl Fn() + Send + 'static {
        let commands = self.commands.clone();
        move || drop(commands.send(Command::Quit))
    }
}

/// Why a session could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal cannot be kept or read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The system refused a thread.
    #[error("cannot start the loop: {0}")]
    System(#[from] std::io::Error),
}

/// Starts the loop on threads of its own and gives back a handle to it, at once.
///
/// # Errors
/// When the journal cannot be made or opened, or the system refuses a thread. Everything later is reported by events.
pub fn start(mut setup: Setup) -> Result<Handle, EngineError> {
    let (journal, past) = match &setup.resume {
        Some(id) => {
            let (journal, events) = Journal::reopen(&setup.library.folder(id))?;
            (journal, events)
        }
        None => (setup.library.create(&setup.task.name)?.1, Vec::new()),
    };
    let begun = past.iter().find_map(|h| match &h.event {
        Event::SessionStarted { task, .. } => Some(task),
        _ => None,
    });
    let seed = begun.map_or_else(|| Some(rand::random()), |record| record.held_out_seed);
    match (begun, seed) {
        (Some(record), _) => held_out::recall(&mut setup.task, &record.held_out),
        (None, seed) => held_out::choose(&mut setup.task, seed.unwrap_or_default()),
    }
    added_cases::recall(&mut setup.task, &past);
    let judge_thread = judge_thread::JudgeThread::start(
        setup.task.clone(),
        setup.sandbox.clone(),
        setup.cache.clone(),
        setup.comparison_budget,
    )?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut outlet, events) = coalescing_sender::CoalescingSender::new();
    let (commands, inbox) = command_inbox::CommandInbox::new();
    let replayed = past.len();
    let mut session = Session::default();
    for entry in past {
        session.apply(&entry);
        outlet.push(entry);
    }
    let mut it = event_loop::Loop::new(setup, journal, session, judge_thread, outlet, inbox);
    it.held_out_seed = seed;
    std::thread::Builder::new()
        .name("engine".into())
        .spawn(move || runtime.block_on(it.run()))?;
    Ok(Handle {
        events,
        replayed,
        commands,
    })
}
