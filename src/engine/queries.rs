//! Small questions about a session that the loop asks. Pure.

use crate::measure::{Evaluation, Verdict, flags};
use crate::session::Session;
use crate::session::event::VersionId;

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

/// What is flagged in a version beside the original: nothing that the original does too.
pub(super) fn beside_original(original: &Evaluation, evaluation: &mut Evaluation) {
    flags::without_those_of(original, &mut evaluation.flags);
    let elsewhere = flags::elsewhere(original, evaluation);
    evaluation.flags.extend(elsewhere);
}

/// Whether v0 passes, so that something can be timed against it.
pub(super) fn original_passes(session: &Session) -> bool {
    let original = session
        .version(VersionId::ORIGINAL)
        .and_then(|v| v.verdict());
    original == Some(Verdict::Accepted)
}
