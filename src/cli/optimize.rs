//! `reheat optimize`: the loop on the user's own program, with a real model.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::app_context::AppContext;
use super::drive;
use super::flags::{LimitFlags, LoopFlags, ModelFlags};
use super::harness_flags::HarnessFlags;
use super::session_request::SessionRequest;
use super::{ENVIRONMENT, USAGE, fail, prepare};
use crate::base::words;
use crate::config;
use crate::engine::COMPARISON;
use crate::session::event::{Mode, Origin};
use crate::task::harness_spec::HarnessSpec;
use crate::task::load::TaskFlags;
use crate::task::{Checker, HoldOut, Objective, OkStatus};

/// Default number of rounds, as in the paper's plots.
const ROUNDS: u32 = 10;

/// Flags of `reheat optimize`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reheat optimize slow.py --cases cases/ --model qwen2.5-coder --base-url http://localhost:8080/v1
  reheat optimize slow.py --cases cases.jsonl --objective memory --goal 2x --out best.py
  reheat optimize main.rs --cases cases/ --model-command 'claude -p' --rounds 4 --headless
  reheat optimize --statement problem.md --language python --cases cases/
  reheat optimize my-task/                     a folder with a task.toml
  reheat optimize src/geo.py::Grid.nearest --calls calls.jsonl --write
  reheat optimize src/lib.rs::parse_header --check 'cargo test' --bench 'cargo bench -- parse'

