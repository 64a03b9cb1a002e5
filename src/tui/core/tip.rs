//! The three tips for a newcomer.

/// A tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tip {
    /// On the start screen: what can be done here.
    Start,
    /// The first time a version became the best one.
    Best,
    /// The first time that everything waits for the developer.
    Turn,
}

impl Tip {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Start, Self::Best, Self::Turn];

    /// Its name in the file of what is remembered.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Best => "best",
            Self::Turn => "turn",
        }
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Start => "welcome",
            Self::Best => "★ a new best version",
            Self::Turn => "your turn",
        }
    }
}
