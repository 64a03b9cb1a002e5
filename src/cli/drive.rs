//! From a task, flags and config to a running loop, its view (screen, text or JSON) and the exit status.

mod leaving;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::flags::LoopFlags;
use super::follow::{self, Style};
use super::{ENVIRONMENT, NOTHING, Refusal, USAGE, fail, shown};
use crate::config::{Config, Folders};
use crate::engine::{self, EngineError, Handle, Setup};
use crate::model::Provider;
use crate::model::prompt::Template;
use crate::report::text;
use crate::sandbox;
use crate::session::event::{Finish, Goal, Mode, Origin};
use crate::session::{Library, Session, journal};
use crate::task::Task;
use crate::task::load::Usual;

/// Config, folders and languages: what every command with a loop needs first.
pub struct Ground {
    /// Where things are kept.
    pub folders: Folders,
    /// The config file, or its defaults.
    pub config: Config,
    /// All languages.
    pub languages: crate::task::Languages,
}

impl Ground {
    /// Reads the config file and the languages; warnings go to standard error.
    ///
    /// # Errors
    /// The exit status, after the error was printed.
    pub fn read() -> Result<Self, ExitCode> {
        let folders = Folders::find().map_err(|e| fail(ENVIRONMENT, e))?;
        let config = Config::load(&folders).map_err(|e| fail(USAGE, e))?;
        for warning in &config.warnings {
            let _ = fail(0, format_args!("warning: {warning}"));
        }
        let own = folders.config.join("languages");
        let languages = crate::task::Languages::load(
            Some(&own)
                .filter(|p| p.is_dir())
                .map(std::path::PathBuf::as_path),
        );
        let languages = languages.map_err(|e| fail(USAGE, e))?;
        Ok(Self {
            folders,
            config,
            languages,
        })
    }

    /// As [`read`](Self::read), but what is broken is told and left out, so that the rest can still be looked at.
    ///
    /// # Errors
    /// The exit status, after the error was printed: there is no home folder.
    pub fn read_or_default() -> Result<(Self, Vec<String>), ExitCode> {
        let folders = Folders::find().map_err(|e| fail(ENVIRONMENT, e))?;
        let mut troubles = Vec::new();
        let config = Config::load(&folders).unwrap_or_else(|e| {
            troubles.push(e.to_string());
            Config::default()
        });
        let own = folders.config.join("languages");
        let loaded = crate::task::Languages::load(Some(own.as_path()).filter(|p| p.is_dir()))
            .or_else(|e| {
                troubles.push(e.to_string());
                crate::task::Languages::load(None)
            });
        let languages = loaded.map_err(|e| fail(USAGE, e))?;
        Ok((
            Self {
                folders,
                config,
                languages,
            },
            troubles,
        ))
    }

    /// Limits that hold where neither flags nor a task say any.
    #[must_use]
    pub fn usual(&self) -> Usual {
        Usual {
            limits: self.config.limits.clone(),
            build: self.config.build.clone(),
        }
    }

    /// The sessions of this user.
    #[must_use]
    pub fn library(&self) -> Library {
        Library::new(&self.folders.data)
    }

    /// The prompt's template by the name of a flag, of the config file, or the default.
    ///
    /// # Errors
    /// The template does not exist or is broken.
    pub fn template(&self, name: Option<&str>) -> Result<Template, Refusal> {
        let name = name
            .or(self.config.template.as_deref())
            .unwrap_or("default");
        Template::load(name, Some(&self.folders.prompts())).map_err(|e| Refusal::new(USAGE, e))
    }
}

/// What is asked of the loop beside its flags.
pub struct Wish {
    /// What is optimised.
    pub task: Task,
    /// File that it was read from, where there is one.
    pub program: Option<PathBuf>,
    /// Where it came from.
    pub origin: Origin,
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// How it is reached; never a key.
    pub reached_by: BTreeMap<String, String>,
    /// The prompt's template.
    pub template: Template,
    /// Session to go on with.
    pub resume: Option<String>,
    /// Rounds where no flag says.
    pub rounds: u32,
    /// Goal to use instead of the one that the flags make (a resumed session's own).
    pub goal: Option<Goal>,
    /// Mode where no flag says.
    pub mode: Mode,
    /// Replies a round where no flag says; `None` is what the session has.
    pub candidates: Option<u32>,
    /// The temperature that a flag names.
    pub temperature: Option<f64>,
    /// Time of a comparison where no flag says.
    pub comparison: Duration,
    /// Pauses between acts.
    pub demo_pause: Duration,
    /// First line of the text, and the banner of the screen.
    pub opening: String,
}

/// The setup of the engine for a wish.
///
/// # Errors
/// The config file lets programs read what they must not see.
pub fn setup(ground: &Ground, wish: &Wish, flags: &LoopFlags) -> Result<Setup, Refusal> {
    let read =
        shown::readable(&ground.config.sandbox_read).map_err(|why| Refusal::new(USAGE, why))?;
    let mut task = Task {
        read,
        ..wish.task.clone()
    };
    task.project.also_read(&task.read);
    let given = ground.config.sandbox_environment();
    task.project
        .environment
        .retain(|(n, _)| !given.iter().any(|(g, _)| g == n));
    task.project.environment.extend(given);
    Ok(Setup {
        task,
        origin: wish.origin.clone(),
        provider: wish.provider.clone(),
        reached_by: wish.reached_by.clone(),
        mode: flags.mode.unwrap_or(wish.mode),
        goal: wish.goal.clone().unwrap_or_else(|| flags.goal(wish.rounds)),
        library: ground.library(),
        resume: wish.resume.clone(),
        candidates: flags.candidates.or(wish.candidates),
        temperature: wish.temperature,
        sandbox: sandbox::Settings {
            unsafe_no_isolation: flags.unsafe_no_isolation,
            ..sandbox::Settings::default()
        },
        cache: Some(ground.folders.cache.join("builds")),
        template: wish.template.clone(),
        comparison_budget: flags.comparison_time.unwrap_or(wish.comparison),
        demo_pause: wish.demo_pause,
    })
}

