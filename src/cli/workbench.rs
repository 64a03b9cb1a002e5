//! From a running loop to the workbench, and how the screen behaves for this developer.

use std::process::ExitCode;
use std::time::Duration;

use super::app_context::AppContext;
use super::session_request::SessionRequest;
use super::{CliError, ENVIRONMENT};
use crate::engine::Handle;
use crate::tui::{self, Ended, Habits, Start};

/// How a loop is shown that is played again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Showing {
    /// No key does anything but the one that leaves.
    pub(super) kiosk: bool,
    /// How long its end is shown.
    pub(super) leave_after: Duration,
}

/// Shows a running loop in the workbench until the developer leaves it, or until it leaves by itself.
///
/// # Errors
/// There is no terminal that can show it.
pub(super) fn workbench(
    app: &AppContext,
    handle: Handle,
    request: &SessionRequest,
    theme: Option<&str>,
    stand: Option<Showing>,
) -> Result<Ended, CliError> {
    let kiosk = stand.is_some_and(|s| s.kiosk);
    let mut habits = habits(app);
    habits.tips &= !kiosk;
    let start = Start {
        banner: if kiosk {
            AT_A_STAND.to_owned()
        } else {
            request.opening.clone()
        },
        demo: request.provider.recorded(),
        kiosk,
        leave_after: stand.map(|s| s.leave_after),
        recorded: request.tape.as_ref().map(|t| t.figures.clone()),
        theme: theme
            .map(str::to_owned)
            .or_else(|| app.config.theme.clone()),
        themes: Some(app.folders.config.join("themes")),
        config_file: Some(app.folders.config_file()),
        habits,
        ..Start::running(handle)
    };
    tui::run(start).map_err(|e| CliError::new(ENVIRONMENT, e))
}

/// The banner at a stand: what it is, and how to start one's own.
const AT_A_STAND: &str =
    "reheat makes code faster, measured here and now · yours: reheat optimize FILE";

/// How the screen behaves for this developer.
pub(super) fn habits(app: &AppContext) -> Habits {
    Habits {
        keys: app.config.keys.clone(),
        bell: app.config.bell,
        ascii: app.config.ascii,
        tips: true,
        told: app.config.warnings.clone(),
        folder: Some(app.folders.data.clone()),
    }
}

/// The exit status after a signal, as shells count it.
pub(super) fn of_signal(signal: i32) -> ExitCode {
    ExitCode::from(u8::try_from(128 + signal).unwrap_or(1))
}
