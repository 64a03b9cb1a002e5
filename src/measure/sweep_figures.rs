//! What one contender took in one sweep over the timing cases.

use std::collections::HashMap;

use super::Figures;
use super::figures::{cpu_share, mean, without_delay};
use crate::base::units::{Bytes, Nanos};

/// A figure that a bench says besides the one that decides.
#[derive(Clone, Debug)]
pub(super) struct OtherFigure {
    pub(super) name: String,
    pub(super) value: f64,
    /// `None` where that would be a guess.
    pub(super) more_is_better: Option<bool>,
}

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
    /// How many iterations the bench says to have made for the figure that decides, where it says so.
    pub(super) iterations: Option<f64>,
    /// Other figures that the bench says, in its order, with their values.
    pub(super) others: Vec<(OtherFigure, Vec<f64>)>,
    /// Their places there, by name.
    pub(super) places: HashMap<String, usize>,
}

impl SweepFigures {
    /// Adds the runs of a case that were made in a row; they count as one run with their mean.
    pub(super) fn add(&mut self, runs: &[Figures]) {
        let figures = mean(runs);
        self.figures = self.figures.join(figures);
        self.cases.push(figures);
    }

    /// Records what the bench says in a run besides the figure that decides.
    pub(super) fn record_others(&mut self, others: Vec<OtherFigure>) {
        for figure in others {
            match self.places.get(&figure.name) {
                Some(place) => self.others[*place].1.push(figure.value),
                None => {
                    self.places.insert(figure.name.clone(), self.others.len());
                    let value = figure.value;
                    self.others.push((figure, vec![value]));
                }
            }
        }
    }

    /// Such figures, each as it was first said.
    pub(super) fn others(&self) -> impl Iterator<Item = &OtherFigure> {
        self.others.iter().map(|(figure, _)| figure)
    }

    /// The mean of such a figure.
    pub(super) fn other(&self, name: &str) -> Option<f64> {
        let (_, values) = &self.others[*self.places.get(name)?];
        Some(values.iter().sum::<f64>() / values.len() as f64)
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
