//! `reheat pack`: a session as a folder that runs elsewhere, with its task, its best version and what was measured.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::app_context::AppContext;
use super::recorded::{AgainFlags, RECORDED, Recorded};
use super::report::is_standard_output;
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, fail, print};
use crate::base::words::count;
use crate::report::remeasured::{failure, readme};
use crate::session::event::VersionId;
use crate::session::extract;
use crate::session::fold::Version;
use crate::task::held_out;
use crate::task::packed_folder::{PackedTask, keys_in};

/// Folder of a packed folder in which the best version is, whole, for people.
const BEST: &str = "best";

/// Flags of `reheat pack`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat pack last perf/pairs           the latest session as the folder perf/pairs
  reheat pack geo perf/nearest --with src/geo/util.py
                                        with a file of the project that the function needs beside its own
  reheat verify perf/pairs              what the folder is for: on any machine, in a CI
  reheat optimize perf/pairs --model M  the loop on the same task, from the original

The folder is a task folder: source, statement, cases or calls with the outputs that are right, checker and limits; in best/ the best
version, in recorded/ what was measured of it, in README.md the commands. Of a function's project it has the function's own file, unless
--with names more. Nothing in it names a place of this machine. Before it is there it is tried: both versions must pass every case in it.

Exit status: 0 done, 1 there is nothing to pack, or it would not run by itself, 2 wrong use, 3 something is missing here.")]
pub(crate) struct PackArgs {
    /// Id of the session or a part of it; `last` is the latest.
    session: String,
    /// The folder to make; one that is there must be empty.
    folder: PathBuf,
    /// A file or folder of the project that the function needs, beside its own file; repeatable.
    #[arg(long, value_name = "PATH")]
    with: Vec<PathBuf>,
    /// Run without isolation where this machine offers none: versions then have your own rights.
    #[arg(long)]
    unsafe_no_isolation: bool,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &PackArgs) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    match obey(&app, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn obey(app: &AppContext, args: &PackArgs) -> Result<(), CliError> {
    let target = free(&args.folder)?;
    let recorded = Recorded::open(app, Some(&args.session))?;
    if recorded.packed.is_some() {
        return Err(CliError::new(
            USAGE,
            format_args!("{} is packed already; copy it", args.session),
        ));
    }
    let session = &recorded.session;
    let best = session.best().filter(|best| !best.id.is_original());
    let Some(best) = best else {
        return Err(CliError::new(
            NOTHING,
            format_args!(
                "session {} has no version that is better than its original, so there is nothing to pack",
                session.id
            ),
        ));
    };
    let cannot_write = |why: &dyn std::fmt::Display| {
        CliError::new(
            ENVIRONMENT,
            format_args!("cannot write {}: {why}", target.display()),
        )
    };
    let parent = target.parent().unwrap_or(Path::new("/"));
    let beside = tempfile::Builder::new()
        .prefix(".reheat-")
        .tempdir_in(parent);
    let beside = beside.map_err(|why| cannot_write(&why))?;
    let folder = beside.path().join("packed");
    let notes = fill(&recorded, best, &args.with, &folder)?;
    refuse_keys(&folder)?;
    try_it(app, &folder, args.unsafe_no_isolation)?;
    // A temporary folder is its owner's alone.
    let everybodys = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&folder, everybodys).map_err(|why| cannot_write(&why))?;
    // Only an empty folder gives way: the system sees to that, whatever happened meanwhile.
    std::fs::rename(&folder, &target).map_err(|why| cannot_write(&why))?;
    for note in notes {
        let _ = fail(0, format_args!("note: {note}"));
    }
    let shown = args.folder.display();
    print(&format!(
        "{shown}: {} of session {}, the original and {}; both pass in it\nreheat verify {shown}\n",
        best.id,
        session.id,
        count(recorded.task.workload.cases.len(), "case"),
    ));
    Ok(())
}

