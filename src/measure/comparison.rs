//! What comparing two versions gives.

use serde::{Deserialize, Serialize};

use super::evaluation::Figures;
use super::figures::figure;
use super::launch_record::{Launches, Slope};
use super::look::{Answer, Look};
use super::metric::Metric;
use super::noise::Noise;
use super::watched::WatchedFigure;
use crate::base::units::Gain;

/// Candidate against incumbent: the final figures and how they were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Name of the candidate (`v3`, a file name).
    pub candidate: String,
    /// Name of the incumbent.
    pub incumbent: String,
    /// What was compared.
    pub metric: Metric,
    /// incumbent / candidate: above 1 is better. From the confirming pairs if there were any, else from the last look.
    pub gain: Gain,
    /// Lower end of its interval.
    pub low: Gain,
    /// Upper end of its interval.
    pub high: Gain,
    /// Pairs behind these figures.
    pub pairs: usize,
    /// Whether fresh pairs confirmed a win; false where there was nothing to confirm.
    pub confirmed: bool,
    /// The answer.
    pub answer: Answer,
    /// All looks, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<Look>,
    /// ln(incumbent / candidate) of every pair that was looked at, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_ratios: Vec<f64>,
    /// ln(incumbent / candidate) of every confirming pair, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirming: Vec<f64>,
    /// Ratio of each timing case (geometric mean over the pairs), by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_case: Vec<(String, Gain)>,
    /// Median figures of the incumbent per sweep, in this comparison.
    pub incumbent_figures: Figures,
    /// Median figures of the candidate per sweep, in this comparison.
    pub candidate_figures: Figures,
    /// The smallest effect that matters (0.01 = 1 %).
    pub smallest_effect: f64,
    /// The margin within which two versions count as the same (0.025 = 2.5 %).
    pub margin: f64,
    /// How often each timed case ran for one pair; above 1 where a sweep is too short to mean something.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repeats: usize,
    /// What of the figures is floor (an empty program's), and the gain beyond it; absent where the floor is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floors: Option<Floors>,
    /// How quiet the machine was meanwhile, at its worst; absent where that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<Noise>,
    /// The only case that was timed, where the developer chose one; absent where the workload was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// How calls were timed; absent where whole runs were. Figures are then those of one pass over the calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launches: Option<Launches>,
    /// The same in journals of versions that compared processes of n and 2n passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slope: Option<Slope>,
    /// The other figures that the bench says, where it says several: they decide nothing, and are watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<WatchedFigure>,
    /// Why the gain that the bench says is not borne out by what its command uses; such a gain wins nothing by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_borne_out: Option<String>,
    /// One sentence on how it ended, for people.
    #[serde(default)]
    pub note: String,
}

fn once() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // Serde's way of asking.
fn is_once(repeats: &usize) -> bool {
    *repeats == 1
}

/// Calls that are named with their gains.
const BY_CALL: usize = 8;

impl Comparison {
    /// Whether the incumbent was the original, by the name that it has in every session.
    #[must_use]
    pub fn is_with_original(&self) -> bool {
        self.incumbent == "v0"
    }

    /// What it came to, in the word of what was compared: faster, larger, no difference. A figure of the bench's own is
    /// only better or worse.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match (self.answer, self.metric) {
            (other, Metric::Reported | Metric::ReportedRate) => other.in_words(),
            (Answer::Better, metric) => metric.objective().comparative(),
            (Answer::Worse, metric) => metric.objective().contrary(),
            (other, _) => other.in_words(),
        }
    }

    /// Which calls gained and which lost, where calls of a function were timed: `3–5 2.10×, 1 0.95×`, the largest gains and the
    /// largest losses. Calls that `hidden` names are left out; `None` where nothing is left.
    #[must_use]
    pub fn by_call(&self, hidden: impl Fn(&str) -> bool) -> Option<String> {
        self.launches.as_ref()?;
        let mut all: Vec<&(String, Gain)> =
            self.per_case.iter().filter(|(n, _)| !hidden(n)).collect();
        all.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
        if all.len() > BY_CALL {
            all.drain(BY_CALL / 2..all.len() - BY_CALL / 2);
        }
        let parts: Vec<String> = all.iter().map(|(n, gain)| format!("{n} {gain}")).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The gain in what is above the floor: (gain × candidate − incumbent's floor) / (candidate − candidate's floor).
    /// The incumbent counts as the gain says, since the two medians come from other runs than the pairs' quotients: so
    /// a gain of more than 1 is a larger one beyond the same floor. `None` where the floor is not known, or where one of
    /// the two is less than a twentieth above it: the quotient of two such small differences is noise.
    #[must_use]
    pub fn gain_beyond_floor(&self) -> Option<Gain> {
        let floors = self.floors.as_ref()?;
        let candidate = figure(&self.candidate_figures, self.metric);
        let above = |of: f64, floor: &Figures| {
            let floor = figure(floor, self.metric);
            (of - floor > 0.05 * floor && of > floor).then_some(of - floor)
        };
        let incumbent = above(self.gain.0 * candidate, &floors.incumbent)?;
        Some(Gain(incumbent / above(candidate, &floors.candidate)?))
    }
}

/// What of the figures of a comparison is floor, per sweep over the timed cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floors {
    /// Under the incumbent's figures.
    pub incumbent: Figures,
    /// Under the candidate's figures.
    pub candidate: Figures,
}

impl Floors {
    /// The part of the two figures (incumbent, candidate) that is floor: between 0 and 1.
    #[must_use]
    pub fn shares(&self, figures: [&Figures; 2], metric: Metric) -> [f64; 2] {
        let share = |of: &Figures, floor: &Figures| {
            (figure(floor, metric) / figure(of, metric).max(1.0)).clamp(0.0, 1.0)
        };
        [
            share(figures[0], &self.incumbent),
            share(figures[1], &self.candidate),
        ]
    }
}
