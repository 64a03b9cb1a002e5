//! What the session says about decisions: what can be decided, and what can be taken back.

use crate::session::Session;
use crate::session::event::{Decision, Stage, VersionId};
use crate::session::fold::DecisionRecord;

/// Whether the loop is at something, so that a key can stop it.
#[must_use]
pub fn busy(session: &Session) -> bool {
    !matches!(session.stage, Stage::Waiting | Stage::Finished)
}

/// Why a version cannot be decided about yet, if so.
#[must_use]
pub fn unmeasured(session: &Session, version: Option<VersionId>) -> Option<String> {
    let version = session.version(version?)?;
    let waits = version.evaluation.is_none();
    waits.then(|| {
        format!(
            "{} is not measured yet: once it is, this key decides about it",
            version.id
        )
    })
}

/// The last decision by hand that is not taken back yet.
#[must_use]
pub fn undoable(session: &Session) -> Option<&DecisionRecord> {
    let mut taken_back = 0_usize;
    for decided in session.decisions.iter().rev().filter(|d| d.by_hand) {
        match (decided.taken_back, taken_back) {
            (true, n) => taken_back = n + 1,
            (false, 0) => return Some(decided),
            (false, n) => taken_back = n - 1,
        }
    }
    None
}

/// What taking back the last decision comes to, in words.
#[must_use]
pub fn undone(session: &Session) -> Option<String> {
    let last = undoable(session)?;
    let what = match last.decision {
        Decision::Accepted => "was accepted",
        _ => "was rejected",
    };
    let now = last
        .before
        .map_or_else(String::new, |best| format!("; {best} is the best again"));
    Some(format!("taken back that {} {what}{now}", last.version))
}
