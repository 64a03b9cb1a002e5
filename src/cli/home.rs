//! `reheat` alone: the start screen; and the way from a running loop to the workbench.

mod models;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::drive::{self, Ground, Wish};
use super::flags::{LoopFlags, ModelFlags};
use super::{ENVIRONMENT, USAGE, demo, fail, optimize, resume};
use crate::config::Config;
use crate::engine::{self, Handle};
use crate::model::discover;
use crate::sandbox::{self, Sandbox, Tier};
use crate::session::Session;
use crate::task::aim::Aim;
use crate::task::bundled;
use crate::tui::{
    self, Choice, Habits, Home, Judged, Late, Link, Look, Server, SessionEntry, Start, TaskEntry,
};

/// Sessions that the start screen lists.
const RECENT: usize = 5;

/// Opens the start screen.
#[must_use]
pub fn run(theme: Option<&str>) -> ExitCode {
    let flags = LoopFlags::default();
    if !drive::has_screen(&flags) {
        return fail(
            USAGE,
            "the start screen needs a terminal; without one, `reheat demo` and `reheat optimize --headless` tell the loop as text (see reheat --help)",
        );
    }
    // A broken file must not keep anyone from the settings that mend it: the screen says where it is broken.
    let (ground, troubles) = match Ground::read_or_default() {
        Ok((ground, troubles)) => (Arc::new(ground), troubles),
        Err(status) => return status,
    };
    let mut habits = habits(&ground);
    habits.told.splice(
        0..0,
        troubles
            .into_iter()
            .map(|t| format!("{t}; the usual settings are used")),
    );
    let opener = ground.clone();
    let looker = ground.clone();
    let start = Start {
        running: None,
        home: home(&ground),
        open: Box::new(move |choice| open(&opener, &choice)),
        late: Some(Box::new(move |what, tell| late(&looker, what, tell))),
        banner: String::new(),
        demo: false,
        theme: theme
            .map(str::to_owned)
            .or_else(|| ground.config.theme.clone()),
        themes: Some(ground.folders.config.join("themes")),
        config_file: Some(ground.folders.config_file()),
        habits,
    };
    match tui::run(start) {
        Ok(ended) => ended.signal.map_or(ExitCode::SUCCESS, of_signal),
        Err(error) => fail(ENVIRONMENT, error),
    }
}

/// Shows a running loop in the workbench until the developer leaves it.
///
/// # Errors
/// The exit status, after the error was printed, or of the signal that ended it.
pub fn workbench(
    ground: &Ground,
    handle: Handle,
    opening: &str,
    demo: bool,
    theme: Option<&str>,
) -> Result<Session, ExitCode> {
    let start = Start {
        banner: opening.to_owned(),
        demo,
        theme: theme
            .map(str::to_owned)
            .or_else(|| ground.config.theme.clone()),
        themes: Some(ground.folders.config.join("themes")),
        config_file: Some(ground.folders.config_file()),
        habits: habits(ground),
        ..Start::running(handle)
    };
    let ended = tui::run(start).map_err(|e| fail(ENVIRONMENT, e))?;
    ended
        .signal
        .map_or(Ok(ended.session), |signal| Err(of_signal(signal)))
}

/// How the screen behaves for this developer.
fn habits(ground: &Ground) -> Habits {
    Habits {
        keys: ground.config.keys.clone(),
        bell: ground.config.bell,
        ascii: ground.config.ascii,
        tips: true,
        told: ground.config.warnings.clone(),
        folder: Some(ground.folders.data.clone()),
    }
}

fn of_signal(signal: i32) -> ExitCode {
    ExitCode::from(u8::try_from(128 + signal).unwrap_or(1))
}

/// Why a language cannot be used here; `None` if it can. Looks only whether its program is there: a start must not wait.
#[must_use]
pub fn missing(ground: &Ground, language: &str) -> Option<String> {
    let language = ground.languages.get(language)?;
    let program = language.program(None);
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|dir| dir.join(program).is_file());
    (!found).then(|| format!("needs {program}, which is not on the path"))
}

