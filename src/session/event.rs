//! What can happen in a session. Names and fields are a stable format: fields may be added, none may change its meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::units::{Gain, Nanos};
pub use crate::measure::machine::Machine;
use crate::measure::{
    CaseResult, Comparison, Evaluation, Failure, Figures, Flag, Look, Metric, Progress, Verdict,
};
use crate::sandbox::Guards;
pub use crate::session::cases::AddedCase;
pub use crate::session::cost::Usage;
pub use crate::session::ids::VersionId;
pub use crate::session::written::{WritePlan, WriteRecord};
use crate::task::{Objective, Source};

/// An event and its moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// UTC, RFC 3339 with milliseconds.
    pub at: jiff::Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Who made a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Author {
    /// The text the session started from.
    Original,
    /// A model.
    Model {
        /// `qwen2.5-coder`.
        name: String,
    },
    /// A recorded tape.
    Tape {
        /// Who spoke when it was recorded.
        name: String,
    },
    /// The developer's own hand.
    Hand,
}

/// How the loop goes on after a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing happens without the developer.
    Manual,
    /// One round, then wait.
    Step,
    /// Rounds follow each other until the end.
    #[default]
    Auto,
}

/// When the loop ends by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Rounds at most.
    pub rounds: u32,
    /// Gain over v0 that is enough (lower end of the interval).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain: Option<Gain>,
    /// Time at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_ns: Option<Nanos>,
    /// Tokens at most, prompts and replies together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Money at most, in the currency of the provider's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// The task as the session keeps it: enough to show and to resume it without the files it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Short name.
    pub name: String,
    /// One line.
    pub title: String,
    /// The problem in words.
    pub statement: Arc<str>,
    /// Id of the language.
    pub language: String,
    /// Version line of its compiler or interpreter.
    pub toolchain: String,
    /// Objective at the start.
    pub objective: Objective,
    /// Names and sizes (input bytes) of the cases: shown ones, then held-out ones.
    pub cases: Vec<(String, u64)>,
    /// Names of the cases that the model is never shown; none in sessions of before there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_out: Vec<String>,
    /// The seed that they were drawn with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out_seed: Option<u32>,
    /// How to build the task again: the bundled name, or the flags it was made from.
    pub origin: Origin,
}

impl TaskRecord {
    /// Whether the model is never shown the case of this name.
    #[must_use]
    pub fn holds_out(&self, case: &str) -> bool {
        self.held_out.iter().any(|h| h == case)
    }
}

/// Where a task came from, so that `resume` can load it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// A bundled task.
    Bundled {
        /// Its name.
        name: String,
    },
    /// A folder with a `task.toml`, or flags; the whole task is kept in the session's folder `task/`.
    Kept,
}

/// How a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model said it was done.
    Stop,
    /// The budget of tokens was spent.
    Length,
    /// Refused or filtered.
    Refused,
    /// The stream broke off; never evaluated.
    Incomplete,
    /// The developer stopped it.
    Stopped,
    /// The provider failed; the error stands beside it.
    Failed,
}

/// What was decided about a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is the new incumbent.
    Accepted,
    /// The incumbent stays.
    Rejected,
}

/// What the engine is doing; transient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Nothing: waiting for the developer.
    #[default]
    Waiting,
    /// Toolchain, sandbox and oracle are made ready.
    Preparing,
    /// The model was asked; nothing came yet.
    Asking,
    /// The provider is tried again after a fault.
    Retrying {
        /// What went wrong.
        why: String,
        /// Until the next try.
        in_ms: u64,
    },
    /// The reply is coming.
    Streaming,
    /// The version is being built.
    Building {
        /// The version it is about.
        version: VersionId,
    },
    /// Its cases are being checked.
    Checking {
        /// The version it is about.
        version: VersionId,
        /// Cases done.
        done: usize,
        /// Cases in all.
        total: usize,
    },
    /// It is being timed against the incumbent.
    Comparing {
        /// The version it is about.
        version: VersionId,
        /// The version that it is compared with.
        against: VersionId,
        /// Pairs so far.
        pairs: usize,
        /// Honest estimate of what is left at most.
        left_ns: Option<Nanos>,
    },
    /// A win is being measured again on fresh runs.
    Confirming {
        /// The version it is about.
        version: VersionId,
        /// The version that it is compared with.
        against: VersionId,
        /// Confirming pairs so far.
        pairs: usize,
    },
    /// Something beside the rounds that the developer asked for.
    Aside {
        /// What, in words: `case 04 runs once more on v3`.
        what: String,
    },
    /// Held by the developer; what is held is the stage before it, and the next stage ends it.
    Paused,
    /// The loop has ended.
    Finished,
}

