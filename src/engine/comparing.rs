//! Comparing on the judge's thread, in two stages: what looks better is kept until it is confirmed, or another one is.

use crate::engine::jobs::{ComparisonJob, ComparisonOutcome, FirstStageResult};
use crate::engine::judge_thread::{OwnedContender, Worker};
use crate::measure::judge::JudgeError;
use crate::measure::{
    ComparisonPlan, ContenderRole, ContestOutcome, Disqualified, FirstStageOutcome,
};
use crate::session::event::VersionId;

/// The contenders of a comparison, built.
struct BuiltContenders {
    candidate: OwnedContender,
    incumbent: OwnedContender,
    original: Option<OwnedContender>,
}

impl BuiltContenders {
    /// v0, which may be the incumbent.
    fn first(&self, incumbent: VersionId) -> Option<&OwnedContender> {
        let same = (incumbent.is_original()).then_some(&self.incumbent);
        self.original.as_ref().or(same)
    }
}

impl Worker {
    fn build_contenders(&mut self, of: &ComparisonJob) -> Result<BuiltContenders, JudgeError> {
        Ok(BuiltContenders {
            candidate: self.contender(&of.candidate)?,
            incumbent: self.contender(&of.incumbent)?,
            original: (of.original.as_ref())
                .map(|o| self.contender(o))
                .transpose()?,
        })
    }

    /// Both stages, of a version that nothing else competes with.
    pub(super) fn compare(&mut self, of: &ComparisonJob) -> Result<ComparisonOutcome, JudgeError> {
        match self.first_stage(of)? {
            FirstStageResult::Settled(outcome) => Ok(outcome),
            FirstStageResult::Promising(_) => self.confirm(of),
        }
    }

    /// The first stage.
    pub(super) fn first_stage(
        &mut self,
        of: &ComparisonJob,
    ) -> Result<FirstStageResult, JudgeError> {
        let built = self.build_contenders(of)?;
        let first = built.first(of.incumbent.id).map(OwnedContender::lend);
        let plan = ComparisonPlan::new(of.objective, self.budget);
        let (judge, task, mut watch, cancel) = self.tools(of.candidate.id)?;
        let outcome = judge.first_stage(
            &built.incumbent.lend(),
            &built.candidate.lend(),
            first.as_ref(),
            task,
            &plan,
            &cancel,
            &mut watch,
        )?;
        Ok(match outcome {
            FirstStageOutcome::Settled(comparison) => {
                FirstStageResult::Settled(ComparisonOutcome::Done {
                    comparison,
                    against_original: None,
                })
            }
            FirstStageOutcome::Disqualified(disqualified) => {
                FirstStageResult::Settled(with_version(of, disqualified))
            }
            FirstStageOutcome::Promising(promising) => {
                let comparison = promising.comparison().clone();
                self.promising.insert(of.candidate.id, promising);
                FirstStageResult::Promising(comparison)
            }
        })
    }

    /// The second stage. What else looked better is forgotten: of a round only one is confirmed.
    pub(super) fn confirm(&mut self, of: &ComparisonJob) -> Result<ComparisonOutcome, JudgeError> {
        let promising = self.promising.remove(&of.candidate.id);
        self.promising.clear();
        let Some(promising) = promising else {
            let why = format!("{} has not been compared", of.candidate.id);
            return Err(JudgeError::Environment(why));
        };
        let built = self.build_contenders(of)?;
        let first = built.first(of.incumbent.id).map(OwnedContender::lend);
        let plan = ComparisonPlan::new(of.objective, self.budget);
        let (judge, task, mut watch, cancel) = self.tools(of.candidate.id)?;
        let contested = judge.second_stage(
            promising,
            &built.incumbent.lend(),
            &built.candidate.lend(),
            first.as_ref(),
            task,
            &plan,
            &cancel,
            &mut watch,
        )?;
        Ok(match contested {
            ContestOutcome::Done {
                comparison,
                against_original,
            } => ComparisonOutcome::Done {
                comparison,
                against_original,
            },
            ContestOutcome::Disqualified(disqualified) => with_version(of, disqualified),
        })
    }
}

/// Which version failed in a timed run.
fn with_version(of: &ComparisonJob, disqualified: Disqualified) -> ComparisonOutcome {
    let version = match disqualified.version {
        ContenderRole::Candidate => of.candidate.id,
        ContenderRole::Incumbent => of.incumbent.id,
        ContenderRole::Original => of.original.as_ref().map_or(of.incumbent.id, |o| o.id),
    };
    ComparisonOutcome::Disqualified {
        version,
        verdict: disqualified.verdict,
        failure: disqualified.failure,
    }
}
