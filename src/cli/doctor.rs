//! `reheat doctor`: in plain words what is there.

use std::process::ExitCode;

/// Flags of `reheat doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {}

/// Runs the command.
#[must_use]
pub fn run(_args: &DoctorArgs) -> ExitCode {
    ExitCode::SUCCESS
}