/// Everything that can happen. Internally tagged: a line of a journal is one flat JSON object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "the large ones are rare; boxes would make every pattern harder to read"
)]
pub enum Event {
    /// First event of a session.
    SessionStarted {
        /// Id of the session, also its folder's name.
        session: String,
        /// What is optimised.
        task: TaskRecord,
        /// Where figures are measured.
        machine: Machine,
        /// Which protections are on.
        guards: Guards,
        /// Who answers.
        model: String,
        /// How it goes on.
        mode: Mode,
        /// When it ends.
        goal: Goal,
        /// How the model is reached (`model`, `provider`, `base_url`, `command`, `tape`), never a key: so that it can be reached again.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        reached_by: BTreeMap<String, String>,
    },
    /// The same session goes on later.
    SessionResumed {
        /// Which protections are on now.
        guards: Guards,
        /// Who answers now.
        model: String,
        /// How the model is reached now, as at the start.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        reached_by: BTreeMap<String, String>,
    },
    /// A version exists.
    VersionCreated {
        /// Its number.
        version: VersionId,
        /// What it was made from; absent for v0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<VersionId>,
        /// Round it belongs to; 0 for v0 and for hand edits before the first round.
        round: u32,
        /// Which of the round's replies it was cut out of, from 1 where several were asked for.
        #[serde(default, skip_serializing_if = "is_zero")]
        candidate: u32,
        /// Who made it.
        author: Author,
        /// Its text.
        source: Source,
    },
    /// A round begins.
    RoundStarted {
        /// From 1.
        round: u32,
        /// Version that the prompt shows.
        parent: VersionId,
        /// What is to become better.
        objective: Objective,
        /// The developer's hint, if any.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        hint: String,
        /// How many replies are asked for.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        candidates: u32,
    },
    /// What the next round would ask, as things are now; transient.
    PromptPrepared {
        /// The whole prompt.
        prompt: Arc<str>,
        /// Whether the loop waits because the developer wants to see it first.
        asked: bool,
    },
    /// The model is asked: all candidates of a round with one prompt, or one of them once more.
    PromptSent {
        /// Number of the round.
        round: u32,
        /// Which reply is asked for once more, from 1; 0 is all of the round.
        #[serde(default, skip_serializing_if = "is_zero")]
        candidate: u32,
        /// Who answers.
        model: String,
        /// The whole prompt.
        prompt: Arc<str>,
        /// Whether the developer changed it by hand.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        edited: bool,
    },
    /// Text arrived; transient.
    ReplyDelta {
        /// Number of the round.
        round: u32,
        /// Which of the round's replies, from 1 where several were asked for; 0 is the only one.
        #[serde(default, skip_serializing_if = "is_zero")]
        candidate: u32,
        /// Whether it is reasoning.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reasoning: bool,
        /// The text.
        text: String,
    },
    /// The reply is complete (or broke off).
    ReplyEnded {
        /// Number of the round.
        round: u32,
        /// Which of the round's replies, from 1 where several were asked for; 0 is the only one.
        #[serde(default, skip_serializing_if = "is_zero")]
        candidate: u32,
        /// Who answered.
        model: String,
        /// The answer.
        text: Arc<str>,
        /// The reasoning, apart from it.
        #[serde(default, skip_serializing_if = "str_is_empty")]
        reasoning: Arc<str>,
        /// When its parts came: [ms since the prompt, byte offset in `text` reached].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        chunks: Vec<(u64, usize)>,
        /// Tokens.
        usage: Usage,
        /// How it ended.
        finish: Finish,
        /// What went wrong, in words, if something did.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        error: String,
    },
    /// What the engine does now; transient.
    StageChanged {
        /// The stage.
        #[serde(flatten)]
        stage: Stage,
    },
    /// What the judge does now; transient.
    Progressed {
        /// Which version it is about.
        version: VersionId,
        /// What happened.
        #[serde(flatten)]
        progress: Progress,
    },
    /// A look at the pairs was taken.
    LookTaken {
        /// The candidate.
        version: VersionId,
        /// What it is compared with.
        against: VersionId,
        /// What is compared.
        metric: Metric,
        /// What was seen.
        look: Look,
    },
    /// A version has its verdict, figures and, if it was timed, its comparison with the incumbent.
    VersionEvaluated {
        /// The version it is about.
        version: VersionId,
        /// Its parent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<VersionId>,
        /// The verdict.
        verdict: Verdict,
        /// Figures of one sweep.
        #[serde(flatten)]
        figures: Figures,
        /// Everything about the runs.
        evaluation: Evaluation,
        /// Against the incumbent; absent for v0 and for versions that were not timed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comparison: Option<Comparison>,
        /// Against v0, measured in its own right; absent where it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        against_original: Option<Comparison>,
    },
    /// The incumbent changed or stayed.
    Decided {
        /// About which version.
        version: VersionId,
        /// What was decided.
        decision: Decision,
        /// Incumbent from now on, if any version passes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incumbent: Option<VersionId>,
        /// Who decided: the rule, or the developer.
        by_hand: bool,
        /// Whether it takes an earlier decision back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        taken_back: bool,
        /// Why, in one sentence.
        reason: String,
    },
    /// One of several replies of a round gave no version; the others go on.
    CandidateFailed {
        /// Number of the round.
        round: u32,
        /// Which of its replies, from 1.
        candidate: u32,
        /// Why, in one sentence.
        reason: String,
    },
    /// A round gave no version.
    RoundFailed {
        /// Number of the round.
        round: u32,
        /// Why, in one sentence.
        reason: String,
    },
    /// The developer added a case; later versions are checked on it, earlier ones that pass are checked at once.
    CaseAdded {
        /// The case.
        #[serde(flatten)]
        case: AddedCase,
    },
    /// The developer took an added case back: what was found by it is forgotten.
    CaseWithdrawn {
        /// Its name.
        case: String,
    },
    /// A version that passed was run on an added case.
    CaseChecked {
        /// Which version.
        version: VersionId,
        /// Its result there.
        result: CaseResult,
        /// How it failed, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// A version was run on one case once more, outside of any comparison. Decides nothing.
    CaseRerun {
        /// Which version.
        version: VersionId,
        /// Its result this time.
        result: CaseResult,
        /// How it failed, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// A version was compared with v0 anew, because another choice of cases is timed now.
    ComparedAnew {
        /// Which version.
        version: VersionId,
        /// The version against v0.
        comparison: Comparison,
    },
    /// A reference solution of the task was measured against v0.
    ReferenceMeasured {
        /// Its name.
        name: String,
        /// The verdict.
        verdict: Verdict,
        /// It against v0; absent where it does not pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comparison: Option<Comparison>,
    },
    /// A version went into the user's own file, a patch or a branch; or that was taken back.
    WrittenBack {
        /// What was done.
        #[serde(flatten)]
        record: WriteRecord,
        /// Whether it is taken back now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undone: bool,
        /// Why it is taken back.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// What writing a version back would do; transient.
    WritePlanned {
        /// What would be written, and what to consider first.
        #[serde(flatten)]
        plan: Arc<WritePlan>,
    },
    /// The developer changed the course.
    Steered {
        /// What was changed.
        #[serde(flatten)]
        steer: Steer,
    },
    /// Something a person should know: a fallback, a warning, an error that the session survived.
    Noted {
        /// The sentence.
        text: String,
        /// Whether it is an error.
        #[serde(default)]
        error: bool,
    },
    /// Last event of a session, or of one sitting.
    SessionFinished {
        /// Id of the session.
        session: String,
        /// Best version, if any passes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        best_version: Option<VersionId>,
        /// The best against v0; absent if v0 is the best.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comparison: Option<Comparison>,
        /// What a human should look at before trusting the best version; absent where there is nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<Flag>,
        /// Why it ended.
        reason: EndReason,
    },
}

/// Why a session, or one sitting of it, ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// All rounds were made.
    Rounds,
    /// The gain that was wanted is reached.
    Goal,
    /// The time for it is up.
    Time,
    /// The tokens for it are spent.
    Tokens,
    /// The money for it is spent.
    Cost,
    /// The developer stopped it.
    Stopped,
    /// The tape that stood in for a model has no more replies.
    TapeEnded,
    /// The model cannot be asked any more.
    Provider,
    /// The prompt cannot be written.
    Prompt,
    /// The journal can no longer be written.
    Disk,
    /// The task cannot be judged as it is.
    Task,
    /// A tool is missing on this machine, or the sandbox failed.
    Environment,
    /// What a newer version of Reheat wrote, in its word.
    #[serde(untagged)]
    Other(String),
}

/// A change of course by the developer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "steer", rename_all = "snake_case")]
pub enum Steer {
    /// A hint for the next round.
    Hint {
        /// In plain words; empty takes it back.
        text: String,
    },
    /// Another objective from the next round on.
    Objective {
        /// What is to become better.
        objective: Objective,
    },
    /// Another parent for the next round.
    Parent {
        /// Which; none follows the incumbent again.
        version: Option<VersionId>,
    },
    /// Another model from the next round on.
    Model {
        /// The model, as the provider names it.
        model: String,
    },
    /// Another mode.
    Mode {
        /// How the loop goes on after a round.
        mode: Mode,
    },
    /// Another goal.
    Goal {
        /// When the loop ends by itself.
        goal: Goal,
    },
    /// Another number of replies from the next round on.
    Candidates {
        /// How many, from 1.
        candidates: u32,
    },
    /// Another temperature from the next question on.
    Temperature {
        /// Which; absent is the model's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        temperature: Option<f64>,
    },
    /// A version is pinned or released.
    Pin {
        /// The version it is about.
        version: VersionId,
        /// On or off.
        pinned: bool,
    },
    /// Another choice of what is timed, from the next comparison on.
    Timed {
        /// The only case that is timed; absent for the workload.
        case: Option<String>,
    },
    /// A note on a version.
    Annotate {
        /// The version it is about.
        version: VersionId,
        /// The note; empty takes it back.
        note: String,
    },
}

impl Event {
    /// Whether the event is written to the journal. The others are only shown; what matters of them is in a later durable one.
    #[must_use]
    pub fn durable(&self) -> bool {
        !matches!(
            self,
            Self::ReplyDelta { .. }
                | Self::PromptPrepared { .. }
                | Self::WritePlanned { .. }
                | Self::StageChanged { .. }
                | Self::Progressed { .. }
        )
    }

    /// Whether the journal is synced to disk after it: replies cost money, and the developer's own acts cannot be repeated.
    #[must_use]
    pub fn needs_fsync(&self) -> bool {
        match self {
            Self::SessionStarted { .. }
            | Self::ReplyEnded { .. }
            | Self::Decided { .. }
            | Self::CaseAdded { .. }
            | Self::CaseWithdrawn { .. }
            | Self::WrittenBack { .. }
            | Self::SessionFinished { .. } => true,
            Self::VersionCreated { author, .. } => *author == Author::Hand,
            _ => false,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

fn one() -> u32 {
    1
}

fn str_is_empty(text: &Arc<str>) -> bool {
    text.is_empty()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::EndReason;

    #[test]
    fn an_end_is_written_as_a_word_and_one_that_is_not_known_is_kept() {
        for (word, reason) in [
            ("rounds", EndReason::Rounds),
            ("goal", EndReason::Goal),
            ("time", EndReason::Time),
            ("tokens", EndReason::Tokens),
            ("cost", EndReason::Cost),
            ("stopped", EndReason::Stopped),
            ("tape_ended", EndReason::TapeEnded),
            ("provider", EndReason::Provider),
            ("prompt", EndReason::Prompt),
            ("disk", EndReason::Disk),
            ("task", EndReason::Task),
            ("environment", EndReason::Environment),
            ("boredom", EndReason::Other("boredom".into())),
        ] {
            let json = format!("\"{word}\"");
            assert_eq!(serde_json::from_str::<EndReason>(&json).unwrap(), reason);
            assert_eq!(serde_json::to_string(&reason).unwrap(), json);
        }
    }
}
