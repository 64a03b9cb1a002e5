//! Flags that every command with a loop shares, and what they say about goal, mode and model.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::base::units::{Bytes, Gain, parse_duration};
use crate::config::Selection;
use crate::measure::Metric;
use crate::model::{MOST_AT_ONCE, shown_url};
use crate::session::cost::parse_amount;
use crate::session::event::{Goal, Mode};
use crate::task::LimitOverrides;
use crate::task::limits::{PROCESSES, parse_size_limit, parse_time_limit};

/// What one run may use, and one build.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitFlags {
    /// Of one run.
    #[command(flatten)]
    pub run: RunLimits,
    /// Time that one build may take [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = parse_time_limit)]
    pub(crate) build_time_limit: Option<Duration>,
    /// Memory that one build may use [default: 2GiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size_limit)]
    pub(crate) build_memory_limit: Option<Bytes>,
}

/// What one run may use.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct RunLimits {
    /// Wall-clock time that one run may take: 500ms, 10s, 2m [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = parse_time_limit)]
    pub(crate) time_limit: Option<Duration>,
    /// Memory that all processes of a run may use together: 512MB, 2GiB [default: 512MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size_limit)]
    pub(crate) memory_limit: Option<Bytes>,
    /// What a run may write to standard output, and to standard error [default: 64MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size_limit)]
    pub(crate) output_limit: Option<Bytes>,
    /// Processes and threads of a run that may be alive at once [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(i64::from(*PROCESSES.start())..=i64::from(*PROCESSES.end())))]
    pub processes: Option<u32>,
    /// What a run may write to its private folders [default: 64MiB]
    #[arg(long, alias = "disk-limit", value_name = "SIZE", value_parser = parse_size_limit)]
    pub disk: Option<Bytes>,
}

impl RunLimits {
    /// The limits of one run.
    pub(crate) fn overrides(&self) -> LimitOverrides {
        LimitOverrides {
            time: self.time_limit,
            memory: self.memory_limit,
            output: self.output_limit,
            processes: self.processes,
            disk: self.disk,
        }
    }
}

impl LimitFlags {
    /// The limits of one build.
    #[must_use]
    pub fn build(&self) -> LimitOverrides {
        LimitOverrides {
            time: self.build_time_limit,
            memory: self.build_memory_limit,
            ..LimitOverrides::default()
        }
    }
}

/// A clock that times are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Clock {
    /// Wall-clock time
    Wall,
    /// User and system time of all processes
    Cpu,
}

impl Clock {
    /// The metric that is read from it.
    pub(crate) fn metric(self) -> Metric {
        match self {
            Self::Wall => Metric::Wall,
            Self::Cpu => Metric::Cpu,
        }
    }
}

/// How a loop is shown and when it ends.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Loop")]
pub struct LoopFlags {
    /// Rounds at most.
    #[arg(long, alias = "iterations", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: Option<u32>,
    /// Replies that every round asks for side by side; all that pass are compared, the best one is confirmed [default: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_AT_ONCE)))]
    pub candidates: Option<u32>,
    /// Stop when the best version is so many times better than the original, for example 2x (lower end of the interval).
    #[arg(long, value_name = "GAIN", value_parser = parse_gain)]
    pub goal: Option<Gain>,
    /// Stop after this time, for example 10m.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) max_time: Option<Duration>,
    /// Stop when prompts and replies together have used this many tokens.
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u64>,
    /// Stop when the replies have cost this much, for example 0.50, in the currency of the provider's price. Needs a
    /// price in the config file, or a service that says what a reply cost.
    #[arg(long, value_name = "AMOUNT", value_parser = parse_amount)]
    pub(crate) max_cost: Option<f64>,
    /// Time that one comparison may take at most [default: 30s, demo 12s].
    #[arg(long, alias = "budget", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) comparison_time: Option<Duration>,
    /// Which clock times are compared by; by default CPU time where one busy thread does all the work, else wall time.
    #[arg(long, value_enum, value_name = "CLOCK")]
    pub clock: Option<Clock>,
    /// How the loop goes on after a round; changed at any time in the workbench.
    #[arg(long, value_enum, value_name = "MODE")]
    pub mode: Option<Mode>,
    /// Write the best version to this file at the end, if it is better than the original.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write the best version into the program's own file at the end, if it is really better and the file has not
    /// changed; `reheat write --undo` takes it back.
    #[arg(long)]
    pub write: bool,
    /// Make a patch of the best version at the end, if it is really better: for `git apply` or `patch -p1`.
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    pub patch: Option<PathBuf>,
    /// Make a git branch with one commit of the best version at the end, if it is really better; the work tree stays.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["write", "patch"])]
    pub branch: Option<String>,
    /// Write the version although this figure of the bench, which does not decide, became worse; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub allow_worse: Vec<String>,
    /// Take no version that is flagged: one that keeps something elsewhere, drops a check of the original, gains more than can be
    /// explained … is then never the best one, and the model is told why. `strict = true` in the config file does it always.
    #[arg(long)]
    pub(crate) strict: bool,
    /// No screen: the same loop as readable text (the default without a terminal).
    #[arg(long)]
    pub headless: bool,
    /// No screen: one event a line as JSON.
    #[arg(long)]
    pub json: bool,
    /// Run code without isolation where this machine offers none. Dangerous: it can do whatever you can.
    #[arg(long)]
    pub unsafe_no_isolation: bool,
}

