//! Whether a figure that a bench says is borne out by what its command uses as a whole.
//!
//! A version shares a process with the bench and can change how that measures: replace its clock, or its arithmetic. It cannot
//! make the command as a whole quicker by that. So where the figure of a fixed amount of work falls by much, the CPU time of the
//! command must fall as well, or its wall time. What chooses its amount of work by the clock is held to the number of its
//! iterations; where that is not known, nothing is said. Where it is not known whether it does, the gain is asked about and
//! counts all the same.

use super::figures::medians;
use super::stats::hodges_lehmann;
use super::sweep_figures::SweepFigures;
use super::{Comparison, Figures, Metric};
use crate::base::units::Nanos;

/// Smaller gains are not held against anything.
const CLAIM: f64 = 1.5;

/// The least share of the command's time that must have been saved before its absence says something.
const EXPECTED: f64 = 0.1;

/// A gain is not borne out where less than this part of it is seen.
const SEEN: f64 = 0.25;

/// What is said times the number of iterations is no less than the first part of the command's time, and no more than the
/// second: else the number is of something else.
const PLAUSIBLE: (f64, f64) = (0.25, 2.0);

/// What is known of the work behind the figure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Effort {
    /// CPU time of the bench without what the function does. Where it is not known to be the whole of that it is the time
    /// before the function is called for the first time.
    pub(super) rest: Option<Nanos>,
    /// The part of all times that the bench says which is the figure's; 0 where that is not known.
    pub(super) share: f64,
    /// How it chooses how much it does.
    pub(super) amount: Amount,
}

/// How a bench chooses how much work it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Amount {
    /// It does the same in each run.
    Fixed,
    /// It goes on until the clock ends it.
    ByClock,
    #[default]
    Unknown,
}

/// Why a gain is not borne out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) why: String,
    /// Whether the gain does not count; else it is only asked about.
    pub(super) decides: bool,
}

/// Whether a comparison is one whose gain is held against what the command uses.
pub(super) fn applies(comparison: &Comparison) -> bool {
    let times = [Metric::ReportedTime, Metric::ReportedRate];
    comparison.low.0 >= CLAIM && times.contains(&comparison.metric)
}

