//! Cases that are added to a task, or withdrawn, while its session is on.

use crate::session::EventRecord;
use crate::session::event::{Event, Steer};
use crate::task::{Case, Task};

/// Applies the cases that were added in earlier sittings, and the choice of what is timed.
pub(super) fn recall(task: &mut Task, past: &[EventRecord]) {
    for entry in past {
        match &entry.event {
            Event::CaseAdded { case } => insert(task, case.into()),
            Event::CaseWithdrawn { case } => forget(task, case),
            Event::Steered {
                steer: Steer::Timed { case },
            } => task.workload.only.clone_from(case),
            _ => {}
        }
    }
}

/// Shown cases stand before those that are held out.
pub(super) fn insert(task: &mut Task, case: Case) {
    let cases = &mut task.workload.cases;
    let at = cases.iter().position(|c| c.held_out && !case.held_out);
    cases.insert(at.unwrap_or(cases.len()), case);
}

/// The case is no more, and is not what is timed.
pub(super) fn forget(task: &mut Task, case: &str) {
    let workload = &mut task.workload;
    workload.cases.retain(|c| c.name != case);
    workload.only.take_if(|only| only == case);
}
