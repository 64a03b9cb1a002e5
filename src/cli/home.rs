//! `reheat` alone: the start screen.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::app_context::AppContext;
use super::drive;
use super::flags::{LoopFlags, ModelFlags};
use super::session_request::SessionRequest;
use super::workbench::{habits, of_signal};
use super::{ENVIRONMENT, USAGE, demo, fail, history, model_lines, optimize, resume};
use crate::base::words;
use crate::config::Config;
use crate::engine;
use crate::model::discover;
use crate::report;
use crate::sandbox::{self, Sandbox};
use crate::session::library::Summary;
use crate::task::bundled;
use crate::task::harness_spec::HarnessSpec;
use crate::tui::{
    self, Choice, Discovered, Discovery, Home, Judged, LibraryRow, Link, Server, SessionEntry,
    Start, TaskEntry,
};

/// Sessions that the start screen lists.
const RECENT: usize = 5;
/// Characters of a title that it shows.
const TITLE: usize = 24;

/// Opens the start screen.
#[must_use]
pub fn run(theme: Option<&str>) -> ExitCode {
    let flags = LoopFlags::default();
    if !drive::has_screen(&flags) {
        return fail(
            USAGE,
            "the start screen needs a terminal; without one, `reheat demo` and `reheat optimize --headless` print the loop as text (see reheat --help)",
        );
    }
    // A broken config file must not keep the user from the settings dialog that repairs it: the screen says what is wrong.
    let (app, troubles) = match AppContext::read_or_default() {
        Ok((app, troubles)) => (Arc::new(app), troubles),
        Err(status) => return status,
    };
    let mut habits = habits(&app);
    habits.told.splice(
        0..0,
        troubles
            .into_iter()
            .map(|t| format!("{t}; the usual settings are used")),
    );
    let opener = app.clone();
    let looker = app.clone();
    let start = Start {
        running: None,
        home: home(&app),
        open: Box::new(move |choice| open(&opener, &choice)),
        late: Some(Box::new(move |what, tell| late(&looker, what, tell))),
        banner: String::new(),
        demo: false,
        kiosk: false,
        leave_after: None,
        recorded: None,
        theme: theme
            .map(str::to_owned)
            .or_else(|| app.config.theme.clone()),
        themes: Some(app.folders.config.join("themes")),
        config_file: Some(app.folders.config_file()),
        habits,
    };
    match tui::run(start) {
        Ok(ended) => {
            drive::say_how_it_ended(&ended.session);
            ended.signal.map_or(ExitCode::SUCCESS, of_signal)
        }
        Err(error) => fail(ENVIRONMENT, error),
    }
}

fn home(app: &AppContext) -> Home {
    let tasks = bundled::summary()
        .into_iter()
        .map(|s| TaskEntry {
            available: app.missing(&s.language).map_or(Ok(()), Err),
            name: s.name,
            title: s.title,
            language: s.language,
            kind: s.kind,
        })
        .collect();
    let sessions = app
        .library()
        .recent(RECENT)
        .into_iter()
        .map(|s| SessionEntry {
            gain: s
                .gain
                .map_or_else(|| "–".into(), |(gain, ..)| gain.to_string()),
            when: ago(s.changed),
            state: if s.task.is_empty() {
                s.trouble
            } else {
                format!(
                    "{}{}",
                    s.best.map_or_else(String::new, |v| format!("{v} ★ · ")),
                    words::count(s.rounds, "round")
                )
            },
            id: s.id,
            task: if s.marks.title.is_empty() {
                s.task
            } else {
                report::text::clip(&s.marks.title, TITLE)
            },
        })
        .collect();
    Home {
        sessions,
        library: None,
        tasks,
        models: model_lines::at_first(&app.config),
        servers: Vec::new(),
        sandbox: "looking …".into(),
        sandbox_strong: true,
        cursor: 0,
        opening: None,
    }
}

