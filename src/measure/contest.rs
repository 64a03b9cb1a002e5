//! A whole contest: comparison, then confirmation of a promising candidate. Decisions rest on its answer.

use super::contender::{Contender, Disqualified};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::FirstStage;
use super::plan::ComparisonPlan;
use super::{Answer, Comparison, fixed_length, floor, launches, watched};
use crate::sandbox::CancelToken;
use crate::task::Task;

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
    /// The candidate does not look better; this is the final answer.
    Settled(Comparison),
    /// It looks better. That may be luck, and the best of several surely was lucky: only fresh pairs can tell.
    Promising(Promising),
    /// A contender failed in a timed run.
    Disqualified(Disqualified),
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
    #[allow(clippy::too_many_arguments)]
    pub fn contest(
        &mut self,
        incumbent: &Contender<'_>,
        candidate: &Contender<'_>,
        original: Option<&Contender<'_>>,
        task: &Task,
        plan: &ComparisonPlan,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<ContestOutcome, JudgeError> {
        match self.first_stage(incumbent, candidate, original, task, plan, cancel, watch)? {
            FirstStageOutcome::Settled(comparison) => Ok(ContestOutcome::Done {
                comparison,
                against_original: None,
            }),
            FirstStageOutcome::Disqualified(disqualified) => {
                Ok(ContestOutcome::Disqualified(disqualified))
            }
            FirstStageOutcome::Promising(promising) => self.second_stage(
                promising, incumbent, candidate, original, task, plan, cancel, watch,
            ),
        }
    }

    /// The first stage of a contest: does the candidate look better? Of several candidates of one round the one with the
    /// largest lower bound goes on to [`second_stage`](Self::second_stage), and only that one.
    ///
    /// # Errors
    /// As [`contest`](Self::contest).
    #[allow(clippy::too_many_arguments)]
    pub fn first_stage(
        &mut self,
        incumbent: &Contender<'_>,
        candidate: &Contender<'_>,
        original: Option<&Contender<'_>>,
        task: &Task,
        plan: &ComparisonPlan,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<FirstStageOutcome, JudgeError> {
        let baseline = original
            .filter(|o| o.evaluation.verdict.accepted())
            .map_or(incumbent.evaluation, |o| o.evaluation);
        let first = match self.compare(incumbent, candidate, baseline, task, plan, cancel, watch)? {
            Ok(first) => first,
            Err(disqualified) => return Ok(FirstStageOutcome::Disqualified(disqualified)),
        };
        Ok(if first.comparison.answer == Answer::Better {
            FirstStageOutcome::Promising(Promising(first))
        } else {
            FirstStageOutcome::Settled(remarked(first.comparison))
        })
    }

    /// The second stage: a promising candidate is measured again on fresh pairs, within what the first has left of the
    /// budget. The contenders, the task and the plan are those of the first stage.
    ///
    /// # Errors
    /// As [`contest`](Self::contest).
    #[allow(clippy::too_many_arguments)]
    pub fn second_stage(
        &mut self,
        promising: Promising,
        incumbent: &Contender<'_>,
        candidate: &Contender<'_>,
        original: Option<&Contender<'_>>,
        task: &Task,
        plan: &ComparisonPlan,
        cancel: &CancelToken,
        watch: Watch<'_>,
    ) -> Result<ContestOutcome, JudgeError> {
        let confirmed = self.confirm(
            promising.0,
            incumbent,
            candidate,
            original,
            task,
            plan,
            cancel,
            watch,
        )?;
        Ok(match confirmed {
            Ok((comparison, against_original)) => ContestOutcome::Done {
                comparison: remarked(comparison),
                against_original: against_original.map(remarked),
            },
            Err(disqualified) => ContestOutcome::Disqualified(disqualified),
        })
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
