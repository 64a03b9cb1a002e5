//! `reheat demo --loop` and `--kiosk`: the same demo again and again, until somebody leaves it. Nothing of it is kept: a day at a stand
//! would fill a disk with sessions that nobody looks at.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::app_context::AppContext;
use super::drive::{self, Sitting};
use super::flags::LoopFlags;
use super::session_request::SessionRequest;
use super::workbench::{Showing, of_signal};
use super::{CliError, ENVIRONMENT, USAGE, fail};
use crate::session::event::EndReason;

/// How long the end of a turn is shown, at speed 1.
const SHOWN: Duration = Duration::from_secs(20);
/// The wait before it begins again after something went wrong, at speed 1.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

/// How it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    /// No key does anything but the one that leaves.
    pub(super) kiosk: bool,
    /// How much faster than usual.
    pub(super) speed: f64,
}

/// Plays until somebody leaves.
pub(super) fn run(
    app: &AppContext,
    request: &dyn Fn(&AppContext) -> Result<SessionRequest, CliError>,
    flags: &LoopFlags,
    theme: Option<&str>,
    stand: Stand,
) -> ExitCode {
    if let Err(refusal) = possible(flags, stand) {
        return refusal.into();
    }
    // What is wrong from the start does not become right by itself.
    if let Err(refusal) = request(app).and_then(|r| r.setup(app, flags).map(drop)) {
        return refusal.into();
    }
    let showing = Showing {
        kiosk: stand.kiosk,
        leave_after: SHOWN.div_f64(stand.speed),
    };
    let signal = listen();
    loop {
        match turn(app, request, flags, theme, showing, &signal) {
            Ok(Some(status)) => return status,
            Ok(None) => {}
            Err(trouble) => {
                let _ = fail(0, format_args!("{trouble}; it begins again"));
                rest(AFTER_TROUBLE.div_f64(stand.speed), &signal);
            }
        }
        if let Some(signal) = came(&signal) {
            return of_signal(signal);
        }
    }
}

fn possible(flags: &LoopFlags, stand: Stand) -> Result<(), CliError> {
    let refused = |why: &str| Err(CliError::new(USAGE, why));
    if flags.out.is_some() || flags.write || flags.patch.is_some() || flags.branch.is_some() {
        return refused(
            "nothing of a demo that is played again and again is kept: --out, --write, --patch and --branch do not go with --loop",
        );
    }
    if stand.kiosk && !drive::has_screen(flags) {
        return refused(
            "--kiosk needs a terminal with a screen; without one --loop plays again and again as text or JSON",
        );
    }
    Ok(())
}

/// One turn; the exit status where it was the last one.
fn turn(
    app: &AppContext,
    request: &dyn Fn(&AppContext) -> Result<SessionRequest, CliError>,
    flags: &LoopFlags,
    theme: Option<&str>,
    showing: Showing,
    signal: &AtomicUsize,
) -> Result<Option<ExitCode>, CliError> {
    let folder = tempfile::Builder::new().prefix("reheat-loop-").tempdir();
    let folder = folder.map_err(|why| {
        CliError::new(
            ENVIRONMENT,
            format_args!("there is no temporary folder: {why}"),
        )
    })?;
    let app = app.with_data(folder.path());
    let request = request(&app)?;
    let Sitting {
        session,
        screen,
        signal: of_screen,
        by_itself,
    } = drive::sit(&app, &request, flags, theme, Some(showing))?;
    if let Some(signal) = of_screen {
        return Ok(Some(of_signal(signal)));
    }
    if screen {
        return Ok((!by_itself).then_some(ExitCode::SUCCESS));
    }
    match session.finished.map(|f| f.reason) {
        // A signal, which the caller sees, or nobody reads any more.
        Some(EndReason::Stopped) if came(signal).is_none() => Ok(Some(ExitCode::SUCCESS)),
        Some(EndReason::Stopped) => Ok(None),
        Some(EndReason::Environment | EndReason::Disk | EndReason::Task) | None => Err(
            CliError::new(ENVIRONMENT, "this turn could not be played to its end"),
        ),
        _ => Ok(None),
    }
}

/// Where the number of a signal that came is stored; between two turns nobody else hears it.
fn listen() -> Arc<AtomicUsize> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let came = Arc::new(AtomicUsize::new(0));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        let number = usize::try_from(signal).unwrap_or_default();
        // Where it cannot be heard the turn still hears it.
        drop(signal_hook::flag::register_usize(
            signal,
            came.clone(),
            number,
        ));
    }
    came
}

/// The signal that came, if one did.
fn came(signal: &AtomicUsize) -> Option<i32> {
    let number = signal.load(Ordering::SeqCst);
    i32::try_from(number).ok().filter(|n| *n > 0)
}

/// Waits, unless a signal comes.
fn rest(time: Duration, signal: &AtomicUsize) {
    let until = Instant::now() + time;
    while Instant::now() < until && came(signal).is_none() {
        std::thread::sleep(Duration::from_millis(50));
    }
}
