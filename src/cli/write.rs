//! `reheat write`: puts a version into the user's own file, or makes a patch or a branch of it; and takes it back.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::app_context::AppContext;
use super::open_session::OpenSession;
use super::write_options::WriteOptions;
use super::{CliError, NOTHING, USAGE, fail, print};
use crate::session::Session;
use crate::session::event::{Origin, VersionId};
use crate::task::load;
use crate::write_back;

/// Flags of `reheat write`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat write                      the best version of the latest session goes into your file, if it is really better
  reheat write --dry-run            only show what would be done
  reheat write --check 'cargo test' … and is taken back if the command fails
  reheat write --undo               put back what was there before
  reheat write --patch - | git apply
  reheat write --branch faster      one commit on a new branch; the work tree stays as it is

A file that changed since the session began is not written, unless --merge puts both together without a conflict.

Exit status: 0 done, 1 not done (no better version, the file changed, the check failed), 2 wrong use, 3 something is missing here.")]
pub struct WriteArgs {
    /// Id of the session, or a beginning or a part of it; the latest where left out, or `last`.
    session: Option<String>,
    /// Another version than the best one; it must pass.
    #[arg(long, value_name = "vN", value_parser = parse_version, conflicts_with = "undo")]
    version: Option<VersionId>,
    /// Write a patch instead, for `git apply` or `patch -p1`; - is standard output.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["undo", "branch"])]
    patch: Option<PathBuf>,
    /// Make a git branch with one commit instead.
    #[arg(long, value_name = "NAME", conflicts_with = "undo")]
    branch: Option<String>,
    /// Where the file changed since the session began: put both together, if they do not touch the same lines.
    #[arg(long, conflicts_with = "undo")]
    merge: bool,
    /// Write although something about the version should be looked at first.
    #[arg(long, conflicts_with = "undo")]
    yes: bool,
    /// Write although this figure of the bench, which does not decide, became worse; may be repeated.
    #[arg(long, value_name = "NAME", conflicts_with = "undo")]
    allow_worse: Vec<String>,
    /// A command of yours that runs afterwards, in the project's folder and outside of the sandbox; where it fails the
    /// change is taken back.
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["undo", "patch", "branch"])]
    check: Option<String>,
    /// Where the file is now, if it is not where it was.
    #[arg(long, value_name = "FILE", conflicts_with = "undo")]
    file: Option<PathBuf>,
    /// Only show what would be done.
    #[arg(long, conflicts_with_all = ["undo", "patch", "branch"])]
    dry_run: bool,
    /// Put back what the file held before a version was written into it, if it has not changed since.
    #[arg(long)]
    undo: bool,
}

fn parse_version(text: &str) -> Result<VersionId, String> {
    let number = text.trim().trim_start_matches(['v', 'V']).parse();
    number
        .map(VersionId)
        .map_err(|_| format!("`{text}` is not a version; write for example v3"))
}

/// Runs the command.
#[must_use]
pub fn run(args: &WriteArgs) -> ExitCode {
    match obey(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(args: &WriteArgs) -> Result<(), CliError> {
    let (app, _) = AppContext::read_or_default().map_err(|_| {
        CliError::new(
            super::ENVIRONMENT,
            "there is no home folder to find sessions in",
        )
    })?;
    let library = app.library();
    let nothing = |why: &dyn std::fmt::Display| CliError::new(NOTHING, why);
    let id = match (&args.session, args.undo) {
        (None, true) => last_written(&library)?,
        (wanted, _) => library
            .find(wanted.as_deref())
            .map_err(|e| CliError::new(USAGE, e))?,
    };
    let session = library.read(&id).map_err(|e| nothing(&e))?;
    let Some(record) = &session.task else {
        return Err(CliError::new(
            NOTHING,
            format_args!("session {id} ended before it had begun; there is nothing to write"),
        ));
    };
    let mut open_session = OpenSession::open(&library, &id)?;
    if args.undo {
        return undo(&session, &mut open_session);
    }
    let task = match record.origin {
        Origin::Bundled { .. } => None,
        Origin::Kept => Some(
            load::load_folder(&library.folder(&id).join("task"), &app.languages).map_err(|e| {
                CliError::new(
                    USAGE,
                    format_args!("the task of session {id} cannot be read again: {e}"),
                )
            })?,
        ),
    };
    let order = WriteOptions {
        version: args.version,
        patch: args.patch.clone(),
        branch: args.branch.clone(),
        file: args.file.clone(),
        merge: args.merge,
        yes: args.yes,
        allow_worse: args.allow_worse.clone(),
        check: args
            .check
            .clone()
            .or_else(|| task.as_ref().and_then(write_back::usual_check)),
        dry_run: args.dry_run,
        show: true,
    };
    order.carry_out(&session, task.as_ref(), &mut open_session)
}

/// The session in which a file was written last and not taken back.
fn last_written(library: &crate::session::Library) -> Result<String, CliError> {
    let written = |id: &String| library.read(id).is_ok_and(|s| s.last_written().is_some());
    library
        .ids()
        .into_iter()
        .map(|(id, _)| id)
        .find(written)
        .ok_or_else(|| {
            CliError::new(
                NOTHING,
                "no session has written a file that is not taken back already",
            )
        })
}

fn undo(session: &Session, open_session: &mut OpenSession) -> Result<(), CliError> {
    let Some(written) = session.last_written() else {
        return Err(CliError::new(
            NOTHING,
            format_args!(
                "session {} has written no file that is not taken back already",
                session.id
            ),
        ));
    };
    let record = &written.record;
    let lost = match write_back::take_back(record, &open_session.backups) {
        Ok(lost) => lost,
        // The user has put it back already; record that in the session.
        Err(why @ write_back::WriteError::AsBefore(_)) => {
            open_session.note(record, Some("it was as before already"));
            return Err(CliError::new(NOTHING, why));
        }
        Err(why) => return Err(CliError::new(NOTHING, why)),
    };
    open_session.note(record, Some("by hand"));
    for sentence in lost {
        let _ = fail(0, format_args!("note: {sentence}"));
    }
    print(&format!(
        "{} is as it was before {} was written\n",
        record.path, record.version
    ));
    Ok(())
}
