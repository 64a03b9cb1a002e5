//! From a task, flags and config to a running loop, its view (screen, text or JSON) and the exit status.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use super::app_context::AppContext;
use super::flags::LoopFlags;
use super::follow::{self, OutputFormat};
use super::session_request::{PLAYED, SessionRequest};
use super::workbench::{self, Showing, of_signal};
use super::write_at_end::{self, better, writable};
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, fail, print};
use crate::engine::{self, EngineError, Handle};
use crate::report::text;
use crate::session::Session;
use crate::session::event::{EndReason, Finish, Mode, Origin};
use crate::session::journal::JournalError;

/// Whether the workbench can open: input and output are a terminal, and no flag says otherwise.
pub(crate) fn has_screen(flags: &LoopFlags) -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.is_empty());
    !flags.headless
        && !flags.json
        && !dumb
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal()
}

/// Runs the loop with the view that fits, and returns the exit status.
#[must_use]
pub(crate) fn run(
    app: &AppContext,
    request: SessionRequest,
    flags: &LoopFlags,
    theme: Option<&str>,
) -> ExitCode {
    if let Some(out) = &flags.out
        && let Err(why) = writable(out)
    {
        return fail(
            USAGE,
            format_args!("cannot write --out {}: {why}", out.display()),
        );
    }
    if let (Some(out), Some(source)) = (&flags.out, &request.program)
        && std::fs::canonicalize(out)
            .ok()
            .is_some_and(|o| std::fs::canonicalize(source).ok() == Some(o))
    {
        return fail(
            USAGE,
            format_args!(
                "--out {} is the program itself; name another file, so that the original is kept",
                out.display()
            ),
        );
    }
    if let Err(refusal) = write_at_end::possible(flags, &request) {
        return refusal.into();
    }
    let sitting = match sit(app, &request, flags, theme, None) {
        Ok(sitting) => sitting,
        Err(refusal) => return refusal.into(),
    };
    let (session, screen) = (sitting.session, sitting.screen);
    if screen {
        if let Some(signal) = sitting.signal {
            return of_signal(signal);
        }
        say_how_it_ended(&session);
        if let Some(tape) = request.tape.as_ref().filter(|_| session.finished.is_some()) {
            print(&format!("\n{}", tape.figures.text(&session)));
        }
    }
    write_at_end::save(&session, &request.task, flags.out.as_deref())
        .or_else(|| write_at_end::leave(app, &session, flags, &request))
        .unwrap_or_else(|| status(&session, screen))
}

/// One turn of a loop from its start to its end.
pub(super) struct Sitting {
    /// The session as it ended.
    pub(super) session: Session,
    /// Whether it was shown on the screen.
    pub(super) screen: bool,
    /// The signal that ended it, on the screen.
    pub(super) signal: Option<i32>,
    /// Whether the screen left by itself.
    pub(super) by_itself: bool,
}

/// Runs the loop once, with the view that fits.
///
/// # Errors
/// It cannot be started, or there is no terminal for the screen.
pub(super) fn sit(
    app: &AppContext,
    request: &SessionRequest,
    flags: &LoopFlags,
    theme: Option<&str>,
    stand: Option<Showing>,
) -> Result<Sitting, CliError> {
    let mut setup = request.setup(app, flags)?;
    let screen = has_screen(flags);
    if !screen || stand.is_some_and(|s| s.kiosk) {
        // Without a screen nobody can press a key.
        setup.mode = Mode::Auto;
    }
    let handle =
        engine::start(setup).map_err(|e| CliError::new(ENVIRONMENT, cannot_start(&e, app)))?;
    if screen {
        let ended = workbench::workbench(app, handle, request, theme, stand)?;
        return Ok(Sitting {
            session: ended.session,
            screen,
            signal: ended.signal,
            by_itself: ended.by_itself,
        });
    }
    signals(&handle);
    let style = if flags.json {
        OutputFormat::Json
    } else {
        OutputFormat::Text
    };
    Ok(Sitting {
        session: follow::follow(
            &handle,
            style,
            &request.opening,
            request.tape.as_ref().map(|t| &t.figures),
        ),
        screen,
        signal: None,
        by_itself: false,
    })
}

/// What the first signal does now; the thread that waits for signals is there once, however often the loop is run.
static ON_SIGNAL: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);
/// The first signal ends the loop in good order, the second at once.
fn signals(handle: &Handle) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let on_signal = || ON_SIGNAL.lock().unwrap_or_else(PoisonError::into_inner);
    let before = on_signal().replace(Box::new(handle.quitter()));
    if before.is_some() {
        return;
    }
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        let _ = std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for (n, signal) in signals.forever().enumerate() {
                    if n > 0 {
                        std::process::exit(128 + signal);
                    }
                    if let Some(quit) = &*on_signal() {
                        quit();
                    }
                }
            });
    }
}

fn cannot_start(error: &EngineError, app: &AppContext) -> String {
    match error {
        EngineError::Journal(JournalError::Busy(_) | JournalError::Bad { .. }) => error.to_string(),
        EngineError::Journal(_) => {
            format!(
                "{error}\nSessions are kept in {}; make it writable, or choose another folder with REHEAT_DATA_DIR.",
                app.folders.data.display()
            )
        }
        EngineError::System(_) => error.to_string(),
    }
}

/// Whether the model was asked and failed every time.
fn never_answered(session: &Session) -> bool {
    let mut replies = session
        .rounds
        .iter()
        .flat_map(|r| r.replies.values())
        .peekable();
    replies.peek().is_some() && replies.all(|r| r.finish == Finish::Failed)
}

/// The exit status for the outcome of a loop.
fn status(session: &Session, screen: bool) -> ExitCode {
    // Leaving the workbench of a demo is no failure.
    let origin = session.task.as_ref().map(|t| &t.origin);
    let left = screen
        && (matches!(origin, Some(Origin::Bundled { .. }))
            || session.reached_by.contains_key(PLAYED))
        && session
            .finished
            .as_ref()
            .is_none_or(|f| f.reason == EndReason::Stopped);
    if better(session) || left {
        return ExitCode::SUCCESS;
    }
    use EndReason as End;
    let status = match session.finished.as_ref().map(|f| &f.reason) {
        Some(End::Environment | End::Provider | End::Disk) => ENVIRONMENT,
        _ if never_answered(session) => ENVIRONMENT,
        Some(End::Task | End::Prompt) => USAGE,
        Some(
            End::Rounds
            | End::Goal
            | End::Time
            | End::Tokens
            | End::Cost
            | End::Stopped
            | End::TapeEnded
            | End::Other(_),
        )
        | None => NOTHING,
    };
    ExitCode::from(status)
}

/// What came of a session that was shown on the screen, once that is gone.
pub(super) fn say_how_it_ended(session: &Session) {
    if session.task.is_some() && !session.was_refused() {
        print(&format!(
            "{}\nsession {} · reheat show, reheat resume\n",
            text::ending(session),
            session.id
        ));
    }
}
