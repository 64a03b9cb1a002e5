//! Judging a version: its evaluation, its comparison with the incumbent, the decision; and passing on the judge's progress.

use crate::engine::decide::decide;
use crate::engine::event_loop::{Interrupt, Loop, until};
use crate::engine::jobs::{ComparisonJob, VersionUnderTest};
use crate::engine::judge_thread::Worker;
use crate::engine::queries;
use crate::measure::judge::JudgeError;
use crate::measure::{
    Comparison, ContenderRole, ContestOutcome, Evaluation, Failure, FirstStageOutcome, Progress,
    Promising, Verdict, flags,
};
use crate::session::event::{Decision, EndReason, Stage, VersionId};
use crate::session::{Event, Session};
use crate::task::Objective;

/// How a version stands when it is settled.
#[expect(
    clippy::large_enum_variant,
    reason = "made once a version and used at once; a box would save nothing"
)]
pub(super) enum Settlement {
    /// It was not compared: it fails, or there is nothing to compare it with.
    Alone,
    /// It was compared with the incumbent.
    Compared {
        comparison: Comparison,
        against_original: Option<Comparison>,
    },
    /// It looked better, but another candidate of its round looked better still.
    Outdone {
        comparison: Comparison,
        by: VersionId,
    },
    /// It was not compared because another version failed in a timing run.
    Disqualified { by: VersionId, failure: Failure },
}

impl Loop {
    /// Evaluates a version, compares it with the incumbent if both pass, and decides.
    pub(super) async fn judge(&mut self, version: VersionId) {
        match self.evaluate(version).await {
            Ok((subject, evaluation)) => self.contest(subject, evaluation).await,
            Err(error) => self.judge_failed(version, error),
        }
    }

    /// Builds a version and checks it on every case.
    pub(super) async fn evaluate(
        &mut self,
        version: VersionId,
    ) -> Result<(VersionUnderTest, Evaluation), JudgeError> {
        let Some(subject) = self.subject(version) else {
            return Err(JudgeError::Task(format!("there is no {version}")));
        };
        self.stage(Stage::Building { version });
        let under_test = subject.clone();
        let (mut evaluation, notes) = self.work(move |w| w.evaluate(&under_test)).await?;
        for note in notes {
            if !self.session.notes.iter().any(|n| n.text == note) {
                self.note(note, false);
            }
        }
        if let Some(hint) = evaluation.failure.as_mut().and_then(|f| f.hint.take())
            && !self.session.notes.iter().any(|n| n.text == hint)
        {
            self.note(hint, false);
        }
        if self
            .session
            .version(version)
            .is_some_and(|v| v.parent.is_none())
        {
            queries::as_original(&mut evaluation);
        } else if let Some(original) =
            (self.session.version(VersionId::ORIGINAL)).and_then(|v| v.evaluation.as_ref())
        {
            queries::beside_original(original, &mut evaluation);
        }
        let subject = VersionUnderTest {
            evaluation: Some(evaluation.clone()),
            ..subject
        };
        Ok((subject, evaluation))
    }

    /// Compares a version that was evaluated with the incumbent, if both pass, and decides.
    pub(super) async fn contest(&mut self, subject: VersionUnderTest, evaluation: Evaluation) {
        let incumbent = self
            .session
            .incumbent
            // The incumbent itself is measured again where its evaluation was lost, and the original, which the others are
            // compared with: nothing of theirs need be there then.
            .filter(|id| *id != subject.id && !subject.id.is_original())
            .filter(|_| evaluation.verdict.accepted() && !self.refuses(&evaluation))
            .and_then(|id| self.subject(id));
        let Some(incumbent) = incumbent else {
            return self.settle(subject.id, evaluation, Settlement::Alone);
        };
        self.demo_pause(1).await;
        match self.compare(&subject, &incumbent).await {
            Ok(outcome) => self.conclude(subject.id, evaluation, &incumbent, outcome),
            Err(error) => self.judge_failed(subject.id, error),
        }
    }