/// Why the gain of a comparison is not borne out; `sweeps` are those of incumbent and candidate.
pub(super) fn doubt(
    comparison: &Comparison,
    sweeps: [&[SweepFigures]; 2],
    effort: Effort,
    level: f64,
) -> Option<Doubt> {
    if !applies(comparison) {
        return None;
    }
    let claim = comparison.low.0;
    let is_time = comparison.metric == Metric::ReportedTime;
    // A candidate that says too little time for its iterations is what is looked for.
    let can_be = !is_time || sweeps[0].iter().all(can_be_counted);
    let counted = counts(sweeps[0]).zip(counts(sweeps[1])).filter(|_| can_be);
    let is_known = counted.is_some() || effort.amount == Amount::Fixed;
    // Several benchmarks share the command's time, of which one is counted.
    if counted.is_some() && effort.share < 0.9 || !is_known && effort.amount == Amount::ByClock {
        return None;
    }
    let figures = sweeps.map(|of| of.iter().map(|s| s.figures).collect::<Vec<Figures>>());
    let old = medians(&figures[0]);
    let cpu = (old.cpu_ns.0 as f64).max(1.0);
    let count = counted.as_ref().and_then(|(old, _)| {
        let mut old = old.clone();
        super::stats::median(&mut old)
    });
    let said = old.reported.filter(|_| is_time).unwrap_or_default();
    let by_figure = said * count.unwrap_or(1.0) / cpu;
    let by_rest = effort
        .rest
        .map_or(0.0, |rest| effort.share * (cpu - rest.0 as f64) / cpu);
    let expected = by_figure.max(by_rest).min(1.0) * (1.0 - 1.0 / claim);
    if expected < EXPECTED {
        return None;
    }
    // By how much each of the two has become less. Not the most that it can be: on a noisy machine that is anything.
    let saved = |of: fn(&Figures) -> Nanos| {
        let pairs = figures[0].iter().zip(&figures[1]).enumerate();
        let ratios: Vec<f64> = pairs
            .map(|(i, (old, new))| {
                let by_count = counted
                    .as_ref()
                    .map_or(0.0, |(old, new)| (new[i] / old[i]).ln());
                ((of(old).0.max(1) as f64) / (of(new).0.max(1) as f64)).ln() + by_count
            })
            .collect();
        let (saved, _, _) = hodges_lehmann(&ratios, level);
        // What other programs cost comes on top: the quickest run of each has least of it.
        let quickest = |who: usize| {
            let each = figures[who].iter().enumerate().map(|(i, f)| {
                let by = counted.as_ref();
                let count = by.map_or(1.0, |(old, new)| if who == 0 { old[i] } else { new[i] });
                of(f).0.max(1) as f64 / count
            });
            each.fold(f64::INFINITY, f64::min)
        };
        (1.0 - (-saved).exp()).min(1.0 - quickest(1) / quickest(0))
    };
    let seen = saved(|f| f.cpu_ns).max(saved(|f| f.wall_ns));
    if seen >= SEEN * expected {
        return None;
    }
    let new = medians(&figures[1]);
    let each = if counted.is_some() {
        " for each of its iterations"
    } else {
        ""
    };
    let advice = if counted.is_some() {
        ""
    } else {
        ". Where the bench chooses by the clock how much it does, let it print how much (METRIC iterations=N)"
    };
    let why = format!(
        "the bench says a gain of {}, but its command takes as long as before{each} (CPU time {}, before {}): the gain is not borne out{advice}",
        comparison.gain, new.cpu_ns, old.cpu_ns
    );
    let decides = is_known;
    Some(Doubt { why, decides })
}

/// How many iterations each sweep says to have made, where all say it.
fn counts(sweeps: &[SweepFigures]) -> Option<Vec<f64>> {
    let counts = sweeps.iter().map(|sweep| sweep.iterations);
    counts.collect()
}

