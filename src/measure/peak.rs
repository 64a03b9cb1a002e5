//! Peak memory hardly varies: a few pairs, and a simple rule instead of statistics.
//!
//! Five pairs; better or worse only if the two ranges do not touch and the gap of the medians exceeds the smallest
//! effect (1 %) and 512 KiB.

use super::contender::{CANDIDATE, INCUMBENT, Stop};
use super::figures::log_ratio;
use super::judge::{Judge, Watch};
use super::pairs::PairedRunner;
use super::plan::{ComparisonPlan, MEMORY_RESOLUTION};
use super::sweep_figures::SweepFigures;
use super::{Answer, Comparison, Metric, Progress, stats};
use crate::base::units::{Bytes, Gain, Nanos};
use crate::sandbox::CancelToken;

/// Pairs behind a comparison of peaks.
pub(super) const PAIRS: usize = 5;

/// Compares the peaks of a runner's first two contenders.
pub(super) fn compare(
    judge: &mut Judge,
    runner: &mut PairedRunner<'_>,
    names: [&str; 2],
    plan: &ComparisonPlan,
    cancel: &CancelToken,
    watch: Watch<'_>,
) -> Result<Comparison, Stop> {
    pairs(judge, runner, false, cancel, watch)?;
    let comparison = conclude(runner, names, [INCUMBENT, CANDIDATE], plan);
    watch(Progress::Looked {
        look: comparison.looks[0],
        metric: Metric::Peak,
    });
    Ok(comparison)
}

/// Runs the pairs of a comparison of peaks.
pub(super) fn pairs(
    judge: &mut Judge,
    runner: &mut PairedRunner<'_>,
    confirming: bool,
    cancel: &CancelToken,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    for done in 1..=PAIRS {
        let sweeps = runner.sweep(judge, cancel)?;
        let (incumbent, candidate) = (sweeps[INCUMBENT].figures, sweeps[CANDIDATE].figures);
        let each = runner.elapsed(judge) / done as u32;
        watch(Progress::Paired {
            pairs: done,
            log_ratio: log_ratio(&incumbent, &candidate, Metric::Peak),
            incumbent,
            candidate,
            confirming,
            left_ns: Some(Nanos::from(each * (PAIRS - done) as u32)),
        });
        runner.keep(sweeps);
        runner.report_noise(watch);
    }
    Ok(())
}

/// The comparison of the kept sweeps of two contenders.
pub(super) fn conclude(
    runner: &PairedRunner<'_>,
    names: [&str; 2],
    at: [usize; 2],
    plan: &ComparisonPlan,
) -> Comparison {
    let (incumbent, candidate) = (
        PeakRange::of(runner.sweeps(at[0])),
        PeakRange::of(runner.sweeps(at[1])),
    );
    let ratio = |a: f64, b: f64| Gain(a.max(1.0) / b.max(1.0));
    let look = super::Look {
        pairs: runner.sweeps(at[0]).len(),
        gain: ratio(incumbent.median, candidate.median),
        low: ratio(incumbent.low, candidate.high),
        high: ratio(incumbent.high, candidate.low),
    };
    let answer = answer(&incumbent, &candidate, plan.rules.smallest_effect);
    let each = runner.sweeps(at[0]).iter().zip(runner.sweeps(at[1]));
    Comparison {
        candidate: names[1].to_owned(),
        incumbent: names[0].to_owned(),
        metric: Metric::Peak,
        gain: look.gain,
        low: look.low,
        high: look.high,
        pairs: look.pairs,
        confirmed: false,
        answer,
        looks: vec![look],
        log_ratios: each
            .map(|(a, b)| log_ratio(&a.figures, &b.figures, Metric::Peak))
            .collect(),
        confirming: Vec::new(),
        per_case: runner.per_case(at[0], at[1], Metric::Peak),
        incumbent_figures: runner.medians(at[0]),
        candidate_figures: runner.medians(at[1]),
        smallest_effect: plan.rules.smallest_effect,
        margin: plan.rules.margin,
        repeats: runner.repeats(),
        floors: runner.floors(at[0], at[1]),
        noise: runner.noise(),
        only: runner.selection.only.clone(),
        launches: None,
        slope: None,
        second_to: None,
        reported_name: None,
        not_borne_out: None,
        watched: Vec::new(),
        note: note(answer, &incumbent, &candidate) + &runner.coverage(),
    }
}

