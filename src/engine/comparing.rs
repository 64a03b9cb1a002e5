//! Comparing on the judge's thread, in two stages.

use crate::engine::jobs::ComparisonJob;
use crate::engine::judge_thread::{OwnedContender, Worker};
use crate::measure::judge::JudgeError;
use crate::measure::{Contest, ContestOutcome, FirstStageOutcome, Judge, Progress, Promising};
use crate::sandbox::CancelToken;

impl Worker {
    /// Both stages, of a version that nothing else competes with.
    pub(super) fn compare(&mut self, of: &ComparisonJob) -> Result<ContestOutcome, JudgeError> {
        self.contest(of, |judge, contest, cancel, watch| {
            judge.contest(contest, cancel, watch)
        })
    }

    /// The first stage.
    pub(super) fn first_stage(
        &mut self,
        of: &ComparisonJob,
    ) -> Result<FirstStageOutcome, JudgeError> {
        self.contest(of, |judge, contest, cancel, watch| {
            judge.first_stage(contest, cancel, watch)
        })
    }

    /// The second stage.
    pub(super) fn confirm(
        &mut self,
        of: &ComparisonJob,
        promising: Promising,
    ) -> Result<ContestOutcome, JudgeError> {
        self.contest(of, |judge, contest, cancel, watch| {
            judge.second_stage(promising, contest, cancel, watch)
        })
    }

    /// Builds the contenders and lets them meet.
    fn contest<T>(
        &mut self,
        of: &ComparisonJob,
        meet: impl FnOnce(
            &mut Judge,
            &Contest<'_>,
            &CancelToken,
            &mut dyn FnMut(Progress),
        ) -> Result<T, JudgeError>,
    ) -> Result<T, JudgeError> {
        let candidate = self.contender(&of.candidate)?;
        let incumbent = self.contender(&of.incumbent)?;
        let original = of
            .original
            .as_ref()
            .map(|o| self.contender(o))
            .transpose()?;
        // v0 may be the incumbent.
        let original = (original.as_ref()).or(of.incumbent.id.is_original().then_some(&incumbent));
        let plan = self.plan(of.objective, of.times);
        let (judge, task, mut watch, cancel) = self.tools(of.candidate.id)?;
        let contest = Contest {
            incumbent: incumbent.lend(),
            candidate: candidate.lend(),
            original: original.map(OwnedContender::lend),
            task,
            plan: &plan,
        };
        meet(judge, &contest, &cancel, &mut watch)
    }
}
