//! What the session says about decisions: what can be decided, and what can be taken back.

use crate::session::Session;
use crate::session::event::{Decision, Stage, VersionId};

/// Whether the loop is at something, so that a key can stop it.
#[must_use]
pub(crate) fn busy(session: &Session) -> bool {
    !matches!(session.stage, Stage::Waiting | Stage::Finished)
}

/// Why a version cannot be decided about yet, if so.
#[must_use]
pub(crate) fn unmeasured(session: &Session, version: Option<VersionId>) -> Option<String> {
    let version = session.version(version?)?;
    let waits = version.evaluation.is_none();
    waits.then(|| {
        format!(
            "{} is not measured yet: once it is, this key decides about it",
            version.id
        )
    })
}

/// What taking back the last decision comes to, in words.
#[must_use]
pub(crate) fn undone(session: &Session) -> Option<String> {
    let last = session.undoable()?;
    let what = match last.decision {
        Decision::Accepted => "was accepted",
        _ => "was rejected",
    };
    let now = last
        .before
        .map_or_else(String::new, |best| format!("; {best} is the best again"));
    Some(format!("taken back that {} {what}{now}", last.version))
}
