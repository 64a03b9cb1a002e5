//! stub
use std::process::ExitCode;
/// stub
#[derive(Debug, clap::Args)]
pub struct MeasureArgs {}
/// stub
#[must_use]
pub fn run(_args: MeasureArgs) -> ExitCode { ExitCode::SUCCESS }
