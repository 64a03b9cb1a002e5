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
        .map(|w| format!("{} is {:.3} times as good", w.name, w.gain.0))
        .collect();
    if told.is_empty() {
        return String::new();
    }
    format!(
        "; other figures of the bench became worse: {}",
        told.join(", ")
    )
}
