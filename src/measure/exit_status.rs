//! Exit statuses that are meant (see [`OkStatus`](crate::task::OkStatus)): whether a run ended with one, and with the right one.
//!
//! A run that was ended by a signal, a limit or a guard has no exit status here, whatever a task allows.

use crate::sandbox::Outcome;
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

/// How a run ended that did not end as the task allows, as half a sentence: `plain`, and what is allowed.
pub(super) fn ending(task: &Task, outcome: &Outcome, plain: String) -> String {
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
