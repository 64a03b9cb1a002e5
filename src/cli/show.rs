//! `reheat show`: a session as text or JSON.

use std::process::ExitCode;

use clap::Args;

use super::ls::{self, LsArgs};
use super::report::read;
use super::{USAGE, fail, print, print_exactly};
use crate::config::Folders;
use crate::report;
use crate::session::Library;

/// Flags of `reheat show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat show                  the latest session
  reheat show pairs            the session whose id begins with `pairs`, or else contains it
  reheat show --json | jq .best_code -r > best.py")]
pub(crate) struct ShowArgs {
    /// Id of the session, or a beginning or a part of it; the latest where left out, or `last`.
    session: Option<String>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// What `reheat ls` does now.
    #[arg(long, hide = true)]
    list: bool,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &ShowArgs) -> ExitCode {
    if args.list {
        return ls::run(&LsArgs::usual(args.json));
    }
    let folders = match Folders::find() {
        Ok(folders) => folders,
        Err(error) => return fail(super::ENVIRONMENT, error),
    };
    let library = Library::new(&folders.data);
    let id = match library.find(args.session.as_deref()) {
        Ok(id) => id,
        Err(why) => return fail(USAGE, why),
    };
    match read(&library, &id) {
        Ok(session) if args.json => {
            print_exactly(&format!("{}\n", report::json::session(&session)));
        }
        Ok(session) => print(&report::text::session(&session)),
        Err(refusal) => return refusal.into(),
    }
    ExitCode::SUCCESS
}
