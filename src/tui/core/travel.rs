//! Ways through a recorded session, as keys name them, and how fast it plays.

/// Where to in a recorded session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    missing_docs,
    reason = "each is told in the table of actions, in words that the screen shows"
)]
pub enum Travel {
    On,
    Back,
    NextVerdict,
    VerdictBefore,
    NextBest,
    NextFailure,
    Start,
    End,
    Play,
    Pace,
}

/// How fast a recorded session plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As it went, save that long waits are cut.
    #[default]
    AsItWent,
    /// Four times as fast.
    Fourfold,
    /// All that is left in one go.
    AtOnce,
}

impl Pace {
    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::AsItWent => Self::Fourfold,
            Self::Fourfold => Self::AtOnce,
            Self::AtOnce => Self::AsItWent,
        }
    }

    /// As a factor; none is everything in one go.
    #[must_use]
    pub fn factor(self) -> Option<f64> {
        match self {
            Self::AsItWent => Some(1.0),
            Self::Fourfold => Some(4.0),
            Self::AtOnce => None,
        }
    }

    /// In a word.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::AsItWent => "1×",
            Self::Fourfold => "4×",
            Self::AtOnce => "at once",
        }
    }
}
