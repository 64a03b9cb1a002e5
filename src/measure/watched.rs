//! Figures of a bench that do not decide: they are watched, so that no version buys its gain with them.

use serde::{Deserialize, Serialize};

use super::plan::ComparisonPlan;
use super::stats::hodges_lehmann;
use super::sweep_figures::{OtherFigure, SweepFigures};
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
    /// Whether it became worse beyond its noise and by more than what counts as the same; never where `unknown`.
    pub worse: bool,
    /// Whether nobody knows that less of it is better: then the gain may be a loss.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    /// Whether the candidate's is 0, so that there is no ratio and all gains are 1.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vanished: bool,
}

/// Names that a remark lists.
const NAMED: usize = 8;

/// The figures that both contenders say in all sweeps.
pub(super) fn watched(sweeps: [&[SweepFigures]; 2], plan: &ComparisonPlan) -> Vec<WatchedFigure> {
    let Some(first) = sweeps[0].first() else {
        return Vec::new();
    };
    let figure = |figure: &OtherFigure| {
        let name = figure.name.as_str();
        let known = figure.more_is_better;
        let values = |of: &[SweepFigures]| -> Option<Vec<f64>> {
            of.iter().map(|sweep| sweep.other(name)).collect()
        };
        let (old, new) = (values(sweeps[0])?, values(sweeps[1])?);
        let usable = |values: &[f64]| values.iter().all(|v| v.is_finite() && *v > 0.0);
        let found = |gain: [f64; 3], worse: bool, vanished: bool| WatchedFigure {
            name: name.to_owned(),
            gain: Gain(gain[0]),
            low: Gain(gain[1]),
            high: Gain(gain[2]),
            worse,
            unknown: known.is_none(),
            vanished,
        };
        if usable(&old) && !new.is_empty() && new.iter().all(|v| *v == 0.0) {
            return Some(found([1.0; 3], false, true));
        }
        if !usable(&old) || !usable(&new) {
            return None;
        }
        let sign = if known == Some(true) { -1.0 } else { 1.0 };
        let pairs = old.iter().zip(&new);
        let ratios: Vec<f64> = pairs.map(|(old, new)| sign * (old / new).ln()).collect();
        let (estimate, low, high) = hodges_lehmann(&ratios, plan.rules.level);
        let worse = estimate < -plan.rules.margin.ln_1p() && high < 0.0;
        let gain = [estimate, low, high].map(f64::exp);
        Some(found(gain, worse && known.is_some(), false))
    };
    first.others().filter_map(figure).collect()
}

/// What is said of those that became worse, and of those that changed and may be better or worse; empty where none did.
pub(super) fn remark(watched: &[WatchedFigure], margin: f64) -> String {
    let list = |which: &dyn Fn(&WatchedFigure) -> bool, told: &dyn Fn(&WatchedFigure) -> String| {
        let all: Vec<String> = watched.iter().filter(|w| which(w)).map(told).collect();
        let more = all.len().saturating_sub(NAMED);
        let shown = all[..all.len() - more].join(", ");
        match more {
            0 => shown,
            n => format!("{shown} and {n} more"),
        }
    };
    let factor = |w: &WatchedFigure| format!("{} by a factor of {:.2}", w.name, 1.0 / w.gain.0);
    let changed = |w: &WatchedFigure| {
        let beyond_noise = w.low.0 > 1.0 || w.high.0 < 1.0;
        w.unknown && beyond_noise && w.gain.0.ln().abs() > margin.ln_1p()
    };
    [
        (
            "other figures of the bench became worse",
            list(&|w| w.worse, &factor),
        ),
        (
            "other figures of the bench changed, for better or worse",
            list(&changed, &factor),
        ),
        (
            "other figures of the bench are 0 now",
            list(&|w| w.vanished, &|w| w.name.clone()),
        ),
    ]
    .iter()
    .filter(|(_, list)| !list.is_empty())
    .map(|(what, list)| format!("; {what}: {list}"))
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::task::Objective;

    fn sweeps(values: &[(&str, f64, Option<bool>)], drift: f64) -> Vec<SweepFigures> {
        let sweep = |i: u32| {
            let mut sweep = SweepFigures::default();
            let figure = |(name, value, more_is_better): &(&str, f64, Option<bool>)| OtherFigure {
                name: (*name).to_owned(),
                value: value * (1.0 + drift * f64::from(i % 3)),
                more_is_better: *more_is_better,
            };
            sweep.record_others(values.iter().map(figure).collect());
            sweep
        };
        (0..10).map(sweep).collect()
    }

    fn plan() -> ComparisonPlan {
        ComparisonPlan::new(Objective::Time, Duration::from_secs(1))
    }

    #[test]
    fn what_grows_beyond_its_noise_is_worse_and_of_a_rate_what_shrinks() {
        let old = sweeps(
            &[
                ("time", 10.0, Some(false)),
                ("rate", 10.0, Some(true)),
                ("gone", 1.0, Some(false)),
            ],
            0.001,
        );
        for (time, rate, worse) in [
            (30.0, 10.0, vec!["time"]),
            (10.1, 10.0, vec![]),
            (5.0, 5.0, vec!["rate"]),
            (5.0, 20.0, vec![]),
        ] {
            let new = sweeps(
                &[("time", time, Some(false)), ("rate", rate, Some(true))],
                0.002,
            );
            let watched = watched([&old, &new], &plan());
            let names: Vec<&str> = watched.iter().map(|w| w.name.as_str()).collect();
            assert_eq!(names, ["time", "rate"]);
            let found = watched.iter().filter(|w| w.worse);
            let found: Vec<&str> = found.map(|w| w.name.as_str()).collect();
            assert_eq!(found, worse, "{watched:?}");
            assert_eq!(remark(&watched, 0.025).is_empty(), worse.is_empty());
        }
        assert_eq!(watched([&[], &[]], &plan()), []);
    }

    #[test]
    fn a_figure_of_which_nobody_knows_what_is_better_is_said_and_never_worse() {
        let old = sweeps(
            &[
                ("hits", 10.0, None),
                ("same", 5.0, None),
                ("allocs", 3.0, None),
            ],
            0.001,
        );
        for hits in [1.0, 100.0] {
            let new = sweeps(
                &[
                    ("hits", hits, None),
                    ("same", 5.0, None),
                    ("allocs", 0.0, None),
                ],
                0.001,
            );
            let watched = watched([&old, &new], &plan());
            assert!(watched.iter().all(|w| w.unknown && !w.worse), "{watched:?}");
            assert_eq!(
                remark(&watched, 0.025),
                format!(
                    "; other figures of the bench changed, for better or worse: hits by a factor of {:.2}; other figures of the bench are 0 now: allocs",
                    hits / 10.0
                )
            );
        }
    }

    #[test]
    fn many_figures_take_time_that_grows_as_they_do() {
        let names: Vec<String> = (0..20_000).map(|i| format!("a{i}")).collect();
        let values: Vec<(&str, f64, Option<bool>)> = names
            .iter()
            .map(|name| (name.as_str(), 1.0, None))
            .collect();
        let sweeps = sweeps(&values, 0.0);
        assert_eq!(watched([&sweeps, &sweeps], &plan()).len(), 20_000);
    }
}
