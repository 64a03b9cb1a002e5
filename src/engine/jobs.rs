//! What the loop asks of the judge's thread, and what the thread answers.

use crate::measure::judge::JudgeError;
use crate::measure::{CaseResult, Comparison, Evaluation, Failure, Progress, Verdict};
use crate::sandbox::Guards;
use crate::session::event::VersionId;
use crate::task::{Case, Objective, ReferenceSolution, Source, Task};

/// A version as the judge needs it.
#[derive(Clone, Debug)]
pub(super) struct VersionUnderTest {
    pub id: VersionId,
    pub source: Source,
    /// Its evaluation, if it has one.
    pub evaluation: Option<Evaluation>,
}

#[derive(Debug)]
pub(super) enum Job {
    /// Open the sandbox and find the toolchain.
    Open,
    /// Where outputs are missing, have the original say them.
    Oracle,
    /// Something beside the rounds.
    SideJob(SideJob),
    /// Build a version and check it on every case.
    Evaluate(VersionUnderTest),
    /// Compare two versions that pass, as far as it takes to see whether the candidate looks better.
    FirstStage(ComparisonJob),
    /// Confirm that a candidate is better, on fresh runs and against the original too; it has looked so before.
    Confirm(ComparisonJob),
}

/// Who is compared with whom.
#[derive(Clone, Debug)]
pub(super) struct ComparisonJob {
    pub candidate: VersionUnderTest,
    pub incumbent: VersionUnderTest,
    /// v0, where it passes and is not the incumbent.
    pub original: Option<VersionUnderTest>,
    pub objective: Objective,
}

#[derive(Debug)]
pub(super) enum JobResult {
    Opened {
        guards: Guards,
        toolchain: String,
        notes: Vec<String>,
    },
    Completed {
        task: Box<Task>,
    },
    Evaluated {
        evaluation: Box<Evaluation>,
        /// What the judge has to say about how it works here, so far.
        notes: Vec<String>,
    },
    FirstStage(Box<FirstStageResult>),
    SideJob(Box<SideJobResult>),
    Compared(Box<ComparisonOutcome>),
}

/// How a comparison ended.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(super) enum ComparisonOutcome {
    Done {
        comparison: Comparison,
        against_original: Option<Comparison>,
    },
    /// A version failed a case in a timing run.
    Disqualified {
        version: VersionId,
        verdict: Verdict,
        failure: Failure,
    },
}

pub(super) enum WorkerMessage {
    Progress(VersionId, Progress),
    Done(Result<JobResult, JudgeError>),
}

/// How the first stage of a comparison ended.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(super) enum FirstStageResult {
    /// There is nothing to confirm.
    Settled(ComparisonOutcome),
    /// It looks better; this is no win yet.
    Promising(Comparison),
}

/// A job beside evaluating and comparing the versions of a round.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(super) enum SideJob {
    /// Take this case in; where it has no expected output the original says it.
    Add {
        case: Case,
        /// Whether the original passes all cases so far: then a typed output must agree with it.
        passes: bool,
    },
    /// Forget this case.
    Withdraw(String),
    /// Run a version on one case.
    Run(VersionUnderTest, String),
    /// Time this case only.
    TimeOnly(Option<String>),
    /// Compare a version with the original.
    Anew {
        candidate: VersionUnderTest,
        original: VersionUnderTest,
        objective: Objective,
    },
    /// Measure a reference solution against the original.
    Reference {
        reference: ReferenceSolution,
        original: VersionUnderTest,
        objective: Objective,
    },
}

/// The result of a [`SideJob`].
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel, in a box"
)]
#[derive(Debug)]
pub(super) enum SideJobResult {
    /// The case with its expected output.
    Added(Case),
    Ran(CaseResult, Option<Failure>),
    Noted,
    Compared(ComparisonOutcome),
    Reference(Verdict, Option<Comparison>),
}

/// The judge's thread answered with a result of another job.
pub(super) fn unexpected_answer() -> JudgeError {
    JudgeError::Environment("the judge answered another question".into())
}
