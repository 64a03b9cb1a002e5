//! What becomes of a version: its evaluation, its comparison with the incumbent, the decision; and passing the judge's news on.

use crate::engine::brief;
use crate::engine::decide::decide;
use crate::engine::hands::{Job, Looked, MatchUp, News, Product, Subject, Versus};
use crate::engine::run::{Interrupt, Loop, until};
use crate::measure::judge::JudgeError;
use crate::measure::{Comparison, Evaluation, Failure, Progress, Verdict, flags};
use crate::session::event::{Decision, Stage, VersionId};
use crate::session::{Event, Session};
use crate::task::Objective;

/// How a version stands when it is settled.
#[expect(
    clippy::large_enum_variant,
    reason = "made once a version and used at once; a box would save nothing"
)]
pub(super) enum Standing {
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
    Voided { by: VersionId, failure: Failure },
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
    ) -> Result<(Subject, Evaluation), JudgeError> {
        let Some(subject) = self.subject(version) else {
            return Err(JudgeError::Task(format!("there is no {version}")));
        };
        self.stage(Stage::Building { version });
        let Product::Evaluated(evaluation) = self.work(Job::Evaluate(subject.clone())).await?
        else {
            return Err(another_question());
        };
        let mut evaluation = *evaluation;
        if self
            .session
            .version(version)
            .is_some_and(|v| v.parent.is_none())
        {
            brief::as_original(&mut evaluation);
        } else if let Some(original) =
            (self.session.version(VersionId(0))).and_then(|v| v.evaluation.as_ref())
        {
            flags::without_those_of(original, &mut evaluation.flags);
            let elsewhere = flags::elsewhere(original, &evaluation);
            evaluation.flags.extend(elsewhere);
        }
        let subject = Subject {
            evaluation: Some(evaluation.clone()),
            ..subject
        };
        Ok((subject, evaluation))
    }

    /// Compares a version that was evaluated with the incumbent, if both pass, and decides.
    pub(super) async fn contest(&mut self, subject: Subject, evaluation: Evaluation) {
        let incumbent = self
            .session
            .incumbent
            .filter(|_| evaluation.verdict.accepted())
            .and_then(|id| self.subject(id));
        let Some(incumbent) = incumbent else {
            return self.settle(subject.id, evaluation, Standing::Alone);
        };
        self.breathe(1).await;
        match self.compare(&subject, &incumbent).await {
            Ok(versus) => self.conclude(subject.id, evaluation, &incumbent, versus),
            Err(error) => self.judge_failed(subject.id, error),
        }
    }

    /// Settles a version after its comparison.
    pub(super) fn conclude(
        &mut self,
        version: VersionId,
        mut evaluation: Evaluation,
        incumbent: &Subject,
        versus: Versus,
    ) {
        match versus {
            Versus::Done {
                comparison,
                against_original,
            } => {
                let before = incumbent.evaluation.as_ref();
                let repeats = before.and_then(|e| flags::repeats(&self.setup.task, e, &comparison));
                evaluation.flags.extend(repeats);
                let standing = Standing::Compared {
                    comparison,
                    against_original,
                };
                self.settle(version, evaluation, standing);
            }
            Versus::Voided {
                version: voided,
                verdict,
                failure,
            } if voided == version => {
                evaluation.verdict = verdict;
                evaluation.failure = Some(failure);
                self.settle(version, evaluation, Standing::Alone);
            }
            Versus::Voided {
                version: voided,
                failure,
                ..
            } => {
                self.note(format!("{voided} passed before, but failed in a timing run ({}); its output cannot be relied on", failure.reason), true);
                let standing = Standing::Voided {
                    by: voided,
                    failure,
                };
                self.settle(version, evaluation, standing);
            }
        }
    }

    /// The whole comparison of a candidate: first look, and confirmation where it looks better.
    async fn compare(
        &mut self,
        candidate: &Subject,
        incumbent: &Subject,
    ) -> Result<Versus, JudgeError> {
        match self.look(candidate, incumbent).await? {
            Looked::Settled(versus) => Ok(versus),
            Looked::Promising(_) => self.confirm(candidate, incumbent).await,
        }
    }

    /// The first stage of a comparison.
    pub(super) async fn look(
        &mut self,
        candidate: &Subject,
        incumbent: &Subject,
    ) -> Result<Looked, JudgeError> {
        self.stage(Stage::Comparing {
            version: candidate.id,
            against: incumbent.id,
            pairs: 0,
            left_ns: None,
        });
        let match_up = self.match_up(candidate, incumbent);
        match self.work(Job::Look(match_up)).await? {
            Product::Looked(looked) => Ok(*looked),
            _ => Err(another_question()),
        }
    }

    /// The second stage: fresh runs of a candidate that looked better.
    pub(super) async fn confirm(
        &mut self,
        candidate: &Subject,
        incumbent: &Subject,
    ) -> Result<Versus, JudgeError> {
        let match_up = self.match_up(candidate, incumbent);
        match self.work(Job::Confirm(match_up)).await? {
            Product::Compared(versus) => Ok(*versus),
            _ => Err(another_question()),
        }
    }

    fn match_up(&self, candidate: &Subject, incumbent: &Subject) -> MatchUp {
        let passes =
            |s: &Session, id| s.version(id).and_then(|v| v.verdict()) == Some(Verdict::Accepted);
        let original = Some(VersionId(0))
            .filter(|id| *id != incumbent.id && passes(&self.session, *id))
            .and_then(|id| self.subject(id));
        MatchUp {
            candidate: candidate.clone(),
            incumbent: incumbent.clone(),
            original,
            objective: self.objective(),
        }
    }

    fn objective(&self) -> Objective {
        self.session
            .rounds
            .last()
            .map_or(self.session.objective, |r| r.objective)
    }

    /// Says what a version came to and decides about it.
    pub(super) fn settle(
        &mut self,
        version: VersionId,
        evaluation: Evaluation,
        standing: Standing,
    ) {
        let parent = self.session.version(version).and_then(|v| v.parent);
        let objective = self.objective();
        let (comparison, against_original, decided) = match standing {
            Standing::Alone if parent.is_none() && evaluation.verdict.accepted() => {
                let why = "the original passes every case: the baseline";
                (None, None, Some((Decision::Accepted, why.to_owned())))
            }
            Standing::Alone => (None, None, None),
            Standing::Compared {
                comparison,
                against_original,
            } => (Some(comparison), against_original, None),
            Standing::Outdone { comparison, by } => {
                let why = format!(
                    "looked better than {}, but {by} of the same round looked better still and went on",
                    comparison.incumbent
                );
                (Some(comparison), None, Some((Decision::Rejected, why)))
            }
            // This sentence stands in later prompts: of a held-out case it must say nothing.
            Standing::Voided { by, failure } => {
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
            decided.unwrap_or_else(|| decide(&evaluation, comparison.as_ref(), objective));
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
                heard = self.commands.recv() => self.hear(heard),
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

/// The judge's thread gave something else than was asked for.
fn another_question() -> JudgeError {
    JudgeError::Environment("the judge answered another question".into())
}
