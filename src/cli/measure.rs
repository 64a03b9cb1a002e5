//! `reheat measure`: compares programs on a workload, without any model.
//!
//! Reads the flags, lets the judge do the work, and passes the results to `measure_report`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::base::units::parse_duration;
use crate::config::Folders;
use crate::measure::{
    ComparisonPlan, Contender, ContenderRole, Contest, ContestOutcome, Judge, JudgeError, flags,
};
use crate::sandbox::{CancelToken, Settings};
use crate::task::TaskDefaults;
use crate::task::harness_spec::HarnessSpec;
use crate::task::load::{TaskFlags, load_source};
use crate::task::region::RegionSpec;
use crate::task::{Checker, Language, Languages, Objective, OkStatus, Source, Task, TaskError};

use super::flags::{Clock, LimitFlags};
use super::measure_report::{self, MeasureReport, MeasuredProgram};
use super::visible_paths;

/// Compare programs, or versions of a function: are the others really better than the first?
///
/// OLD is run on every case first; where the cases have no outputs, it says them. Every NEW must be right on every case
/// before it is timed. Then OLD and NEW run next to each other, pair after pair in drawn order, until the difference is
/// beyond doubt, and a win is measured again on fresh pairs.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  reheat measure old.py new.py --cases cases/
  reheat measure slow.c fast.c faster.rs --cases cases.jsonl --objective memory
  reheat measure old.py new.py --cases cases/ --expect better --json > result.json
  reheat measure src/geo.py::nearest faster.py --calls calls.jsonl

Exit status: 0; 1 if nothing could be compared, or if --expect better does not hold for every NEW; 2 wrong use;
3 something is missing here.")]
pub struct MeasureArgs {
    /// The program to beat, then the programs that may beat it (their languages may differ). With --calls a function, as
    /// FILE::FUNCTION, then files with versions of it: the function alone, with what it needs, or the whole file again
    #[arg(required = true, num_args = 2.., value_names = ["OLD", "NEW"])]
    pub programs: Vec<PathBuf>,
    /// Inputs and outputs: a folder of NAME.in and NAME.out files, or a file of JSON lines
    #[arg(long, value_name = "DIR|FILE")]
    pub cases: Option<PathBuf>,
    /// Calls of the function: a file of JSON lines, or a function of yours that makes them, gen.py::calls
    #[arg(long, value_name = "FILE[::FUNCTION]", conflicts_with_all = ["cases", "language", "args", "files", "checker", "checker_program", "ok_status"])]
    pub(crate) calls: Option<String>,
    /// What is to be better
    #[arg(long, value_enum, default_value_t)]
    pub objective: Objective,
    /// Which clock times are taken from; by default CPU time where one busy thread does all the work, else wall time
    #[arg(long, alias = "metric", value_enum)]
    pub clock: Option<Clock>,
    /// How outputs are compared: exact, tokens, lines, numbers or numbers:1e-9
    #[arg(long, value_parser = Checker::parse)]
    pub checker: Option<Checker>,
    /// A program of yours that compares outputs: run as FILE input got expected; 0 is right, 1 is wrong and its output says why
    #[arg(long, value_name = "FILE", conflicts_with = "checker")]
    pub(crate) checker_program: Option<PathBuf>,
    /// Exit statuses that are meant, as of a linter that ends with 1 where it finds something: 0,1. Where OLD says the
    /// outputs, a program must also end as OLD does [default: 0]
    #[arg(long, value_name = "LIST", allow_negative_numbers = true)]
    pub ok_status: Option<OkStatus>,
    /// An argument that every run is given (may be repeated)
    #[arg(long = "arg", value_name = "ARG", allow_hyphen_values = true)]
    pub args: Vec<String>,
    /// A data file that every run finds in its work folder (may be repeated)
    #[arg(long = "file", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Language of all programs, where their endings do not tell
    #[arg(long, value_name = "ID")]
    pub language: Option<String>,
    /// Interpreter or compiler, by name or path
    #[arg(long, value_name = "PROGRAM", aliases = ["interpreter", "compiler"])]
    pub tool: Option<String>,
    /// What runs and builds may use.
    #[command(flatten)]
    pub limits: LimitFlags,
    /// Time that one comparison may take, its confirmation included; only the fewest pairs (5, and 6 fresh ones for a
    /// win) are waited for in any case, for at most twice that time
    #[arg(long, alias = "budget", value_name = "TIME", default_value = "30s", value_parser = parse_duration)]
    pub(crate) comparison_time: Duration,
    /// Fail (exit status 1) unless every NEW is found better
    #[arg(long, value_enum, value_name = "ANSWER")]
    pub expect: Option<ExpectedResult>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
    /// Run without isolation where this machine offers none: programs then have your own rights
    #[arg(long)]
    pub unsafe_no_isolation: bool,
}

