//! A session round by round: what each gave, and how high the best stood after it.

use crate::base::units::Gain;
use crate::session::Session;
use crate::session::fold::Version;

/// One round of a session.
pub(super) struct RoundRow<'s> {
    pub(super) number: u32,
    pub(super) versions: Vec<&'s Version>,
    /// Gain over v0 of the best version when the round was over.
    pub(super) best_so_far: Gain,
}

/// All rounds in order.
pub(super) fn rounds(session: &Session) -> Vec<RoundRow<'_>> {
    let bests = session.best_heights(&session.heights());
    let until = |number: u32| {
        let last = session.versions.iter().rposition(|v| v.round <= number);
        last.and_then(|at| bests.get(at))
            .copied()
            .unwrap_or(Gain::ONE)
    };
    (session.rounds.iter())
        .map(|round| RoundRow {
            number: round.number,
            versions: (round.versions.iter())
                .filter_map(|id| session.version(*id))
                .collect(),
            best_so_far: until(round.number),
        })
        .collect()
}
