//! What a comparison looks at.

use serde::{Deserialize, Serialize};

use crate::task::Objective;

/// Which figure a comparison looks at; fixed before its first pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Wall-clock time.
    Wall,
    /// CPU time.
    Cpu,
    /// Peak memory.
    Peak,
    /// Memory integrated over time.
    Integral,
    /// A figure that the task's bench says itself; less is better.
    Reported,
    /// The same where it is a time.
    ReportedTime,
    /// The same where more is better.
    ReportedRate,
}

impl Metric {
    /// The metric in plain words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Wall => "wall time",
            Self::Cpu => "CPU time",
            Self::Peak => "peak memory",
            Self::Integral => "memory × time",
            Self::Reported => "the figure that the command says",
            Self::ReportedTime => "the time that the command says",
            Self::ReportedRate => "the rate that the command says",
        }
    }

    /// What a better figure is called: faster, leaner, lighter; better, where only the bench knows what it counts.
    #[must_use]
    pub fn comparative(self) -> &'static str {
        match self {
            Self::Reported | Self::ReportedRate => "better",
            other => other.objective().comparative(),
        }
    }

    /// Its contrary: slower, larger, heavier, worse.
    #[must_use]
    pub fn contrary(self) -> &'static str {
        match self {
            Self::Reported | Self::ReportedRate => "worse",
            other => other.objective().contrary(),
        }
    }

    /// Whether the task's bench says it.
    #[must_use]
    pub fn is_reported(self) -> bool {
        matches!(
            self,
            Self::Reported | Self::ReportedTime | Self::ReportedRate
        )
    }

    /// The objective that is judged by this figure.
    #[must_use]
    pub fn objective(self) -> Objective {
        match self {
            Self::Wall | Self::Cpu | Self::Reported | Self::ReportedTime | Self::ReportedRate => {
                Objective::Time
            }
            Self::Peak => Objective::Memory,
            Self::Integral => Objective::Integral,
        }
    }
}
