//! Axes that a person would have drawn: ticks at 1, 2 or 5 times a power of ten, and figures in one unit. The charts of the
//! screen and those that leave the program stand on them.

use crate::base::units::Gain;

/// A linear axis from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Where it ends.
    pub top: f64,
    /// From tick to tick.
    pub step: f64,
}

impl Scale {
    /// Reaches a figure in about so many steps. It ends at a tick, unless that would leave much of it empty.
    #[must_use]
    pub(crate) fn up_to(most: f64, about: usize) -> Self {
        let most = if most.is_finite() && most > 0.0 {
            most
        } else {
            1.0
        };
        let step = step_above(most / about.max(1) as f64);
        let round = step * (most / step * (1.0 - 1e-9)).ceil().max(1.0);
        let steps = (most / step * (1.0 + 1e-9)).floor();
        let top = if round <= most * 1.1 || steps < 1.0 {
            round
        } else {
            most * 1.02
        };
        Self { top, step }
    }

    /// All ticks from 0 to the end.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        let count = (self.top / self.step * (1.0 + 1e-9)).floor().min(1_000.0) as u32;
        let step = self.step;
        (0..=count).map(move |n| f64::from(n) * step)
    }

    /// Where a figure stands, 0..=1.
    #[must_use]
    pub(crate) fn share(&self, value: f64) -> f64 {
        (value / self.top).clamp(0.0, 1.0)
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least this.
fn step_above(value: f64) -> f64 {
    if !(value.is_finite() && value > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|v| *v >= value * (1.0 - 1e-9))
        .unwrap_or(power * 10.0)
}

/// What an axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// Bytes × nanoseconds.
    Integral,
    /// A number of which nothing more is known.
    Plain,
}

impl Unit {
    /// The unit that fits figures up to this, and how many of ours it is.
    fn fitting(self, most: f64) -> (f64, &'static str) {
        let all: &[(f64, &'static str)] = match self {
            Self::Time => &[(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")],
            Self::Bytes => &[(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")],
            Self::Integral => &[
                (1e18, "GB·s"),
                (1e15, "MB·s"),
                (1e12, "kB·s"),
                (1.0, "B·ns"),
            ],
            Self::Plain => &[(1.0, "")],
        };
        all.iter()
            .copied()
            .find(|(one, _)| most >= *one * (1.0 - 1e-9))
            .unwrap_or((1.0, all.last().map_or("", |l| l.1)))
    }

    /// The name of the unit on an axis.
    #[must_use]
    pub(crate) fn name(self, scale: &Scale) -> &'static str {
        self.fitting(scale.top).1
    }

    /// A figure of an axis, with as many digits as its ticks need; its unit is said once.
    #[must_use]
    pub(crate) fn tick(self, value: f64, scale: &Scale) -> String {
        let (one, _) = self.fitting(scale.top);
        let step = scale.step / one;
        let digits = (0..4)
            .find(|d| (step * 10f64.powi(*d)).fract().abs() < 1e-6)
            .unwrap_or(3);
        format!("{:.*}", usize::try_from(digits).unwrap_or(0), value / one)
    }
}

/// Round ratios between two, for a logarithmic axis: neither too many nor none but the ends.
#[must_use]
pub(crate) fn ratios(low: f64, high: f64, most: usize) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite() && low > 0.0 && high > low) {
        return Vec::new();
    }
    let decades = |of: &[f64]| {
        let (from, to) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        (from.max(-12)..=to.min(12))
            .flat_map(|p| of.iter().map(move |m| m * 10f64.powi(p)))
            .filter(|v| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9))
            .collect::<Vec<f64>>()
    };
    let even = |step: f64| {
        let first = (low / step * (1.0 - 1e-9)).ceil();
        let count = ((high - low) / step).min(1e4) as usize + 2;
        (0..count)
            .map(|n| (first + n as f64) * step)
            .filter(|v| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9))
            .collect::<Vec<f64>>()
    };
    let narrow = high / low < 4.0;
    let choices: Vec<Vec<f64>> = if narrow {
        let step = step_above((high - low) / most.max(1) as f64);
        vec![even(step), even(step * 2.0), even(step * 5.0)]
    } else {
        vec![
            decades(&[1.0, 2.0, 5.0]),
            decades(&[1.0, 3.0]),
            decades(&[1.0]),
        ]
    };
    choices
        .into_iter()
        .find(|c| c.len() <= most.max(1))
        .unwrap_or_default()
}

