//! `reheat demo`: the loop on a bundled task or on a tape of somebody's, with recorded replies and real measurements.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::app_context::AppContext;
use super::demo_loop::Stand;
use super::flags::{LoopFlags, ModelFlags};
use super::session_request::{BREATH, PACE, SessionRequest};
use super::{CliError, ENVIRONMENT, USAGE, demo_loop, demo_tape, drive, print};
use crate::config;
use crate::engine::DEMO_COMPARISON;
use crate::model::Provider;
use crate::model::tape::Tape;
use crate::model::tape::file::SessionTape;
use crate::report::text;
use crate::session::event::{Mode, Origin};
use crate::task::{Task, bundled};

/// The banner wherever recorded replies are played.
pub(crate) const OPENING: &str = "demo: recorded replies; every run and every figure is real and measured now · connect a model: reheat doctor";

/// Flags of `reheat demo`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat demo                     the task `pairs`, in the workbench
  reheat demo --list              names of the bundled tasks
  reheat demo wordfreq --speed 3  another task, three times as fast
  reheat demo | cat               as text
  reheat demo pairs.tape          somebody's session, measured here (`reheat tape export` makes such files)
  reheat demo --loop              again and again, until it is left
  reheat demo pairs.tape --kiosk  the same for a stand: no key does anything but ctrl-q, which leaves; nothing stops it
  reheat demo --model qwen2.5-coder --base-url http://localhost:8080/v1
                                  the same task with a model instead of the tape")]
pub(crate) struct DemoArgs {
    /// Name of a bundled task, or the file of a tape.
    #[arg(default_value = "pairs", value_name = "TASK|FILE")]
    task: String,
    /// Name the bundled tasks and end.
    #[arg(long)]
    list: bool,
    /// How fast replies play and how long the pauses are: 2 is twice as fast. Measurements take the time they take.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR", value_parser = parse_speed)]
    speed: f64,
    /// Play it again and again until it is left. Nothing of it is kept.
    #[arg(long = "loop")]
    again: bool,
    /// For a stand: --loop in which no key does anything but ctrl-q, which leaves. What goes wrong is said, and it begins again.
    #[arg(long)]
    kiosk: bool,
    #[command(flatten)]
    loop_flags: LoopFlags,
    #[command(flatten)]
    model: ModelFlags,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &DemoArgs, theme: Option<&str>) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    if args.list {
        list(&app);
        return ExitCode::SUCCESS;
    }
    match open(args) {
        Ok(source) if args.again || args.kiosk => demo_loop::run(
            &app,
            &|app| request(app, args, &source),
            &args.loop_flags,
            theme,
            Stand {
                kiosk: args.kiosk,
                speed: args.speed,
            },
        ),
        Ok(source) => match request(&app, args, &source) {
            Ok(request) => drive::run(&app, request, &args.loop_flags, theme),
            Err(refusal) => refusal.into(),
        },
        Err(refusal) => refusal.into(),
    }
}

/// What is played.
enum Played {
    /// A bundled task with its tape, by its name.
    Bundled(String),
    /// A tape of somebody's.
    Tape(PathBuf, Box<SessionTape>),
}

fn open(args: &DemoArgs) -> Result<Played, CliError> {
    if !demo_tape::is_file(&args.task) {
        return Ok(Played::Bundled(args.task.clone()));
    }
    let path = PathBuf::from(&args.task);
    let tape = demo_tape::open(&path)?;
    Ok(Played::Tape(path, Box::new(tape)))
}

fn list(app: &AppContext) {
    let mut rows = vec![[
        "task".to_owned(),
        "language".into(),
        "what hides in it".into(),
        "title".into(),
    ]];
    for s in bundled::summary() {
        let state = app.missing(&s.language).map_or_else(
            || s.language.clone(),
            |why| format!("{} ({why})", s.language),
        );
        rows.push([s.name, state, s.kind, s.title]);
    }
    print(&text::columns(&rows));
}

fn request(app: &AppContext, args: &DemoArgs, played: &Played) -> Result<SessionRequest, CliError> {
    let mut request = match played {
        Played::Bundled(name) => recorded(app, name, args.speed)?,
        Played::Tape(path, tape) => demo_tape::request(app, path, tape, args.speed)?,
    };
    request.template = app.template(args.model.template.as_deref())?;
    if args.model.names_a_model() {
        request.provider = config::resolve_provider(&app.config, &args.model.selection())
            .map_err(|e| CliError::new(args.model.no_model_status(), e))?;
        request.opening = format!(
            "demo with {}: replies, runs and figures are all made now",
            request.provider.name()
        );
        request.reached_by.extend(args.model.reached_by());
        // Replies of another model are not those that the tape has figures of.
        request.tape = None;
        request.temperature = args.model.temperature;
        request.demo_pause = Duration::ZERO;
    }
    Ok(request)
}

/// A bundled task with its own tape.
///
/// # Errors
/// There is no such task, its language is missing here, or its tape cannot be read.
pub(crate) fn recorded(
    app: &AppContext,
    name: &str,
    speed: f64,
) -> Result<SessionRequest, CliError> {
    let task = bundled::load(name, &app.languages).map_err(|e| CliError::new(USAGE, e))?;
    if let Some(why) = app.missing(&task.language.id) {
        return Err(CliError::new(
            ENVIRONMENT,
            format_args!(
                "the task `{name}` is in {}: {why}. {}",
                task.language.name, task.language.install_hint
            ),
        ));
    }
    let (provider, rounds) = tape(&task, speed).map_err(|e| CliError::new(ENVIRONMENT, e))?;
    let template = app.template(None)?;
    let origin = Origin::Bundled {
        name: task.name.clone(),
    };
    let demo_pause = BREATH.div_f64(speed);
    let opening = OPENING.to_owned();
    Ok(SessionRequest {
        task,
        program: None,
        origin,
        provider,
        reached_by: BTreeMap::new(),
        template,
        resume: None,
        rounds,
        goal: None,
        mode: Mode::Auto,
        candidates: None,
        temperature: None,
        comparison: DEMO_COMPARISON,
        clock: None,
        strict: false,
        demo_pause,
        opening,
        foreign: false,
        tape: None,
    })
}

/// The task's own tape, and how many replies it has.
///
/// # Errors
/// A sentence, when the task has none.
pub(crate) fn tape(task: &Task, speed: f64) -> Result<(Arc<dyn Provider>, u32), String> {
    let source = task
        .tape
        .as_ref()
        .ok_or_else(|| format!("the task `{}` has no tape", task.name))?;
    let tape = Tape::open(&task.name, source)
        .map_err(|e| e.to_string())?
        .with_speed(speed * PACE);
    let replies = u32::try_from(tape.len()).unwrap_or(u32::MAX);
    Ok((Arc::new(tape), replies))
}

fn parse_speed(text: &str) -> Result<f64, String> {
    match text.trim_end_matches(['x', '×']).parse::<f64>() {
        Ok(s) if (0.1..=1000.0).contains(&s) => Ok(s),
        _ => Err(format!(
            "`{text}` is not a speed; write a number from 0.1 to 1000"
        )),
    }
}
