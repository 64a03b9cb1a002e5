//! What happens while the judge works.

use serde::{Deserialize, Serialize};

use super::evaluation::{CaseResult, Figures};
use super::look::Look;
use super::metric::Metric;
use super::noise::Noise;
use crate::base::units::Nanos;
use crate::sandbox::Sample;

/// What happens while the judge works. Transient: only shown, never kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
    /// The compiler runs.
    Building,
    /// A case starts (index from 0).
    CaseStarted {
        /// Position in the workload.
        index: usize,
        /// Cases in all.
        total: usize,
        /// Name of the case.
        case: String,
    },
    /// A reading of the run that is on.
    Sampled {
        /// The reading.
        sample: Sample,
    },
    /// A case ended.
    CaseFinished {
        /// Position in the workload.
        index: usize,
        /// Cases in all.
        total: usize,
        /// Its verdict, figures and trace.
        result: CaseResult,
    },
    /// Warm-up of a comparison: the metric is being chosen.
    WarmingUp,
    /// A pair was run.
    Paired {
        /// Pairs so far.
        pairs: usize,
        /// ln(incumbent / candidate) of this pair.
        log_ratio: f64,
        /// The incumbent's figures in this pair.
        incumbent: Figures,
        /// The candidate's figures in this pair.
        candidate: Figures,
        /// Whether this is a confirming pair.
        confirming: bool,
        /// Upper estimate of the time left, if there is one.
        left_ns: Option<Nanos>,
    },
    /// What the pairs before the first look say, roughly. Decides nothing.
    Estimated {
        /// The mean, and an interval by Student's t.
        look: Look,
        /// What is compared.
        metric: Metric,
    },
    /// A look was taken.
    Looked {
        /// What it saw.
        look: Look,
        /// What is compared.
        metric: Metric,
    },
    /// A candidate looks clearly better, and its confirmation takes longer than the time for a comparison.
    BeyondBudget {
        /// The time for a comparison.
        budget_ns: Nanos,
        /// What the fewest fresh pairs take beyond it, about.
        more_ns: Nanos,
    },
    /// How quiet the machine is while pairs run; at most once a second.
    Heard {
        /// The reading.
        noise: Noise,
    },
}