/// Peaks of one program over some sweeps, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct PeakRange {
    low: f64,
    median: f64,
    high: f64,
}

impl PeakRange {
    fn of(sweeps: &[SweepFigures]) -> Self {
        let mut peaks: Vec<f64> = sweeps
            .iter()
            .map(|l| l.figures.peak_bytes.0 as f64)
            .collect();
        Self {
            low: sweeps
                .iter()
                .map(|l| l.peak.0.0 as f64)
                .fold(f64::INFINITY, f64::min),
            median: stats::median(&mut peaks).unwrap_or(0.0),
            high: sweeps.iter().map(|l| l.peak.1.0 as f64).fold(0.0, f64::max),
        }
    }

    fn touches(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

fn answer(incumbent: &PeakRange, candidate: &PeakRange, smallest_effect: f64) -> Answer {
    let gap = (incumbent.median - candidate.median).abs();
    let matters = gap > MEMORY_RESOLUTION.0 as f64
        && gap > smallest_effect * incumbent.median.min(candidate.median);
    let lower = candidate.median < incumbent.median;
    match (matters, incumbent.touches(candidate), lower) {
        (false, _, _) => Answer::NoDifference,
        (true, false, true) => Answer::Better,
        (true, false, false) => Answer::Worse,
        (true, true, true) => Answer::Undecided,
        (true, true, false) => Answer::NotBetter,
    }
}

fn note(answer: Answer, incumbent: &PeakRange, candidate: &PeakRange) -> String {
    let bytes = |x: f64| Bytes(x as u64);
    let medians = format!("{} → {}", bytes(incumbent.median), bytes(candidate.median));
    match answer {
        Answer::NoDifference => {
            format!("{medians}: a gap below {MEMORY_RESOLUTION} or 1 % is not told from none")
        }
        Answer::Better | Answer::Worse => {
            format!("{medians}; {PAIRS} runs of each, and the ranges do not touch")
        }
        Answer::NotBetter | Answer::Undecided => format!(
            "{medians}, but the ranges touch: {} to {} and {} to {}",
            bytes(incumbent.low),
            bytes(incumbent.high),
            bytes(candidate.low),
            bytes(candidate.high)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: f64 = 1024.0 * 1024.0;

    fn range(low: f64, median: f64, high: f64) -> PeakRange {
        PeakRange {
            low: low * MIB,
            median: median * MIB,
            high: high * MIB,
        }
    }

    #[test]
    fn a_peak_counts_only_if_the_ranges_part_and_the_gap_matters() {
        let old = range(99.0, 100.0, 101.0);
        assert_eq!(answer(&old, &range(49.0, 50.0, 51.0), 0.01), Answer::Better);
        assert_eq!(
            answer(&old, &range(149.0, 150.0, 151.0), 0.01),
            Answer::Worse
        );
        assert_eq!(
            answer(&old, &range(97.0, 98.0, 99.5), 0.01),
            Answer::Undecided
        );
        assert_eq!(
            answer(&old, &range(100.5, 103.0, 104.0), 0.01),
            Answer::NotBetter
        );
        assert_eq!(
            answer(&old, &range(98.0, 99.2, 100.0), 0.01),
            Answer::NoDifference,
            "0.8 %"
        );
        assert_eq!(
            answer(&range(1.0, 1.0, 1.0), &range(0.6, 0.6, 0.6), 0.01),
            Answer::NoDifference,
            "400 KiB"
        );
    }
}