/// What `--expect` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExpectedResult {
    /// Every NEW is found better than OLD
    Better,
}

/// Runs the command.
#[must_use]
pub fn run(args: MeasureArgs) -> ExitCode {
    let cancel = CancelToken::new();
    super::stop_on_signals(&cancel);
    match measure(&args, &cancel) {
        Ok(findings) => {
            let printed = if args.json {
                measure_report::json(&findings)
            } else {
                measure_report::text(&findings)
            };
            if let Err(error) = measure_report::out(&printed) {
                return super::fail(
                    super::ENVIRONMENT,
                    format!("cannot write the result: {error}"),
                );
            }
            let held = args.expect.is_none() || findings.all_better();
            let nothing = findings.comparisons.is_empty();
            if !args.json && nothing {
                eprintln!(
                    "reheat: nothing could be compared: no new program passes beside the old one"
                );
            } else if !args.json && !held {
                eprintln!("reheat: expected every new program to be better; that does not hold");
            }
            ExitCode::from(u8::from(nothing || !held))
        }
        Err(JudgeError::Stopped) => {
            eprintln!("reheat: stopped");
            ExitCode::from(130)
        }
        Err(error) => {
            let task = matches!(error, JudgeError::Task(_));
            super::fail(
                if task {
                    super::USAGE
                } else {
                    super::ENVIRONMENT
                },
                error,
            )
        }
    }
}

fn measure(args: &MeasureArgs, cancel: &CancelToken) -> Result<MeasureReport, JudgeError> {
    if args.cases.is_none() && args.calls.is_none() {
        let old = args
            .programs
            .first()
            .map(|p| RegionSpec::split(&p.to_string_lossy()));
        let needed = match old {
            Some((_, Some(_))) => {
                "calls of the function are needed: --calls calls.jsonl, each line {\"args\": [1, 2]}"
            }
            _ => {
                "a workload is needed: --cases with a folder of NAME.in files, or --calls for a function (FILE::FUNCTION)"
            }
        };
        return Err(JudgeError::Task(needed.into()));
    }
    let folders = Folders::find().ok();
    let own = folders.as_ref().map(|f| f.config.join("languages"));
    let languages = Languages::load(own.as_deref().filter(|p| p.is_dir()))?;
    let config = visible_paths::settings().map_err(JudgeError::Task)?;
    let usual = TaskDefaults {
        limits: config.limits,
        build: config.build,
    };
    let mut task = task(args, usual, &languages)?;
    let sources = args
        .programs
        .iter()
        .enumerate()
        .map(|(i, path)| match args.calls {
            Some(_) => version(path, i == 0, &task),
            None => read(path, args.language.as_deref(), &languages),
        })
        .collect::<Result<Vec<_>, _>>()?;
    task.read = visible_paths::readable(&config.sandbox_read).map_err(JudgeError::Task)?;
    let cache = folders.map(|f| f.cache.join("builds"));
    let mut judge = Judge::open(
        Settings {
            launcher: None,
            unsafe_no_isolation: args.unsafe_no_isolation,
        },
        cache.as_deref(),
    )?;
    judge.limit_builds(&task.build);
    let mut progress = measure_report::Status::new();

    let mut entrants: Vec<MeasuredProgram> = Vec::new();
    for (name, source, language) in &sources {
        progress.about(name);
        let mut watch = |p| progress.tell(&p);
        let built = if args.calls.is_some() {
            judge.prepare(&task, source, cancel, &mut watch)?
        } else {
            let tool = args.tool.as_deref();
            let mut built = judge.build(source, language, tool, cancel, &mut watch)?;
            judge.hide_private(&task, &mut built);
            built
        };
        if entrants.is_empty() {
            judge.complete_with_oracle(&mut task, cancel, &mut |p| progress.tell(&p))?;
        }
        let mut evaluation = judge.evaluate(&built, &task, cancel, &mut |p| progress.tell(&p))?;
        if entrants.is_empty()
            && let Some(how) = judge.how_to_allow_status(&built, &task, &evaluation, cancel)?
            && let Some(failure) = &mut evaluation.failure
        {
            failure.hint = Some(how);
        }
        evaluation.floor = judge.floor(language, args.tool.as_deref(), cancel)?;
        // Texts of two languages say nothing of one another.
        if let Some((_, old, of_old)) = sources.first()
            && of_old.id == language.id
        {
            let in_code = flags::in_code(&task, &old.text, &source.text);
            evaluation.flags.extend(in_code);
        }
        entrants.push(MeasuredProgram {
            name: name.clone(),
            language: language.name.clone(),
            built,
            evaluation,
        });
    }

    let mut plan = ComparisonPlan::new(args.objective, args.comparison_time);
    plan.metric = args.clock.map(Clock::metric);
    let mut comparisons = Vec::new();
    for i in 1..entrants.len() {
        if !entrants[0].evaluation.verdict.accepted() || !entrants[i].evaluation.verdict.accepted()
        {
            continue;
        }
        progress.about(&entrants[i].name);
        let (old, new) = (contender(&entrants[0]), contender(&entrants[i]));
        let contest = Contest::new(old, new, &task, &plan);
        match judge.contest(&contest, cancel, &mut |p| progress.tell(&p))? {
            ContestOutcome::Done { comparison, .. } => {
                let (old, new) = (&entrants[0].evaluation, &entrants[i].evaluation);
                let known = [Some(old), Some(old)];
                let found = flags::in_comparison(&task, known, new, (&comparison, None));
                entrants[i].evaluation.flags.extend(found);
                comparisons.push(comparison);
            }
            ContestOutcome::Disqualified(out) => {
                let which = if out.version == ContenderRole::Candidate {
                    i
                } else {
                    0
                };
                entrants[which].evaluation.verdict = out.verdict;
                entrants[which].evaluation.failure = Some(out.failure);
            }
        }
    }
    progress.clear();
    if !entrants[0].evaluation.verdict.accepted() {
        // If OLD turned out to be wrong, comparisons with it mean nothing.
        comparisons.clear();
    }
    let weaker =
        (!judge.guards().missing.is_empty()).then(|| crate::report::text::guards(judge.guards()));
    let notes = task
        .notes
        .iter()
        .cloned()
        .chain(judge.notes())
        .chain(weaker)
        .collect();
    Ok(MeasureReport {
        task,
        entrants,
        comparisons,
        notes,
    })
}

