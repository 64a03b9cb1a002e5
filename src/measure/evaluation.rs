//! What judging one version gives: its verdict, its figures, and how it failed.

use serde::{Deserialize, Serialize};

use crate::base::units::{ByteNanos, Bytes, Nanos};
use crate::sandbox::{MemorySource, RunVerdict, Sample};

/// The verdict on a version. A flat list of names because files, screens and other programs share it; it may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Passes every case.
    Accepted,
    /// Some output, or an exit status that the task allows, differs from the expected one.
    WrongAnswer,
    /// Passes every case that the model was shown, and fails one that was held out.
    Overfitted,
    /// Could not be built.
    CompileError,
    /// Ended with an exit status that the task does not allow (another than 0, where it says nothing), or by a signal.
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
    /// What a person should look at before trusting it. Whether a flag decides is the engine's to say (`--strict`).
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

impl Flag {
    /// What a prompt may say of it: nothing of any case, since one may be held out.
    pub(crate) fn to_the_model(&self) -> &str {
        match self.kind {
            FlagKind::Constants => "it holds constants of the test cases",
            FlagKind::Repeats => "it is fast on some inputs only",
            FlagKind::Refused => "it tried something that the sandbox refuses",
            FlagKind::TooGood => "it gains more than can be explained",
            FlagKind::Elsewhere => "it keeps its data in files instead of in memory",
            _ => &self.reason,
        }
    }
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
    /// It can print the figure that the bench is read for, or does so.
    Printed,
    /// The original does something for the sake of safety or of others (a lock, a check, a log record), and it does not.
    Dropped,
    /// It switches or tunes the collector of memory, for all of the process.
    Collector,
    /// It keeps something where its module owns nothing: in another module, a built-in class, the environment, a file.
    Outside,
    /// It keeps results between calls, and a bench calls it again with the same input.
    Kept,
    /// It looks at what runs it.
    Aware,
    /// Its values claim to be equal to anything.
    Equality,
    /// Its result may do the work only when it is looked at.
    Lazy,
    /// It gains more than its input, its profile or its processor time explain.
    TooGood,
    /// It changes what is not its own and outlives its module: built-in names, other modules, the garbage collector.
    Survives,
    /// It gives something else than the original on calls that check or bench make, and the check does not look at it.
    SecondOpinion,
    /// It passes a check that passes as well with the function broken on purpose.
    Untested,
    /// There is a bench and no check: it may do anything.
    Unchecked,
    /// The bench says a gain that what the command uses as a whole does not show.
    NotBorneOut,
}

impl FlagKind {
    /// Whether it follows from a comparison, so that another comparison says it anew.
    pub(crate) fn is_of_a_comparison(self) -> bool {
        matches!(self, Self::Repeats | Self::TooGood | Self::NotBorneOut)
    }
}

impl Evaluation {
    /// The verdict in plain words.
    #[must_use]
    pub fn in_words(&self) -> &'static str {
        match &self.failure {
            Some(failure) if failure.misfit => "does not fit its place",
            _ => self.verdict.in_words(),
        }
    }

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
    /// Whether the version cannot take its place in the file (another name, other parameters): its verdict is a compile error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub misfit: bool,
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
