//! How a comparison is to be made: what is to improve, how long it may take, what counts as a difference.

use std::time::Duration;

use super::Metric;
use super::stats::Rules;
use crate::base::units::Bytes;
use crate::task::Objective;

/// A smaller difference of memory counts as none.
pub(super) const MEMORY_RESOLUTION: Bytes = Bytes(512 * 1024);

/// How a comparison is to be made.
#[derive(Clone, Debug)]
pub struct ComparisonPlan {
    /// What is to become better.
    pub objective: Objective,
    /// Wall or CPU time, where the developer chose; otherwise the warm-ups choose.
    pub metric: Option<Metric>,
    /// Time that a comparison and its confirmation may take together. Only where even the fewest pairs (five, and six
    /// fresh ones for a win) take longer are they waited for, up to twice the budget; and a candidate that looks clearly better
    /// is confirmed however long that takes.
    pub budget: Duration,
    /// The time by which it is chosen which cases are timed and how often they are repeated: that of all comparisons of a session,
    /// also where one of them may take longer, so that all gains are of the same cases.
    pub usual_budget: Duration,
    /// What counts as a difference, and when to look.
    pub rules: Rules,
    /// Where the drawing of orders starts; `None` is by lot.
    pub seed: Option<u64>,
}

impl Default for ComparisonPlan {
    fn default() -> Self {
        Self::new(Objective::Time, Duration::from_secs(30))
    }
}

impl ComparisonPlan {
    /// The usual rules for an objective and a budget.
    #[must_use]
    pub fn new(objective: Objective, budget: Duration) -> Self {
        Self {
            objective,
            metric: None,
            budget,
            usual_budget: budget,
            rules: Rules::default(),
            seed: None,
        }
    }
}
