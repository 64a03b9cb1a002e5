//! The loop: takes [`Command`]s, drives the rooms below, emits events. Never draws, never blocks its caller.
//!
//! [`start`] gives a [`Handle`]: commands go in, [`EventRecord`] events come out, in order, durable ones
//! already on disk. Everything that a screen, a text or a file shows is made from those events.

mod added_cases;
mod ask;
mod coalescing_sender;
mod command;
mod command_inbox;
mod commands;
mod comparing;
mod cost;
mod decide;
mod event_loop;
mod jobs;
mod judge_thread;
mod judging;
mod measure_again;
mod pending_reply;
mod prepare;
mod prompt;
mod queries;
mod references;
mod remeasure;
mod round;
mod script;
mod serve_side_requests;
mod setup;
mod side_job;
pub mod side_requests;
mod start;

pub mod write_requests;

use std::sync::mpsc::Receiver;

use crate::session::event::Event;
use crate::session::journal::{self, JournalError};
use crate::session::{EventRecord, Journal, Session};
use crate::task::held_out;

pub use command::Command;
pub(crate) use remeasure::Remeasurement;
pub use setup::{COMPARISON, DEMO_COMPARISON, Setup};

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
            let folder = setup.library.folder(id);
            let (journal, read) = Journal::reopen(&folder)?;
            if let Some((line, why)) = read.holes.into_iter().next() {
                let path = folder.join(journal::FILE);
                let why =
                    format!("{why}; with a hole a session can be looked at, but not gone on with");
                return Err(JournalError::Bad { path, line, why }.into());
            }
            (journal, read.events)
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
        judge_thread::Timing {
            budget: setup.comparison_budget,
            usual: setup.comparison_budget,
            clock: setup.comparison_clock,
        },
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
