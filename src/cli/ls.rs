//! `reheat ls`: all sessions, sorted, filtered, found by words.

use std::cmp::Reverse;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{ENVIRONMENT, fail, print, print_exactly};
use crate::base::words::count;
use crate::config::Folders;
use crate::report;
use crate::session::Library;
use crate::session::library::{State, Summary};

/// Journals that are read before it is said that this takes a while.
const MANY: usize = 200;

/// Flags of `reheat ls`.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  reheat ls                                  all sessions, the newest first
  reheat ls --sort gain --task pairs         what became fastest of the task `pairs`
  reheat ls --find 'dict lookup'             those in whose code, prompts, replies, hints or notes both words occur
  reheat ls --state open                     those that `reheat resume` can go on with
  reheat ls --json | jq -r '.[] | select(.rounds > 5).session'

Pinned sessions come first, archived ones are left out (see `reheat mark`). Dates are UTC. docs/library.md describes the JSON.")]
pub(crate) struct LsArgs {
    /// What the list is sorted by.
    #[arg(long, value_enum, default_value_t, value_name = "KEY")]
    sort: Sort,
    /// Only those that stand so; several with commas: finished, open, running, damaged, unreadable, empty.
    #[arg(long, value_delimiter = ',', value_parser = state, value_name = "STATE")]
    state: Vec<State>,
    /// Only those whose task's name has this in it.
    #[arg(long, value_name = "NAME")]
    task: Option<String>,
    /// Only those whose model's name has this in it.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Only those with this tag; may be repeated, and then all of them are needed.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only those in whose code, prompts, replies, hints or notes all of these words occur, in upper or lower case.
    #[arg(long, value_name = "WORDS")]
    find: Option<String>,
    /// Only archived ones.
    #[arg(long, conflicts_with = "all")]
    archived: bool,
    /// Archived ones too.
    #[arg(long, short)]
    all: bool,
    /// One JSON array instead of a table.
    #[arg(long)]
    json: bool,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Sort {
    /// The newest first.
    #[default]
    Date,
    /// The largest gain over the original first.
    Gain,
    /// The most rounds first.
    Rounds,
    /// The largest folder first.
    Size,
    /// By the task's name.
    Task,
}

fn state(word: &str) -> Result<State, String> {
    let all = State::ALL;
    all.into_iter().find(|s| s.word() == word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|s| s.word()).collect();
        format!("it is one of {}", words.join(", "))
    })
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &LsArgs) -> ExitCode {
    let folders = match Folders::find() {
        Ok(folders) => folders,
        Err(error) => return fail(ENVIRONMENT, error),
    };
    let library = Library::new(&folders.data);
    let listed = library.list(&|unread| {
        if unread > MANY {
            let note = "journals are read for the list; the next one is quicker";
            let _ = fail(0, format_args!("note: {unread} {note}"));
        }
    });
    let all = match listed {
        Ok(all) => all,
        Err(why) => return fail(ENVIRONMENT, library.unreadable(&why)),
    };
    let there = all.len();
    let mut sessions: Vec<Summary> = all.into_iter().filter(|s| args.takes(s)).collect();
    if let Some(words) = &args.find {
        sessions = library.with_words(sessions, words);
    }
    args.sort(&mut sessions);
    if args.json {
        print_exactly(&report::sessions::json(&sessions));
    } else if there == 0 {
        print(&format!(
            "no sessions yet in {}\n",
            library.root().display()
        ));
    } else if sessions.is_empty() {
        print(&format!("none of {} fits\n", count(there, "session")));
    } else {
        print(&report::sessions::table(&sessions));
    }
    ExitCode::SUCCESS
}

impl LsArgs {
    /// All sessions, the newest first.
    pub(super) fn usual(json: bool) -> Self {
        Self {
            json,
            ..Self::default()
        }
    }

    fn takes(&self, s: &Summary) -> bool {
        let has = |name: &str, part: &Option<String>| {
            let part = part.as_deref().unwrap_or_default().to_lowercase();
            name.to_lowercase().contains(&part)
        };
        (self.all || s.marks.archived == self.archived)
            && (self.state.is_empty() || self.state.contains(&s.state))
            && has(&s.task, &self.task)
            && has(&s.model, &self.model)
            && self.tag.iter().all(|tag| s.marks.tags.contains(tag))
    }

    /// Puts them in order; those that are equal stay as they are, the newest first.
    fn sort(&self, sessions: &mut [Summary]) {
        match self.sort {
            Sort::Date => {}
            Sort::Gain => {
                let gain = |s: &Summary| s.gain.map_or(f64::NEG_INFINITY, |(gain, ..)| gain.0);
                sessions.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
            }
            Sort::Rounds => sessions.sort_by_key(|s| Reverse(s.rounds)),
            Sort::Size => sessions.sort_by_key(|s| Reverse(s.bytes)),
            Sort::Task => sessions.sort_by(|a, b| a.task.cmp(&b.task)),
        }
        sessions.sort_by_key(|s| !s.marks.pinned);
    }
}
