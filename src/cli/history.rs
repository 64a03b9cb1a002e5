//! `reheat history`: a session as it went, to look into; nothing runs and nothing is asked.

use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use clap::Args;

use super::app_context::AppContext;
use super::flags::LoopFlags;
use super::report::never_began;
use super::workbench::{habits, of_signal};
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, drive, fail};
use crate::session::journal::{self, JournalContents, JournalError, Texts};
use crate::session::{EventRecord, History, Library};
use crate::tui::{self, Link, RecordedSession, Start};

/// How often it is looked whether another program has added something.
const LOOK: Duration = Duration::from_millis(400);
/// A journal of more bytes is shown before all of it is read, and so many events are its beginning.
const LARGE: u64 = 2 << 20;
const BEGINNING: usize = 40;
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

/// A session to look into: its beginning is there at once, however large it is, and the rest is read meanwhile.
///
/// # Errors
/// Its journal cannot be read, or there is nothing in it.
pub(super) fn recorded(library: &Library, id: &str) -> Result<Link, CliError> {
    let (first, beginning) = channel();
    let (all, whole) = channel();
    let (tell, events) = channel();
    let (library, name) = (library.clone(), id.to_owned());
    let reader = move || {
        let read = journal(&library, &name, &first);
        drop(first);
        let known = read.as_ref().map_or(0, |read| read.events.len());
        let history = read.map(|read| {
            let holes = read.holes.iter();
            let holes = holes.map(|(line, why)| format!("line {line} cannot be read ({why})"));
            History::new(read.events, holes.collect())
        });
        let sent = all.send(history.map_err(|why| why.to_string()));
        drop(all);
        // Nobody waits for it any more where the screen has ended.
        if sent.is_ok() {
            follow(&library, &name, known, &tell);
        }
    };
    let nothing = |why: &dyn std::fmt::Display| CliError::new(NOTHING, why);
    std::thread::Builder::new()
        .name("read".into())
        .spawn(reader)
        .map_err(|why| nothing(&why))?;
    // Nothing comes of a journal that is shorter than a beginning, or that cannot be read: then all of it says so.
    let history = match beginning.recv() {
        Ok(events) => History::new(events, Vec::new()),
        Err(_) => match whole.recv() {
            Ok(whole) => whole.map_err(|why| nothing(&why))?,
            Err(why) => return Err(nothing(&why)),
        },
    };
    if !history.has_begun() {
        return Err(never_began(id));
    }
    Ok(Link::recorded(RecordedSession { history, whole }, events))
}

/// Reads a journal, and gives its beginning away as soon as there is one.
fn journal(
    library: &Library,
    id: &str,
    first: &Sender<Vec<EventRecord>>,
) -> Result<JournalContents, JournalError> {
    let mut events = Vec::new();
    let folder = library.folder(id);
    let large = std::fs::metadata(folder.join(journal::FILE)).is_ok_and(|file| file.len() > LARGE);
    let read = journal::each(&folder, Texts::Whole, |event| {
        events.push(event);
        if large && events.len() == BEGINNING {
            let _ = first.send(events.clone());
        }
    })?;
    Ok(JournalContents { events, ..read })
}

/// What another program adds to a session, for as long as one has it open.
fn follow(library: &Library, id: &str, mut known: usize, tell: &Sender<EventRecord>) {
    let file = library.folder(id).join(journal::FILE);
    let mut before = 0;
    loop {
        let running = library.is_running(id);
        let now = std::fs::metadata(&file).map_or(0, |file| file.len());
        if now != before && now <= FOLLOWED {
            let Ok(read) = journal::read(&library.folder(id)) else {
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
}
