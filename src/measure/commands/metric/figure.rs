//! One figure as it was read.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::measure::sweep_figures::OtherFigure;

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

    /// Whether more of it is better; `None` where that would be a guess.
    pub(crate) fn more_is_better(&self) -> Option<bool> {
        match self.unit {
            // What a profiler of JMH counts besides a benchmark.
            _ if self.name.contains(":gc.") || self.name.contains(":·gc.") => None,
            Unit::Rate => Some(true),
            Unit::Time | Unit::Bytes => Some(false),
            Unit::Plain => self.name.ends_with(" allocs/op").then_some(false),
        }
    }

    /// As a figure that does not decide.
    pub(in crate::measure) fn into_other(self) -> OtherFigure {
        OtherFigure {
            more_is_better: self.more_is_better(),
            name: self.name,
            value: self.value,
        }
    }

    /// Whether it can be zero of what does some work: no time and no rate can.
    pub(crate) fn may_be_zero(&self) -> bool {
        matches!(self.unit, Unit::Bytes | Unit::Plain)
    }

    /// Whether two such values can be divided by each other.
    pub(crate) fn is_usable(&self) -> bool {
        self.value.is_finite() && self.value > 0.0
    }
}

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) figures: Vec<ReportedFigure>,
    names: HashSet<String>,
    nameless: HashMap<&'static str, usize>,
}

impl Found {
    pub(super) fn add(&mut self, figures: impl IntoIterator<Item = ReportedFigure>) {
        for figure in figures {
            self.names.insert(figure.name.clone());
            self.figures.push(figure);
        }
    }

    /// Whether there is a figure of the name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// A name for what has none: each is a figure of its own.
    pub(super) fn name_for(&mut self, tool: &'static str) -> String {
        let times = self.nameless.entry(tool).or_default();
        *times += 1;
        match *times {
            1 => tool.to_owned(),
            n => format!("{tool} {n}"),
        }
    }
}
