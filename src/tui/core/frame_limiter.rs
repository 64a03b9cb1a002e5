//! When the next frame may be drawn: at once for keys, merged for bursts, rarely while something is being timed.
//!
//! Pure: takes `now`, keeps two figures.

use std::time::{Duration, Instant};

/// Frames that keys may cause at once before the steady rate applies.
const BURST: f64 = 8.0;
/// Steady frames a second, whatever happens.
const STEADY: f64 = 60.0;

/// Why a frame is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The developer did something.
    Key,
    /// Something happened, while nothing is being timed.
    News,
    /// Something happened while a program is being timed: the screen keeps out of the way.
    NewsWhileTiming,
}

impl Cause {
    fn distance(self) -> Duration {
        match self {
            Self::Key => Duration::ZERO,
            Self::News => Duration::from_millis(33),
            Self::NewsWhileTiming => Duration::from_millis(125),
        }
    }
}

/// Limits the rate of frames.
#[derive(Debug)]
pub struct FrameLimiter {
    last: Option<Instant>,
    tokens: f64,
}

impl Default for FrameLimiter {
    fn default() -> Self {
        Self {
            last: None,
            tokens: BURST,
        }
    }
}

impl FrameLimiter {
    /// How long to wait before a frame may be drawn; zero is now.
    #[must_use]
    pub fn wait(&self, cause: Cause, now: Instant) -> Duration {
        let Some(last) = self.last else {
            return Duration::ZERO;
        };
        let passed = now.saturating_duration_since(last);
        let tokens = self.tokens + passed.as_secs_f64() * STEADY;
        let refill = if tokens >= 1.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64((1.0 - tokens) / STEADY)
        };
        cause.distance().saturating_sub(passed).max(refill)
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Instant) {
        let passed = self
            .last
            .map_or(Duration::ZERO, |last| now.saturating_duration_since(last));
        self.tokens = (self.tokens + passed.as_secs_f64() * STEADY).min(BURST) - 1.0;
        self.last = Some(now);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// Draws as often as allowed for a second of steady causes; gives the number of frames.
    fn frames(cause: Cause) -> usize {
        let start = Instant::now();
        let mut limiter = FrameLimiter::default();
        (0..1_000)
            .filter(|ms| {
                let now = start + Duration::from_millis(*ms);
                let may = limiter.wait(cause, now).is_zero();
                if may {
                    limiter.drawn(now);
                }
                may
            })
            .count()
    }

    #[test]
    fn a_lone_key_is_answered_at_once_and_a_flood_at_a_steady_rate() {
        let start = Instant::now();
        let mut limiter = FrameLimiter::default();
        limiter.drawn(start);
        assert!(
            limiter
                .wait(Cause::Key, start + Duration::from_millis(1))
                .is_zero()
        );
        assert!(
            (60..=70).contains(&frames(Cause::Key)),
            "{}",
            frames(Cause::Key)
        );
    }

    #[test]
    fn news_are_merged_and_a_timing_is_left_alone() {
        assert!(
            (28..=31).contains(&frames(Cause::News)),
            "{}",
            frames(Cause::News)
        );
        assert_eq!(frames(Cause::NewsWhileTiming), 8);
    }
}
