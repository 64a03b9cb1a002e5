//! A session, or a folder that was packed of one, opened to be measured again: what `remeasure`, `verify` and `pack` share.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;

use super::app_context::AppContext;
use super::flags::Clock;
use super::measure_report::Status;
use super::{CliError, ENVIRONMENT, NOTHING, USAGE, fail, report, stop_on_signals};
use crate::base::units::parse_duration;
use crate::engine::Remeasurement;
use crate::measure::{JudgeError, Verdict};
use crate::report::remeasured::{Remeasured, failure, passes};
use crate::sandbox::{self, CancelToken};
use crate::session::event::{Decision, VersionId};
use crate::session::written::WriteEntry;
use crate::session::{Library, Session};
use crate::task::harness::CallGenerator;
use crate::task::load::{is_task_folder, load_packed};
use crate::task::{Harness, Task};

/// Folder of a packed folder in which the journal is.
pub(super) const RECORDED: &str = "recorded";

/// How versions are measured again.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct AgainFlags {
    /// Time that one comparison may take at most [default: as in the session].
    #[arg(long, alias = "budget", value_name = "TIME", value_parser = parse_duration)]
    pub(super) comparison_time: Option<Duration>,
    /// Which clock times are compared by [default: that of the recorded gain].
    #[arg(long, value_enum, value_name = "CLOCK")]
    pub(super) clock: Option<Clock>,
    /// Run without isolation where this machine offers none: versions then have your own rights.
    #[arg(long)]
    pub(super) unsafe_no_isolation: bool,
}

/// What was recorded, and the task that it was recorded of.
pub(super) struct Recorded {
    pub(super) session: Session,
    pub(super) task: Task,
    /// The folder, where it was packed.
    pub(super) packed: Option<PathBuf>,
    /// What should be known before anything is measured.
    pub(super) notes: Vec<String>,
}

impl Recorded {
    /// Opens a session by its name, or a packed folder by its path.
    ///
    /// # Errors
    /// It is not there or cannot be read; its task cannot be loaded; what it is judged by is gone.
    pub(super) fn open(app: &AppContext, name: Option<&str>) -> Result<Self, CliError> {
        let folder = name.map(Path::new).filter(|path| path.is_dir());
        let recorded = match folder.filter(|path| is_task_folder(path)) {
            Some(folder) => Self::packed(app, folder)?,
            None => match (name, folder) {
                (Some(name), Some(_)) if name.contains('/') => {
                    return Err(CliError::new(
                        USAGE,
                        format_args!(
                            "{name} is neither a session nor a packed folder: it has no task.toml"
                        ),
                    ));
                }
                (Some(name), None) if name.contains('/') => {
                    return Err(CliError::new(
                        USAGE,
                        format_args!("there is no folder {name}"),
                    ));
                }
                _ => Self::of_library(app, name)?,
            },
        };
        if let Some(loss) = recorded.session.loss() {
            let id = &recorded.session.id;
            return Err(CliError::new(NOTHING, format_args!("session {id}: {loss}")));
        }
        Ok(recorded)
    }

    fn of_library(app: &AppContext, name: Option<&str>) -> Result<Self, CliError> {
        let library = app.library();
        let id = library
            .find(name)
            .map_err(|why| CliError::new(USAGE, why))?;
        let session = report::read(&library, &id)?;
        let Some(record) = &session.task else {
            return Err(CliError::new(NOTHING, "the session never began"));
        };
        let task = app.task_of(&id, &record.origin).map_err(|why| {
            CliError::new(
                ENVIRONMENT,
                format_args!("what session {id} was measured on is not there any more: {why}"),
            )
        })?;
        let mut recorded = Self {
            notes: Vec::new(),
            packed: None,
            session,
            task,
        };
        recorded.look_around()?;
        recorded.tell_written();
        recorded.task = app.shown(recorded.task)?;
        Ok(recorded)
    }

    fn packed(app: &AppContext, folder: &Path) -> Result<Self, CliError> {
        let of_it = |why: &dyn std::fmt::Display| {
            CliError::new(USAGE, format_args!("{}: {why}", folder.display()))
        };
        let journal = folder.join(RECORDED);
        if !journal.is_dir() {
            return Err(of_it(
                &"it is a task, but nothing is recorded of it; `reheat pack SESSION FOLDER` makes a folder with a gain in it",
            ));
        }
        let session = Library::read_folder(&journal).map_err(|why| of_it(&why))?;
        if session.task.is_none() {
            return Err(of_it(
                &"its journal does not say what was optimised; pack it once more",
            ));
        }
        let task = load_packed(folder, &app.languages).map_err(|why| of_it(&why))?;
        let mut recorded = Self {
            notes: Vec::new(),
            packed: Some(folder.to_owned()),
            session,
            task,
        };
        recorded.tell_changed();
        recorded.task = app.shown(recorded.task)?;
        Ok(recorded)
    }

    /// What the session does not hold itself must still be there.
    fn look_around(&mut self) -> Result<(), CliError> {
        let gone = |what: &str, path: &Path| {
            let id = &self.session.id;
            CliError::new(
                ENVIRONMENT,
                format_args!(
                    "session {id} cannot be measured again: {what} {} is gone; bring it back to its place",
                    path.display()
                ),
            )
        };
        let root = self.task.project.root.as_deref();
        let root = root.or(self.task.path.as_deref().and_then(Path::parent));
        match (&self.task.harness, root) {
            (Harness::Commands(_), Some(root)) if !root.is_dir() => {
                return Err(gone("its commands run in a copy of the project, and", root));
            }
            (Harness::Calls(_), Some(root)) if !root.is_dir() => {
                return Err(gone(
                    "its function is called where its project is, and",
                    root,
                ));
            }
            (Harness::Calls(calls), _) => {
                if let Some(CallGenerator { file, .. }) = &calls.generator
                    && !file.is_file()
                {
                    return Err(gone(
                        "the file with the function that makes its calls,",
                        file,
                    ));
                }
            }
            _ => {}
        }
        self.tell_changed();
        Ok(())
    }

