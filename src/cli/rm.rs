//! `reheat rm`: moves sessions into the trash, and brings them back.

use std::process::ExitCode;

use clap::Args;

use super::{CliError, ENVIRONMENT, NOTHING, USAGE, print};
use crate::base::units::Bytes;
use crate::base::words::count;
use crate::config::Folders;
use crate::session::Library;

/// Flags of `reheat rm`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat rm 2026-11-29-pairs-43e2    a session by its id, or a beginning of it
  reheat rm --undo                   brings back what was removed last; once more, what was removed before that
  reheat gc                          empties the trash

A session that another reheat has open, or that is pinned, is not removed.")]
pub(crate) struct RmArgs {
    /// Ids of the sessions, or beginnings of them; `last` is the latest.
    #[arg(required_unless_present = "undo", value_name = "SESSION")]
    sessions: Vec<String>,
    /// Bring back what was removed last.
    #[arg(long, conflicts_with = "sessions")]
    undo: bool,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &RmArgs) -> ExitCode {
    match obey(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(args: &RmArgs) -> Result<(), CliError> {
    let folders = Folders::find().map_err(|e| CliError::new(ENVIRONMENT, e))?;
    let library = Library::new(&folders.data);
    if args.undo {
        let back = library
            .take_back_removal()
            .map_err(|e| CliError::new(NOTHING, e))?;
        print(&format!("{} there again\n", are(&back)));
        return Ok(());
    }
    let mut ids = Vec::new();
    for name in &args.sessions {
        let id = library
            .find(Some(name))
            .map_err(|e| CliError::new(USAGE, e))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let bytes = library
        .remove(&ids)
        .map_err(|e| CliError::new(NOTHING, e))?;
    print(&format!(
        "{} in the trash ({}); `reheat rm --undo` brings {} back\n",
        are(&ids),
        Bytes(bytes),
        if ids.len() == 1 { "it" } else { "them" }
    ));
    Ok(())
}

/// `session a is`, `2 sessions (a, b) are`.
fn are(ids: &[String]) -> String {
    match ids {
        [one] => format!("session {one} is"),
        many => format!("{} ({}) are", count(many.len(), "session"), many.join(", ")),
    }
}
