//! Peak memory hardly varies: a few pairs, and a simple rule instead of statistics.
//!
//! Five pairs; better or worse only if the two ranges do not touch and the gap of the medians exceeds the smallest
//! effect (1 %) and 512 KiB.

use super::compare::{CANDIDATE, FLOOR, INCUMBENT, Plan, Void};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::{Lap, Track, log_ratio};
use super::{Answer, Comparison, Metric, Progress, stats};
use crate::sandbox::Control;
use crate::units::{Bytes, Gain, Nanos};

/// Pairs behind a comparison of peaks.
pub(super) const PAIRS: usize = 5;

/// Compares the peaks of a track's first two contenders.
pub(super) fn compare(
    judge: &mut Judge,
    track: &mut Track<'_>,
    names: [&str; 2],
    plan: &Plan,
    control: &Control,
    watch: Watch<'_>,
) -> Result<Result<Comparison, Void>, JudgeError> {
    if let Err(void) = pairs(judge, track, false, control, watch)? {
        return Ok(Err(void));
    }
    let comparison = conclude(track, names, [INCUMBENT, CANDIDATE], plan);
    watch(Progress::Looked {
        look: comparison.looks[0],
        metric: Metric::Peak,
    });
    Ok(Ok(comparison))
}

/// Runs the pairs of a comparison of peaks; `Err` inside is a contender that failed.
pub(super) fn pairs(
    judge: &mut Judge,
    track: &mut Track<'_>,
    confirming: bool,
    control: &Control,
    watch: Watch<'_>,
) -> Result<Result<(), Void>, JudgeError> {
    for done in 1..=PAIRS {
        let laps = match track.sweep(judge, control)? {
            Ok(laps) => laps,
            Err(voided) => return Ok(Err(voided.into())),
        };
        let (incumbent, candidate) = (laps[INCUMBENT].figures, laps[CANDIDATE].figures);
        let each = track.elapsed(judge) / done as u32;
        watch(Progress::Paired {
            pairs: done,
            log_ratio: log_ratio(&incumbent, &candidate, Metric::Peak),
            incumbent,
            candidate,
            confirming,
            left_ns: Some(Nanos::from(each * (PAIRS - done) as u32)),
        });
        track.keep(laps);
        track.listen(watch);
    }
    Ok(Ok(()))
}

/// The comparison of the kept laps of two contenders.
pub(super) fn conclude(
    track: &Track<'_>,
    names: [&str; 2],
    at: [usize; 2],
    plan: &Plan,
) -> Comparison {
    let (incumbent, candidate) = (Range::of(track.laps(at[0])), Range::of(track.laps(at[1])));
    let ratio = |a: f64, b: f64| Gain(a.max(1.0) / b.max(1.0));
    let look = super::Look {
        pairs: track.laps(at[0]).len(),
        gain: ratio(incumbent.median, candidate.median),
        low: ratio(incumbent.low, candidate.high),
        high: ratio(incumbent.high, candidate.low),
    };
    let answer = answer(&incumbent, &candidate, plan.rules.smallest_effect);
    let each = track.laps(at[0]).iter().zip(track.laps(at[1]));
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
        per_case: track.per_case(at[0], at[1], Metric::Peak),
        incumbent_figures: track.medians(at[0]),
        candidate_figures: track.medians(at[1]),
        smallest_effect: plan.rules.smallest_effect,
        margin: plan.rules.margin,
        repeats: track.repeats(),
        floors: track.floors(at[0], at[1]),
        noise: track.noise(),
        only: track.choice.only.clone(),
        slope: None,
        note: note(answer, &incumbent, &candidate) + &track.coverage(),
    }
}

/// Peaks of one program over some sweeps, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    low: f64,
    median: f64,
    high: f64,
}

impl Range {
    fn of(laps: &[Lap]) -> Self {
        let mut peaks: Vec<f64> = laps.iter().map(|l| l.figures.peak_bytes.0 as f64).collect();
        Self {
            low: laps
                .iter()
                .map(|l| l.peak.0.0 as f64)
                .fold(f64::INFINITY, f64::min),
            median: stats::median(&mut peaks).unwrap_or(0.0),
            high: laps.iter().map(|l| l.peak.1.0 as f64).fold(0.0, f64::max),
        }
    }

    fn touches(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

fn answer(incumbent: &Range, candidate: &Range, smallest_effect: f64) -> Answer {
    let gap = (incumbent.median - candidate.median).abs();
    let matters =
        gap > FLOOR.0 as f64 && gap > smallest_effect * incumbent.median.min(candidate.median);
    let lower = candidate.median < incumbent.median;
    match (matters, incumbent.touches(candidate), lower) {
        (false, _, _) => Answer::NoDifference,
        (true, false, true) => Answer::Better,
        (true, false, false) => Answer::Worse,
        (true, true, true) => Answer::Undecided,
        (true, true, false) => Answer::NotBetter,
    }
}

fn note(answer: Answer, incumbent: &Range, candidate: &Range) -> String {
    let bytes = |x: f64| Bytes(x as u64);
    let medians = format!("{} → {}", bytes(incumbent.median), bytes(candidate.median));
    match answer {
        Answer::NoDifference => {
            format!("{medians}: a gap below {FLOOR} or 1 % is not told from none")
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

    fn range(low: f64, median: f64, high: f64) -> Range {
        Range {
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
