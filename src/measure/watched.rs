//! Figures of a bench that do not decide: they are watched, so that no version buys its gain with them.

use serde::{Deserialize, Serialize};

use super::plan::ComparisonPlan;
use super::stats::hodges_lehmann;
use super::sweep_figures::SweepFigures;
use crate::base::units::Gain;

/// Another figure of the bench, in a comparison that was decided by one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchedFigure {
    /// Its name, as the bench says it.
    pub name: String,
    /// By how much the candidate is better, as for the figure that decides.
    pub gain: Gain,
    /// Lower end of its interval.
    pub low: Gain,
    /// Upper end of its interval.
    pub high: Gain,
    /// Whether it became worse beyond its noise and by more than what counts as the same.
    pub worse: bool,
}

/// The figures that both contenders say in all sweeps.
pub(super) fn watched(sweeps: [&[SweepFigures]; 2], plan: &ComparisonPlan) -> Vec<WatchedFigure> {
    let Some(first) = sweeps[0].first() else {
        return Vec::new();
    };
    let pairs = || sweeps[0].iter().zip(sweeps[1]);
    let of = |name: &str| -> Option<Vec<f64>> {
        let one = |(incumbent, candidate): (&SweepFigures, &SweepFigures)| {
            let (old, more) = incumbent.other(name)?;
            let (new, _) = candidate.other(name)?;
            let ratio = (old / new).ln();
            Some(if more { -ratio } else { ratio })
        };
        pairs().map(one).collect()
    };
    let margin = plan.rules.margin.ln_1p();
    let figure = |name: &str| {
        let (estimate, low, high) = hodges_lehmann(&of(name)?, plan.rules.level);
        Some(WatchedFigure {
            name: name.to_owned(),
            gain: Gain(estimate.exp()),
            low: Gain(low.exp()),
            high: Gain(high.exp()),
            worse: estimate < -margin && high < 0.0,
        })
    };
    first.other_names().filter_map(figure).collect()
}

/// What is said of those that became worse; empty where none did.
pub(super) fn remark(watched: &[WatchedFigure]) -> String {
    let worse = watched.iter().filter(|w| w.worse);
    let told: Vec<String> = worse
        .map(|w| format!("{} by a factor of {:.2}", w.name, 1.0 / w.gain.0))
        .collect();
    if told.is_empty() {
        return String::new();
    }
    format!(
        "; other figures of the bench became worse: {}",
        told.join(", ")
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::task::Objective;

    fn sweeps(values: &[(&str, f64, bool)], drift: f64) -> Vec<SweepFigures> {
        let sweep = |i: u32| {
            let mut sweep = SweepFigures::default();
            let value = |(name, value, more): &(&str, f64, bool)| {
                let noise = 1.0 + drift * f64::from(i % 3);
                ((*name).to_owned(), value * noise, *more)
            };
            sweep.record_others(values.iter().map(value).collect());
            sweep
        };
        (0..10).map(sweep).collect()
    }

    #[test]
    fn what_grows_beyond_its_noise_is_worse_and_of_a_rate_what_shrinks() {
        let plan = ComparisonPlan::new(Objective::Time, Duration::from_secs(1));
        let old = sweeps(
            &[
                ("time", 10.0, false),
                ("rate", 10.0, true),
                ("gone", 1.0, false),
            ],
            0.001,
        );
        for (time, rate, worse) in [
            (30.0, 10.0, vec!["time"]),
            (10.1, 10.0, vec![]),
            (5.0, 5.0, vec!["rate"]),
            (5.0, 20.0, vec![]),
        ] {
            let new = sweeps(&[("time", time, false), ("rate", rate, true)], 0.002);
            let watched = watched([&old, &new], &plan);
            let names: Vec<&str> = watched.iter().map(|w| w.name.as_str()).collect();
            assert_eq!(names, ["time", "rate"]);
            let found = watched.iter().filter(|w| w.worse);
            let found: Vec<&str> = found.map(|w| w.name.as_str()).collect();
            assert_eq!(found, worse, "{watched:?}");
            assert_eq!(remark(&watched).is_empty(), worse.is_empty());
        }
        assert_eq!(watched([&[], &[]], &plan), []);
    }
}
