//! Flags that say how a function, or a file of a project, is judged: by calls, or by commands.

use std::path::PathBuf;

use clap::Args;

use crate::task::calls::LeftKinds;
use crate::task::harness::Commands;
use crate::task::harness_spec::HarnessSpec;

/// By what a part of a file is judged.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Function and project")]
pub(crate) struct HarnessFlags {
    /// Calls of the function (Python, JavaScript, TypeScript): a file of JSON lines {"args": […], "kwargs": {…}, "init": {…}}, or a
    /// function of yours that makes them: gen.py::calls.
    #[arg(long, value_name = "FILE[::FUNCTION]")]
    calls: Option<String>,
    /// The function of the same file that the calls are made of, where it is not the part that may change: for a constant or
    /// lines that it uses (rules.py:3-9 --calls calls.jsonl --calls-of first_link).
    #[arg(long, value_name = "NAME", requires = "calls")]
    calls_of: Option<String>,
    /// How far floats in results may differ, relative or absolute [default: 1e-9].
    #[arg(long, value_name = "TOLERANCE", value_parser = tolerance, requires = "calls")]
    tolerance: Option<f64>,
    /// Compare the messages of exceptions too, not only their types.
    #[arg(long, requires = "calls")]
    messages: bool,
    /// What calls may leave behind otherwise than the original does, with commas between: logging, warnings, stderr,
    /// environment, folder, locale, signals, globals, files, sleep, sharing, locks. In a task.toml: ignore = ["logging"].
    #[arg(long, value_name = "KINDS", requires = "calls")]
    ignore: Option<LeftKinds>,
    /// Let results that the function keeps from one repetition of the calls to the next count as a gain.
    #[arg(long, requires = "calls")]
    keep_state: bool,
    /// A command that succeeds if a version is right, run in a private copy of the project: 'cargo test'. With --calls
    /// or --cases it runs once in the project itself, after a version was written back, which it takes back if it fails.
    #[arg(long, value_name = "COMMAND")]
    check: Option<String>,
    /// A command that is timed there, or prints lines METRIC name=value: 'cargo bench -- parse'.
    #[arg(long, value_name = "COMMAND", conflicts_with = "calls")]
    bench: Option<String>,
    /// Which METRIC of the bench counts, where it prints several.
    #[arg(long, value_name = "NAME", requires = "bench")]
    metric: Option<String>,
    /// The larger value of the METRIC is the better one.
    #[arg(long, requires = "bench")]
    higher_is_better: bool,
    /// A command that runs once before, outside the sandbox and with network, after you agreed: 'cargo fetch'.
    #[arg(long, value_name = "COMMAND")]
    prepare: Option<String>,
    /// Do not ask before the command of --prepare runs.
    #[arg(long, requires = "prepare")]
    yes: bool,
    /// The project's folder, where it is not the one that git or the build files say.
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
}

impl HarnessFlags {
    /// What was said.
    pub(crate) fn spec(&self) -> HarnessSpec {
        HarnessSpec {
            calls: self.calls.clone(),
            calls_of: self.calls_of.clone(),
            keep: self.keep_state,
            tolerance: self.tolerance,
            messages: self.messages,
            ignore: self.ignore.unwrap_or_default(),
            commands: Commands {
                check: self.check.clone(),
                bench: self.bench.clone(),
                prepare: self.prepare.clone(),
                metric: self.metric.clone(),
                higher_is_better: self.higher_is_better,
            },
            project: self.project.clone(),
        }
    }

    /// Whether the command of `--prepare` may run without being asked for.
    pub(crate) fn agreed(&self) -> bool {
        self.yes
    }

    /// The command that is to run once before everything else.
    pub(crate) fn prepare(&self) -> Option<&str> {
        self.prepare.as_deref()
    }
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(t) if t.is_finite() && t >= 0.0 => Ok(t),
        _ => Err(format!(
            "`{text}` is not a tolerance; write a number such as 1e-6"
        )),
    }
}
