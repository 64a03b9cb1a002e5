//! `reheat gc`: removes what no session needs.

use std::process::ExitCode;

use clap::Args;

use super::{ENVIRONMENT, NOTHING, fail, print};
use crate::base::units::Bytes;
use crate::base::words::count;
use crate::config::Folders;
use crate::session::Library;
use crate::session::library::{Garbage, GarbageKind};

/// Flags of `reheat gc`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat gc --dry-run    what would be removed, and how much that is
  reheat gc              remove it: then nothing brings it back

Removed are sessions in the trash (see `reheat rm`), sessions that never began, large texts that no journal mentions,
and files that a killed program left half-written. Sessions that are open elsewhere, and what backs up your own files, are left alone.

Exit status: 0 done, 1 something could not be removed, 3 something is missing here.")]
pub(crate) struct GcArgs {
    /// Only say what would be removed.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &GcArgs) -> ExitCode {
    let folders = match Folders::find() {
        Ok(folders) => folders,
        Err(error) => return fail(ENVIRONMENT, error),
    };
    let library = Library::new(&folders.data);
    let garbage = match library.garbage() {
        Ok(garbage) => garbage,
        Err(why) => return fail(ENVIRONMENT, why),
    };
    let failed = if args.dry_run {
        Vec::new()
    } else {
        library.discard(&garbage)
    };
    let gone: Vec<&Garbage> = garbage
        .iter()
        .filter(|g| args.dry_run || g.path.symlink_metadata().is_err())
        .collect();
    print(&told(&gone, args.dry_run));
    for why in &failed {
        let _ = fail(NOTHING, why);
    }
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOTHING)
    }
}

fn told(garbage: &[&Garbage], dry: bool) -> String {
    let kinds = [
        (GarbageKind::Removed, "session", " in the trash"),
        (GarbageKind::NeverBegan, "session", " that never began"),
        (GarbageKind::Text, "text", " that no journal mentions"),
        (
            GarbageKind::Unfinished,
            "file",
            " of programs that were killed",
        ),
    ];
    let mut out = String::new();
    for (kind, word, which) in kinds {
        let of: Vec<_> = garbage.iter().filter(|g| g.kind == kind).collect();
        if !of.is_empty() {
            let bytes = Bytes(of.iter().map(|g| g.bytes).sum());
            out += &format!("{}{which}: {bytes}\n", count(of.len(), word));
        }
    }
    let all = Bytes(garbage.iter().map(|g| g.bytes).sum());
    let done = if dry { "would be freed" } else { "freed" };
    out + &format!("{all} {done}\n")
}
