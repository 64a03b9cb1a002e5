//! `reheat` alone: the start screen; and the way from a running loop to the workbench.

use std::process::ExitCode;

use super::drive::Ground;
use crate::engine::Handle;
use crate::session::Session;

/// Opens the start screen.
#[must_use]
pub fn run(_theme: Option<&str>) -> ExitCode {
    ExitCode::SUCCESS
}

/// Why a language cannot be used here; `None` if it can.
#[must_use]
pub fn missing(ground: &Ground, language: &str) -> Option<String> {
    let language = ground.languages.get(language)?;
    crate::sandbox::toolchain::find(language.program(None))
        .err()
        .map(|e| e.to_string())
}

/// Shows a running loop in the workbench until the developer leaves it.
///
/// # Errors
/// What the terminal said.
pub fn workbench(
    _ground: &Ground,
    handle: Handle,
    opening: &str,
    _theme: Option<&str>,
) -> Result<Session, String> {
    Ok(super::follow::follow(
        &handle,
        super::follow::Style::Text,
        opening,
    ))
}