/// A session in the list of all.
fn library_row(s: Summary) -> LibraryRow {
    let when = jiff::Timestamp::try_from(s.changed);
    let when = when.map_or_else(
        |_| String::new(),
        |t| t.strftime("%Y-%m-%d %H:%M").to_string(),
    );
    let task = match s.marks.title.is_empty() {
        true => s.task.clone(),
        false => s.marks.title.clone(),
    };
    let state = s.state.word().to_owned();
    let tags: Vec<&str> = s.marks.tags.iter().map(String::as_str).collect();
    let tags = tags.join(" ");
    let known = [
        &s.id,
        &s.task,
        &s.marks.title,
        &tags,
        &s.language,
        &s.model,
        &state,
        &when,
    ];
    LibraryRow {
        words: known.map(|text| text.to_lowercase()).join(" "),
        task: if task.is_empty() { s.trouble } else { task },
        gain: s
            .gain
            .map_or_else(String::new, |(gain, ..)| gain.to_string()),
        size: s.gain.map_or(0.0, |(gain, ..)| gain.0),
        id: s.id,
        rounds: s.rounds,
        model: s.model,
        state,
        when,
    }
}

/// Finds out what takes longer than the first frame may.
fn late(app: &AppContext, what: Discovery, tell: &mut dyn FnMut(Discovered)) {
    // The settings may have been changed since the screen opened.
    let fresh = Config::load(&app.folders);
    let config = fresh.as_ref().unwrap_or(&app.config);
    if what == Discovery::Model {
        tell(Discovered::Models(model_lines::asked(config)));
        return;
    }
    // A folder that cannot be read is told by `reheat ls`; here it is an empty list.
    let sessions = app.library().list(&|_| {}).unwrap_or_default();
    tell(Discovered::Library(
        sessions.into_iter().map(library_row).collect(),
    ));
    let (words, strong) = match Sandbox::open(&sandbox::Settings::default()) {
        Ok(sandbox) => {
            let on = sandbox.guards().on.join(", ");
            match sandbox.guards().why_weak() {
                None => (format!("isolated: {on}"), true),
                Some(why) => (format!("weakly isolated: {on}; {why}"), false),
            }
        }
        Err(error) => (error.to_string(), false),
    };
    tell(Discovered::Sandbox(words, strong));
    let found = discover::discover_blocking();
    let servers = found.into_iter().filter_map(|s| {
        Some(Server {
            model: s.models.first()?.clone(),
            name: s.name,
            base_url: s.base_url,
        })
    });
    tell(Discovered::Servers(servers.collect()));
    tell(Discovered::Models(model_lines::asked(config)));
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
    format!(
        "{} ago",
        words::count(usize::try_from(n).unwrap_or(usize::MAX), unit)
    )
}

/// The same as `reheat optimize FILE::FUNCTION` with the flags for how it is judged.
fn part(
    app: &AppContext,
    file: &Path,
    function: &str,
    judged: &Judged,
) -> Result<SessionRequest, String> {
    let mut name = file.as_os_str().to_owned();
    name.push("::");
    name.push(function);
    let name = PathBuf::from(name);
    let mut harness = HarnessSpec::default();
    let (mut cases, mut statuses) = (None, None);
    match judged {
        Judged::Calls { calls, of } => {
            harness.calls = Some(calls.clone());
            harness.calls_of.clone_from(of);
        }
        Judged::Cases { path, ok_status } => {
            cases = Some(path.as_path());
            statuses.clone_from(ok_status);
        }
        Judged::Commands { check, bench } => {
            harness.commands.check.clone_from(check);
            harness.commands.bench.clone_from(bench);
        }
    }
    optimize::chosen(app, &name, cases, statuses, harness)
}

fn open(app: &AppContext, choice: &Choice) -> Result<Link, String> {
    let flags = LoopFlags::default();
    // The settings may have been changed since the screen opened.
    let fresh = Config::load(&app.folders).map_err(|e| e.to_string())?;
    let app = &AppContext {
        config: fresh,
        folders: app.folders.clone(),
        languages: app.languages.clone(),
    };
    if let Choice::LookInto(id) = choice {
        return history::recorded(&app.library(), id).map_err(String::from);
    }
    let request: SessionRequest = match choice {
        Choice::Bundled(name) => demo::recorded(app, name, 1.0)?,
        Choice::Program { file, cases } => {
            optimize::chosen(app, file, cases.as_deref(), None, HarnessSpec::default())?
        }
        Choice::Part {
            file,
            function,
            judged,
        } => part(app, file, function, judged)?,
        // Looked into above.
        Choice::LookInto(id) | Choice::Resume(id) => {
            resume::request(app, id, &flags, &ModelFlags::default())?
        }
    };
    let setup = request.setup(app, &flags).map_err(String::from)?;
    let handle = engine::start(setup).map_err(|e| e.to_string())?;
    Ok(handle.into())
}
