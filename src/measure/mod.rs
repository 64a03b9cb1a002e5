//! Judges: builds a version, checks it on every case, times it, and says when a difference is real.
//!
//! Correctness comes first; a version that fails is never timed. Knows nothing of models, rounds or
//! screens: it is handed programs and a workload and answers with an [`Evaluation`] or a [`Comparison`].

#![warn(unreachable_pub)]

pub(crate) mod build;
mod cache;
mod case_selection;
pub(crate) mod check;
mod checker_runs;
pub(crate) mod commands;
mod compare;
mod compile;
mod confirm;
mod contender;
mod contest;
mod figures;
pub mod flags;
mod floor;
pub(crate) mod judge;
mod kernel_counters;
mod launches;
pub(crate) mod machine;
pub(crate) mod noise;
mod oracle;
mod pairs;
mod peak;
mod plan;
mod prepare;
mod rerun;
pub mod stats;
mod sweep_figures;
pub(crate) mod text;

use serde::{Deserialize, Serialize};

use crate::base::units::{ByteNanos, Bytes, Gain, Nanos};
use crate::sandbox::{MemorySource, RunVerdict, Sample};
use crate::task::Objective;
pub use build::Built;
pub use contender::{Contender, ContenderRole, Disqualified};
pub use contest::{ContestOutcome, FirstStageOutcome, Promising};
pub use floor::{Floors, beyond};
pub use judge::{Judge, JudgeError, Watch};
pub use launches::{Charge, ChargePlace, Launches, Slope};
pub use noise::Noise;
pub use plan::ComparisonPlan;

/// The verdict on a version. A flat list of names because files, screens and other programs share it; it may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Passes every case.
    Accepted,
    /// Some output differs from the expected one.
    WrongAnswer,
    /// Passes every case that the model was shown, and fails one that was held out.
    Overfitted,
    /// Could not be built.
    CompileError,
    /// Exited with another status than 0, or by a signal.
    RuntimeError,
    /// A run was stopped at the limit of time.
    TimeLimit,
    /// A run was stopped at the limit of memory.
    MemoryLimit,
    /// A run was stopped at the limit of output.
    OutputLimit,
    /// A run was ended by a guard.
    Forbidden,
    /// The sandbox failed; this says nothing about the version.
    SandboxError,
}

impl Verdict {
    /// The verdict in plain words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::WrongAnswer => "wrong answer",
            Self::Overfitted => "overfitted",
            Self::CompileError => "compile error",
            Self::RuntimeError => RunVerdict::RuntimeError.in_words(),
            Self::TimeLimit => RunVerdict::TimeLimit.in_words(),
            Self::MemoryLimit => RunVerdict::MemoryLimit.in_words(),
            Self::OutputLimit => RunVerdict::OutputLimit.in_words(),
            Self::Forbidden => RunVerdict::Forbidden.in_words(),
            Self::SandboxError => RunVerdict::SandboxError.in_words(),
        }
    }

    /// Whether the version passes.
    #[must_use]
    pub fn accepted(self) -> bool {
        self == Self::Accepted
    }
}

impl From<RunVerdict> for Verdict {
    fn from(value: RunVerdict) -> Self {
        match value {
            RunVerdict::Ok => Self::Accepted,
            RunVerdict::RuntimeError => Self::RuntimeError,
            RunVerdict::TimeLimit => Self::TimeLimit,
            RunVerdict::MemoryLimit => Self::MemoryLimit,
            RunVerdict::OutputLimit => Self::OutputLimit,
            RunVerdict::Forbidden => Self::Forbidden,
            RunVerdict::SandboxError => Self::SandboxError,
        }
    }
}

/// The figures of one run, or of one sweep over all cases (sums; the peak is the largest).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Wall-clock time.
    pub wall_ns: Nanos,
    /// User and system time of the whole tree.
    pub cpu_ns: Nanos,
    /// Peak memory of the whole tree.
    pub peak_bytes: Bytes,
    /// Memory integrated over time.
    pub integral_byte_ns: ByteNanos,
    /// What the command said itself, where the task's bench says a figure: nanoseconds, bytes, or as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<f64>,
}

impl Figures {
    /// Joins the figures of another case of the same sweep: times and integrals add up, the larger peak stays.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            wall_ns: self.wall_ns + other.wall_ns,
            cpu_ns: self.cpu_ns + other.cpu_ns,
            peak_bytes: self.peak_bytes.max(other.peak_bytes),
            integral_byte_ns: self.integral_byte_ns + other.integral_byte_ns,
            reported: match (self.reported, other.reported) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            },
        }
    }
}

/// All verdicts and figures of one version on its workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The verdict.
    pub verdict: Verdict,
    /// One sweep over all cases (of the correctness runs); zero for what did not run.
    pub figures: Figures,
    /// Most bytes that its private files held in the run of one case. They are no memory in any figure.
    #[serde(default, skip_serializing_if = "none_held")]
    pub files_bytes: Bytes,
    /// One entry a case that was run, in the order of the workload.
    pub cases: Vec<CaseResult>,
    /// How many cases the workload has.
    pub cases_total: usize,
    /// The compiler's report, for compiled languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildReport>,
    /// The first failure, with what a person and a model need to act on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What a person should look at before trusting it. Flags never decide anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// What a run of an empty program of the language takes on this machine, where that is known: the floor under every
    /// figure. One run's worth, not a sweep's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Figures>,
    /// Where the memory figures come from.
    pub memory_source: MemorySource,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's form
