//! `reheat history`: a session as it went, to look into; nothing runs and nothing is asked.

use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use clap::Args;

use super::app_context::AppContext;
use super::flags::LoopFlags;
use super::workbench::{habits, of_signal};
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, drive, fail};
use crate::session::event::Event;
use crate::session::{EventRecord, History, Library, journal};
use crate::tui::{self, Link, Start};

/// How often it is looked whether another program has added something.
const LOOK: Duration = Duration::from_millis(400);
/// The largest journal that is read again whenever it grows, in bytes.
const FOLLOWED: u64 = 16 << 20;

/// Flags of `reheat history`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat history                the latest session, step by step: → and ← step, space plays, n goes to the next verdict
  reheat history pairs-43e2     the session whose id begins so
  reheat show pairs-43e2        the same as text

Every pane shows what it showed then: replies come as they came, charts grow as they grew. What was only shown and never kept
(the memory of single runs while they ran, the figures of single pairs) is made again from what was kept.

A session that another reheat has open is followed: what happens there appears here, and nothing here changes it.

Exit status: 0 done, 1 the session cannot be shown, 2 wrong use, 3 something is missing here.")]
pub(crate) struct HistoryArgs {
    /// Id of the session, or a beginning or a part of it; the latest where left out, or `last`.
    session: Option<String>,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &HistoryArgs, theme: Option<&str>) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    if !drive::has_screen(&LoopFlags::default()) {
        return fail(
            USAGE,
            "a session is looked into on a terminal; `reheat show` prints it as text, `reheat report` makes a page of it",
        );
    }
    let library = app.library();
    let link = library
        .find(args.session.as_deref())
        .map_err(|why| CliError::new(USAGE, why))
        .and_then(|id| recorded(&library, &id));
    let link = match link {
        Ok(link) => link,
        Err(refusal) => return refusal.into(),
    };
    let start = Start {
        theme: theme
            .map(str::to_owned)
            .or_else(|| app.config.theme.clone()),
        themes: Some(app.folders.config.join("themes")),
        config_file: Some(app.folders.config_file()),
        habits: habits(&app),
        ..Start::running(link)
    };
    match tui::run(start) {
        Ok(ended) => ended.signal.map_or(ExitCode::SUCCESS, of_signal),
        Err(error) => fail(ENVIRONMENT, error),
    }
}

/// A session to look into.
///
/// # Errors
/// Its journal cannot be read, or there is nothing in it.
pub(super) fn recorded(library: &Library, id: &str) -> Result<Link, CliError> {
    let read = journal::read(&library.folder(id)).map_err(|e| CliError::new(NOTHING, e))?;
    let began = |event: &Event| matches!(event, Event::SessionStarted { .. });
    if !read.events.iter().any(|record| began(&record.event)) {
        return Err(CliError::new(
            NOTHING,
            format_args!(
                "session {id} cannot be shown: its journal does not say what was optimised: it never began, or its first events cannot be read"
            ),
        ));
    }
    let holes = read.holes.iter();
    let holes = holes.map(|(line, why)| format!("line {line} cannot be read ({why})"));
    let holes = holes.collect();
    let events = follow(library, id, read.events.len());
    Ok(Link::recorded(History::new(read.events, holes), events))
}

/// What another program adds to a session meanwhile, where one has it open; closed at once where none has.
fn follow(library: &Library, id: &str, mut known: usize) -> Receiver<EventRecord> {
    let (tell, events) = channel();
    let running = library.is_running(id);
    let (library, id) = (library.clone(), id.to_owned());
    let watch = move || {
        let file = library.folder(&id).join(journal::FILE);
        let size = || std::fs::metadata(&file).map_or(0, |file| file.len());
        let mut before = 0;
        loop {
            let running = library.is_running(&id);
            let now = size();
            if now != before && now <= FOLLOWED {
                let Ok(read) = journal::read(&library.folder(&id)) else {
                    return;
                };
                let count = read.events.len();
                for event in read.events.into_iter().skip(known) {
                    if tell.send(event).is_err() {
                        return;
                    }
                }
                (known, before) = (known.max(count), now);
            }
            if !running {
                return;
            }
            std::thread::sleep(LOOK);
        }
    };
    if running {
        drop(
            std::thread::Builder::new()
                .name("follow".into())
                .spawn(watch),
        );
    }
    events
}
