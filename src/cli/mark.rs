//! `reheat mark`: what you say of a session: a title, tags, pinned, archived.

use std::process::ExitCode;

use clap::Args;

use super::{CliError, ENVIRONMENT, NOTHING, USAGE, print};
use crate::config::Folders;
use crate::session::Library;
use crate::session::library::{MarkChange, Marks};

/// Flags of `reheat mark`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat mark last --title 'sorted input' --tag paper --tag v2
  reheat mark 2026-11-29 --pin       stands first in lists, and is not removed
  reheat mark pairs-43e2 --archive   is left out of lists; `reheat ls --archived` has it
  reheat mark last                   what it is marked with

Marks are kept in a file beside the journal, so a session can be marked while it is on.")]
pub(crate) struct MarkArgs {
    /// Ids of the sessions, or beginnings of them; the latest where left out.
    #[arg(value_name = "SESSION")]
    sessions: Vec<String>,
    /// What it is called in lists; empty takes the title away.
    #[arg(long)]
    title: Option<String>,
    /// A word that it is found by; may be repeated.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Take a tag away; may be repeated.
    #[arg(long, value_name = "TAG")]
    untag: Vec<String>,
    /// Put it before all others, and let nobody remove it.
    #[arg(long, conflicts_with = "unpin")]
    pin: bool,
    /// Let it stand in its place again.
    #[arg(long)]
    unpin: bool,
    /// Leave it out of lists.
    #[arg(long, conflicts_with = "unarchive")]
    archive: bool,
    /// Put it into lists again.
    #[arg(long)]
    unarchive: bool,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &MarkArgs) -> ExitCode {
    match obey(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(args: &MarkArgs) -> Result<(), CliError> {
    let folders = Folders::find().map_err(|e| CliError::new(ENVIRONMENT, e))?;
    let library = Library::new(&folders.data);
    let either = |yes: bool, no: bool| (yes || no).then_some(yes);
    let change = MarkChange {
        title: args.title.clone(),
        tag: args.tag.clone(),
        untag: args.untag.clone(),
        pinned: either(args.pin, args.unpin),
        archived: either(args.archive, args.unarchive),
    };
    let found = |name: Option<&str>| library.find(name).map_err(|e| CliError::new(USAGE, e));
    let ids = if args.sessions.is_empty() {
        vec![found(None)?]
    } else {
        let names = args.sessions.iter();
        names
            .map(|name| found(Some(name)))
            .collect::<Result<_, _>>()?
    };
    for id in &ids {
        let marks = if change.is_none() {
            library.marks(id)
        } else {
            library.mark(id, &change)
        };
        let marks = marks.map_err(|e| CliError::new(NOTHING, e))?;
        print(&format!("{id}: {}\n", in_words(&marks)));
    }
    Ok(())
}

fn in_words(marks: &Marks) -> String {
    let mut words = Vec::new();
    if !marks.title.is_empty() {
        words.push(format!("“{}”", marks.title));
    }
    words.extend(marks.tags.iter().map(|tag| format!("#{tag}")));
    for (is, word) in [(marks.pinned, "pinned"), (marks.archived, "archived")] {
        if is {
            words.push(word.to_owned());
        }
    }
    if words.is_empty() {
        return "no marks".to_owned();
    }
    words.join(" · ")
}
