//! Exit statuses that are meant (see [`OkStatus`](crate::task::OkStatus)): whether a run ended with one, and with the right one.
//!
//! A run that was ended by a signal, a limit or a guard has no exit status here, whatever a task allows.

use super::build::Built;
use super::judge::{self, Judge, JudgeError};
use super::{Evaluation, Verdict};
use crate::sandbox::{CancelToken, Outcome};
use crate::task::{Case, Harness, Task};

/// The exit status of a run that ended as the task allows.
pub(super) fn allowed(task: &Task, outcome: &Outcome) -> Option<u8> {
    let status = outcome.exit_status()?;
    task.ok_status.allows(status).then_some(status)
}

/// Why an allowed status is wrong on a case: the original ends with another one there.
pub(super) fn mismatch(case: &Case, status: u8) -> Option<String> {
    let expected = case.status.filter(|expected| *expected != status)?;
    Some(format!(
        "exit status {status}, where {expected} is expected"
    ))
}

/// How a run ended that did not end as the task allows, as half a sentence.
pub(super) fn ending(task: &Task, outcome: &Outcome) -> String {
    let plain = judge::ending(outcome, &task.limits);
    if task.ok_status.is_default() || outcome.exit_status().is_none() {
        return plain;
    }
    format!("{plain}; --ok-status allows {}", task.ok_status)
}

/// How to allow the status that a run of a whole program ended with, as half a sentence.
pub(super) fn how_to_allow(task: &Task, outcome: &Outcome) -> Option<String> {
    let status = outcome.exit_status()?;
    let refused = task.harness == Harness::Program && !task.ok_status.allows(status);
    refused.then(|| {
        format!(
            "if status {status} is meant: --ok-status {}",
            task.ok_status.and(status)
        )
    })
}

impl Judge {
    /// Where the original fails by its exit status, and does so again: how to allow it, as half a sentence.
    ///
    /// # Errors
    /// The sandbox failed, or stopped.
    pub fn how_to_allow_status(
        &mut self,
        original: &Built,
        task: &Task,
        evaluation: &Evaluation,
        cancel: &CancelToken,
    ) -> Result<Option<String>, JudgeError> {
        let Some(failure) = evaluation.failure.as_ref().filter(|f| f.hint.is_none()) else {
            return Ok(None);
        };
        let ended = |case: &&Case| {
            let mut results = evaluation.cases.iter();
            failure.case.as_ref() == Some(&case.name)
                && results.any(|r| r.case == case.name && r.verdict == Verdict::RuntimeError)
        };
        let Some(case) = task.workload.cases.iter().find(ended) else {
            return Ok(None);
        };
        let program = original.program(task, case);
        let again = self.run(&program, &task.limits, &mut |_| {}, cancel)?;
        if ending(task, &again) != failure.reason {
            return Ok(None);
        }
        Ok(how_to_allow(task, &again))
    }
}
