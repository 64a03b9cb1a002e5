//! What one contender took in one sweep over the timing cases.

use super::Figures;
use super::figures::{cpu_share, mean, without_delay};
use crate::base::units::{Bytes, Nanos};

/// One program's part in one sweep.
#[derive(Clone, Debug, Default)]
pub(super) struct SweepFigures {
    /// Sums over the timing cases; the largest peak.
    pub(super) figures: Figures,
    /// Lowest and highest that the peak can have been, the largest over the cases.
    pub(super) peak: (Bytes, Bytes),
    /// Figures of each timing case.
    pub(super) cases: Vec<Figures>,
    /// Of each timing case the busiest run; its wall time is without what it was kept waiting for a core.
    pub(super) busiest: Vec<Figures>,
    /// Whether no run was seen to use more than one thread, or processes whose CPU time may be lost.
    pub(super) single: bool,
    /// Why the figure that a bench says tells nothing of this sweep.
    pub(super) doubt: Option<String>,
    /// Other figures that the bench says: name, values, and whether more is better.
    pub(super) others: Vec<(String, Vec<f64>, bool)>,
}

impl SweepFigures {
    /// Adds the runs of a case that were made in a row; they count as one run with their mean.
    pub(super) fn add(&mut self, runs: &[Figures]) {
        let figures = mean(runs);
        self.figures = self.figures.join(figures);
        self.cases.push(figures);
    }

    /// Records what the bench says in a run besides the figure that decides.
    pub(super) fn record_others(&mut self, others: Vec<(String, f64, bool)>) {
        for (name, value, more) in others {
            match self.others.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, values, _)) => values.push(value),
                None => self.others.push((name, vec![value], more)),
            }
        }
    }

    /// The names of such figures.
    pub(super) fn other_names(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(|(name, ..)| name.as_str())
    }

    /// The mean of such a figure, and whether more is better.
    pub(super) fn other(&self, wanted: &str) -> Option<(f64, bool)> {
        let (_, values, more) = self.others.iter().find(|(name, ..)| name == wanted)?;
        Some((values.iter().sum::<f64>() / values.len() as f64, *more))
    }

    /// Keeps the busiest run of a case.
    pub(super) fn record_run(&mut self, place: usize, run: &Figures, delayed: Nanos) {
        let undelayed = without_delay(*run, delayed);
        match self.busiest.get_mut(place) {
            Some(best) if cpu_share(&undelayed) > cpu_share(best) => *best = undelayed,
            Some(_) => {}
            None => self.busiest.push(undelayed),
        }
    }
}
