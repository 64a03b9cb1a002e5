//! Arithmetic on [`Figures`]: means and medians over runs, one figure by its metric, ratios.

use super::{Figures, Metric, stats};
use crate::base::units::{ByteNanos, Bytes, Nanos};
use crate::sandbox::Outcome;

/// The figures of a run.
pub(super) fn run_figures(outcome: &Outcome) -> Figures {
    Figures {
        wall_ns: outcome.wall,
        cpu_ns: outcome.cpu,
        peak_bytes: outcome.peak.bytes,
        integral_byte_ns: outcome.integral,
        reported: None,
    }
}

/// The figures of a run, its wall time without the time that it waited for a core. Otherwise a crowded machine would drown
/// a program that computes, and one that sleeps as long would seem faster. Where several threads were seen nothing is
/// subtracted: they may well have waited for each other.
pub(super) fn undelayed(outcome: &Outcome) -> Figures {
    let figures = run_figures(outcome);
    match (outcome.delayed, outcome.tasks) {
        (Some(delayed), Some(1)) => without_delay(figures, delayed),
        _ => figures,
    }
}

/// The figures with so much less wall time, but never with less of it than of CPU time.
pub(super) fn without_delay(figures: Figures, delayed: Nanos) -> Figures {
    Figures {
        wall_ns: figures.wall_ns.saturating_sub(delayed).max(figures.cpu_ns),
        ..figures
    }
}

/// The mean of some runs of one case; the peak is the largest.
pub(super) fn mean(runs: &[Figures]) -> Figures {
    let sum = runs.iter().fold(Figures::default(), |a, b| a.join(*b));
    let count = runs.len().max(1) as u64;
    Figures {
        wall_ns: Nanos(sum.wall_ns.0 / count),
        cpu_ns: Nanos(sum.cpu_ns.0 / count),
        peak_bytes: sum.peak_bytes,
        integral_byte_ns: ByteNanos(sum.integral_byte_ns.0 / count as f64),
        reported: sum.reported.map(|r| r / count as f64),
    }
}

/// The median of each figure.
pub(super) fn medians(runs: &[Figures]) -> Figures {
    let of = |get: fn(&Figures) -> f64| {
        stats::median(&mut runs.iter().map(get).collect::<Vec<_>>()).unwrap_or(0.0)
    };
    Figures {
        wall_ns: Nanos(of(|f| f.wall_ns.0 as f64) as u64),
        cpu_ns: Nanos(of(|f| f.cpu_ns.0 as f64) as u64),
        peak_bytes: Bytes(of(|f| f.peak_bytes.0 as f64) as u64),
        integral_byte_ns: ByteNanos(of(|f| f.integral_byte_ns.0)),
        reported: runs
            .iter()
            .all(|f| f.reported.is_some())
            .then(|| of(|f| f.reported.unwrap_or(0.0)))
            .filter(|_| !runs.is_empty()),
    }
}

/// CPU time against wall time.
pub(super) fn cpu_share(figures: &Figures) -> f64 {
    figures.cpu_ns.0 as f64 / (figures.wall_ns.0 as f64).max(1.0)
}

/// One figure of a sweep or of a run.
pub(super) fn figure(figures: &Figures, metric: Metric) -> f64 {
    match metric {
        Metric::Wall => figures.wall_ns.0 as f64,
        Metric::Cpu => figures.cpu_ns.0 as f64,
        Metric::Peak => figures.peak_bytes.0 as f64,
        Metric::Integral => figures.integral_byte_ns.0,
        Metric::Reported | Metric::ReportedTime | Metric::ReportedRate => {
            figures.reported.unwrap_or(0.0)
        }
    }
}

/// ln(incumbent / candidate), or the other way round where more is better. A figure of 0 counts as 1 of its smallest unit;
/// where a command says it, that is unknown, and nothing can be said of the two.
pub(super) fn log_ratio(incumbent: &Figures, candidate: &Figures, metric: Metric) -> f64 {
    let [old, new] = [incumbent, candidate].map(|figures| figure(figures, metric));
    let ratio = if metric.is_reported() {
        let usable = |value: f64| value.is_finite() && value > 0.0;
        if !usable(old) || !usable(new) {
            return 0.0;
        }
        (old / new).ln()
    } else {
        (old.max(1.0) / new.max(1.0)).ln()
    };
    if metric == Metric::ReportedRate {
        -ratio
    } else {
        ratio
    }
}
