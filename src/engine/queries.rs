//! Small questions about a session that the loop asks. Pure.

use crate::measure::{Comparison, Evaluation, Verdict};
use crate::session::Session;
use crate::session::event::VersionId;
use crate::session::fold::{DecisionRecord, Version};

/// Who becomes the incumbent when it is taken from `version`: its nearest ancestor that passes.
pub(super) fn heir(session: &Session, version: VersionId) -> Option<VersionId> {
    let mut at = session.version(version)?.parent;
    while let Some(id) = at {
        let v = session.version(id)?;
        if v.verdict() == Some(Verdict::Accepted) {
            return Some(id);
        }
        at = v.parent;
    }
    None
}

/// The last decision by hand that was not itself taken back.
pub(super) fn undoable(session: &Session) -> Option<&DecisionRecord> {
    let mut taken_back = 0_u32;
    for decided in session.decisions.iter().rev().filter(|d| d.by_hand) {
        if decided.taken_back {
            taken_back += 1;
        } else if taken_back > 0 {
            taken_back -= 1;
        } else {
            return Some(decided);
        }
    }
    None
}

/// An original that fails a held-out case was not fitted to anything: it gets the case's own verdict.
pub(super) fn as_original(evaluation: &mut Evaluation) {
    let failed = evaluation.failure.as_ref().and_then(|f| f.case.clone());
    if evaluation.verdict == Verdict::Overfitted
        && let Some(case) = evaluation
            .cases
            .iter()
            .find(|c| Some(&c.case) == failed.as_ref())
    {
        evaluation.verdict = case.verdict;
    }
}

/// A version against v0: measured in its own right, or v0 was its incumbent.
pub(super) fn against_original(version: &Version) -> Option<&Comparison> {
    version
        .against_original
        .as_ref()
        .or_else(|| version.comparison.as_ref().filter(|c| c.incumbent == "v0"))
}

/// Whether v0 passes, so that something can be timed against it.
pub(super) fn original_passes(session: &Session) -> bool {
    let original = session
        .version(VersionId::ORIGINAL)
        .and_then(|v| v.verdict());
    original == Some(Verdict::Accepted)
}
