//! `reheat tape`: a session in one file that others can play, and what is in such a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::app_context::AppContext;
use super::report::read;
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, fail, print, print_exactly};
use crate::base::files::write_whole;
use crate::base::units::Bytes;
use crate::base::words::count;
use crate::model::tape::file::{self, SessionTape};
use crate::report::played::RecordedFigures;
use crate::report::tape::{self, Finding, Own};
use crate::report::text;
use crate::sandbox::{self, Sandbox};
use crate::session::event::Origin;
use crate::session::{Library, Session};
use crate::task::{Task, bundled, load};

/// Findings that are listed.
const LISTED: usize = 20;

/// Flags of `reheat tape`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat tape export last pairs.tape      the latest session, for others to play
  reheat tape export pairs - | ssh …      on standard output
  reheat tape check pairs.tape            what is in it, and whether it can be played here; runs nothing
  reheat demo pairs.tape                  play it: its replies, and figures that are measured here

A tape holds the task, the replies, the hints and the recorded figures. docs/tape.md describes the file.")]
pub(crate) struct TapeArgs {
    #[command(subcommand)]
    command: TapeCommand,
}

#[derive(Debug, Subcommand)]
enum TapeCommand {
    /// Write a session as one file that others can play.
    Export(ExportArgs),
    /// Say what is in a tape, and whether it can be played here. Runs nothing.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Keys and tokens, paths of this machine, names of users and machines are looked for in all of it. Where there are any
nothing is written, and it is said where they stand.

Exit status: 0 done, 1 not written (something private is in it, or nothing can be played), 2 wrong use, 3 it could not be written."
)]
struct ExportArgs {
    /// Id of the session, or a beginning or a part of it; `last` is the latest.
    session: String,
    /// Where to: a file, - is standard output.
    file: PathBuf,
    /// Take private things out of texts that nothing runs: statement, hints, reasoning, what stands around the code of a reply.
    #[arg(long)]
    clean: bool,
    /// Write it although something private is in it.
    #[arg(long)]
    anyway: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 it can be played here, 1 it is no tape, damaged, or refused, 3 something is missing on this machine."
)]
struct CheckArgs {
    /// The tape.
    file: PathBuf,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &TapeArgs) -> ExitCode {
    let done = match &args.command {
        TapeCommand::Export(args) => export(args),
        TapeCommand::Check(args) => check(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refusal.into(),
    }
}

fn context() -> Result<AppContext, CliError> {
    let app = AppContext::read_or_default();
    let (app, _) =
        app.map_err(|_| CliError::new(ENVIRONMENT, "there is no home folder to find sessions in"))?;
    Ok(app)
}

fn export(args: &ExportArgs) -> Result<(), CliError> {
    let app = context()?;
    let library = app.library();
    let id = library.find(Some(&args.session));
    let id = id.map_err(|why| CliError::new(USAGE, why))?;
    super::report::possible(&args.file)?;
    let session = read(&library, &id)?;
    let cannot = |why: String| {
        CliError::new(
            NOTHING,
            format_args!("session {id} cannot go on a tape: {why}"),
        )
    };
    if let Some(hole) = session.holes.first() {
        return Err(cannot(format!("its journal has a hole: {hole}")));
    }
    let task = task(&app, &library, &id, &session).map_err(cannot)?;
    let mut recorded = tape::record(&session, &task).map_err(cannot)?;
    let own = own(&app, &task);
    let removed = if args.clean {
        tape::clean(&mut recorded.tape, &own)
    } else {
        0
    };
    let found = tape::findings(&recorded.tape, &own);
    if !found.is_empty() && !args.anyway {
        return Err(CliError::new(NOTHING, refusal(&id, &found)));
    }
    let text = recorded.tape.to_text().map_err(cannot)?;
    // What was written must be readable: whoever gets it has no other copy.
    let again = file::read_text("it", text.as_bytes()).map_err(|e| cannot(e.to_string()))?;
    again
        .task(None, &app.languages, &app.defaults())
        .map_err(|e| cannot(e.to_string()))?;
    write(&args.file, &text)?;
    let mut said = vec![format!(
        "{} written, {}, of session {id}: {}",
        if args.file == Path::new("-") {
            "standard output".into()
        } else {
            args.file.display().to_string()
        },
        Bytes(text.len() as u64),
        contents(&again)
    )];
    if removed > 0 {
        said.push(format!(
            "taken out of texts that nothing runs: {}",
            count(removed, "private thing")
        ));
    }
    if found.is_empty() {
        said.push("no key, no path of this machine and no name of a user or machine was found in it; look at it all the same before you give it away".into());
    } else {
        said.push(format!("still in it, as you asked:\n{}", listed(&found)));
    }
    said.extend(recorded.notes.iter().map(|note| format!("note: {note}")));
    for line in said {
        if args.file == Path::new("-") {
            let _ = fail(0, line);
        } else {
            print(&format!("{line}\n"));
        }
    }
    Ok(())
}

fn write(target: &Path, text: &str) -> Result<(), CliError> {
    if target == Path::new("-") {
        print_exactly(text);
        return Ok(());
    }
    write_whole(target, text.as_bytes()).map_err(|why| {
        CliError::new(
            ENVIRONMENT,
            format_args!(
                "cannot write {}: {why}; what was there is as it was",
                target.display()
            ),
        )
    })
}

/// The task of a session, as it was kept with it.
fn task(app: &AppContext, library: &Library, id: &str, session: &Session) -> Result<Task, String> {
    let task = match session.task.as_ref().map(|t| &t.origin) {
        Some(Origin::Bundled { name }) => bundled::load(name, &app.languages),
        _ => load::load_folder(&library.folder(id).join("task"), &app.languages),
    };
    task.map_err(|e| format!("its task cannot be read again: {e}"))
}

fn listed(found: &[Finding]) -> String {
    let mut lines: Vec<String> = (found.iter().take(LISTED))
        .map(|f| format!("  {}: {}", f.place, f.what))
        .collect();
    if found.len() > LISTED {
        lines.push(format!("  and {} more", found.len() - LISTED));
    }
    lines.join("\n")
}

fn refusal(id: &str, found: &[Finding]) -> String {
    let removable = found.iter().filter(|f| f.removable).count();
    let one = found.len() == 1;
    let (there, they, them) = if one {
        ("is 1 thing in it that tells", "it stands", "it")
    } else {
        ("are things in it that tell", "they stand", "them")
    };
    let way = match removable {
        0 => format!("{they} in what is run or named, where --clean takes nothing out"),
        n if n == found.len() => {
            format!("--clean takes {them} out: {they} in texts that nothing runs")
        }
        n => format!("--clean takes {n} of them out, which stand in texts that nothing runs"),
    };
    format!(
        "session {id} is not written: there {there} a stranger too much:\n{}\n{way}; --anyway writes {them}",
        listed(found)
    )
}

/// What is known of this machine and its user, so that it can be looked for.
fn own(app: &AppContext, task: &Task) -> Own {
    let variable = |name: &str| std::env::var(name).ok();
    let home = std::env::home_dir().map(|h| h.display().to_string());
    let last = |path: &String| path.rsplit('/').next().map(str::to_owned);
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = host
        .or_else(|| variable("HOSTNAME"))
        .map(|h| h.trim().to_owned());
    let short = host
        .as_ref()
        .and_then(|h| h.split('.').next())
        .map(str::to_owned);
    let names = [
        variable("USER"),
        variable("LOGNAME"),
        home.as_ref().and_then(last),
        host,
        short,
    ];
    let folder = |path: &Path| path.display().to_string();
    let here = std::env::current_dir().ok();
    let folders = [
        home,
        here.as_deref().map(folder),
        Some(folder(&app.folders.data)),
        Some(folder(&app.folders.config)),
        task.project.root.as_deref().map(folder),
        task.path.as_deref().and_then(Path::parent).map(folder),
    ];
    let tops = std::fs::read_dir("/").into_iter().flatten().flatten();
    let keys = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.to_str()?.to_ascii_uppercase();
        let tells = ["KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL"];
        let tells = tells.iter().any(|t| name.contains(t)) || app.config.names_key_variable(&name);
        tells.then(|| value.into_string().ok()).flatten()
    });
    Own {
        names: names.into_iter().flatten().collect(),
        folders: folders.into_iter().flatten().collect(),
        roots: tops
            .filter_map(|e| e.file_name().into_string().ok())
            .collect(),
        secrets: keys.chain(app.config.header_values()).collect(),
    }
    .sorted()
}

