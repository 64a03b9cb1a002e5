//! `reheat show`: a session as text or JSON.

use std::process::ExitCode;

use clap::Args;

use super::{NOTHING, USAGE, fail, print, print_exactly};
use crate::config::Folders;
use crate::report;
use crate::session::Library;

/// Flags of `reheat show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat show                  the latest session
  reheat show pairs            the session whose id contains `pairs`
  reheat show --json | jq .best_code -r > best.py")]
pub(crate) struct ShowArgs {
    /// Id of the session, or a part of it; the latest where left out.
    session: Option<String>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// List the sessions instead.
    #[arg(long)]
    list: bool,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &ShowArgs) -> ExitCode {
    let folders = match Folders::find() {
        Ok(folders) => folders,
        Err(error) => return fail(super::ENVIRONMENT, error),
    };
    let library = Library::new(&folders.data);
    if args.list {
        return list(&library);
    }
    let id = match library.find(args.session.as_deref()) {
        Ok(id) => id,
        Err(why) => return fail(USAGE, why),
    };
    match library.read(&id) {
        Ok(session) if session.task.is_none() => {
            let why = "its journal does not say what was optimised: it never began, or its first events cannot be read";
            return fail(NOTHING, format!("session {id} cannot be shown: {why}"));
        }
        Ok(session) if args.json => {
            print_exactly(&format!("{}\n", report::json::session(&session)));
        }
        Ok(session) => print(&report::text::session(&session)),
        Err(error) => return fail(NOTHING, error),
    }
    ExitCode::SUCCESS
}

fn list(library: &Library) -> ExitCode {
    let sessions = library.recent_with(usize::MAX, &|unread| {
        if unread > 200 {
            let _ = fail(
                0,
                format_args!(
                    "note: {unread} journals are read for the list; the next one is quicker"
                ),
            );
        }
    });
    if sessions.is_empty() {
        print(&format!(
            "no sessions yet in {}\n",
            library.root().display()
        ));
        return ExitCode::SUCCESS;
    }
    let mut rows = vec![[
        "session".to_owned(),
        "task".into(),
        "rounds".into(),
        "best".into(),
        "gain over v0".into(),
        "state".into(),
    ]];
    for s in sessions {
        let (best, gain) = s.best.map_or(("–".into(), None), |(v, g)| (v, g));
        let state = match (s.trouble.is_empty(), s.finished) {
            (false, _) => s.trouble,
            (true, true) => "finished".into(),
            (true, false) => "open".into(),
        };
        let known = !s.task.is_empty();
        rows.push([
            s.id,
            if known { s.task } else { "–".into() },
            if known {
                s.rounds.to_string()
            } else {
                "–".into()
            },
            best,
            gain.map_or_else(|| "–".into(), |g| g.to_string()),
            report::text::safe(&state),
        ]);
    }
    print(&report::text::columns(&rows));
    ExitCode::SUCCESS
}
