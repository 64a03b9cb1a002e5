//! One version of a session: who made it, what it was measured at, and what was decided about it.

use serde::{Deserialize, Serialize};

use super::cases::{Checks, Rerun};
use super::ids::VersionId;
use crate::base::units::Gain;
use crate::measure::{Comparison, Evaluation, Flag, Look, Verdict};
use crate::task::Source;

/// Who made a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Author {
    /// The text the session started from.
    Original,
    /// A model.
    Model {
        /// `qwen2.5-coder`.
        name: String,
    },
    /// A recorded tape.
    Tape {
        /// Who spoke when it was recorded.
        name: String,
    },
    /// The developer's own hand.
    Hand,
}

/// What was decided about a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is the new incumbent.
    Accepted,
    /// The incumbent stays.
    Rejected,
}

/// A decision as it fell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    /// About which version.
    pub version: VersionId,
    /// What was decided.
    pub decision: Decision,
    /// The incumbent before it.
    pub before: Option<VersionId>,
    /// The incumbent after it.
    pub after: Option<VersionId>,
    /// Whether the developer decided.
    pub by_hand: bool,
    /// Whether it takes an earlier decision back.
    pub taken_back: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// The newest version when it fell.
    pub newest: VersionId,
    /// Whether the version was not taken because it is flagged, and for nothing else.
    pub flagged: bool,
}

/// One version.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number.
    pub id: VersionId,
    /// What it was made from.
    pub parent: Option<VersionId>,
    /// Round it belongs to; 0 outside rounds.
    pub round: u32,
    /// Which of the round's replies it was cut out of; 0 is the only one.
    pub candidate: u32,
    /// Who made it.
    pub author: Author,
    /// Its text.
    pub source: Source,
    /// Its verdict and figures, once known.
    pub evaluation: Option<Evaluation>,
    /// Against the incumbent of its time.
    pub comparison: Option<Comparison>,
    /// Against v0, measured in its own right.
    pub against_original: Option<Comparison>,
    /// What was decided, and why.
    pub decision: Option<(Decision, String)>,
    /// Whether it was not taken because it is flagged, and for nothing else.
    pub refused_as_flagged: bool,
    /// Whether the developer pinned it.
    pub pinned: bool,
    /// The developer's note.
    pub note: String,
    /// Looks at the comparison that is on, or that was.
    pub looks: Vec<Look>,
    /// Runs of single cases that were asked for, newest last.
    pub reruns: Vec<Rerun>,
    /// Comparisons with v0 that do not count now: other cases were timed in them.
    pub otherwise: Vec<Comparison>,
    /// Runs on cases that were added after it was evaluated.
    pub(crate) checks: Checks,
}

impl Version {
    /// The verdict, once known.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.evaluation.as_ref().map(|e| e.verdict)
    }

    /// The verdict in plain words.
    #[must_use]
    pub fn verdict_in_words(&self) -> &'static str {
        self.evaluation
            .as_ref()
            .map_or("not measured", |e| e.in_words())
    }

    /// What a human should look at before trusting it; empty for nearly all.
    #[must_use]
    pub fn flags(&self) -> &[Flag] {
        self.evaluation.as_ref().map_or(&[], |e| &e.flags)
    }

    /// Gain over v0 with its interval, where it was measured and came to an answer: of what is undecided no figure is known.
    #[must_use]
    pub fn gain_over_original(&self) -> Option<(Gain, Gain, Gain)> {
        if self.id.is_original() {
            return Some((Gain::ONE, Gain::ONE, Gain::ONE));
        }
        let of = |c: &Comparison| (c.gain, c.low, c.high);
        self.decided_over_original().map(of)
    }
}
