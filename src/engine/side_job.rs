//! What the judge's thread does beside evaluating and comparing the versions of a round.

use crate::engine::added_cases::insert;
use crate::engine::jobs::VersionUnderTest;
use crate::engine::judge_thread::Worker;
use crate::measure::judge::JudgeError;
use crate::measure::{CaseResult, Failure, Judge};
use crate::sandbox::CancelToken;
use crate::session::event::VersionId;
use crate::task::{Case, Task};

impl Worker {
    /// Forgets a case.
    pub(super) fn withdraw(&mut self, case: &str) -> Result<(), JudgeError> {
        self.task.workload.cases.retain(|c| c.name != case);
        Ok(())
    }

    /// From now on times this case only; all of them, where none is named.
    pub(super) fn time_only(&mut self, case: Option<String>) -> Result<(), JudgeError> {
        self.task.workload.only = case;
        Ok(())
    }

    /// Takes a case in for good, once its expected output is known: where it has none, the original says it; where the
    /// original passes all cases so far, a typed one must agree with it.
    pub(super) fn take_case(&mut self, case: Case, passes: bool) -> Result<Case, JudgeError> {
        let name = case.name.clone();
        let (judge, task, _, cancel) = self.tools(VersionId::ORIGINAL)?;
        if let Some(typed) = case.expected.clone().filter(|_| passes) {
            agrees(judge, task, &case, &typed, &cancel)?;
        }
        let mut with = task.clone();
        insert(&mut with, case);
        judge.complete_with_oracle(&mut with, &cancel, &mut |_| {})?;
        let found = with.workload.cases.iter().find(|c| c.name == name);
        let Some(case) = found.cloned() else {
            return Err(JudgeError::Environment(format!("case {name} was lost")));
        };
        let said = case.expected.as_deref().unwrap_or_default();
        if std::str::from_utf8(said).is_err() {
            return Err(JudgeError::Task(
                "what the original writes is not text; put the case into the folder of cases as a file".into(),
            ));
        }
        *task = with;
        Ok(case)
    }

    /// Runs a version on one case.
    pub(super) fn run_case(
        &mut self,
        subject: &VersionUnderTest,
        name: &str,
    ) -> Result<(CaseResult, Option<Failure>), JudgeError> {
        let built = self.build(subject)?;
        if let Some(failure) = &built.failure {
            return Err(JudgeError::Task(format!(
                "it does not build ({})",
                failure.reason
            )));
        }
        let (judge, task, _, cancel) = self.tools(subject.id)?;
        let Some(case) = task.workload.cases.iter().find(|c| c.name == name) else {
            return Err(JudgeError::Task(format!("there is no case {name}")));
        };
        judge.check_one(&built, task, case, &cancel)
    }
}

/// That the original writes what was typed, as far as it answers at all.
fn agrees(
    judge: &mut Judge,
    task: &Task,
    case: &Case,
    typed: &[u8],
    cancel: &CancelToken,
) -> Result<(), JudgeError> {
    let mut asked = task.clone();
    let unknown = Case {
        expected: None,
        ..case.clone()
    };
    insert(&mut asked, unknown);
    match judge.complete_with_oracle(&mut asked, cancel, &mut |_| {}) {
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
