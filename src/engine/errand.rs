//! What the judge's thread does beside evaluating and comparing the versions of a round.

use crate::engine::cases::{insert, other_question};
use crate::engine::hands::{MatchUp, Subject, Versus, Worker};
use crate::measure::judge::JudgeError;
use crate::measure::{CaseResult, Comparison, Failure, Judge, Verdict};
use crate::sandbox::Control;
use crate::session::event::VersionId;
use crate::task::{Case, Objective, Reference, Task};

/// A job of this kind for the judge's thread.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time crosses a channel; a box would save nothing"
)]
#[derive(Debug)]
pub(super) enum Errand {
    /// Take this case in; where it has no expected output the original says it.
    Add {
        case: Case,
        /// Whether the original passes all cases so far: then it is not to become wrong by a slip of the hand.
        passes: bool,
    },
    /// Forget this case.
    Withdraw(String),
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
            Errand::Add { case, passes } => self.take_case(case, passes).map(Brought::Added),
            Errand::Run(subject, case) => self
                .run_case(&subject, &case)
                .map(|(result, failure)| Brought::Ran(result, failure)),
            Errand::Withdraw(case) => {
                self.task.workload.cases.retain(|c| c.name != case);
                Ok(Brought::Noted)
            }
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
    fn take_case(&mut self, case: Case, passes: bool) -> Result<Case, JudgeError> {
        let name = case.name.clone();
        let (judge, task, _, control) = self.tools(VersionId(0))?;
        if let Some(typed) = case.expected.clone().filter(|_| passes) {
            agrees(judge, task, &case, &typed, &control)?;
        }
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

/// That the original writes what was typed, as far as it answers at all.
fn agrees(
    judge: &mut Judge,
    task: &Task,
    case: &Case,
    typed: &[u8],
    control: &Control,
) -> Result<(), JudgeError> {
    let mut asked = task.clone();
    let unknown = Case {
        expected: None,
        ..case.clone()
    };
    insert(&mut asked, unknown);
    match judge.complete_with_oracle(&mut asked, control, &mut |_| {}) {
        Err(JudgeError::Stopped) => return Err(JudgeError::Stopped),
        // It may be that the original cannot do it, and a version is wanted that can.
        Err(_) => return Ok(()),
        Ok(()) => {}
    }
    let found = asked.workload.cases.iter().find(|c| c.name == case.name);
    let said = found
        .and_then(|c| c.expected.as_deref())
        .unwrap_or_default();
    if said.trim_ascii() == typed.trim_ascii() {
        return Ok(());
    }
    let clip = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).trim().to_owned();
        format!(
            "`{}`",
            text.chars()
                .take(40)
                .collect::<String>()
                .replace('\n', " ⏎ ")
        )
    };
    Err(JudgeError::Task(format!(
        "the original writes {} on this input, not {}; leave the expected output empty to take what it writes",
        clip(said),
        clip(typed)
    )))
}
