//! Versions of a session are measured again, here and now, without the loop: no model, no rounds, no journal.
//!
//! What comes of it is a [`Session`] of its own, folded from the same events as any, with v0 and those versions in it: so it can be
//! held against the recorded one as any two sessions are. It is written nowhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::added_cases;
use crate::engine::jobs::{ComparisonJob, VersionUnderTest};
use crate::engine::judge_thread::{Opened, Timing, Worker};
use crate::engine::queries;
use crate::measure::judge::JudgeError;
use crate::measure::{
    Comparison, ContenderRole, ContestOutcome, Evaluation, Metric, Progress, flags, machine,
};
use crate::sandbox::{self, CancelToken};
use crate::session::event::{Event, Goal, Mode, Origin, TaskRecord, Terms, VersionId};
use crate::session::fold::Version;
use crate::session::{EventRecord, Session};
use crate::task::{Task, held_out};

/// What is measured again, and how.
pub(crate) struct Remeasurement<'s> {
    /// The task as it was loaded; cases of the session are added.
    pub(crate) task: Task,
    /// The session as it was recorded.
    pub(crate) recorded: &'s Session,
    /// Its versions that are measured again; v0 always is.
    pub(crate) versions: &'s [VersionId],
    /// Whether they are timed, or only checked on every case.
    pub(crate) timed: bool,
    /// How the sandbox is opened.
    pub(crate) sandbox: sandbox::Settings,
    /// Where builds are kept; `None` is a temporary folder.
    pub(crate) cache: Option<PathBuf>,
    /// Time that one comparison may take.
    pub(crate) budget: Duration,
    /// The same in the session: by it the cases that are timed are chosen.
    pub(crate) usual_budget: Duration,
    /// A clock that is to be used whatever the session used.
    pub(crate) clock: Option<Metric>,
}

/// What is told while it is on: which version it is about, and what happened.
pub(crate) type Tell = Arc<dyn Fn(VersionId, Progress) + Send + Sync>;

impl Remeasurement<'_> {
    /// Measures: the toolchain is looked for, v0 is built and checked, then every version, and each that passes is timed against v0
    /// as a candidate of the session is, fresh runs included.
    ///
    /// # Errors
    /// Something is missing on this machine, the task cannot be judged, the sandbox failed, or stopped.
    pub(crate) fn run(mut self, tell: Tell, cancel: &CancelToken) -> Result<Session, JudgeError> {
        self.recall();
        let timing = Timing {
            budget: self.budget,
            usual: self.usual_budget,
            clock: self.clock,
        };
        let mut worker = Worker::new(
            self.task.clone(),
            self.sandbox.clone(),
            self.cache.clone(),
            timing,
            tell,
            cancel.clone(),
        );
        worker.open_judge()?;
        let opened = worker.open()?;
        let task = worker.oracle()?;
        let mut today = Today::default();
        today.begin(opened, &task);
        let original = self.recorded.version(VersionId::ORIGINAL);
        // Where the session began with a problem alone there is nothing to run.
        let original = original.filter(|v| !v.source.text.trim().is_empty());
        let original = match original {
            Some(version) => Some(today.judge(&mut worker, version, None)?),
            None => None,
        };
        for id in self.versions {
            let Some(version) = self.recorded.version(*id) else {
                continue;
            };
            let known = original.as_ref().and_then(|o| o.evaluation.as_ref());
            let subject = today.judge(&mut worker, version, known)?;
            let passing = (original.as_ref()).filter(|o| passes(o) && passes(&subject));
            if let Some(original) = passing.filter(|_| self.timed) {
                self.time(&mut worker, &mut today, version, subject, original)?;
            }
        }
        Ok(today.session)
    }

    /// The cases as the session had them at its end.
    fn recall(&mut self) {
        for case in &self.recorded.added {
            added_cases::insert(&mut self.task, case.into());
        }
        if let Some(record) = &self.recorded.task {
            held_out::recall(&mut self.task, &record.held_out);
        }
    }

    /// Times a version against v0, by what its recorded gain is of.
    fn time(
        &self,
        worker: &mut Worker,
        today: &mut Today,
        version: &Version,
        candidate: VersionUnderTest,
        original: &VersionUnderTest,
    ) -> Result<(), JudgeError> {
        let recorded = version.decided_over_original();
        let only = recorded.map_or(&self.recorded.only, |c| &c.only);
        let known = |name: &&String| self.task.workload.cases.iter().any(|c| c.name == **name);
        worker.time_only(only.as_ref().filter(known).cloned())?;
        let clock = |c: &Comparison| matches!(c.metric, Metric::Wall | Metric::Cpu);
        let clock = recorded.filter(|c| clock(c)).map(|c| c.metric);
        worker.time_by(self.clock.or(clock).or(self.recorded.terms.clock));
        let mut evaluation = candidate.evaluation.clone();
        let job = ComparisonJob {
            candidate,
            incumbent: original.clone(),
            original: None,
            objective: recorded.map_or(self.recorded.objective, |c| c.metric.objective()),
            times: 1,
        };
        let outcome = worker.compare(&job)?;
        let Some(evaluation) = &mut evaluation else {
            return Ok(());
        };
        match outcome {
            ContestOutcome::Done { comparison, .. } => {
                let known = [original.evaluation.as_ref(), original.evaluation.as_ref()];
                let compared = (&comparison, None);
                let found = flags::in_comparison(&worker.task, known, evaluation, compared);
                evaluation.flags.extend(found);
                today.evaluated(version.id, evaluation, Some(comparison));
            }
            ContestOutcome::Disqualified(out) if out.version == ContenderRole::Candidate => {
                evaluation.verdict = out.verdict;
                evaluation.failure = Some(out.failure);
                today.evaluated(version.id, evaluation, None);
            }
            // It passed, and fails now: nothing can be compared with it any more.
            ContestOutcome::Disqualified(out) => {
                if let Some(mut of_original) = original.evaluation.clone() {
                    of_original.verdict = out.verdict;
                    of_original.failure = Some(out.failure);
                    today.evaluated(VersionId::ORIGINAL, &of_original, None);
                }
            }
        }
        Ok(())
    }
}

