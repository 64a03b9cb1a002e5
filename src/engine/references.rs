//! The task's reference solutions: each is checked and timed against v0, once, when the developer asks.

use crate::engine::event_loop::Loop;
use crate::engine::jobs::VersionUnderTest;
use crate::engine::judge_thread::Worker;
use crate::engine::queries::original_passes;
use crate::measure::judge::JudgeError;
use crate::measure::{Comparison, Contender, Contest, ContestOutcome, Verdict};
use crate::session::Event;
use crate::session::event::{Stage, VersionId};
use crate::task::{Harness, Objective, ReferenceSolution};

impl Loop {
    /// Measures every reference that was not measured as things are timed now; ends early when stopped.
    pub(super) async fn measure_references(&mut self) {
        let references = self.setup.task.references.clone();
        if references.is_empty() {
            return self.note("the task has no reference solutions".into(), true);
        }
        if !original_passes(&self.session) {
            return self.note(
                "references are timed against v0, which does not pass".into(),
                true,
            );
        }
        let objective = self.session.objective;
        let count = references.len();
        for (n, reference) in references.into_iter().enumerate() {
            if self.interrupt.is_some() || self.known(&reference, objective) {
                continue;
            }
            let Some(original) = self.subject(VersionId::ORIGINAL) else {
                return;
            };
            let name = reference.name.clone();
            self.stage(Stage::Aside {
                what: format!("reference {} of {count} is timed against v0", n + 1),
            });
            let measured = self.work(move |w| w.reference(&reference, &original, objective));
            match measured.await {
                Ok((verdict, comparison)) => {
                    if !verdict.accepted() {
                        let words = verdict.in_words();
                        self.note(
                            format!("the reference `{name}` does not pass: {words}"),
                            true,
                        );
                    }
                    self.emit(Event::ReferenceMeasured {
                        name,
                        verdict,
                        comparison,
                    });
                }
                Err(error) => {
                    self.note(
                        format!("the reference `{name}` was not measured: {error}"),
                        true,
                    );
                }
            }
        }
    }

    /// Whether a reference was measured on what is timed now, by the figure that counts now.
    fn known(&self, reference: &ReferenceSolution, objective: Objective) -> bool {
        let mut of = self.session.references.iter();
        of.any(|r| {
            r.name == reference.name
                && r.comparison.as_ref().is_none_or(|c| {
                    c.only == self.session.only && c.metric.objective() == objective
                })
        })
    }
}

impl Worker {
    /// Checks a reference and, if it passes, times it against the original.
    pub(super) fn reference(
        &mut self,
        reference: &ReferenceSolution,
        original: &VersionUnderTest,
        objective: Objective,
    ) -> Result<(Verdict, Option<Comparison>), JudgeError> {
        let first = self.contender(original)?;
        let plan = self.plan(objective, 1);
        let (judge, task, _, cancel) = self.tools(VersionId::ORIGINAL)?;
        let mut quiet = |_| {};
        let built = judge.prepare(task, &reference.source, &cancel, &mut quiet)?;
        let mut evaluation = judge.evaluate(&built, task, &cancel, &mut quiet)?;
        if !evaluation.verdict.accepted() {
            return Ok((evaluation.verdict, None));
        }
        if !matches!(task.harness, Harness::Commands(_)) {
            evaluation.floor = judge.floor(&task.language, task.tool.as_deref(), &cancel)?;
        }
        let candidate = Contender {
            name: &reference.name,
            built: &built,
            evaluation: &evaluation,
        };
        let contest = Contest {
            incumbent: first.lend(),
            candidate,
            original: Some(first.lend()),
            task,
            plan: &plan,
        };
        Ok(match judge.contest(&contest, &cancel, &mut quiet)? {
            ContestOutcome::Done { comparison, .. } => (Verdict::Accepted, Some(comparison)),
            ContestOutcome::Disqualified(disqualified) => (disqualified.verdict, None),
        })
    }
}
