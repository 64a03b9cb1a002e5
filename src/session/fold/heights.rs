//! How high versions stand over v0, for charts: each with its gain, and the best so far as it changed.

use super::{Session, Version};
use crate::base::units::Gain;
use crate::measure::{Answer, Verdict};
use crate::session::ids::VersionId;

/// A gain over v0 with the two ends of its interval.
pub(crate) type Height = (Gain, Gain, Gain);

impl Session {
    /// How high each version stands over v0, in order; `None` where it does not pass or nothing is known of it.
    #[must_use]
    pub(crate) fn heights(&self) -> Vec<Option<Height>> {
        let passes = |v: &&Version| v.verdict().is_some_and(Verdict::accepted);
        let height = |v: &Version| v.gain_over_original().or_else(|| self.height_beside(v));
        (self.versions.iter())
            .map(|version| Some(version).filter(passes).and_then(height))
            .collect()
    }

    /// No different from another version: it stands at that one's height. Gains are never multiplied, and what is better, worse
    /// or undecided beside another one has no height that is known.
    fn height_beside(&self, version: &Version) -> Option<Height> {
        let comparison = version.comparison.as_ref()?;
        if comparison.answer != Answer::NoDifference {
            return None;
        }
        let number = comparison.incumbent.strip_prefix('v')?.parse().ok()?;
        let (gain, ..) = self.version(VersionId(number))?.gain_over_original()?;
        Some((gain, gain, gain))
    }

    /// How high the best version stood when each version was the newest, as the decisions that still stand have it. At the end it
    /// is the one that is the best now.
    #[must_use]
    pub(crate) fn best_heights(&self, heights: &[Option<Height>]) -> Vec<Gain> {
        let decisions = self.standing_decisions();
        // A best version whose gain is not known leaves the line where it was.
        let height = |id: Option<VersionId>, before: Gain| match id {
            None => Gain::ONE,
            Some(id) => {
                let place = self.versions.iter().position(|v| v.id == id);
                let known = place.and_then(|at| *heights.get(at)?);
                known.map_or(before, |(gain, ..)| gain)
            }
        };
        let mut at = 0;
        let mut best = Gain::ONE;
        let of = |version: &Version| {
            while let Some(decided) = decisions.get(at).filter(|d| d.newest <= version.id) {
                best = height(decided.after, best);
                at += 1;
            }
            best
        };
        let mut all: Vec<Gain> = self.versions.iter().map(of).collect();
        if let Some(last) = all.last_mut() {
            *last = height(self.incumbent, *last);
        }
        all
    }
}