fn passes(subject: &VersionUnderTest) -> bool {
    (subject.evaluation.as_ref()).is_some_and(|e| e.verdict.accepted())
}

/// What is found today, as it comes in.
#[derive(Default)]
struct Today {
    session: Session,
}

impl Today {
    fn emit(&mut self, event: Event) {
        let at = jiff::Timestamp::now();
        self.session.apply(&EventRecord { at, event });
    }

    fn note(&mut self, text: &str) {
        if !self.session.notes.iter().any(|n| n.text == text) {
            self.emit(Event::Noted {
                text: text.to_owned(),
                error: false,
            });
        }
    }

    fn begin(&mut self, opened: Opened, task: &Task) {
        let Opened {
            guards,
            toolchain,
            notes,
        } = opened;
        self.emit(Event::SessionStarted {
            session: "today".into(),
            task: TaskRecord::of(task, toolchain, Origin::Kept, None),
            machine: machine::facts(),
            guards,
            model: String::new(),
            mode: Mode::Manual,
            goal: Goal::default(),
            strict: false,
            reached_by: std::collections::BTreeMap::new(),
            terms: Terms::default(),
        });
        for note in notes.iter().chain(&task.notes) {
            self.note(note);
        }
    }

    /// Builds a version and checks it on every case, beside what is known of the original.
    fn judge(
        &mut self,
        worker: &mut Worker,
        version: &Version,
        original: Option<&Evaluation>,
    ) -> Result<VersionUnderTest, JudgeError> {
        self.emit(Event::VersionCreated {
            version: version.id,
            parent: version.parent,
            round: 0,
            candidate: 0,
            author: version.author.clone(),
            source: version.source.clone(),
        });
        let mut subject = VersionUnderTest {
            id: version.id,
            source: version.source.clone(),
            evaluation: None,
        };
        let (mut evaluation, notes) = worker.evaluate(&subject)?;
        for note in notes {
            self.note(&note);
        }
        match original {
            Some(original) => queries::beside_original(original, &mut evaluation),
            None if version.id.is_original() => queries::as_original(&mut evaluation),
            None => {}
        }
        self.evaluated(version.id, &evaluation, None);
        subject.evaluation = Some(evaluation);
        Ok(subject)
    }

    fn evaluated(
        &mut self,
        version: VersionId,
        evaluation: &Evaluation,
        against_original: Option<Comparison>,
    ) {
        self.emit(Event::VersionEvaluated {
            version,
            parent: None,
            verdict: evaluation.verdict,
            figures: evaluation.figures,
            evaluation: evaluation.clone(),
            comparison: None,
            against_original,
        });
    }
}