fn none_held(bytes: &Bytes) -> bool {
    bytes.0 == 0
}

/// Something about a version that looks like a trick, with the reason, for a person to judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// What kind of suspicion.
    pub kind: FlagKind,
    /// One sentence with its reason: `line 12 holds the expected output of case 04`.
    pub reason: String,
}

/// Kinds of suspicion; the list may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Outputs or inputs of the cases stand in the code as constants.
    Constants,
    /// It is far faster on inputs that the model was shown than on held-out ones of similar weight.
    Repeats,
    /// It tried something that the sandbox refused.
    Refused,
    /// It saves memory, and keeps data in files of its own, which count as no memory.
    Elsewhere,
    /// A function that is called by a driver of ours reaches for that driver, with which it shares a process.
    Caller,
    /// Its code replaces a clock. That changes no figure (clocks are outside), but it shows what the code is after.
    Clock,
}

impl Evaluation {
    /// How many cases passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cases.iter().filter(|c| c.verdict.accepted()).count()
    }
}

/// One case of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// Name of the case.
    pub case: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Figures of the run.
    pub figures: Figures,
    /// A representative trace, at most 512 points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<Sample>,
}

/// Diagnostics and time of a build; never counted as run time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BuildReport {
    /// Wall-clock time of the compiler; zero if the product came from the cache.
    pub wall_ns: Nanos,
    /// Whether the product came from the cache.
    pub cached: bool,
    /// Its diagnostics, cut to size.
    pub diagnostics: String,
}

/// The first failure of a version, with texts cut to size and made of valid UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// Name of the case; `None` for a build that failed. Written as an empty text then.
    #[serde(with = "empty_is_none")]
    pub case: Option<String>,
    /// Whether the case is held out: then a model may learn that it failed, and nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_out: bool,
    /// One sentence: `exit status 1`, `stopped after 10 s`, `line 3 differs`.
    pub reason: String,
    /// Start of the input.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input: String,
    /// The expected output around the first difference.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// The output that came instead, around the first difference.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub got: String,
    /// End of standard error, or the compiler's diagnostics.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// What was missing on this machine and what to do about it, for the developer. It names this machine's folders, so it is
    /// in no prompt and in no file.
    #[serde(skip)]
    pub hint: Option<String>,
}

/// A text that is written empty where there is none.
mod empty_is_none {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        text: &Option<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text.as_deref().unwrap_or_default())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<String>, D::Error> {
        Ok(Some(String::deserialize(deserializer)?).filter(|text| !text.is_empty()))
    }
}

/// Which figure a comparison looks at; fixed before its first pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Wall-clock time.
    Wall,
    /// CPU time.
    Cpu,
    /// Peak memory.
    Peak,
    /// Memory integrated over time.
    Integral,
    /// A figure that the task's bench says itself; less is better.
    Reported,
    /// The same where it is a time.
    ReportedTime,
    /// The same where more is better.
    ReportedRate,
}

impl Metric {
    /// The metric in plain words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Wall => "wall time",
            Self::Cpu => "CPU time",
            Self::Peak => "peak memory",
            Self::Integral => "memory × time",
            Self::Reported => "the figure that the command says",
            Self::ReportedTime => "the time that the command says",
            Self::ReportedRate => "the rate that the command says",
        }
    }

    /// The objective that is judged by this figure.
    #[must_use]
    pub fn objective(self) -> Objective {
        match self {
            Self::Wall | Self::Cpu | Self::Reported | Self::ReportedTime | Self::ReportedRate => {
                Objective::Time
            }
            Self::Peak => Objective::Memory,
            Self::Integral => Objective::Integral,
        }
    }
}

/// The answer of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The candidate is better, and by enough to matter.
    Better,
    /// The candidate is worse, and by enough to matter.
    Worse,
    /// The same within the margin.
    NoDifference,
    /// Not better by enough to matter; whether worse was not pursued.
    NotBetter,
    /// The budget ended before an answer.
    Undecided,
}

impl Answer {
    /// The answer in plain words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoDifference => "no difference",
            Self::NotBetter => "not better",
            Self::Undecided => "undecided",
        }
    }
}

/// One look at the pairs so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// How many pairs it saw.
    pub pairs: usize,
    /// The estimate.
    pub gain: Gain,
    /// Lower end of the interval at this look's level.
    pub low: Gain,
    /// Upper end of the interval at this look's level.
    pub high: Gain,
}