    /// Settles a version after its comparison.
    pub(super) fn conclude(
        &mut self,
        version: VersionId,
        mut evaluation: Evaluation,
        incumbent: &VersionUnderTest,
        outcome: ContestOutcome,
    ) {
        match outcome {
            ContestOutcome::Done {
                comparison,
                against_original,
            } => {
                let original = self.session.version(VersionId::ORIGINAL);
                let known = [
                    incumbent.evaluation.as_ref(),
                    original.and_then(|v| v.evaluation.as_ref()),
                ];
                let compared = (&comparison, against_original.as_ref());
                let flags = flags::in_comparison(&self.setup.task, known, &evaluation, compared);
                evaluation.flags.extend(flags);
                let standing = Settlement::Compared {
                    comparison,
                    against_original,
                };
                self.settle(version, evaluation, standing);
            }
            ContestOutcome::Disqualified(out) if out.version == ContenderRole::Candidate => {
                evaluation.verdict = out.verdict;
                evaluation.failure = Some(out.failure);
                self.settle(version, evaluation, Settlement::Alone);
            }
            ContestOutcome::Disqualified(out) => {
                let by = match out.version {
                    ContenderRole::Original => VersionId::ORIGINAL,
                    _ => incumbent.id,
                };
                let failure = out.failure;
                self.note(format!("{by} passed before, but failed in a timing run ({}); its output cannot be relied on", failure.reason), true);
                let standing = Settlement::Disqualified { by, failure };
                self.settle(version, evaluation, standing);
            }
        }
    }

    /// Whether a version is not even compared, because it is flagged and none that is will be taken.
    pub(super) fn refuses(&self, evaluation: &Evaluation) -> bool {
        self.setup.strict && !evaluation.flags.is_empty()
    }

    /// The whole comparison of a candidate: first look, and confirmation where it looks better.
    async fn compare(
        &mut self,
        candidate: &VersionUnderTest,
        incumbent: &VersionUnderTest,
    ) -> Result<ContestOutcome, JudgeError> {
        match self.first_stage(candidate, incumbent).await? {
            FirstStageOutcome::Settled(outcome) => Ok(outcome),
            FirstStageOutcome::Promising(promising) => {
                self.confirm(candidate, incumbent, promising).await
            }
        }
    }

    /// The first stage of a comparison.
    pub(super) async fn first_stage(
        &mut self,
        candidate: &VersionUnderTest,
        incumbent: &VersionUnderTest,
    ) -> Result<FirstStageOutcome, JudgeError> {
        self.stage(Stage::Comparing {
            version: candidate.id,
            against: incumbent.id,
            pairs: 0,
            left_ns: None,
        });
        let job = self.comparison_job(candidate, incumbent);
        self.work(move |w| w.first_stage(&job)).await
    }

    /// The second stage: fresh runs of a candidate that looked better, against the original too.
    pub(super) async fn confirm(
        &mut self,
        candidate: &VersionUnderTest,
        incumbent: &VersionUnderTest,
        promising: Promising,
    ) -> Result<ContestOutcome, JudgeError> {
        let job = self.comparison_job(candidate, incumbent);
        self.work(move |w| w.confirm(&job, promising)).await
    }

    fn comparison_job(
        &self,
        candidate: &VersionUnderTest,
        incumbent: &VersionUnderTest,
    ) -> ComparisonJob {
        let passes =
            |s: &Session, id| s.version(id).and_then(|v| v.verdict()) == Some(Verdict::Accepted);
        let original = Some(VersionId::ORIGINAL)
            .filter(|id| *id != incumbent.id && passes(&self.session, *id))
            .and_then(|id| self.subject(id));
        ComparisonJob {
            candidate: candidate.clone(),
            incumbent: incumbent.clone(),
            original,
            objective: self.objective(),
            times: 1,
        }
    }

    fn objective(&self) -> Objective {
        self.session
            .rounds
            .last()
            .map_or(self.session.objective, |r| r.objective)
    }