Cases are files NAME.in with NAME.out beside them, or JSON lines {\"input\": …, \"output\": …}. Where outputs are
missing the program itself says them: it is run twice and must agree with itself.")]
pub(crate) struct OptimizeArgs {
    /// The program; a part of it as FILE::FUNCTION, FILE::CLASS.METHOD or FILE:FIRST-LAST; or a folder with a task.toml.
    /// May be left out where --statement and --language say what is wanted.
    file: Option<PathBuf>,
    /// Cases: a folder of NAME.in and NAME.out, or a file of JSON lines.
    #[arg(long, value_name = "DIR|FILE.jsonl")]
    cases: Option<PathBuf>,
    /// The problem in words, for the model.
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// What is to become better.
    #[arg(long, value_enum)]
    objective: Option<Objective>,
    /// How outputs are compared: exact, tokens, numbers[:TOLERANCE] or lines.
    #[arg(long, value_name = "CHECKER", value_parser = Checker::parse)]
    checker: Option<Checker>,
    /// A program of yours that compares outputs: run as FILE input got expected; 0 is right, 1 is wrong and its output says why.
    #[arg(long, value_name = "FILE", conflicts_with = "checker")]
    checker_program: Option<PathBuf>,
    /// Exit statuses of the program that are meant, as of a linter that ends with 1 where it finds something: 0,1. Where the
    /// program says the outputs, a version must also end as it does [default: 0].
    #[arg(long, value_name = "LIST", allow_negative_numbers = true)]
    ok_status: Option<OkStatus>,
    /// Cases that the model is never shown: a share such as 25% (the default), a number, or 0 for none.
    #[arg(long, value_name = "N|N%")]
    held_out: Option<HoldOut>,
    /// An argument that the program is given on every run; repeatable.
    #[arg(long = "arg", value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
    /// A data file that the program finds in its folder, read-only; repeatable.
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Language, where the file's ending does not say it.
    #[arg(long, value_name = "NAME")]
    language: Option<String>,
    /// Interpreter or compiler to use instead of the language's usual one.
    #[arg(long, value_name = "PROGRAM", aliases = ["interpreter", "compiler"])]
    tool: Option<String>,
    #[command(flatten)]
    harness: HarnessFlags,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    loop_flags: LoopFlags,
    #[command(flatten)]
    model: ModelFlags,
}

/// Runs the command.
#[must_use]
pub(crate) fn run(args: &OptimizeArgs, theme: Option<&str>) -> ExitCode {
    let app = match AppContext::read() {
        Ok(app) => app,
        Err(status) => return status,
    };
    match request(&app, args) {
        Ok(request) => drive::run(&app, request, &args.loop_flags, theme),
        Err(status) => status,
    }
}

fn request(app: &AppContext, args: &OptimizeArgs) -> Result<SessionRequest, ExitCode> {
    let flags = TaskFlags {
        file: args.file.clone(),
        cases: args.cases.clone(),
        statement: args.statement.clone(),
        objective: args.objective.or(app.config.objective),
        checker: args.checker.clone(),
        checker_program: args.checker_program.clone(),
        held_out: args.held_out.clone().or_else(|| {
            // A task folder's own setting overrides the config file.
            let own = args.file.as_deref().is_some_and(std::path::Path::is_dir);
            app.config.held_out.clone().filter(|_| !own)
        }),
        limits: args.limits.run.overrides(),
        build: args.limits.build(),
        usual: app.defaults(),
        ok_status: args.ok_status.clone(),
        args: args.args.clone(),
        files: args.files.clone(),
        language: args.language.clone(),
        tool: args.tool.clone(),
        harness: args.harness.spec(),
        kept: Some(app.library().root().to_owned()),
    };
    let task = flags
        .load(&app.languages)
        .map_err(|e| fail(status_of(&e), e))?;
    if let Some(command) = args.harness.prepare() {
        let here = Path::new(".");
        let folder = task.project.root.as_deref().unwrap_or(here);
        prepare::run(command, folder, args.harness.agreed()).map_err(ExitCode::from)?;
    }
    let selection = config::Selection {
        unwatched: !drive::has_screen(&args.loop_flags),
        ..args.model.selection()
    };
    let provider = config::resolve_provider(&app.config, &selection)
        .map_err(|e| fail(args.model.no_model_status(), e))?;
    let template = app
        .template(args.model.template.as_deref())
        .map_err(ExitCode::from)?;
    let opening = format!(
        "optimize: {} · replies by {} · every figure is measured here and now",
        task.name,
        provider.name()
    );
    Ok(SessionRequest {
        program: task.path.clone(),
        task,
        origin: Origin::Kept,
        provider,
        reached_by: args.model.reached_by(),
        template,
        resume: None,
        rounds: app.config.rounds.unwrap_or(ROUNDS),
        goal: None,
        mode: Mode::Auto,
        candidates: app.config.candidates,
        temperature: args.model.temperature,
        comparison: app.config.comparison_time.unwrap_or(COMPARISON),
        clock: None,
        strict: false,
        demo_pause: Duration::ZERO,
        opening,
        foreign: false,
        tape: None,
    })
}

/// The same for a program, or a function of one, that was chosen on the start screen; it waits for the developer to start it.
///
/// # Errors
/// What is wrong with the program, its cases or the settings.
pub(crate) fn chosen(
    app: &AppContext,
    file: &Path,
    cases: Option<&Path>,
    ok_status: Option<OkStatus>,
    harness: HarnessSpec,
) -> Result<SessionRequest, String> {
    let flags = TaskFlags {
        file: Some(file.to_owned()),
        cases: cases.map(Path::to_owned),
        objective: app.config.objective,
        held_out: app.config.held_out.clone().filter(|_| !file.is_dir()),
        usual: app.defaults(),
        ok_status,
        harness,
        kept: Some(app.library().root().to_owned()),
        ..TaskFlags::default()
    };
    let mut task = flags.load(&app.languages).map_err(|e| e.to_string())?;
    if let Some(cases) = cases {
        let read = words::count(task.workload.cases.len(), "case");
        task.notes.push(format!(
            "{read} of {}; rounds wait for you, one at a time",
            cases.display()
        ));
    }
    let model = ModelFlags::default();
    let provider = config::resolve_provider(&app.config, &model.selection())
        // The screen has one line for it; the whole list of ways is what `reheat doctor` is for.
        .map_err(|e| {
            format!(
                "{}: , sets one up (a server that runs on this machine: m)",
                e.headline()
            )
        })?;
    let template = app.template(None).map_err(|e| e.to_string())?;
    let opening = format!("{} · replies by {}", task.name, provider.name());
    Ok(SessionRequest {
        program: task.path.clone(),
        task,
        origin: Origin::Kept,
        provider,
        reached_by: model.reached_by(),
        template,
        resume: None,
        rounds: app.config.rounds.unwrap_or(ROUNDS),
        goal: None,
        mode: Mode::Step,
        candidates: app.config.candidates,
        temperature: None,
        comparison: app.config.comparison_time.unwrap_or(COMPARISON),
        clock: None,
        strict: false,
        demo_pause: Duration::ZERO,
        opening,
        foreign: false,
        tape: None,
    })
}

fn status_of(error: &crate::task::TaskError) -> u8 {
    match error {
        crate::task::TaskError::Environment(_) => ENVIRONMENT,
        _ => USAGE,
    }
}