    /// Says where the user's file is another than the one that the session keeps.
    fn tell_changed(&mut self) {
        let region = self.task.region.as_ref();
        let kept = region.map(|r| &r.file);
        let kept = kept.or(self.task.source.as_ref().map(|s| &s.text));
        let (Some(path), Some(kept)) = (&self.task.path, kept) else {
            return;
        };
        // Then it is said which version stands in it.
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.standing().any(|w| Path::new(&w.record.path) == real) {
            return;
        }
        let shown = path.display();
        let note = match std::fs::read(path) {
            Ok(bytes) if bytes == kept.as_bytes() => return,
            // A program is kept without the mark that some editors begin a file with.
            Ok(bytes) if bytes.strip_prefix(b"\xef\xbb\xbf") == Some(kept.as_bytes()) => return,
            Ok(_) => format!(
                "{shown} is not what it was when the session began; what is measured are the texts that the session keeps"
            ),
            Err(why) => format!(
                "{shown} cannot be read ({why}); what is measured are the texts that the session keeps"
            ),
        };
        self.notes.push(note);
    }

    /// Says which version stands in a file of the user.
    fn tell_written(&mut self) {
        let told = self.standing().map(|w| {
            format!(
                "{}; what is measured is the text of the session, and not what stands there now",
                w.record.in_words()
            )
        });
        let told: Vec<String> = told.collect();
        self.notes.extend(told);
    }

    /// What was written into the user's own file, and not taken back.
    fn standing(&self) -> impl Iterator<Item = &WriteEntry> {
        let written = self.session.written.iter();
        written.filter(|w| w.undone.is_none() && w.record.touched_the_file())
    }

    /// The versions that were accepted, in order.
    pub(super) fn accepted(&self) -> Vec<VersionId> {
        let taken = self.session.versions.iter().filter(|v| {
            let decided = v.decision.as_ref().map(|(decision, _)| *decision);
            !v.id.is_original() && decided == Some(Decision::Accepted)
        });
        taken.map(|v| v.id).collect()
    }

    /// Measures versions again; progress is told on standard error.
    ///
    /// # Errors
    /// Something is missing here, the task cannot be judged any more, or stopped.
    pub(super) fn measure(
        &self,
        app: &AppContext,
        versions: &[VersionId],
        flags: &AgainFlags,
        timed: bool,
    ) -> Result<Session, CliError> {
        let cancel = CancelToken::new();
        stop_on_signals(&cancel);
        let status = Arc::new(Mutex::new((Status::new(), None)));
        let told = status.clone();
        let terminal = std::io::stderr().is_terminal();
        let usual = app.comparison_of(&self.session);
        let measurement = Remeasurement {
            task: self.task.clone(),
            recorded: &self.session,
            versions,
            timed,
            sandbox: sandbox::Settings {
                unsafe_no_isolation: flags.unsafe_no_isolation,
                ..sandbox::Settings::default()
            },
            cache: Some(app.folders.cache.join("builds")),
            budget: flags.comparison_time.unwrap_or(usual),
            usual_budget: usual,
            clock: flags.clock.map(Clock::metric),
        };
        let done = measurement.run(
            Arc::new(move |version, progress| {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                let (status, about) = &mut *told;
                if *about != Some(version) {
                    *about = Some(version);
                    status.about(&version.to_string());
                    // A log has a line a version; a terminal has one line that changes.
                    if !terminal {
                        let _ = fail(0, stage(version, timed));
                    }
                }
                status.tell(&progress);
            }),
            &cancel,
        );
        let mut status = status.lock().unwrap_or_else(PoisonError::into_inner);
        status.0.clear();
        done.map_err(|error| match error {
            JudgeError::Stopped => CliError::new(130, "stopped"),
            JudgeError::Task(why) => CliError::new(NOTHING, why),
            other => CliError::new(ENVIRONMENT, other),
        })
    }

    /// Refuses what says nothing of any version: the sandbox failed, or the original needs a project that is gone.
    ///
    /// # Errors
    /// That it is so.
    pub(super) fn check(&self, today: &Session) -> Result<(), CliError> {
        for version in &today.versions {
            let evaluation = version.evaluation.as_ref();
            let failed = evaluation.filter(|e| e.verdict == Verdict::SandboxError);
            if let Some(evaluation) = failed {
                let why = failure(evaluation);
                return Err(CliError::new(
                    ENVIRONMENT,
                    format_args!("{}: {why}", version.id),
                ));
            }
        }
        let original = today.version(VersionId::ORIGINAL);
        let failed = original.and_then(|v| v.evaluation.as_ref());
        let root = self.task.project.root.as_deref();
        if let (Some(evaluation), Some(root)) = (failed, root)
            && !passes(today)
            && passes(&self.session)
            && !root.is_dir()
        {
            return Err(CliError::new(
                ENVIRONMENT,
                format_args!(
                    "the original does not run any more ({}): its project {} is gone; bring it back to its place",
                    failure(evaluation),
                    root.display()
                ),
            ));
        }
        Ok(())
    }

    /// What was measured beside what was recorded.
    pub(super) fn beside<'s>(&'s self, today: &'s Session) -> Remeasured<'s> {
        Remeasured::new(&self.session, today, self.notes.clone())
    }
}

fn stage(version: VersionId, timed: bool) -> String {
    if version.is_original() || !timed {
        format!("{version} is built and run on every case")
    } else {
        format!("{version} is built, run on every case and timed against v0")
    }
}
