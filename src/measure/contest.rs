//! A whole contest: comparison, then confirmation of a promising candidate. Decisions rest on its answer.

use super::contender::{Contender, Disqualified, Stop};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::FirstStage;
use super::plan::ComparisonPlan;
use super::{Answer, Comparison, fixed_length, floor, launches, watched};
use crate::sandbox::CancelToken;
use crate::task::Task;

/// Who is compared, and how: the same in both stages.
#[derive(Clone, Copy, Debug)]
pub struct Contest<'a> {
    /// The best version so far.
    pub incumbent: Contender<'a>,
    /// The version that may be better.
    pub candidate: Contender<'a>,
    /// v0, which may be the incumbent; absent where there is none.
    pub original: Option<Contender<'a>>,
    /// What they are compared on.
    pub task: &'a Task,
    /// Objective, budget and rules.
    pub plan: &'a ComparisonPlan,
}

impl<'a> Contest<'a> {
    /// A candidate against an incumbent, without an original.
    #[must_use]
    pub fn new(
        incumbent: Contender<'a>,
        candidate: Contender<'a>,
        task: &'a Task,
        plan: &'a ComparisonPlan,
    ) -> Self {
        Self {
            incumbent,
            candidate,
            original: None,
            task,
            plan,
        }
    }

    /// The original, if it passes.
    pub(super) fn passing(&self) -> Option<Contender<'a>> {
        self.original
            .filter(|original| original.evaluation.verdict.accepted())
    }

    /// Names of incumbent and candidate.
    pub(super) fn names(&self) -> [&'a str; 2] {
        [self.incumbent.name, self.candidate.name]
    }
}

/// How a contest ended.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made once a comparison, and nearly always the large one.
pub enum ContestOutcome {
    /// Every output was right in every run.
    Done {
        /// Candidate against incumbent; `better` only if it was confirmed.
        comparison: Comparison,
        /// Candidate against v0, where it won and there is an original that passes.
        against_original: Option<Comparison>,
    },
    /// A contender failed in a timed run.
    Disqualified(Disqualified),
}

/// How the first stage of a contest ended.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // Made once a comparison, and nearly always a large one.
pub enum FirstStageOutcome {
    /// There is nothing to confirm; this is the final answer.
    Settled(ContestOutcome),
    /// It looks better. That may be luck, and the best of several surely was lucky: only fresh pairs can tell.
    Promising(Promising),
}

/// A candidate that looks better, with all that its confirmation needs.
#[derive(Clone, Debug)]
pub struct Promising(FirstStage);

impl Promising {
    /// The figures of the first stage; never to be reported as a win.
    #[must_use]
    pub fn comparison(&self) -> &Comparison {
        &self.0.comparison
    }
}

impl Judge {
    /// Compares two versions that pass and, if the candidate wins, measures it again on fresh pairs.
    ///
    /// # Errors
    /// A contender that does not pass, the sandbox failed, or stopped.
    pub fn contest(
        &mut self,
        contest: &Contest<'_>,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<ContestOutcome, JudgeError> {
        match self.first_stage(contest, cancel, watch)? {
            FirstStageOutcome::Settled(outcome) => Ok(outcome),
            FirstStageOutcome::Promising(promising) => {
                self.second_stage(promising, contest, cancel, watch)
            }
        }
    }

    /// The first stage of a contest: does the candidate look better? Of several candidates of one round the one with the
    /// largest lower bound goes on to [`second_stage`](Self::second_stage), and only that one.
    ///
    /// # Errors
    /// As [`contest`](Self::contest).
    pub fn first_stage(
        &mut self,
        contest: &Contest<'_>,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<FirstStageOutcome, JudgeError> {
        Ok(match self.compare(contest, cancel, watch) {
            Ok(first) if first.comparison.answer == Answer::Better => {
                FirstStageOutcome::Promising(Promising(first))
            }
            other => FirstStageOutcome::Settled(ended(other.map(|f| (f.comparison, None)))?),
        })
    }

    /// The second stage: a promising candidate is measured again on fresh pairs, within what the first has left of the
    /// budget. The contest is that of the first stage.
    ///
    /// # Errors
    /// As [`contest`](Self::contest).
    pub fn second_stage(
        &mut self,
        promising: Promising,
        contest: &Contest<'_>,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<ContestOutcome, JudgeError> {
        ended(self.confirm(promising.0, contest, cancel, watch))
    }
}

/// What a contest came to: comparisons with the incumbent and with v0, or why there are none.
fn ended(
    compared: Result<(Comparison, Option<Comparison>), Stop>,
) -> Result<ContestOutcome, JudgeError> {
    match compared {
        Ok((comparison, against_original)) => Ok(ContestOutcome::Done {
            comparison: remarked(comparison),
            against_original: against_original.map(remarked),
        }),
        Err(Stop::Disqualified(disqualified)) => Ok(ContestOutcome::Disqualified(*disqualified)),
        Err(Stop::Judge(error)) => Err(error),
    }
}

/// Adds what a reader should know about the floor.
fn remarked(mut comparison: Comparison) -> Comparison {
    comparison.note += &floor::remark(&comparison);
    comparison.note += &launches::remark(&comparison);
    comparison.note += &fixed_length::remark(&comparison);
    comparison.note += &watched::remark(&comparison.watched, comparison.margin);
    comparison
}
