//! The end of a run: the best version is written to `--out`, the user's file, a patch or a branch, where a flag asks for it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::app_context::AppContext;
use super::flags::LoopFlags;
use super::open_session::OpenSession;
use super::session_request::SessionRequest;
use super::write_options::WriteOptions;
use super::{CliError, NOTHING, USAGE, fail};
use crate::report::text;
use crate::session::Session;
use crate::task::Task;
use crate::write_back::usual_check;

/// How long the loop may take to release its journal.
const PATIENCE: Duration = Duration::from_secs(5);

/// The user's own file, if there is one.
fn file(request: &SessionRequest) -> Option<PathBuf> {
    let program = || {
        request
            .program
            .as_ref()
            .and_then(|p| std::path::absolute(p).ok())
    };
    request.task.path.clone().or_else(program)
}

/// Checks before the run whether what the flags ask for can be done at all.
///
/// # Errors
/// There is no file to write to, or no folder for the patch.
pub(super) fn possible(flags: &LoopFlags, request: &SessionRequest) -> Result<(), CliError> {
    let flag = match (flags.write, &flags.branch) {
        (true, _) => Some("--write"),
        (_, Some(_)) => Some("--branch"),
        _ => None,
    };
    if let Some(flag) = flag.filter(|_| file(request).is_none()) {
        return Err(CliError::new(
            USAGE,
            format_args!(
                "{flag} needs a file of yours to write to, and this task has none; --out FILE writes a new one"
            ),
        ));
    }
    match flags.patch.as_deref() {
        Some(patch) if patch.as_os_str() == "-" => Err(CliError::new(
            USAGE,
            "standard output shows the run, so --patch must name a file here; `reheat write --patch -` prints one later",
        )),
        Some(patch) => writable(patch).map_err(|why| {
            CliError::new(
                USAGE,
                format_args!("cannot write --patch {}: {why}", patch.display()),
            )
        }),
        None => Ok(()),
    }
}

/// Writes as the flags ask; `Some` is a failure, which decides the exit status.
pub(super) fn leave(
    app: &AppContext,
    session: &Session,
    flags: &LoopFlags,
    request: &SessionRequest,
) -> Option<ExitCode> {
    if !flags.write && flags.patch.is_none() && flags.branch.is_none() {
        return None;
    }
    if !better(session) {
        let _ = fail(0, "no better version; nothing was written");
        return None;
    }
    let order = WriteOptions {
        patch: flags.patch.clone(),
        branch: flags.branch.clone(),
        file: file(request),
        check: usual_check(&request.task),
        allow_worse: flags.allow_worse.clone(),
        // With --json standard output holds JSON lines only.
        show: !flags.json,
        ..WriteOptions::default()
    };
    let done = open(app, session).and_then(|mut open_session| {
        order.carry_out(session, Some(&request.task), &mut open_session)
    });
    match done {
        Ok(()) => None,
        Err(refusal) => {
            let why = format!("{refusal} (`reheat write {}` tries again)", session.id);
            Some(fail(refusal.status.max(NOTHING), why))
        }
    }
}

/// The journal, as soon as the loop has released it.
fn open(app: &AppContext, session: &Session) -> Result<OpenSession, CliError> {
    let began = Instant::now();
    loop {
        match OpenSession::open(&app.library(), &session.id) {
            Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(20)),
            other => return other,
        }
    }
}

/// Whether a file could be created at a path, told before a long run instead of after it.
pub(super) fn writable(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        return Err("it is a folder; name a file".into());
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if folder.is_dir() {
        Ok(())
    } else {
        Err(format!("there is no folder {}", folder.display()))
    }
}

/// Writes the best version to `--out`, if there is a better one: the whole file, with the version in its place.
/// `Some` is a failure, which decides the exit status.
pub(super) fn save(session: &Session, task: &Task, out: Option<&Path>) -> Option<ExitCode> {
    let out = out?;
    let best = session.best().filter(|_| better(session));
    let whole = best.map(|best| (best, task.assemble(&best.source.text)));
    match whole {
        Some((best, Err(misfit))) => Some(fail(
            USAGE,
            format_args!("{} does not fit into the file: {misfit}", best.id),
        )),
        Some((best, Ok(whole))) => match crate::base::files::write_whole(out, whole.as_bytes()) {
            Ok(()) => {
                let first = best.flags().first();
                let look = first.map_or_else(String::new, |f| {
                    format!(
                        "; look at it before you trust it: {}",
                        text::safe(&f.reason)
                    )
                });
                let mark = text::mark(best);
                let _ = fail(
                    0,
                    format_args!("{}{mark} written to {}{look}", best.id, out.display()),
                );
                None
            }
            Err(why) => Some(fail(
                USAGE,
                format_args!(
                    "{} could not be written to {}: {why}; `reheat show` still has it",
                    best.id,
                    out.display()
                ),
            )),
        },
        None => {
            let _ = fail(
                0,
                format_args!("no better version; {} was not written", out.display()),
            );
            None
        }
    }
}

/// Whether some version was accepted in place of the original.
pub(super) fn better(session: &Session) -> bool {
    session.incumbent.is_some_and(|v| !v.is_original())
}
