//! What is to become better.

use serde::{Deserialize, Serialize};

/// What is to become better; for each a gain above 1 is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Time of a sweep over the timing cases.
    #[default]
    Time,
    /// Peak memory of the whole process tree.
    Memory,
    /// Memory integrated over time.
    Integral,
}

impl Objective {
    /// The objective in the words of a prompt.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Time => "faster (less time)",
            Self::Memory => "leaner (a lower peak of memory)",
            Self::Integral => "both faster and leaner (less memory integrated over time)",
        }
    }

    /// The comparative that a screen uses: faster, leaner, lighter.
    pub(crate) fn comparative(self) -> &'static str {
        match self {
            Self::Time => "faster",
            Self::Memory => "leaner",
            Self::Integral => "lighter",
        }
    }

    /// Its contrary: slower, larger, heavier.
    #[must_use]
    pub fn contrary(self) -> &'static str {
        match self {
            Self::Time => "slower",
            Self::Memory => "larger",
            Self::Integral => "heavier",
        }
    }
}

impl std::fmt::Display for Objective {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Integral => "integral",
        })
    }
}
