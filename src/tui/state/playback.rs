//! A recorded session on the screen: which moment is shown, and when the next one is due. The session that is drawn is the
//! fold up to that moment, so every pane shows what it showed then.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::session::History;
use crate::tui::core::travel::Pace;

/// The longest wait between two moments while it plays as it went: somebody may have slept in between.
const LONGEST: Duration = Duration::from_secs(5);

/// Which moment of a recorded session is shown.
#[derive(Debug)]
pub struct Playback {
    /// All moments.
    pub history: History,
    /// How many of them have passed.
    pub at: usize,
    /// Since when the shown moment has been the shown one, while it plays.
    pub(super) playing: Option<Instant>,
    /// How fast.
    pub pace: Pace,
}

impl Playback {
    /// Before the first moment, held.
    pub(super) fn new(history: History) -> Self {
        Self {
            history,
            at: 0,
            playing: None,
            pace: Pace::default(),
        }
    }

    /// Whether it plays.
    #[must_use]
    pub fn plays(&self) -> bool {
        self.playing.is_some()
    }

    /// Holds it, and gives the moment at a share (0 to 1) of its steps.
    pub fn hold_at(&mut self, share: f64) -> usize {
        self.playing = None;
        self.history.at_share(share)
    }

    /// How long the next moment is waited for, from the shown one on; none at the end.
    pub(super) fn wait(&self) -> Option<Duration> {
        let pause = self.history.pause_after(self.at)?.min(LONGEST);
        Some(
            self.pace
                .factor()
                .map_or(Duration::ZERO, |f| pause.div_f64(f)),
        )
    }

    /// How long until something moves by itself.
    #[must_use]
    pub fn due(&self, now: Instant) -> Option<Duration> {
        let since = self.playing?;
        Some(
            self.wait()?
                .saturating_sub(now.saturating_duration_since(since)),
        )
    }

    /// What the clock said then: it goes on while the session plays, and stands while it is held.
    #[must_use]
    pub fn clock(&self, now: Instant) -> Timestamp {
        let shown = self.history.time_of(self.at).unwrap_or_default();
        let (Some(since), Some(pause)) = (self.playing, self.history.pause_after(self.at)) else {
            return shown;
        };
        let passed = now.saturating_duration_since(since);
        let passed = passed.mul_f64(self.pace.factor().unwrap_or(1.0)).min(pause);
        let passed = SignedDuration::try_from(passed).unwrap_or_default();
        shown.saturating_add(passed).unwrap_or(shown)
    }
}
