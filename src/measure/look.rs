//! What a look at the pairs so far sees, and the answer that looks come to.

use serde::{Deserialize, Serialize};

use crate::base::units::Gain;

/// The answer of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The candidate is better, and by enough to matter.
    Better,
    /// The candidate is worse, and by enough to matter.
    Worse,
    /// The same within the margin.
    NoDifference,
    /// Not better by enough to matter; whether worse was not pursued.
    NotBetter,
    /// The budget ended before an answer.
    Undecided,
}

impl Answer {
    /// The answer in plain words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoDifference => "no difference",
            Self::NotBetter => "not better",
            Self::Undecided => "undecided",
        }
    }
}

/// One look at the pairs so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// How many pairs it saw.
    pub pairs: usize,
    /// The estimate.
    pub gain: Gain,
    /// Lower end of the interval at this look's level.
    pub low: Gain,
    /// Upper end of the interval at this look's level.
    pub high: Gain,
}