/// Whether as many iterations as a sweep says to have made take about as long as its command did.
fn can_be_counted(sweep: &SweepFigures) -> bool {
    let [wall, cpu] = [sweep.figures.wall_ns, sweep.figures.cpu_ns].map(|t| t.0 as f64);
    let said = sweep.figures.reported.unwrap_or_default();
    let all = said * sweep.iterations.unwrap_or_default();
    all >= PLAUSIBLE.0 * wall.min(cpu) && all <= PLAUSIBLE.1 * wall.max(cpu)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Sweeps of a bench: what it says, its CPU time in milliseconds, and how many iterations it says.
    fn sweeps(said: f64, cpu: f64, iterations: Option<f64>) -> Vec<SweepFigures> {
        let sweep = |i: u32| {
            let cpu = Nanos((cpu * (1.0 + 0.002 * f64::from(i % 3)) * 1e6) as u64);
            SweepFigures {
                figures: Figures {
                    wall_ns: cpu,
                    cpu_ns: cpu,
                    reported: Some(said * 1e6),
                    ..Figures::default()
                },
                iterations,
                ..SweepFigures::default()
            }
        };
        (0..10).map(sweep).collect()
    }

    fn comparison(gain: f64) -> Comparison {
        let figures = serde_json::to_value(Figures::default()).unwrap();
        serde_json::from_value(serde_json::json!({
            "candidate": "v1", "incumbent": "v0", "metric": "reported_time", "gain": gain, "low": gain, "high": gain, "pairs": 10,
            "confirmed": false, "answer": "better", "incumbent_figures": figures, "candidate_figures": figures,
            "smallest_effect": 0.01, "margin": 0.025,
        }))
        .unwrap()
    }

    #[test]
    fn a_gain_that_the_command_does_not_show_is_not_borne_out() {
        let fixed = |rest: Option<f64>, share: f64| Effort {
            rest: rest.map(|ms| Nanos((ms * 1e6) as u64)),
            share,
            amount: Amount::Fixed,
        };
        let calibrated = Effort {
            share: 1.0,
            amount: Amount::ByClock,
            ..Effort::default()
        };
        let unknown = Effort {
            amount: Amount::Unknown,
            ..fixed(Some(20.0), 1.0)
        };
        type Said = (f64, f64, Option<f64>);
        let cases: [(Said, Said, Effort, Option<bool>); 19] = [
            // A clock that was replaced.
            (
                (80.0, 100.0, None),
                (1.0, 100.0, None),
                fixed(None, 1.0),
                Some(true),
            ),
            (
                (0.01, 100.0, None),
                (0.001, 100.0, None),
                fixed(Some(20.0), 1.0),
                Some(true),
            ),
            // Honest: the command shows it.
            (
                (80.0, 100.0, None),
                (8.0, 28.0, None),
                fixed(None, 1.0),
                None,
            ),
            (
                (0.01, 100.0, None),
                (0.001, 28.0, None),
                fixed(Some(20.0), 1.0),
                None,
            ),
            // Nearly all of it is the start, or work of others.
            (
                (0.5, 100.0, None),
                (0.05, 99.6, None),
                fixed(Some(99.0), 1.0),
                None,
            ),
            (
                (0.5, 100.0, None),
                (0.05, 99.6, None),
                fixed(None, 1.0),
                None,
            ),
            (
                (1.0, 100.0, None),
                (0.1, 99.0, None),
                fixed(Some(20.0), 0.02),
                None,
            ),
            // A part of it is seen, as where the bench does more than it times.
            (
                (80.0, 200.0, None),
                (8.0, 128.0, None),
                fixed(Some(20.0), 1.0),
                None,
            ),
            // The amount of work is chosen by the clock.
            (
                (0.01, 1000.0, Some(1e5)),
                (0.001, 1000.0, Some(1e6)),
                calibrated,
                None,
            ),
            (
                (0.01, 1000.0, Some(1e5)),
                (0.001, 1000.0, Some(1e5)),
                calibrated,
                Some(true),
            ),
            (
                (0.01, 1000.0, Some(1e5)),
                (0.001, 9000.0, Some(9e5)),
                calibrated,
                Some(true),
            ),
            (
                (0.01, 1000.0, None),
                (0.001, 1000.0, None),
                calibrated,
                None,
            ),
            // As many rounds in each run, of as many iterations as there is time for.
            (
                (0.01, 1000.0, Some(30.0)),
                (0.001, 1000.0, Some(30.0)),
                calibrated,
                None,
            ),
            // Another number, which no such run can be made of.
            (
                (10.0, 1000.0, Some(1e6)),
                (1.0, 1000.0, Some(1e6)),
                calibrated,
                None,
            ),
            // Nobody knows how the bench goes: it is asked about.
            (
                (80.0, 100.0, None),
                (1.0, 100.0, None),
                unknown,
                Some(false),
            ),
            (
                (0.01, 100.0, None),
                (0.001, 100.0, None),
                unknown,
                Some(false),
            ),
            ((80.0, 100.0, None), (8.0, 28.0, None), unknown, None),
            // A small part of what the command does.
            (
                (0.01, 100.0, None),
                (0.001, 96.0, None),
                fixed(Some(95.0), 1.0),
                None,
            ),
            // Too small a gain.
            (
                (80.0, 100.0, None),
                (70.0, 100.0, None),
                fixed(None, 1.0),
                None,
            ),
        ];
        for (old, new, effort, doubted) in cases {
            let found = doubt(
                &comparison(old.0 / new.0),
                [&sweeps(old.0, old.1, old.2), &sweeps(new.0, new.1, new.2)],
                effort,
                0.0079,
            );
            let decides = found.as_ref().map(|doubt| doubt.decides);
            assert_eq!(decides, doubted, "{old:?} {new:?}: {found:?}");
        }
    }
}
