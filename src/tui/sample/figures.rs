//! The fabricated figures: runs, traces, looks and comparisons.

use crate::base::units::{ByteNanos, Bytes, Gain, Nanos};
use crate::measure::{Answer, CaseResult, Comparison, Failure, Figures, Look, Metric, Verdict};
use crate::sandbox::{Guards, MemorySource, Sample, Tier};
use crate::session::event::VersionId;
use crate::tui::sample::Maker;

/// Time, peak and gain of what the versions come to.
pub(super) struct Shape {
    pub(super) seconds: f64,
    pub(super) peak: f64,
}

pub(super) const SHAPES: [Shape; 6] = [
    Shape {
        seconds: 0.412,
        peak: 18.4,
    },
    Shape {
        seconds: 0.080,
        peak: 21.0,
    },
    Shape {
        seconds: 0.0978,
        peak: 24.9,
    },
    Shape {
        seconds: 0.090,
        peak: 24.0,
    },
    Shape {
        seconds: 0.0975,
        peak: 25.2,
    },
    Shape {
        seconds: 0.0603,
        peak: 33.6,
    },
];

pub(super) fn look(truth: f64, pairs: usize) -> Look {
    let half = 0.16 / (pairs as f64).sqrt();
    let centre = truth + 0.03 / pairs as f64;
    Look {
        pairs,
        gain: Gain(centre.exp()),
        low: Gain((centre - half).exp()),
        high: Gain((centre + half).exp()),
    }
}

pub(super) fn comparison(
    maker: &mut Maker,
    candidate: VersionId,
    incumbent: VersionId,
    pairs: usize,
    confirmed: bool,
) -> Comparison {
    let truth = (SHAPES[incumbent.0 as usize].seconds / SHAPES[candidate.0 as usize].seconds).ln();
    let last = look(truth, pairs);
    let figures = |id: VersionId| {
        (0..7)
            .map(|i| case_result(id.0, i, None).figures)
            .fold(Figures::default(), Figures::join)
    };
    let mut ratios = |n: usize| {
        (0..n)
            .map(|_| truth + 0.06 * maker.noise())
            .collect::<Vec<f64>>()
    };
    Comparison {
        candidate: candidate.to_string(),
        incumbent: incumbent.to_string(),
        metric: Metric::Cpu,
        gain: last.gain,
        low: last.low,
        high: last.high,
        pairs,
        confirmed,
        answer: if confirmed {
            Answer::Better
        } else {
            Answer::NoDifference
        },
        looks: [10, 14, 20, 28, 40, 60]
            .iter()
            .filter(|n| **n <= pairs.max(14))
            .map(|n| look(truth, *n))
            .collect(),
        log_ratios: ratios(if confirmed { 14 } else { pairs }),
        confirming: if confirmed { ratios(12) } else { Vec::new() },
        per_case: (1..=7)
            .map(|i| (format!("{i:02}"), Gain((truth * f64::from(i) / 5.0).exp())))
            .collect(),
        incumbent_figures: figures(incumbent),
        candidate_figures: figures(candidate),
        smallest_effect: 0.01,
        margin: 0.025,
        repeats: 1,
        floors: None,
        noise: None,
        only: None,
        launches: None,
        slope: None,
        second_to: None,
        reported_name: None,
        not_borne_out: None,
        watched: Vec::new(),
        note: String::new(),
    }
}

/// The protections that the fabricated session says are on.
#[must_use]
pub(crate) fn guards() -> Guards {
    Guards {
        tier: Tier::Full,
        on: [
            "user",
            "mount",
            "pid",
            "network",
            "ipc",
            "seccomp",
            "landlock",
            "cgroup v2",
        ]
        .map(String::from)
        .to_vec(),
        missing: Vec::new(),
        memory_source: MemorySource::Cgroup,
    }
}

pub(super) fn case_result(id: u32, index: usize, failure: Option<&Failure>) -> CaseResult {
    let case = format!("{:02}", index + 1);
    let shape = &SHAPES[id as usize];
    let share = (index + 1) as f64 * (index + 1) as f64 / 140.0;
    let seconds = 0.005 + (shape.seconds - 0.035).max(0.004) * share;
    let peak = 9.2 + (shape.peak - 9.2) * ((index + 1) as f64 / 7.0).sqrt();
    let failed_here = failure.is_some_and(|f| f.case.as_ref() == Some(&case));
    let verdict = match failure {
        Some(f) if failed_here && f.stderr.is_empty() => Verdict::WrongAnswer,
        Some(_) if failed_here => Verdict::RuntimeError,
        _ => Verdict::Accepted,
    };
    let trace = trace(id, seconds, peak);
    let area = trace
        .windows(2)
        .map(|w| (w[1].t.0 - w[0].t.0) as f64 * (w[0].memory.0 + w[1].memory.0) as f64 / 2.0)
        .sum();
    CaseResult {
        case,
        verdict,
        figures: Figures {
            wall_ns: Nanos::from_seconds(seconds * 1.03),
            cpu_ns: Nanos::from_seconds(seconds),
            peak_bytes: Bytes((peak * 1e6) as u64),
            integral_byte_ns: ByteNanos(area),
            reported: None,
        },
        trace,
    }
}

/// Memory as such programs use it: the interpreter starts, the input is read, a table grows.
pub(super) fn trace(id: u32, seconds: f64, peak: f64) -> Vec<Sample> {
    let points = 96;
    (0..=points)
        .map(|i| {
            let x = f64::from(i) / f64::from(points);
            let start = (x * 18.0).min(1.0) * 9.0;
            let read = ((x - 0.10) * 6.0).clamp(0.0, 1.0)
                * (peak - 9.0)
                * if id == 0 { 1.0 } else { 0.45 };
            let table = if id == 0 {
                0.0
            } else {
                ((x - 0.3) * 1.6).clamp(0.0, 1.0).sqrt() * (peak - 9.0) * 0.55
            };
            let ripple = (x * 60.0 + f64::from(id)).sin().abs() * 0.012 * peak;
            let end = if x > 0.97 { 0.55 } else { 1.0 };
            Sample {
                t: Nanos::from_seconds(seconds * x),
                memory: Bytes(((start + read + table - ripple) * end * 1e6).max(0.0) as u64),
            }
        })
        .collect()
}