/// A logarithmic axis of ratios.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogScale {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

impl LogScale {
    /// Reaches over all these ratios and over 1, with a little room above. What is no ratio does not count.
    #[must_use]
    pub(crate) fn over(ratios: impl IntoIterator<Item = f64>) -> Self {
        let known = ratios.into_iter().filter(|g| g.is_finite() && *g > 0.0);
        let (low, high) = known.fold((1.0f64, 1.0f64), |(l, h), g| (l.min(g), h.max(g)));
        Self {
            low,
            high: high.max(1.2) * 1.05,
        }
    }

    /// Where a ratio stands, 0..=1.
    #[must_use]
    pub(crate) fn share(&self, ratio: f64) -> f64 {
        let share = (ratio / self.low).ln() / (self.high / self.low).ln().max(1e-9);
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// So many round ratios at most.
    #[must_use]
    pub(crate) fn ticks(&self, most: usize) -> Vec<f64> {
        ratios(self.low, self.high, most)
    }
}

/// `2×`, `1.02×`: for axes, where room counts.
#[must_use]
pub(crate) fn ratio_tick(ratio: f64) -> String {
    let text = format!("{ratio:.2}");
    format!("{}×", text.trim_end_matches('0').trim_end_matches('.'))
}

/// ` [4.10–4.33]` with as many digits as the gain itself has.
#[must_use]
pub(crate) fn interval(low: f64, high: f64) -> String {
    match Gain::interval(Gain(low), Gain(high)) {
        told if told.is_empty() => told,
        told => format!(" {told}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn told(most: f64, about: usize, unit: Unit) -> (Vec<String>, &'static str) {
        let scale = Scale::up_to(most, about);
        let ticks = scale.ticks().map(|t| unit.tick(t, &scale)).collect();
        (ticks, unit.name(&scale))
    }

    #[test]
    fn ticks_are_round_in_one_unit_and_the_axis_reaches_the_figure() {
        assert_eq!(
            told(61.2e6, 4, Unit::Bytes),
            (["0", "20", "40", "60"].map(String::from).to_vec(), "MB")
        );
        assert_eq!(
            told(0.41e9, 4, Unit::Time),
            (["0", "200", "400"].map(String::from).to_vec(), "ms")
        );
        assert_eq!(
            told(1.2e9, 4, Unit::Time),
            (["0.0", "0.5", "1.0"].map(String::from).to_vec(), "s")
        );
        for most in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300, 7.3] {
            let scale = Scale::up_to(most, 5);
            assert!(scale.top > 0.0 && scale.ticks().count() <= 1_001);
            assert!(
                !(most.is_finite() && most > scale.top * (1.0 + 1e-6)),
                "{most}"
            );
        }
    }

    #[test]
    fn ratios_are_round_near_one_and_over_decades() {
        let shown = |low, high, most| {
            let all = ratios(low, high, most);
            all.iter().map(|v| format!("{v:.2}")).collect::<Vec<_>>()
        };
        assert_eq!(
            shown(0.98, 1.06, 5),
            ["0.98", "1.00", "1.02", "1.04", "1.06"]
        );
        assert_eq!(shown(1.0, 8.0, 5), ["1.00", "2.00", "5.00"]);
        assert_eq!(
            shown(1.0, 5_000.0, 4),
            ["1.00", "10.00", "100.00", "1000.00"]
        );
        assert!(ratios(f64::NAN, 2.0, 4).is_empty() && ratios(1.0, 1.0, 4).is_empty());
    }

    #[test]
    fn a_logarithmic_axis_holds_one_and_every_ratio_and_equal_factors_are_equal_steps() {
        let scale = LogScale::over([0.5, 8.0, f64::NAN, -3.0]);
        assert_eq!(scale.low, 0.5);
        assert!(scale.high >= 8.0);
        let step = scale.share(2.0) - scale.share(1.0);
        assert!((scale.share(8.0) - scale.share(4.0) - step).abs() < 1e-12);
        assert_eq!((scale.share(0.5), scale.share(1e9)), (0.0, 1.0));
        assert_eq!((scale.share(0.0), scale.share(f64::NAN)), (0.0, 0.0));
        let nothing = LogScale::over([]);
        assert!(nothing.low <= 1.0 && nothing.high > 1.0 && !nothing.ticks(4).is_empty());
        assert_eq!([2.0, 1.02, 100.0].map(ratio_tick), ["2×", "1.02×", "100×"]);
    }
}
