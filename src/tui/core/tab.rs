//! The panes of the main area, by their tabs.

/// A pane of the main area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    /// What the program must do.
    Task,
    /// The reply as it comes.
    Stream,
    /// The selected version's text.
    Code,
    /// What it changed.
    Diff,
    /// Its cases.
    Cases,
    /// The prompt it came from.
    Prompt,
    /// The charts, large.
    Charts,
    /// All versions with their figures; the end of a session.
    Summary,
}

impl Tab {
    /// All, in order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Task,
        Self::Stream,
        Self::Code,
        Self::Diff,
        Self::Cases,
        Self::Prompt,
        Self::Charts,
        Self::Summary,
    ];

    /// Its name on the screen.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Stream => "stream",
            Self::Code => "code",
            Self::Diff => "diff",
            Self::Cases => "cases",
            Self::Prompt => "prompt",
            Self::Charts => "charts",
            Self::Summary => "summary",
        }
    }

    /// The tab so many places further on, round and round.
    #[must_use]
    pub fn neighbour(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|t| *t == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    /// The tab before, round and round.
    #[must_use]
    pub fn neighbour_back(self) -> Self {
        self.neighbour(Self::ALL.len() - 1)
    }
}