    /// Publishes the result of a version and decides about it.
    pub(super) fn settle(
        &mut self,
        version: VersionId,
        evaluation: Evaluation,
        standing: Settlement,
    ) {
        let parent = self.session.version(version).and_then(|v| v.parent);
        let (comparison, against_original, decided) = match standing {
            Settlement::Alone if parent.is_none() && evaluation.verdict.accepted() => {
                let why = "the original passes every case: the baseline";
                (None, None, Some((Decision::Accepted, why.to_owned())))
            }
            Settlement::Alone => (None, None, None),
            Settlement::Compared {
                comparison,
                against_original,
            } => (Some(comparison), against_original, None),
            Settlement::Outdone { comparison, by } => {
                let why = format!(
                    "{} than {}, but second to {by} of the same round, which looked better still and went on",
                    comparison.metric.comparative(),
                    comparison.incumbent
                );
                (Some(comparison), None, Some((Decision::Rejected, why)))
            }
            // This sentence stands in later prompts: of a held-out case it must say nothing.
            Settlement::Disqualified { by, failure } => {
                let how = if failure.held_out {
                    String::new()
                } else {
                    format!(" ({})", failure.reason)
                };
                let why = format!("not compared: {by} failed in a timing run{how}");
                (None, None, Some((Decision::Rejected, why)))
            }
        };
        let (decision, reason) =
            decided.unwrap_or_else(|| decide(&evaluation, comparison.as_ref()));
        let refused = (evaluation.flags.first())
            .filter(|_| decision == Decision::Accepted && self.setup.strict && parent.is_some());
        let (decision, reason) = match refused {
            Some(flag) => {
                let why = "flagged, and with --strict no such version is taken";
                (Decision::Rejected, format!("{why}: {}", flag.reason))
            }
            None => (decision, reason),
        };
        let flagged = refused.is_some();
        let incumbent = if decision == Decision::Accepted {
            Some(version)
        } else {
            self.session.incumbent
        };
        self.emit(Event::VersionEvaluated {
            version,
            parent,
            verdict: evaluation.verdict,
            figures: evaluation.figures,
            evaluation,
            comparison,
            against_original,
        });
        self.emit(Event::Decided {
            version,
            decision,
            incumbent,
            by_hand: false,
            taken_back: false,
            flagged,
            reason,
        });
    }

    pub(super) fn judge_failed(&mut self, version: VersionId, error: JudgeError) {
        match error {
            JudgeError::Stopped => self.note(format!("{version} was not measured: stopped"), false),
            // The task (its checker) cannot cope with what this version writes; another one may well be judged.
            JudgeError::Task(why) if !version.is_original() => {
                self.note(format!("{version} was not measured: {why}"), true);
            }
            other => {
                self.note(format!("{version} was not measured: {other}"), true);
                self.halted = true;
                self.dead_end = Some(match other {
                    JudgeError::Task(_) => EndReason::Task,
                    _ => EndReason::Environment,
                });
            }
        }
    }

    pub(super) fn subject(&self, id: VersionId) -> Option<VersionUnderTest> {
        self.session.version(id).map(|v| VersionUnderTest {
            id,
            source: v.source.clone(),
            evaluation: v.evaluation.clone(),
        })
    }

    /// Gives a job to the judge and passes its news on until it is done; commands are heard meanwhile.
    pub(super) async fn work<T: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Worker) -> Result<T, JudgeError> + Send + 'static,
    ) -> Result<T, JudgeError> {
        let mut answer = self.judge_thread.give(job);
        self.judge_thread.cancel.pause(self.paused);
        loop {
            let deadline = self.deadline;
            tokio::select! {
                biased;
                heard = self.commands.recv() => self.hear(heard),
                Some((version, progress)) = self.judge_thread.news.recv() => self.progress(version, progress),
                answer = &mut answer => {
                    // What was seen before the end is told before it.
                    while let Ok((version, progress)) = self.judge_thread.news.try_recv() {
                        self.progress(version, progress);
                    }
                    let ended = |_| Err(JudgeError::Environment("the judge's thread has ended".into()));
                    return answer.unwrap_or_else(ended);
                }
                () = until(deadline), if self.interrupt.is_none() => self.interrupt = Some(Interrupt::Deadline),
            }
            if self.interrupt.is_some() {
                self.judge_thread.cancel.stop();
            }
        }
    }

    pub(super) fn progress(&mut self, version: VersionId, progress: Progress) {
        // A look is durable, and confirming is a stage of its own; the rest is only shown.
        match &progress {
            Progress::Looked { look, metric } => {
                let against = self.session.incumbent.unwrap_or_default();
                self.emit(Event::LookTaken {
                    version,
                    against,
                    metric: *metric,
                    look: *look,
                });
            }
            Progress::Paired {
                confirming: true, ..
            } if !matches!(self.session.stage, Stage::Confirming { .. }) => {
                let against = self.session.incumbent.unwrap_or_default();
                self.stage(Stage::Confirming {
                    version,
                    against,
                    pairs: 0,
                });
            }
            Progress::BeyondBudget { budget_ns, .. } => {
                let words = format!(
                    "{version} looks better, so it is confirmed although that takes longer than the {budget_ns} for a comparison"
                );
                self.note(words, false);
            }
            _ => {}
        }
        self.emit(Event::Progressed { version, progress });
    }
}
