//! The task's reference solutions: each is checked and timed against v0, once, when the developer asks.

use crate::engine::cases::original_passes;
use crate::engine::errand::{Brought, Errand};
use crate::engine::hands::{Subject, Worker};
use crate::engine::run::Loop;
use crate::measure::judge::JudgeError;
use crate::measure::{Comparison, Contender, Contested, Plan, Verdict};
use crate::session::Event;
use crate::session::event::{Stage, VersionId};
use crate::task::{Harness, Objective, Reference};

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
            let Some(original) = self.subject(VersionId(0)) else {
                return;
            };
            let name = reference.name.clone();
            self.stage(Stage::Aside {
                what: format!("reference {} of {count} is timed against v0", n + 1),
            });
            let errand = Errand::Reference {
                reference,
                original,
                objective,
            };
            match self.errand(errand).await {
                Ok(Brought::Reference(verdict, comparison)) => {
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
                Ok(_) => {}
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
    fn known(&self, reference: &Reference, objective: Objective) -> bool {
        let mut of = self.session.references.iter();
        of.any(|r| {
            r.name == reference.name
                && r.comparison
                    .as_ref()
                    .is_none_or(|c| c.only == self.session.only && c.metric.serves(objective))
        })
    }
}

impl Worker {
    /// Checks a reference and, if it passes, times it against the original.
    pub(super) fn reference(
        &mut self,
        reference: &Reference,
        original: &Subject,
        objective: Objective,
    ) -> Result<(Verdict, Option<Comparison>), JudgeError> {
        let first = self.contender(original)?;
        let plan = Plan::new(objective, self.budget);
        let (judge, task, _, control) = self.tools(VersionId(0))?;
        let mut quiet = |_| {};
        let built = judge.ready(task, &reference.source, &control, &mut quiet)?;
        let mut evaluation = judge.evaluate(&built, task, &control, &mut quiet)?;
        if !evaluation.verdict.accepted() {
            return Ok((evaluation.verdict, None));
        }
        if !matches!(task.harness, Harness::Commands(_)) {
            evaluation.floor = judge.floor(&task.language, task.tool.as_deref(), &control)?;
        }
        let candidate = Contender {
            name: &reference.name,
            built: &built,
            evaluation: &evaluation,
        };
        let first = first.lend();
        let contested = judge.contest(
            &first,
            &candidate,
            Some(&first),
            task,
            &plan,
            &control,
            &mut quiet,
        )?;
        Ok(match contested {
            Contested::Done { comparison, .. } => (Verdict::Accepted, Some(comparison)),
            Contested::Voided(void) => (void.verdict, None),
        })
    }
}
