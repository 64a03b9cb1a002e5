//! stub
use std::process::ExitCode;
/// stub
#[derive(Debug, clap::Args)]
pub struct ConfigArgs {}
/// stub
#[must_use]
pub fn run(_args: ConfigArgs) -> ExitCode {
    ExitCode::SUCCESS
}
