//! What comparing two versions gives.

use serde::{Deserialize, Serialize};

use super::evaluation::Figures;
use super::figures::figure;
use super::launch_record::{Launches, Slope};
use super::look::{Answer, Look};
use super::metric::Metric;
use super::noise::Noise;
use super::watched::WatchedFigure;
use crate::base::units::{Gain, Nanos};

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
    /// The candidate of the same round that looked better still, where this one looked better than the incumbent too and was
    /// not measured again for that reason alone. The answer is `undecided` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_to: Option<String>,
    /// Name of the bench's figure that was compared, as the bench says it; absent where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_name: Option<String>,
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

/// A time that a bench says: it may be less than a nanosecond.
fn nanoseconds(ns: f64) -> String {
    if ns < 100.0 {
        format!("{ns:.2} ns")
    } else {
        Nanos(ns as u64).to_string()
    }
}

/// A number of which nothing more is known, with four digits.
fn number(value: f64) -> String {
    match value.abs() {
        v if !(1e-3..1e9).contains(&v) && v > 0.0 => format!("{value:.3e}"),
        v if v >= 1e3 => format!("{value:.0}"),
        v if v >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// Calls that are named with their gains.
const BY_CALL: usize = 8;

impl Comparison {
    /// Whether the incumbent was the original, by the name that it has in every session.
    #[must_use]
    pub fn is_with_original(&self) -> bool {
        self.incumbent == "v0"
    }

    /// Whether its figures are an answer. Of what is undecided they are none, unless the candidate was only second to another.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.answer != Answer::Undecided || self.second_to.is_some()
    }

    /// What it came to, in the word of what was compared: faster, larger, no difference. A figure of the bench's own is
    /// only better or worse.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.answer {
            Answer::Better => self.metric.comparative(),
            Answer::Undecided if self.second_to.is_some() => self.metric.comparative(),
            Answer::Worse => self.metric.contrary(),
            other => other.in_words(),
        }
    }

    /// `2.29× [2.21–2.37]`; of what is undecided only between what it may be, and from one pair nothing.
    #[must_use]
    pub fn gain_in_words(&self) -> String {
        if !self.is_decided() {
            return self.range_in_words();
        }
        if self.pairs < 2 {
            return self.gain.to_string();
        }
        let told = format!("{} {}", self.gain, Gain::interval(self.low, self.high));
        told.trim_end().to_owned()
    }

    /// What the gain of an undecided comparison may be: `between 0.94× and 1.31×`.
    fn range_in_words(&self) -> String {
        match self.pairs {
            0 => "no pair".to_owned(),
            1 => "from one pair nothing follows".to_owned(),
            2 => "from two pairs nothing follows".to_owned(),
            _ => format!("between {} and {}", self.low, self.high),
        }
    }

    /// What was compared: `CPU time`, `memory × time`, or the name that the bench gives to its figure.
    #[must_use]
    pub fn compared(&self) -> &str {
        let name = self.reported_name.as_deref();
        name.unwrap_or_else(|| self.metric.in_words())
    }

    /// The two figures that were compared, incumbent's and candidate's, in their unit: per sweep over the timed cases, where calls
    /// are timed per pass. What a candidate spends elsewhere by the pass is added to its own, since the gain counts it: `461 µs +
    /// 164 µs`. `None` where none was taken.
    #[must_use]
    pub fn compared_figures(&self) -> Option<[String; 2]> {
        let both = [&self.incumbent_figures, &self.candidate_figures];
        let told = both.map(|f| match self.metric {
            Metric::Wall => Some(f.wall_ns.to_string()).filter(|_| f.wall_ns.0 > 0),
            Metric::Cpu => Some(f.cpu_ns.to_string()).filter(|_| f.cpu_ns.0 > 0),
            Metric::Peak => Some(f.peak_bytes.to_string()).filter(|_| f.peak_bytes.0 > 0),
            Metric::Integral => Some(f.integral_byte_ns.to_string()),
            Metric::ReportedTime => f.reported.map(nanoseconds),
            Metric::Reported | Metric::ReportedRate => f.reported.map(number),
        });
        let [old, new] = told;
        let more: u64 = (self.launches.iter())
            .flat_map(|l| &l.charged)
            .map(|charge| charge.ns.0)
            .sum();
        let is_time = matches!(self.metric, Metric::Cpu | Metric::Wall);
        let more = Some(more).filter(|ns| *ns > 0 && is_time);
        let more = more.map_or_else(String::new, |ns| format!(" + {}", Nanos(ns)));
        Some([old?, new? + &more])
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