impl LoopFlags {
    /// The goal that the flags set, with defaults.
    #[must_use]
    pub fn goal(&self, rounds: u32) -> Goal {
        Goal {
            rounds: self.rounds.unwrap_or(rounds),
            gain: self.goal,
            time_ns: self.max_time.map(Into::into),
            tokens: self.max_tokens,
            cost: self.max_cost,
        }
    }
}

/// Who answers prompts.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelFlags {
    /// Model to ask; PROVIDER/MODEL or a [provider.NAME] of the config file. Default: what the config file or OPENAI_* say.
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// A [provider.NAME] table of the config file.
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,
    /// Base URL of an OpenAI-compatible server, for example http://localhost:8080/v1 [env: OPENAI_BASE_URL].
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// A command that reads the prompt on standard input and writes its answer to standard output, for example 'claude -p'.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) model_command: Option<String>,
    /// Recorded replies: a file, a folder of NN.md files, or an earlier session's folder.
    #[arg(long, value_name = "PATH")]
    pub(crate) tape: Option<PathBuf>,
    /// Temperature from 0 to 2, only if you want to set one; changed at any time in the workbench.
    #[arg(long, value_name = "T", value_parser = parse_temperature)]
    pub(crate) temperature: Option<f64>,
    /// The prompt's template: default, afterburner, or one of yours.
    #[arg(long, value_name = "NAME")]
    pub(crate) template: Option<String>,
}

impl ModelFlags {
    /// Whether some flag names a model.
    pub(crate) fn names_a_model(&self) -> bool {
        self.model.is_some()
            || self.provider.is_some()
            || self.base_url.is_some()
            || self.model_command.is_some()
            || self.tape.is_some()
    }

    /// The exit status when there is no model: wrong use if a flag must be wrong, else something is missing.
    pub(crate) fn no_model_status(&self) -> u8 {
        let url = self
            .base_url
            .as_deref()
            .is_some_and(|u| !u.starts_with("http://") && !u.starts_with("https://"));
        if url || self.provider.is_some() || self.tape.is_some() {
            super::USAGE
        } else {
            super::ENVIRONMENT
        }
    }

    /// How the model is reached, to be stored with a session. A tape is stored with its absolute path; keys are never flags, and
    /// what an address holds of that kind is left out.
    pub(crate) fn reached_by(&self) -> BTreeMap<String, String> {
        let tape = self
            .tape
            .as_ref()
            .and_then(|t| std::path::absolute(t).ok())
            .map(|t| t.display().to_string());
        let base_url = self.base_url.as_deref().map(shown_url);
        [
            ("model", &self.model),
            ("provider", &self.provider),
            ("base_url", &base_url),
            ("command", &self.model_command),
            ("tape", &tape),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
    }

    /// The flags that reach a session's model again.
    pub(crate) fn from_kept(kept: &BTreeMap<String, String>) -> Self {
        let get = |name: &str| kept.get(name).cloned();
        // The address of the environment may hold what was left out.
        let whole = |kept: &String| {
            let own = std::env::var("OPENAI_BASE_URL").ok();
            own.filter(|own| shown_url(own) == *kept)
        };
        let base_url = get("base_url").map(|kept| whole(&kept).unwrap_or(kept));
        Self {
            model: get("model"),
            provider: get("provider"),
            base_url,
            model_command: get("command"),
            tape: get("tape").map(Into::into),
            ..Self::default()
        }
    }

    /// The flags as the config understands them.
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            model: self.model.clone(),
            provider: self.provider.clone(),
            base_url: self.base_url.clone(),
            command: self.model_command.clone(),
            tape: self.tape.clone(),
            temperature: self.temperature,
            unwatched: false,
        }
    }
}

fn parse_temperature(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(t) if (0.0..=2.0).contains(&t) => Ok(t),
        _ => Err(format!(
            "`{text}` is not a temperature; write a number from 0 to 2"
        )),
    }
}

fn parse_gain(text: &str) -> Result<Gain, String> {
    let number = text.trim().trim_end_matches(['x', 'X', '×']);
    match number.parse::<f64>() {
        Ok(g) if g.is_finite() && g > 1.0 => Ok(Gain(g)),
        _ => Err(format!(
            "`{text}` is not a gain; write for example 2x (a number above 1)"
        )),
    }
}
