//! One figure as it was read.

use serde::{Deserialize, Serialize};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// Time: nanoseconds.
    Time,
    /// Memory or data: bytes.
    Bytes,
    /// Something for each second, of which more is better.
    Rate,
    /// Anything else, as it was written.
    Plain,
}

/// One figure that was said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReportedFigure {
    /// Its name.
    pub name: String,
    /// Its value, in the unit; 0, negative, infinite or no number where that was said.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
}

impl ReportedFigure {
    pub(super) fn new(name: &str, (value, unit): (f64, Unit)) -> Self {
        Self {
            name: name.trim().to_owned(),
            value,
            unit,
        }
    }

    /// Whether two such values can be divided by each other.
    pub(crate) fn is_usable(&self) -> bool {
        self.value.is_finite() && self.value > 0.0
    }
}
