//! What the judge's thread does beside evaluating and comparing the versions of a round.

use crate::engine::cases::{insert, other_question};
use crate::engine::hands::{MatchUp, Subject, Versus, Worker};
use crate::measure::judge::JudgeError;
use crate::measure::{CaseResult, Comparison, Failure, Verdict};
use crate::session::event::VersionId;
use crate::task::{Case, Objective, Reference};

/// A job of this kind for the judge's thread.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(super) enum Errand {
    /// Take this case in; where it has no expected output the original says it.
    Add(Case),
    /// Run a version on one case.
    Run(Subject, String),
    /// Time this case only.
    TimeOnly(Option<String>),
    /// Compare a version with the original.
    Anew {
        candidate: Subject,
        original: Subject,
        objective: Objective,
    },
    /// Measure a reference solution against the original.
    Reference {
        reference: Reference,
        original: Subject,
        objective: Objective,
    },
}

/// What came of an [`Errand`].
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel, in a box"
)]
#[derive(Debug)]
pub(super) enum Brought {
    /// The case with its expected output.
    Added(Case),
    Ran(CaseResult, Option<Failure>),
    Noted,
    Compared(Versus),
    Reference(Verdict, Option<Comparison>),
}

impl Worker {
    /// Does what is asked beside the rounds.
    pub(super) fn run_errand(&mut self, errand: Errand) -> Result<Brought, JudgeError> {
        match errand {
            Errand::Add(case) => self.take_case(case).map(Brought::Added),
            Errand::Run(subject, case) => self
                .run_case(&subject, &case)
                .map(|(result, failure)| Brought::Ran(result, failure)),
            Errand::TimeOnly(case) => {
                self.task.workload.only = case;
                Ok(Brought::Noted)
            }
            Errand::Anew {
                candidate,
                original,
                objective,
            } => self
                .compare(&MatchUp {
                    candidate,
                    incumbent: original,
                    original: None,
                    objective,
                })
                .map(Brought::Compared),
            Errand::Reference {
                reference,
                original,
                objective,
            } => self
                .reference(&reference, &original, objective)
                .map(|(verdict, comparison)| Brought::Reference(verdict, comparison)),
        }
    }

    /// Takes a case in for good, once its expected output is known.
    fn take_case(&mut self, case: Case) -> Result<Case, JudgeError> {
        let name = case.name.clone();
        let (judge, task, _, control) = self.tools(VersionId(0))?;
        let mut with = task.clone();
        insert(&mut with, case);
        judge.complete_with_oracle(&mut with, &control, &mut |_| {})?;
        let found = with.workload.cases.iter().find(|c| c.name == name);
        let case = found.cloned().ok_or_else(other_question)?;
        let said = case.expected.as_deref().unwrap_or_default();
        if std::str::from_utf8(said).is_err() {
            return Err(JudgeError::Task(
                "what the original writes is not text; put the case into the folder of cases as a file".into(),
            ));
        }
        *task = with;
        Ok(case)
    }

    fn run_case(
        &mut self,
        subject: &Subject,
        name: &str,
    ) -> Result<(CaseResult, Option<Failure>), JudgeError> {
        let built = self.build(subject)?;
        if let Some(failure) = &built.failure {
            return Err(JudgeError::Task(format!(
                "it does not build ({})",
                failure.reason
            )));
        }
        let (judge, task, _, control) = self.tools(subject.id)?;
        let Some(case) = task.workload.cases.iter().find(|c| c.name == name) else {
            return Err(JudgeError::Task(format!("there is no case {name}")));
        };
        judge.check_one(&built, task, case, &control)
    }
}
