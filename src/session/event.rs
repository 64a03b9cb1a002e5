//! What can happen in a session. Names and fields are a stable format: fields may be added, none may change its meaning.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::measure::machine::Machine;
use crate::measure::{
    CaseResult, Comparison, Evaluation, Failure, Figures, Flag, Look, Metric, Progress, Verdict,
};
use crate::sandbox::Guards;
pub use crate::session::cases::AddedCase;
pub use crate::session::cost::Usage;
pub use crate::session::course::{Goal, Mode, Steer, Terms};
pub use crate::session::end_reason::EndReason;
pub use crate::session::ids::VersionId;
pub use crate::session::replies::Finish;
pub use crate::session::stage::Stage;
pub use crate::session::task_record::{Origin, TaskRecord};
pub use crate::session::version::{Author, Decision};
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
        /// Whether no version that is flagged is taken.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        strict: bool,
        /// How the model is reached (`model`, `provider`, `base_url`, `command`, `tape`), never a key: so that it can be reached again.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        reached_by: BTreeMap<String, String>,
        /// How versions are compared.
        #[serde(default, flatten)]
        terms: Terms,
    },
    /// The same session goes on later.
    SessionResumed {
        /// Which protections are on now.
        guards: Guards,
        /// Who answers now.
        model: String,
        /// Whether no version that is flagged is taken from now on.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        strict: bool,
        /// How the model is reached now, as at the start.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        reached_by: BTreeMap<String, String>,
        /// How versions are compared from now on.
        #[serde(default, flatten)]
        terms: Terms,
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
        /// Whether it is rejected for its flags alone, with `--strict`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        flagged: bool,
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