fn contender(entrant: &MeasuredProgram) -> Contender<'_> {
    Contender {
        name: &entrant.name,
        built: &entrant.built,
        evaluation: &entrant.evaluation,
    }
}

/// A program and its language; its name is the path as it was given.
fn read(
    path: &Path,
    language: Option<&str>,
    languages: &Languages,
) -> Result<(String, Source, Arc<Language>), TaskError> {
    let source = load_source(path)?;
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let found = match language {
        Some(id) => languages.get(id),
        None => languages.for_extension(ending),
    };
    let found = found.ok_or_else(|| {
        let what = language.map_or_else(
            || {
                format!(
                    "the language of {} is not known from its ending",
                    path.display()
                )
            },
            |id| format!("there is no language `{id}`"),
        );
        TaskError::Invalid(format!(
            "{what}; give one with --language, known are {}",
            languages.known()
        ))
    })?;
    Ok((path.display().to_string(), source, found))
}

/// A version of the function that is measured: OLD as it stands in its file, or what a file holds.
fn version(
    path: &Path,
    old: bool,
    task: &Task,
) -> Result<(String, Source, Arc<Language>), TaskError> {
    let of_old = task.source.clone().filter(|_| old);
    let name = path.display().to_string();
    let source = match of_old {
        Some(source) => source,
        None if RegionSpec::split(&name).1.is_some() => {
            return Err(TaskError::Invalid(format!(
                "{name}: give a file that holds the version of the function, or the whole file again; only OLD is FILE::FUNCTION"
            )));
        }
        None => Source {
            file_name: (task.source.as_ref()).map_or_else(String::new, |s| s.file_name.clone()),
            ..load_source(path)?
        },
    };
    Ok((name, source, task.language.clone()))
}

/// The task that all programs are judged on.
fn task(args: &MeasureArgs, usual: TaskDefaults, languages: &Languages) -> Result<Task, TaskError> {
    let flags = TaskFlags {
        file: args.programs.first().cloned(),
        cases: args.cases.clone(),
        harness: HarnessSpec {
            calls: args.calls.clone(),
            ..HarnessSpec::default()
        },
        objective: Some(args.objective),
        checker: args.checker.clone(),
        checker_program: args.checker_program.clone(),
        limits: args.limits.run.overrides(),
        build: args.limits.build(),
        usual,
        ok_status: args.ok_status.clone(),
        args: args.args.clone(),
        files: args.files.clone(),
        language: args.language.clone(),
        tool: args.tool.clone(),
        ..TaskFlags::default()
    };
    flags.load(languages)
}
