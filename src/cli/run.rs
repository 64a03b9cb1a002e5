//! stub
use std::process::ExitCode;
/// stub
#[derive(Debug, clap::Args)]
pub struct RunArgs {}
/// stub
#[must_use]
pub fn run(_args: RunArgs) -> ExitCode { ExitCode::SUCCESS }