/// The folder as it will be called, absolute.
fn free(folder: &Path) -> Result<PathBuf, CliError> {
    let refused = |why: &dyn std::fmt::Display| {
        CliError::new(
            USAGE,
            format_args!("cannot pack into {}: {why}", folder.display()),
        )
    };
    if is_standard_output(folder) {
        return Err(refused(&"it is a folder that is made; name one"));
    }
    let target = std::path::absolute(folder).map_err(|why| refused(&why))?;
    if std::env::current_dir().is_ok_and(|here| here.starts_with(&target)) {
        return Err(refused(
            &"it is the folder that you are in; name one that is not there yet",
        ));
    }
    if !target.parent().is_some_and(Path::is_dir) {
        return Err(refused(&"there is no such folder to put it into"));
    }
    match std::fs::symlink_metadata(&target) {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(target),
        Err(why) => Err(refused(&why)),
        Ok(facts) if !facts.is_dir() => Err(refused(&"it is there, and no folder")),
        Ok(_) => match std::fs::read_dir(&target).map(|mut all| all.next().is_none()) {
            Ok(true) => Ok(target),
            Ok(false) => Err(refused(
                &"it is not empty; name another one, or empty it first",
            )),
            Err(why) => Err(refused(&why)),
        },
    }
}

/// Writes everything into a new folder; what the user should know of it.
fn fill(
    recorded: &Recorded,
    best: &Version,
    with: &[PathBuf],
    folder: &Path,
) -> Result<Vec<String>, CliError> {
    let session = &recorded.session;
    let mut task = recorded.task.clone();
    for case in &session.added {
        task.workload.cases.push(case.into());
    }
    if let Some(record) = &session.task {
        held_out::recall(&mut task, &record.held_out);
    }
    let packed = PackedTask::of(&task, with).map_err(|why| CliError::new(USAGE, why))?;
    let saved = packed.save(folder);
    saved.map_err(|why| CliError::new(ENVIRONMENT, why))?;
    let journal = extract::write(session, best, &packed.task, &folder.join(RECORDED));
    journal.map_err(|why| CliError::new(ENVIRONMENT, why))?;
    let whole = task.assemble(&best.source.text);
    let whole = whole.map_err(|why| CliError::new(NOTHING, why))?;
    let name = format!("{BEST}/{}", best.source.file_name);
    let text = readme(&packed.task.title, session, best, &name);
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, text))
            .map_err(|why| {
                CliError::new(
                    ENVIRONMENT,
                    format_args!("cannot write {}: {why}", path.display()),
                )
            })
    };
    write(&name, &whole)?;
    write("README.md", &text)?;
    Ok(packed.notes)
}

/// Keys are not given away.
fn refuse_keys(folder: &Path) -> Result<(), CliError> {
    let keys: Vec<String> = keys_in(folder)
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    Err(CliError::new(
        NOTHING,
        format_args!(
            "nothing was packed: keys are kept in files such as {}, which would be in the folder; take them out of the task",
            keys.join(", ")
        ),
    ))
}

/// Original and best version must pass every case in the folder as it will be elsewhere.
fn try_it(app: &AppContext, folder: &Path, unsafe_no_isolation: bool) -> Result<(), CliError> {
    let recorded = Recorded::open(app, folder.to_str())?;
    let versions: Vec<VersionId> = recorded.session.incumbent.into_iter().collect();
    let flags = AgainFlags {
        unsafe_no_isolation,
        ..AgainFlags::default()
    };
    let today = recorded.measure(app, &versions, &flags, false)?;
    recorded.check(&today)?;
    for version in &today.versions {
        let was = recorded.session.version(version.id);
        let Some(evaluation) = &version.evaluation else {
            continue;
        };
        // An original that fails may do so elsewhere too.
        let as_before = was.and_then(Version::verdict) == Some(evaluation.verdict);
        if as_before || evaluation.verdict.accepted() {
            continue;
        }
        let why = failure(evaluation);
        let told = |line: &str| why.contains(line.trim_start_matches("failed: "));
        let said = evaluation.failure.as_ref().map(|f| f.stderr.trim_end());
        // What stopped a call stands in the reason already.
        let said = said.filter(|said| !said.lines().last().is_some_and(told));
        let said = said.map_or_else(String::new, |said| format!("\n{said}"));
        let needs = match &recorded.task.region {
            Some(_) => "; if it needs other files of the project, name them with --with",
            None => "",
        };
        return Err(CliError::new(
            NOTHING,
            format_args!(
                "nothing was packed: {} does not run by itself ({why}){needs}{said}",
                version.id
            ),
        ));
    }
    Ok(())
}
