//! What the bench says in a run, held against what the original's said.

use super::metric::{self, ReportedFigure, Unit};
use super::{VersionCopy, command_of, diagnostics, of, original_text};
use crate::measure::Figures;
use crate::measure::figures::run_figures;
use crate::measure::flags;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::{Flag, FlagKind};
use crate::sandbox::Outcome;
use crate::task::harness::BENCH;
use crate::task::{Case, Task};

/// Names that a sentence lists.
const NAMED: usize = 8;

/// The figure by which versions are compared, as the original's bench says it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FixedFigure {
    pub(super) name: String,
    pub(super) unit: Unit,
    /// How often it is said in a run; `None` where that changes from run to run.
    times: Option<usize>,
}

/// A run of the bench: its figures, and what it says.
pub(in crate::measure) struct BenchReading {
    pub(in crate::measure) figures: Figures,
    /// Why the figure that decides says nothing; `None` where it does.
    pub(in crate::measure) doubt: Option<String>,
    /// All other figures: name, value, and whether more is better.
    pub(in crate::measure) others: Vec<(String, f64, bool)>,
}

impl Judge {
    /// Fixes the figure by which versions are compared, from two runs of the original's bench.
    ///
    /// # Errors
    /// The bench does not say the figure that the developer named.
    pub(super) fn fix_figure(
        &mut self,
        task: &Task,
        case: &Case,
        runs: [&Outcome; 2],
    ) -> Result<(), JudgeError> {
        let [before, said] = runs.map(|outcome| metric::all(&diagnostics::text(outcome)));
        let Some(commands) = of(task) else {
            return Ok(());
        };
        let command = command_of(commands, &case.name);
        let names = metric::names(&said);
        let Some(figure) = metric::choose(&said, commands.metric.as_deref()) else {
            self.commands.reported_figure = None;
            return match &commands.metric {
                None => Ok(()),
                Some(wanted) if names.is_empty() => Err(JudgeError::Task(format!(
                    "--metric {wanted}: no figure is found in what `{command}` prints"
                ))),
                Some(wanted) => Err(JudgeError::Task(format!(
                    "--metric {wanted}: `{command}` says no such figure; it says {}",
                    listed(&names)
                ))),
            };
        };
        let times = |said: &[ReportedFigure]| times(said, &figure.name);
        let fixed = FixedFigure {
            times: Some(times(&said)).filter(|n| *n == times(&before)),
            name: figure.name.clone(),
            unit: figure.unit,
        };
        if names.len() > 1 && commands.metric.is_none() {
            self.note(format!(
                "`{command}` says {} figures: {}. The first, {}, decides; the others are watched. --metric NAME chooses another",
                names.len(),
                listed(&names),
                fixed.name
            ));
        }
        if !figure.is_usable() {
            self.note(format!(
                "`{command}` says {} = {} of the original, which is too coarse to tell anything; let it do more work, or print more digits",
                fixed.name, figure.value
            ));
        }
        self.commands.reported_figure = Some(fixed);
        Ok(())
    }

    /// Reads a run of a command: its figures, with what it says itself where it is the bench.
    pub(in crate::measure) fn read_bench(
        &self,
        task: &Task,
        case: &Case,
        outcome: &Outcome,
        version: &VersionCopy,
    ) -> BenchReading {
        let mut reading = BenchReading {
            figures: run_figures(outcome),
            doubt: None,
            others: Vec::new(),
        };
        let Some(fixed) = (self.commands.reported_figure.as_ref()).filter(|_| case.name == BENCH)
        else {
            return reading;
        };
        let said = metric::all(&diagnostics::text(outcome));
        let figure = metric::choose(&said, Some(&fixed.name));
        reading.figures.reported = figure.as_ref().map(|f| f.value).filter(|v| v.is_finite());
        reading.doubt = figure.and_then(|figure| doubt(task, fixed, &figure, &said, version));
        let higher = of(task).is_some_and(|commands| commands.higher_is_better);
        reading.others = metric::names(&said)
            .into_iter()
            .filter(|name| *name != fixed.name)
            .filter_map(|name| metric::choose(&said, Some(name)))
            .filter(ReportedFigure::is_usable)
            .map(|f| {
                let more = f.unit == Unit::Rate || (higher && f.unit == fixed.unit);
                (f.name, f.value, more)
            })
            .collect();
        reading
    }

    /// Flags for a version that prints the figure of the bench itself, by its text and by what a run said.
    pub(super) fn figure_flags(
        &self,
        task: &Task,
        case: &Case,
        outcome: &Outcome,
        version: &VersionCopy,
    ) -> Vec<Flag> {
        let Some(fixed) = (self.commands.reported_figure.as_ref())
            .filter(|_| case.name == BENCH && !version.is_original)
        else {
            return Vec::new();
        };
        let said = metric::all(&diagnostics::text(outcome));
        let more = said_more_often(fixed, &said).map(|reason| Flag {
            kind: FlagKind::Printed,
            reason,
        });
        let printed = flags::printed(original_text(task).unwrap_or_default(), &version.text);
        printed.into_iter().chain(more).collect()
    }
}

/// Why a figure says nothing of a version.
fn doubt(
    task: &Task,
    fixed: &FixedFigure,
    figure: &ReportedFigure,
    said: &[ReportedFigure],
    version: &VersionCopy,
) -> Option<String> {
    let printed = || {
        let flag = flags::printed(original_text(task)?, &version.text)?;
        Some(flag.reason)
    };
    if let Some(why) = said_more_often(fixed, said).or_else(printed) {
        return Some(format!("the figure of the bench cannot be trusted: {why}"));
    }
    (!figure.is_usable()).then(|| {
        format!(
            "too coarse to tell: the bench says {} = {}; let it do more work, or print more digits",
            figure.name, figure.value
        )
    })
}

/// The sentence on a figure that stands more often in the output than in the original's.
fn said_more_often(fixed: &FixedFigure, said: &[ReportedFigure]) -> Option<String> {
    let usual = fixed.times?;
    let times = times(said, &fixed.name);
    (times > usual).then(|| {
        format!(
            "{} is printed {times} times, and {usual} with the original",
            fixed.name
        )
    })
}

fn times(said: &[ReportedFigure], name: &str) -> usize {
    said.iter().filter(|f| f.name == name).count()
}

/// Some names in one line.
fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(NAMED).copied();
    let list = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => list,
        more => format!("{list} and {more} more"),
    }
}
