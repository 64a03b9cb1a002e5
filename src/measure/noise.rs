//! How quiet the machine is while it measures: a small badge beside every figure. Reads `/proc` and `/sys` only, between
//! runs; never slows a run down.
//!
//! What the guests, the workbench and its launcher do themselves is no noise: their CPU time is taken off what the whole
//! machine did, and waiting for a core counts only where somebody else was busy meanwhile.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::kernel_counters::Counters;
use crate::base::units::Nanos;

/// How much a figure is disturbed by whatever else goes on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The machine does not tell.
    #[default]
    Unknown,
    /// Nothing to speak of.
    Quiet,
    /// Comparisons need more pairs.
    Noisy,
    /// Small differences will end `undecided`; close what else is running.
    TooNoisy,
}

impl Level {
    /// The word on the badge.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Unknown => "noise unknown",
            Self::Quiet => "quiet",
            Self::Noisy => "noisy",
            Self::TooNoisy => "very noisy",
        }
    }
}

/// One reading of the noise; shares between 0 and 1, `None` where this machine does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// The badge.
    pub level: Level,
    /// Share of all cores that other programs kept busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<f64>,
    /// Share of the time in which something waited for a core (pressure stall information).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<f64>,
    /// Share of the cores' time that the hypervisor took away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal: Option<f64>,
    /// Share of the programs' own wall time for which they were kept waiting for a core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed: Option<f64>,
    /// Mean frequency of the cores against the highest they have, where it can be read; says nothing of a core at rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<f64>,
}

impl Noise {
    /// The badge with its reasons: `noisy: other programs kept 45 % of the cores busy`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.reasons() {
            why if why.is_empty() => self.level.in_words().to_owned(),
            why => format!("{}: {why}", self.level.in_words()),
        }
    }

    /// The reasons alone, for a comparison that is over; empty where there are none.
    #[must_use]
    pub fn reasons(&self) -> String {
        let per_cent = |share: f64| format!("{:.0} %", share * 100.0);
        let mut why = Vec::new();
        if let Some(o) = self.others.filter(|o| *o >= NOISY.others) {
            why.push(format!(
                "other programs kept {} of the cores busy",
                per_cent(o)
            ));
        }
        if let Some(p) = self
            .pressure
            .filter(|p| *p >= NOISY.pressure && self.level > Level::Quiet)
        {
            why.push(format!(
                "something waited for a core {} of the time",
                per_cent(p)
            ));
        }
        if let Some(d) = self.delayed.filter(|d| *d >= NOISY.pressure) {
            why.push(format!(
                "programs waited for a core {} of their time",
                per_cent(d)
            ));
        }
        if let Some(s) = self.steal.filter(|s| *s >= NOISY.steal) {
            why.push(format!("the host took away {}", per_cent(s)));
        }
        why.join(", ")
    }
}