/// Whether the workbench can open: both ends are a terminal, and it was not declined.
#[must_use]
pub fn has_screen(flags: &LoopFlags) -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.is_empty());
    !flags.headless
        && !flags.json
        && !dumb
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal()
}

/// Runs the loop with the view that fits, and says how it went by its exit status.
#[must_use]
pub fn run(ground: &Ground, wish: Wish, flags: &LoopFlags, theme: Option<&str>) -> ExitCode {
    if let Some(out) = &flags.out
        && let Err(why) = writable(out)
    {
        return fail(
            USAGE,
            format_args!("cannot write --out {}: {why}", out.display()),
        );
    }
    if let (Some(out), Some(source)) = (&flags.out, &wish.program)
        && std::fs::canonicalize(out)
            .ok()
            .is_some_and(|o| std::fs::canonicalize(source).ok() == Some(o))
    {
        return fail(
            USAGE,
            format_args!(
                "--out {} is the program itself; name another file, so that the original is kept",
                out.display()
            ),
        );
    }
    if let Err(refusal) = leaving::possible(flags, &wish) {
        return refusal.into();
    }
    let mut setup = match setup(ground, &wish, flags) {
        Ok(setup) => setup,
        Err(refusal) => return refusal.into(),
    };
    let screen = has_screen(flags);
    if !screen {
        // Nobody is there to press a key.
        setup.mode = Mode::Auto;
    }
    let handle = match engine::start(setup) {
        Ok(handle) => handle,
        Err(error) => return fail(ENVIRONMENT, cannot_start(&error, ground)),
    };
    let session = if screen {
        let demo = wish.provider.recorded();
        match super::home::workbench(ground, handle, &wish.opening, demo, theme) {
            Ok(session) => {
                if session.task.is_some() {
                    super::print(&format!(
                        "{}\nsession {} · reheat show, reheat resume\n",
                        text::ending(&session),
                        session.id
                    ));
                }
                session
            }
            Err(status) => return status,
        }
    } else {
        signals(&handle);
        let style = if flags.json { Style::Json } else { Style::Text };
        follow::follow(&handle, style, &wish.opening)
    };
    save(&session, flags.out.as_deref())
        .or_else(|| leaving::leave(ground, &session, flags, &wish))
        .unwrap_or_else(|| status(&session, screen))
}

/// The first interruption ends the loop in good order, the second at once.
fn signals(handle: &Handle) {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let quit = handle.quitter();
        if let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) {
            let _ = std::thread::Builder::new()
                .name("signals".into())
                .spawn(move || {
                    for (n, signal) in signals.forever().enumerate() {
                        if n > 0 {
                            std::process::exit(128 + signal);
                        }
                        quit();
                    }
                });
        }
    }
}

fn cannot_start(error: &EngineError, ground: &Ground) -> String {
    match error {
        EngineError::Journal(journal::JournalError::Busy(_)) => error.to_string(),
        EngineError::Journal(_) => {
            format!(
                "{error}\nSessions are kept in {}; make it writable, or choose another folder with REHEAT_DATA_DIR.",
                ground.folders.data.display()
            )
        }
        EngineError::System(_) => error.to_string(),
    }
}

fn writable(path: &Path) -> Result<(), String> {
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

/// Writes the best version if it was asked for and is better; `Some` is a failure that goes before every other status.
fn save(session: &Session, out: Option<&Path>) -> Option<ExitCode> {
    let out = out?;
    match session.best().filter(|_| better(session)) {
        Some(best) => match journal::write_whole(out, best.source.text.as_bytes()) {
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

fn better(session: &Session) -> bool {
    session.incumbent.is_some_and(|v| !v.is_original())
}

/// Whether the model was asked and failed every time.
fn never_answered(session: &Session) -> bool {
    let mut replies = session
        .rounds
        .iter()
        .flat_map(|r| r.replies.values())
        .peekable();
    replies.peek().is_some() && replies.all(|r| r.finish == Finish::Failed)
}

/// What the loop came to, as an exit status.
fn status(session: &Session, screen: bool) -> ExitCode {
    // Leaving the workbench of a demo is no failure.
    let origin = session.task.as_ref().map(|t| &t.origin);
    let left = screen
        && matches!(origin, Some(Origin::Bundled { .. }))
        && session
            .finished
            .as_ref()
            .is_none_or(|f| f.reason == "stopped");
    if better(session) || left {
        return ExitCode::SUCCESS;
    }
    match session.finished.as_ref().map_or("", |f| f.reason.as_str()) {
        "environment" | "provider" | "disk" => ExitCode::from(ENVIRONMENT),
        _ if never_answered(session) => ExitCode::from(ENVIRONMENT),
        "task" | "prompt" => ExitCode::from(USAGE),
        _ => ExitCode::from(NOTHING),
    }
}