fn home(ground: &Ground) -> Home {
    let tasks = bundled::summary()
        .into_iter()
        .map(|s| TaskEntry {
            available: missing(ground, &s.language).map_or(Ok(()), Err),
            name: s.name,
            title: s.title,
            language: s.language,
            kind: s.kind,
        })
        .collect();
    let sessions = ground
        .library()
        .recent(RECENT)
        .into_iter()
        .map(|s| SessionEntry {
            gain: s
                .best
                .as_ref()
                .and_then(|(_, g)| *g)
                .map_or_else(|| "–".into(), |g| g.to_string()),
            when: ago(s.changed),
            state: format!(
                "{}{} rounds",
                s.best
                    .map_or_else(String::new, |(v, _)| format!("{v} ★ · ")),
                s.rounds
            ),
            id: s.id,
            task: s.task,
        })
        .collect();
    Home {
        sessions,
        tasks,
        models: models::at_first(&ground.config),
        servers: Vec::new(),
        sandbox: "looking …".into(),
        sandbox_strong: true,
        cursor: 0,
        opening: None,
    }
}

/// Looks for what takes longer than a first frame may.
fn late(ground: &Ground, what: Look, tell: &mut dyn FnMut(Late)) {
    // The settings may have been changed since the screen opened.
    let fresh = Config::load(&ground.folders);
    let config = fresh.as_ref().unwrap_or(&ground.config);
    if what == Look::Model {
        tell(Late::Models(models::asked(config)));
        return;
    }
    let (words, strong) = match Sandbox::open(&sandbox::Settings::default()) {
        Ok(sandbox) => {
            let tier = sandbox.guards().tier;
            let on = sandbox.guards().on.join(", ");
            match tier {
                Tier::Full | Tier::Namespaces => (format!("isolated: {on}"), true),
                Tier::Weak | Tier::None => (format!("weakly isolated: {on}"), false),
            }
        }
        Err(error) => (error.to_string(), false),
    };
    tell(Late::Sandbox(words, strong));
    let found = discover::discover_blocking();
    let servers = found.into_iter().filter_map(|s| {
        Some(Server {
            model: s.models.first()?.clone(),
            name: s.name,
            base_url: s.base_url,
        })
    });
    tell(Late::Servers(servers.collect()));
    tell(Late::Models(models::asked(config)));
}

/// A moment in the past in words.
fn ago(then: SystemTime) -> String {
    let seconds = then.elapsed().unwrap_or(Duration::ZERO).as_secs();
    let (n, unit) = match seconds {
        0..60 => return "just now".into(),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{n} {unit}{} ago", if n == 1 { "" } else { "s" })
}

/// As `reheat optimize FILE::FUNCTION` with the flags for what it is judged by.
fn part(ground: &Ground, file: &Path, function: &str, judged: &Judged) -> Result<Wish, String> {
    let mut name = file.as_os_str().to_owned();
    name.push("::");
    name.push(function);
    let name = PathBuf::from(name);
    let mut aim = Aim::default();
    let mut cases = None;
    match judged {
        Judged::Calls(calls) => aim.calls = Some(calls.clone()),
        Judged::Cases(folder) => cases = Some(folder.as_path()),
        Judged::Commands { check, bench } => {
            aim.commands.check.clone_from(check);
            aim.commands.bench.clone_from(bench);
        }
    }
    optimize::chosen(ground, &name, cases, aim)
}

fn open(ground: &Ground, choice: &Choice) -> Result<Link, String> {
    let flags = LoopFlags::default();
    // The settings may have been changed since the screen opened.
    let fresh = Config::load(&ground.folders).map_err(|e| e.to_string())?;
    let ground = &Ground {
        config: fresh,
        folders: ground.folders.clone(),
        languages: ground.languages.clone(),
    };
    let wish: Wish = match choice {
        Choice::Bundled(name) => demo::recorded(ground, name, 1.0)?,
        Choice::Program { file, cases } => {
            optimize::chosen(ground, file, cases.as_deref(), Aim::default())?
        }
        Choice::Part {
            file,
            function,
            judged,
        } => part(ground, file, function, judged)?,
        Choice::Resume(id) => resume::wish(ground, id, &flags, &ModelFlags::default())?,
    };
    let setup = drive::setup(ground, &wish, &flags).map_err(String::from)?;
    let handle = engine::start(setup).map_err(|e| e.to_string())?;
    Ok(handle.into())
}
