//! How quiet the machine is: a small badge beside every figure. Reads `/proc` only; never slows a run down.

use serde::{Deserialize, Serialize};

/// How much a figure is disturbed by whatever else goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The machine does not tell.
    #[default]
    Unknown,
    /// Nothing to speak of.
    Quiet,
    /// Comparisons need more pairs.
    Noisy,
    /// Expect `undecided`; close what else is running.
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
            Self::TooNoisy => "too noisy",
        }
    }
}

/// One reading of the noise; shares between 0 and 1, `None` where this machine does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// The badge.
    pub level: Level,
    /// Share of the last ten seconds in which something waited for a core (pressure stall information).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<f64>,
    /// Share of the time since the last reading that the hypervisor took away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal: Option<f64>,
    /// Programs that want to run, per core, averaged over a minute; ours is one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<f64>,
}

impl Noise {
    /// The badge with its reasons: `noisy: something waited for a core 23 % of the time`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let per_cent = |share: f64| format!("{:.0} %", share * 100.0);
        let mut why = Vec::new();
        if let Some(p) = self.pressure.filter(|p| *p >= 0.05) {
            why.push(format!(
                "something waited for a core {} of the time",
                per_cent(p)
            ));
        }
        if let Some(s) = self.steal.filter(|s| *s >= 0.01) {
            why.push(format!("the host took away {}", per_cent(s)));
        }
        if let Some(l) = self.load.filter(|l| *l >= 1.0 && self.pressure.is_none()) {
            why.push(format!("{l:.1} programs a core"));
        }
        match why.is_empty() {
            true => self.level.in_words().to_owned(),
            false => format!("{}: {}", self.level.in_words(), why.join(", ")),
        }
    }
}

/// Reads the noise again and again; steal is what was taken between two readings.
#[derive(Debug, Default)]
pub struct Watcher {
    last: Option<(u64, u64)>,
}

impl Watcher {
    /// Has read nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One reading; takes some tens of microseconds.
    pub fn read(&mut self) -> Noise {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let pressure = read("/proc/pressure/cpu").and_then(|t| pressure(&t));
        let load = read("/proc/loadavg")
            .and_then(|t| load(&t))
            .map(|l| l / cores());
        let mut steal = None;
        if let Some((all, stolen)) = read("/proc/stat").and_then(|t| ticks(&t)) {
            if let Some((all_before, stolen_before)) = self.last {
                let span = all.saturating_sub(all_before);
                steal =
                    (span > 0).then(|| stolen.saturating_sub(stolen_before) as f64 / span as f64);
            }
            self.last = Some((all, stolen));
        }
        Noise {
            level: level(pressure, steal, load),
            pressure,
            steal,
            load,
        }
    }
}

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as f64
}

/// Pressure and steal say it best; the load stands in where there is no pressure to read.
fn level(pressure: Option<f64>, steal: Option<f64>, load: Option<f64>) -> Level {
    let grade = |share: f64, noisy: f64, too_noisy: f64| {
        if share >= too_noisy {
            Level::TooNoisy
        } else if share >= noisy {
            Level::Noisy
        } else {
            Level::Quiet
        }
    };
    let waiting = pressure.map(|p| grade(p, 0.10, 0.50));
    let stolen = steal.map(|s| grade(s, 0.02, 0.15));
    let crowd = load
        .map(|l| grade(l, 1.25, 3.0))
        .filter(|_| pressure.is_none());
    waiting.max(stolen).max(crowd).unwrap_or_default()
}

/// `some avg10=1.23 …` as a share.
fn pressure(text: &str) -> Option<f64> {
    let some = text.lines().find(|l| l.starts_with("some "))?;
    let value = some
        .split_whitespace()
        .find_map(|w| w.strip_prefix("avg10="))?;
    value
        .parse::<f64>()
        .ok()
        .filter(|v| v.is_finite())
        .map(|v| v / 100.0)
}

fn load(text: &str) -> Option<f64> {
    text.split_whitespace()
        .next()?
        .parse::<f64>()
        .ok()
        .filter(|v| v.is_finite())
}

/// All ticks and the stolen ones (the eighth field) of the line `cpu …`.
fn ticks(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().find(|l| l.starts_with("cpu "))?;
    let fields: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|f| f.parse().ok())
        .collect();
    Some((fields.iter().take(8).sum(), *fields.get(7)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_understood() {
        assert_eq!(
            pressure("some avg10=12.50 avg60=0.01 avg300=0.00 total=7\nfull avg10=0.00\n"),
            Some(0.125)
        );
        assert_eq!(pressure("nothing"), None);
        assert_eq!(load("0.52 0.58 0.59 1/389 12\n"), Some(0.52));
        assert_eq!(
            ticks("cpu  10 0 5 80 0 0 0 5 0 0\ncpu0 1\n"),
            Some((100, 5))
        );
        assert_eq!(ticks("cpu 1 2\n"), None);
    }

    #[test]
    fn the_badge_says_how_bad_it_is_and_why() {
        assert_eq!(level(None, None, None), Level::Unknown);
        assert_eq!(level(Some(0.01), Some(0.0), Some(9.0)), Level::Quiet);
        assert_eq!(level(Some(0.2), Some(0.0), None), Level::Noisy);
        assert_eq!(level(Some(0.2), Some(0.3), None), Level::TooNoisy);
        assert_eq!(level(None, None, Some(1.5)), Level::Noisy);
        let noise = Noise {
            level: Level::Noisy,
            pressure: Some(0.23),
            steal: Some(0.0),
            load: Some(2.0),
        };
        assert_eq!(
            noise.in_words(),
            "noisy: something waited for a core 23 % of the time"
        );
        let mut watcher = Watcher::new();
        watcher.read();
        assert!(
            watcher
                .read()
                .steal
                .is_none_or(|s| (0.0..=1.0).contains(&s))
        );
    }
}
