//! From a running loop to the workbench, and how the screen behaves for this developer.

use std::process::ExitCode;

use super::app_context::AppContext;
use super::{ENVIRONMENT, fail};
use crate::engine::Handle;
use crate::session::Session;
use crate::tui::{self, Habits, Start};

/// Shows a running loop in the workbench until the developer leaves it.
///
/// # Errors
/// The exit status, after the error was printed, or of the signal that ended it.
pub(crate) fn workbench(
    app: &AppContext,
    handle: Handle,
    opening: &str,
    demo: bool,
    theme: Option<&str>,
) -> Result<Session, ExitCode> {
    let start = Start {
        banner: opening.to_owned(),
        demo,
        theme: theme
            .map(str::to_owned)
            .or_else(|| app.config.theme.clone()),
        themes: Some(app.folders.config.join("themes")),
        config_file: Some(app.folders.config_file()),
        habits: habits(app),
        ..Start::running(handle)
    };
    let ended = tui::run(start).map_err(|e| fail(ENVIRONMENT, e))?;
    ended
        .signal
        .map_or(Ok(ended.session), |signal| Err(of_signal(signal)))
}

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
