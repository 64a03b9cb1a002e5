//! `reheat report`: a session as a page, Markdown, JSON or a picture, in files or on standard output.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::app_context::AppContext;
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, print, print_exactly};
use crate::base::files::write_whole;
use crate::base::units::Bytes;
use crate::report;
use crate::sandbox::Limits;
use crate::session::{Library, Session};

/// Flags of `reheat report`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat report                             the latest session as a page, SESSION.html in this folder
  reheat report pairs --html pairs.html     the session whose id contains `pairs`
  reheat report --md - | gh pr comment -F - Markdown that fits into a pull request
  reheat report --html a.html --svg a.svg   several at once; - is standard output
  reheat report --json - | jq .best_version as `reheat show --json` prints it

The page is one file that needs no network and no script. It holds prompts, replies and code: look at it before you give it away.

Exit status: 0 done, 1 there is nothing to report, 2 wrong use, 3 a file could not be written.")]
pub(crate) struct ReportArgs {
    /// Id of the session, or a part of it; the latest where left out.
    session: Option<String>,
    /// A page, for people: one file with everything in it.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Markdown, for a pull request.
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// JSON, for programs.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The chart of gains alone, as a picture.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &ReportArgs) -> ExitCode {
    match obey(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(args: &ReportArgs) -> Result<(), CliError> {
    let app = AppContext::read_or_default();
    let (app, _) =
        app.map_err(|_| CliError::new(ENVIRONMENT, "there is no home folder to find sessions in"))?;
    let library = app.library();
    let id = library.find(args.session.as_deref());
    let id = id.map_err(|why| CliError::new(USAGE, why))?;
    let session = read(&library, &id)?;
    let usual = PathBuf::from(format!("{id}.html"));
    let wanted = [&args.html, &args.md, &args.json, &args.svg].map(Option::as_ref);
    let [html, md, json, svg] = if wanted.iter().all(Option::is_none) {
        [Some(&usual), None, None, None]
    } else {
        wanted
    };
    let targets = [html, md, json, svg];
    apart(&targets)?;
    for target in targets.into_iter().flatten() {
        possible(target)?;
    }
    let limits = limits(&app, &id, &session);
    let nothing = |why: String| CliError::new(NOTHING, format_args!("session {id}: {why}"));
    // All of it is made before any of it is written.
    let mut made: Vec<(&Path, String)> = Vec::new();
    if let Some(file) = html {
        made.push((
            file,
            report::html::page(&session, limits.as_ref()).map_err(nothing)?,
        ));
    }
    if let Some(file) = md {
        made.push((file, report::markdown::session(&session, limits.as_ref())));
    }
    if let Some(file) = json {
        made.push((file, format!("{}\n", report::json::session(&session))));
    }
    if let Some(file) = svg {
        made.push((file, report::charts::alone(&session).map_err(nothing)?));
    }
    let printed = made.iter().any(|(file, _)| is_standard_output(file));
    for (file, text) in made {
        if is_standard_output(file) {
            print_exactly(&text);
            continue;
        }
        write(file, &text)?;
        let size = Bytes(text.len() as u64);
        let said = format!("{} written, {size}, of session {id}", file.display());
        if printed {
            let _ = super::fail(0, said);
        } else {
            print(&format!("{said}\n"));
        }
    }
    Ok(())
}

/// A session that has begun.
///
/// # Errors
/// It cannot be read, or there is nothing in it.
pub(super) fn read(library: &Library, id: &str) -> Result<Session, CliError> {
    let session = library.read(id).map_err(|e| CliError::new(NOTHING, e))?;
    match session.task {
        None => Err(never_began(id)),
        Some(_) => Ok(session),
    }
}

/// That a session holds nothing that could be shown.
pub(super) fn never_began(id: &str) -> CliError {
    CliError::new(
        NOTHING,
        format_args!(
            "session {id} cannot be shown: its journal does not say what was optimised: it never began, or its first events cannot be read"
        ),
    )
}

/// Limits of a run, as far as the task can be read again: they stand in it, and not in the session.
fn limits(app: &AppContext, id: &str, session: &Session) -> Option<Limits> {
    let task = app.task_of(id, &session.task.as_ref()?.origin);
    task.ok().map(|task| task.limits)
}

pub(super) fn is_standard_output(file: &Path) -> bool {
    file == Path::new("-")
}

/// No two texts go to the same place.
fn apart(targets: &[Option<&PathBuf>]) -> Result<(), CliError> {
    let mut seen: Vec<&PathBuf> = Vec::new();
    for target in targets.iter().flatten() {
        if seen.contains(target) {
            let place = if is_standard_output(target) {
                "standard output".to_owned()
            } else {
                target.display().to_string()
            };
            return Err(CliError::new(
                USAGE,
                format_args!(
                    "two reports cannot both go to {place}; name another file for one of them"
                ),
            ));
        }
        seen.push(target);
    }
    Ok(())
}

/// Checks a place before anything is written: a device or a pipe would be replaced by a file.
///
/// # Errors
/// What is wrong with it.
pub(super) fn possible(target: &Path) -> Result<(), CliError> {
    if is_standard_output(target) {
        return Ok(());
    }
    let refused = |why: String| {
        CliError::new(
            USAGE,
            format_args!("cannot write {}: {why}", target.display()),
        )
    };
    super::write_at_end::writable(target).map_err(refused)?;
    match std::fs::metadata(target) {
        Ok(facts) if !facts.is_file() => Err(refused("it is no file; - is standard output".into())),
        _ => Ok(()),
    }
}

/// Writes a report whole, or leaves what was there.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(file: &Path, text: &str) -> Result<(), CliError> {
    write_whole(file, text.as_bytes()).map_err(|why| {
        CliError::new(
            ENVIRONMENT,
            format_args!(
                "cannot write {}: {why}; what was there is as it was",
                file.display()
            ),
        )
    })
}