/// `the task pairs (python), 9 cases, 7 replies in 7 rounds, 8 versions with their figures`.
pub(super) fn contents(tape: &SessionTape) -> String {
    let replies = if tape.replies.len() == 1 {
        "1 reply".into()
    } else {
        format!("{} replies", tape.replies.len())
    };
    format!(
        "the task {} ({}), {}, {replies} in {}, recorded figures of {}",
        tape.task.name,
        tape.task.language,
        count(tape.cases.len(), "case"),
        count(tape.rounds.len(), "round"),
        count(tape.versions.len(), "version")
    )
}

fn check(args: &CheckArgs) -> Result<(), CliError> {
    let app = context()?;
    let tape = file::read(&args.file).map_err(|e| CliError::new(NOTHING, e))?;
    let task = tape.task(None, &app.languages, &app.defaults());
    let figures = RecordedFigures::of(&tape);
    let mut lines = vec![
        format!(
            "{}: a tape of format {}, written by {}",
            args.file.display(),
            tape.header.reheat_tape,
            tape.header.written_by
        ),
        format!("holds     {}", contents(&tape)),
        format!("task      {}", tape.task.title),
        format!("recorded  {}", figures.origin()),
        format!("came to   {}", figures.headline()),
    ];
    let hints = tape.rounds.iter().filter(|r| !r.hint.is_empty()).count();
    if hints > 0 {
        lines.push(format!("steered   {}", count(hints, "hint")));
    }
    if tape.skipped > 0 {
        lines.push(format!(
            "skipped   {} of kinds that this reheat does not know",
            count(tape.skipped, "line")
        ));
    }
    for note in task.iter().flat_map(|t| &t.notes) {
        lines.push(format!("note      {note}"));
    }
    print(&(lines.join("\n") + "\n"));
    let task = task.map_err(|e| super::demo_tape::refused(&args.file, &e))?;
    super::demo_tape::playable(&app, &task).map_err(|why| CliError::new(ENVIRONMENT, why))?;
    let sandbox = Sandbox::open(&sandbox::Settings::default()).map_err(|why| {
        CliError::new(ENVIRONMENT, format_args!("it cannot be played here: {why}"))
    })?;
    print(&format!("sandbox   {}\n", text::guards(sandbox.guards())));
    print("playable  yes: reheat demo plays it, and measures everything here\n");
    Ok(())
}