/// The noisier of two readings.
#[must_use]
pub(super) fn worse(a: Option<Noise>, b: Option<Noise>) -> Option<Noise> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.level > a.level { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// From where on shares count.
struct NoiseThresholds {
    others: f64,
    pressure: f64,
    steal: f64,
}

const NOISY: NoiseThresholds = NoiseThresholds {
    others: 0.20,
    pressure: 0.15,
    steal: 0.02,
};

const TOO_NOISY: NoiseThresholds = NoiseThresholds {
    others: 0.80,
    pressure: 0.60,
    steal: 0.15,
};

/// Somebody else must do at least so much before waiting for a core is laid at his door: threads of a guest may well
/// wait for each other.
const SOMEBODY: f64 = 0.08;

fn level(others: Option<f64>, pressure: Option<f64>, steal: Option<f64>) -> Level {
    let grade = |share: f64, noisy: f64, too_noisy: f64| {
        if share >= too_noisy {
            Level::TooNoisy
        } else if share >= noisy {
            Level::Noisy
        } else {
            Level::Quiet
        }
    };
    let crowd = others.map(|o| grade(o, NOISY.others, TOO_NOISY.others));
    let waiting = pressure
        .filter(|_| others.is_none_or(|o| o >= SOMEBODY))
        .map(|p| grade(p, NOISY.pressure, TOO_NOISY.pressure));
    let stolen = steal.map(|s| grade(s, NOISY.steal, TOO_NOISY.steal));
    crowd.max(waiting).max(stolen).unwrap_or_default()
}

/// Listens while a comparison runs.
#[derive(Debug)]
pub(super) struct NoiseMonitor {
    first: (Instant, Counters),
    last: (Instant, Counters),
    heard: Option<Noise>,
    /// Wall time of the runs and their run delay: of all, and of those since the last reading.
    runs: [(Duration, Duration); 2],
}

/// Between two readings, at least; also the shortest time of which anything can be said.
const EVERY: Duration = Duration::from_secs(1);
const SHORTEST: Duration = Duration::from_millis(300);

impl NoiseMonitor {
    /// Begins to listen.
    pub(super) fn new() -> Self {
        let now = (Instant::now(), Counters::read());
        Self {
            first: now.clone(),
            last: now,
            heard: None,
            runs: [(Duration::ZERO, Duration::ZERO); 2],
        }
    }

    /// A program ran for so long, and was kept waiting for a core for so long.
    pub(super) fn record_run(&mut self, wall: Nanos, delayed: Option<Nanos>) {
        let Some(delayed) = delayed else { return };
        for sum in &mut self.runs {
            sum.0 += Duration::from(wall);
            sum.1 += Duration::from(delayed.min(wall));
        }
    }

    /// What there was since the last reading; at most once a second. A reading takes some tens of microseconds.
    pub(super) fn poll(&mut self) -> Option<Noise> {
        if self.last.0.elapsed() < EVERY {
            return None;
        }
        let now = (Instant::now(), Counters::read());
        let noise = between(&self.last, &now).map(|n| with_delay(n, self.runs[1]));
        self.runs[1] = (Duration::ZERO, Duration::ZERO);
        self.last = now;
        self.heard = noise.or(self.heard);
        noise
    }

    /// What there was since the beginning; `None` if that was too short to tell.
    pub(super) fn total(&self) -> Option<Noise> {
        let now = (Instant::now(), Counters::read());
        let all = between(&self.first, &now).map(|n| with_delay(n, self.runs[0]));
        all.or(self.heard)
    }
}

fn with_delay(noise: Noise, (wall, delayed): (Duration, Duration)) -> Noise {
    Noise {
        delayed: (wall > Duration::ZERO).then(|| delayed.as_secs_f64() / wall.as_secs_f64()),
        ..noise
    }
}

/// The noise between two readings of the counters.
fn between(from: &(Instant, Counters), to: &(Instant, Counters)) -> Option<Noise> {
    let span = to.0.saturating_duration_since(from.0);
    if span < SHORTEST {
        return None;
    }
    let share = |of: Option<Duration>, whole: Duration| {
        of.map(|d| (d.as_secs_f64() / whole.as_secs_f64().max(1e-9)).clamp(0.0, 1.0))
    };
    let (a, b) = (&from.1, &to.1);
    let gone = |get: fn(&Counters) -> Option<Duration>| Some(get(b)?.saturating_sub(get(a)?));
    let whole = gone(|c| c.whole)?;
    let own = gone(|c| c.own).unwrap_or_default();
    let others = share(gone(|c| c.busy).map(|busy| busy.saturating_sub(own)), whole);
    let steal = share(gone(|c| c.stolen), whole);
    let pressure = share(gone(|c| c.waited), span);
    Some(Noise {
        level: level(others, pressure, steal),
        others,
        pressure,
        steal,
        delayed: None,
        frequency: b.frequency,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_badge_says_how_bad_it_is_and_why() {
        assert_eq!(level(None, None, None), Level::Unknown);
        assert_eq!(level(Some(0.01), Some(0.01), Some(0.0)), Level::Quiet);
        assert_eq!(level(Some(0.4), Some(0.01), Some(0.0)), Level::Noisy);
        assert_eq!(level(Some(0.1), Some(0.7), Some(0.0)), Level::TooNoisy);
        assert_eq!(level(None, Some(0.2), Some(0.3)), Level::TooNoisy);
        let noise = Noise {
            level: Level::Noisy,
            others: Some(0.45),
            pressure: Some(0.23),
            ..Noise::default()
        };
        assert_eq!(
            noise.in_words(),
            "noisy: other programs kept 45 % of the cores busy, something waited for a core 23 % of the time"
        );
    }

    #[test]
    fn threads_of_a_guest_that_wait_for_each_other_are_no_noise() {
        assert_eq!(level(Some(0.02), Some(0.99), Some(0.0)), Level::Quiet);
    }

    #[test]
    fn what_we_do_ourselves_is_taken_off() {
        let at = Instant::now();
        let second = Duration::from_secs(1);
        let counters = |busy: u32, own: u32| Counters {
            whole: Some(second * 2),
            busy: Some(second * busy),
            own: Some(second * own),
            stolen: Some(Duration::ZERO),
            waited: Some(Duration::ZERO),
            frequency: None,
        };
        let zero = Counters {
            whole: Some(Duration::ZERO),
            ..counters(0, 0)
        };
        let noise = |to: Counters| between(&(at, zero.clone()), &(at + second, to)).unwrap();
        let quiet = noise(counters(1, 1));
        assert_eq!((quiet.others, quiet.level), (Some(0.0), Level::Quiet));
        let crowded = noise(counters(2, 1));
        assert_eq!((crowded.others, crowded.level), (Some(0.5), Level::Noisy));
        let short = at + Duration::from_millis(10);
        assert_eq!(between(&(at, zero.clone()), &(short, zero.clone())), None);
    }
}