/// Candidate against incumbent: the final figures and how they were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Name of the candidate (`v3`, a file name).
    pub candidate: String,
    /// Name of the incumbent.
    pub incumbent: String,
    /// What was compared.
    pub metric: Metric,
    /// incumbent / candidate: above 1 is better. From the confirming pairs if there were any, else from the last look.
    pub gain: Gain,
    /// Lower end of its interval.
    pub low: Gain,
    /// Upper end of its interval.
    pub high: Gain,
    /// Pairs behind these figures.
    pub pairs: usize,
    /// Whether fresh pairs confirmed a win; false where there was nothing to confirm.
    pub confirmed: bool,
    /// The answer.
    pub answer: Answer,
    /// All looks, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
    /// ln(incumbent / candidate) of every pair that was looked at, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_ratios: Vec<f64>,
    /// ln(incumbent / candidate) of every confirming pair, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirming: Vec<f64>,
    /// Ratio of each timing case (geometric mean over the pairs), by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_case: Vec<(String, Gain)>,
    /// Median figures of the incumbent per sweep, in this comparison.
    pub incumbent_figures: Figures,
    /// Median figures of the candidate per sweep, in this comparison.
    pub candidate_figures: Figures,
    /// The smallest effect that matters (0.01 = 1 %).
    pub smallest_effect: f64,
    /// The margin within which two versions count as the same (0.025 = 2.5 %).
    pub margin: f64,
    /// How often each timed case ran for one pair; above 1 where a sweep is too short to mean something.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeats: usize,
    /// What of the figures is floor (an empty program's), and the gain beyond it; absent where the floor is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floors: Option<Floors>,
    /// How quiet the machine was meanwhile, at its worst; absent where that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
    /// The only case that was timed, where the developer chose one; absent where the workload was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// How calls were timed; absent where whole runs were. Figures are then those of one pass over the calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launches: Option<Launches>,
    /// The same in journals of versions that compared processes of n and 2n passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<Slope>,
    /// One sentence on how it ended, for people.
    #[serde(default)]
    pub note: String,
}

fn once() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // Serde's way of asking.
fn is_once(repeats: &usize) -> bool {
    *repeats == 1
}

/// Calls that are named with their gains.
const BY_CALL: usize = 8;

impl Comparison {
    /// Whether the incumbent was the original, by the name that it has in every session.
    #[must_use]
    pub fn is_with_original(&self) -> bool {
        self.incumbent == "v0"
    }

    /// What it came to, in the word of what was compared: faster, larger, no difference. A figure of the bench's own is
    /// only better or worse.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (self.answer, self.metric) {
            (other, Metric::Reported | Metric::ReportedRate) => other.in_words(),
            (Answer::Better, metric) => metric.objective().comparative(),
            (Answer::Worse, metric) => metric.objective().contrary(),
            (other, _) => other.in_words(),
        }
    }

    /// Which calls gained and which lost, where calls of a function were timed: `3–5 2.10×, 1 0.95×`, the largest gains and the
    /// largest losses. Calls that `hidden` names are left out; `None` where nothing is left.
    #[must_use]
    pub fn by_call(&self, hidden: impl Fn(&str) -> bool) -> Option<String> {
        self.launches.as_ref()?;
        let mut all: Vec<&(String, Gain)> =
            self.per_case.iter().filter(|(n, _)| !hidden(n)).collect();
        all.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
        if all.len() > BY_CALL {
            all.drain(BY_CALL / 2..all.len() - BY_CALL / 2);
        }
        let parts: Vec<String> = all.iter().map(|(n, gain)| format!("{n} {gain}")).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The gain in what is above the floor: (incumbent − floor) / (candidate − floor). `None` where the floor is not
    /// known or the candidate is hardly above it.
    #[must_use]
    pub fn gain_beyond_floor(&self) -> Option<Gain> {
        let floors = self.floors.as_ref()?;
        beyond(
            [&self.incumbent_figures, &self.candidate_figures],
            [&floors.incumbent, &floors.candidate],
            self.metric,
        )
    }
}

/// What happens while the judge works. Transient: only shown, never kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
    /// The compiler runs.
    Building,
    /// A case starts (index from 0).
    CaseStarted {
        /// Position in the workload.
        index: usize,
        /// Cases in all.
        total: usize,
        /// Name of the case.
        case: String,
    },
    /// A reading of the run that is on.
    Sampled {
        /// The reading.
        sample: Sample,
    },
    /// A case ended.
    CaseFinished {
        /// Position in the workload.
        index: usize,
        /// Cases in all.
        total: usize,
        /// Its verdict, figures and trace.
        result: CaseResult,
    },
    /// Warm-up of a comparison: the metric is being chosen.
    WarmingUp,
    /// A pair was run.
    Paired {
        /// Pairs so far.
        pairs: usize,
        /// ln(incumbent / candidate) of this pair.
        log_ratio: f64,
        /// The incumbent's figures in this pair.
        incumbent: Figures,
        /// The candidate's figures in this pair.
        candidate: Figures,
        /// Whether this is a confirming pair.
        confirming: bool,
        /// Upper estimate of the time left, if there is one.
        left_ns: Option<Nanos>,
    },
    /// A look was taken.
    Looked {
        /// What it saw.
        look: Look,
        /// What is compared.
        metric: Metric,
    },
    /// How quiet the machine is while pairs run; at most once a second.
    Heard {
        /// The reading.
        noise: Noise,
    },
}
