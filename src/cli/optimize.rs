//! `reheat optimize`: the loop on a program of the user's, with a real model.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::aim::AimFlags;
use super::drive::{self, Ground, Wish};
use super::flags::{LimitFlags, LoopFlags, ModelFlags};
use super::{ENVIRONMENT, USAGE, fail, prepare};
use crate::config;
use crate::session::event::{Mode, Origin};
use crate::task::aim::Aim;
use crate::task::load::TaskFlags;
use crate::task::{Checker, HoldOut, Objective};

/// Rounds where nothing else is said, as in the paper's plots.
const ROUNDS: u32 = 10;
/// Time of one comparison where nothing else is said.
const COMPARISON: Duration = Duration::from_secs(30);

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
pub struct OptimizeArgs {
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
    aim: AimFlags,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    loop_flags: LoopFlags,
    #[command(flatten)]
    model: ModelFlags,
}

/// Runs the command.
#[must_use]
pub fn run(args: &OptimizeArgs, theme: Option<&str>) -> ExitCode {
    let ground = match Ground::read() {
        Ok(ground) => ground,
        Err(status) => return status,
    };
    match wish(&ground, args) {
        Ok(wish) => drive::run(&ground, wish, &args.loop_flags, theme),
        Err(status) => status,
    }
}

fn wish(ground: &Ground, args: &OptimizeArgs) -> Result<Wish, ExitCode> {
    let flags = TaskFlags {
        file: args.file.clone(),
        cases: args.cases.clone(),
        statement: args.statement.clone(),
        objective: args.objective.or(ground.config.objective),
        checker: args.checker.clone(),
        checker_program: args.checker_program.clone(),
        held_out: args.held_out.clone().or_else(|| {
            // What a task folder says of its own cases goes before a habit.
            let own = args.file.as_deref().is_some_and(std::path::Path::is_dir);
            ground.config.held_out.clone().filter(|_| !own)
        }),
        limits: args.limits.run.said(),
        build: args.limits.build(),
        usual: ground.usual(),
        args: args.args.clone(),
        files: args.files.clone(),
        language: args.language.clone(),
        tool: args.tool.clone(),
        aim: args.aim.said(),
    };
    let task = flags
        .load(&ground.languages)
        .map_err(|e| fail(status_of(&e), e))?;
    if let Some(command) = args.aim.prepare() {
        let here = Path::new(".");
        let folder = task.project.root.as_deref().unwrap_or(here);
        prepare::run(command, folder, args.aim.agreed()).map_err(ExitCode::from)?;
    }
    let selection = config::Selection {
        unwatched: !drive::has_screen(&args.loop_flags),
        ..args.model.selection()
    };
    let provider = config::resolve_provider(&ground.config, &selection)
        .map_err(|e| fail(args.model.blame(), e))?;
    let template = ground
        .template(args.model.template.as_deref())
        .map_err(ExitCode::from)?;
    let opening = format!(
        "optimize: {} · replies by {} · every figure is measured here and now",
        task.name,
        provider.name()
    );
    Ok(Wish {
        program: task.path.clone(),
        task,
        origin: Origin::Kept,
        provider,
        reached_by: args.model.reached_by(),
        template,
        resume: None,
        rounds: ground.config.rounds.unwrap_or(ROUNDS),
        goal: None,
        mode: Mode::Auto,
        candidates: ground.config.candidates,
        temperature: args.model.temperature,
        comparison: ground.config.comparison_time.unwrap_or(COMPARISON),
        demo_pause: Duration::ZERO,
        opening,
    })
}

/// The same for a program, or a function of one, that was chosen on the start screen; it begins when the developer says so.
///
/// # Errors
/// What is wrong with the program, its cases or the settings.
pub fn chosen(
    ground: &Ground,
    file: &Path,
    cases: Option<&Path>,
    aim: Aim,
) -> Result<Wish, String> {
    let flags = TaskFlags {
        file: Some(file.to_owned()),
        cases: cases.map(Path::to_owned),
        objective: ground.config.objective,
        held_out: ground.config.held_out.clone().filter(|_| !file.is_dir()),
        usual: ground.usual(),
        aim,
        ..TaskFlags::default()
    };
    let task = flags.load(&ground.languages).map_err(|e| e.to_string())?;
    let model = ModelFlags::default();
    let provider = config::resolve_provider(&ground.config, &model.selection())
        // The screen has one line for it; the whole list of ways is what `reheat doctor` is for.
        .map_err(|e| {
            let why = e.to_string();
            let first = why.lines().next().unwrap_or_default();
            let first = first.trim_end_matches("; any of these will do:");
            format!("{first}: , sets one up (a server that runs on this machine: m)")
        })?;
    let template = ground.template(None).map_err(|e| e.to_string())?;
    let opening = format!("{} · replies by {}", task.name, provider.name());
    Ok(Wish {
        program: task.path.clone(),
        task,
        origin: Origin::Kept,
        provider,
        reached_by: model.reached_by(),
        template,
        resume: None,
        rounds: ground.config.rounds.unwrap_or(ROUNDS),
        goal: None,
        mode: Mode::Step,
        candidates: ground.config.candidates,
        temperature: None,
        comparison: ground.config.comparison_time.unwrap_or(COMPARISON),
        demo_pause: Duration::ZERO,
        opening,
    })
}

fn status_of(error: &crate::task::TaskError) -> u8 {
    match error {
        crate::task::TaskError::Environment(_) => ENVIRONMENT,
        _ => USAGE,
    }
}
