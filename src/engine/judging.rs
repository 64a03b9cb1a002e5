//! What becomes of a version: its evaluation, its comparison with the incumbent, the decision; and passing the judge's news on.

use crate::engine::brief;
use crate::engine::decide::decide;
use crate::engine::hands::{Job, News, Product, Subject, Versus};
use crate::engine::run::{Interrupt, Loop, until};
use crate::measure::judge::JudgeError;
use crate::measure::{Comparison, Evaluation, Failure, Progress, Verdict, flags};
use crate::session::event::{Decision, Stage, VersionId};
use crate::session::{Event, Session};

impl Loop {
    /// Evaluates a version, compares it with the incumbent if both pass, and decides.
    pub(super) async fn judge(&mut self, version: VersionId) {
        let Some(subject) = self.subject(version) else {
            return;
        };
        let parent = self.session.version(version).and_then(|v| v.parent);
        self.stage(Stage::Building { version });
        let mut evaluation = match self.work(Job::Evaluate(subject.clone())).await {
            Ok(Product::Evaluated(evaluation)) => *evaluation,
            Ok(_) => return,
            Err(error) => return self.judge_failed(version, error),
        };
        if parent.is_none() {
            brief::as_original(&mut evaluation);
        } else if let Some(original) =
            (self.session.version(VersionId(0))).and_then(|v| v.evaluation.as_ref())
        {
            flags::without_those_of(original, &mut evaluation.flags);
            let elsewhere = flags::elsewhere(original, &evaluation);
            evaluation.flags.extend(elsewhere);
        }
        let incumbent = self
            .session
            .incumbent
            .filter(|_| evaluation.verdict.accepted())
            .and_then(|id| self.subject(id));
        let (mut comparison, mut against_original) = (None, None);
        if let Some(incumbent) = incumbent {
            self.breathe(1).await;
            let candidate = Subject {
                evaluation: Some(evaluation.clone()),
                ..subject
            };
            match self.compare(&candidate, &incumbent).await {
                Ok(Versus::Done {
                    comparison: c,
                    against_original: o,
                }) => {
                    let before = incumbent.evaluation.as_ref();
                    let repeats = before.and_then(|e| flags::repeats(&self.setup.task, e, &c));
                    evaluation.flags.extend(repeats);
                    (comparison, against_original) = (Some(c), o);
                }
                Ok(Versus::Voided {
                    version: voided,
                    verdict,
                    failure,
                }) if voided == version => {
                    evaluation.verdict = verdict;
                    evaluation.failure = Some(failure);
                }
                Ok(Versus::Voided {
                    version: voided,
                    failure,
                    ..
                }) => {
                    self.note(format!("{voided} passed before, but failed in a timing run ({}); its output cannot be relied on", failure.reason), true);
                    return self.settle(
                        version,
                        parent,
                        evaluation,
                        None,
                        None,
                        Some((voided, failure)),
                    );
                }
                Err(error) => return self.judge_failed(version, error),
            }
        }
        self.settle(
            version,
            parent,
            evaluation,
            comparison,
            against_original,
            None,
        );
    }

    pub(super) async fn compare(
        &mut self,
        candidate: &Subject,
        incumbent: &Subject,
    ) -> Result<Versus, JudgeError> {
        self.stage(Stage::Comparing {
            version: candidate.id,
            against: incumbent.id,
            pairs: 0,
            left_ns: None,
        });
        let passes =
            |s: &Session, id| s.version(id).and_then(|v| v.verdict()) == Some(Verdict::Accepted);
        let original = Some(VersionId(0))
            .filter(|id| *id != incumbent.id && passes(&self.session, *id))
            .and_then(|id| self.subject(id));
        let objective = self
            .session
            .rounds
            .last()
            .map_or(self.session.objective, |r| r.objective);
        let job = Job::Compare {
            candidate: candidate.clone(),
            incumbent: incumbent.clone(),
            original,
            objective,
        };
        match self.work(job).await? {
            Product::Compared(versus) => Ok(*versus),
            _ => Err(JudgeError::Environment(
                "the judge answered another question".into(),
            )),
        }
    }

    /// Says what a version came to and decides about it.
    pub(super) fn settle(
        &mut self,
        version: VersionId,
        parent: Option<VersionId>,
        evaluation: Evaluation,
        comparison: Option<Comparison>,
        against_original: Option<Comparison>,
        voided: Option<(VersionId, Failure)>,
    ) {
        let objective = self
            .session
            .rounds
            .last()
            .map_or(self.session.objective, |r| r.objective);
        let (decision, reason) = match voided {
            // This sentence stands in later prompts: of a held-out case it must say nothing.
            Some((id, failure)) if failure.held_out => (
                Decision::Rejected,
                format!("not compared: {id} failed in a timing run"),
            ),
            Some((id, failure)) => (
                Decision::Rejected,
                format!(
                    "not compared: {id} failed in a timing run ({})",
                    failure.reason
                ),
            ),
            None if parent.is_none() && evaluation.verdict.accepted() => (
                Decision::Accepted,
                "the original passes every case: the baseline".into(),
            ),
            None => decide(&evaluation, comparison.as_ref(), objective),
        };
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
            reason,
        });
    }

    pub(super) fn judge_failed(&mut self, version: VersionId, error: JudgeError) {
        match error {
            JudgeError::Stopped => self.note(format!("{version} was not measured: stopped"), false),
            // The task (its checker) cannot cope with what this version writes; another one may well be judged.
            JudgeError::Task(why) if version != VersionId(0) => {
                self.note(format!("{version} was not measured: {why}"), true);
            }
            other => {
                self.note(format!("{version} was not measured: {other}"), true);
                self.halted = true;
                self.dead_end = Some("environment");
            }
        }
    }

    pub(super) fn subject(&self, id: VersionId) -> Option<Subject> {
        self.session.version(id).map(|v| Subject {
            id,
            source: v.source.clone(),
            evaluation: v.evaluation.clone(),
        })
    }

    /// Gives a job to the judge and passes its news on until it is done; commands are heard meanwhile.
    pub(super) async fn work(&mut self, job: Job) -> Result<Product, JudgeError> {
        self.hands.give(job);
        self.hands.control.pause(self.paused);
        loop {
            let deadline = self.deadline;
            tokio::select! {
                biased;
                command = self.commands.recv() => self.command(command),
                news = self.hands.news.recv() => match news {
                    Some(News::Progress(version, progress)) => self.progress(version, progress),
                    Some(News::Done(result)) => return result,
                    None => return Err(JudgeError::Environment("the judge's thread has ended".into())),
                },
                () = until(deadline), if self.interrupt.is_none() => self.interrupt = Some(Interrupt::Deadline),
            }
            if self.interrupt.is_some() {
                self.hands.control.stop();
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
            _ => {}
        }
        self.emit(Event::Progressed { version, progress });
    }
}
