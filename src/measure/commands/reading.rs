//! What the bench says in a run, held against what the original's said.

use std::collections::{HashMap, HashSet};

use super::metric::{self, ReportedFigure, Unit};
use super::{VersionCopy, command_of, diagnostics, of, original_text};
use crate::measure::Figures;
use crate::measure::borne_out::{Amount, Effort};
use crate::measure::figures::run_figures;
use crate::measure::flags;
use crate::measure::judge::{Judge, JudgeError};
use crate::measure::sweep_figures::OtherFigure;
use crate::measure::{Flag, FlagKind};
use crate::sandbox::Outcome;
use crate::task::harness::BENCH;
use crate::task::region::Syntax;
use crate::task::{Case, Task};

/// Names that a sentence lists.
const NAMED: usize = 8;

/// How many times better than the others what is said beyond the usual number is, where somebody else may have said it.
const FAR: f64 = 2.0;

/// The figure by which versions are compared, as the original's bench says it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FixedFigure {
    pub(super) name: String,
    pub(super) unit: Unit,
    /// How often it is said in a run; `None` where that changes from run to run.
    times: Option<usize>,
    /// Whether more of it is better.
    higher: bool,
    /// Whether it stands in lines of ours, not in what a benchmark tool prints.
    pub(super) in_lines: bool,
    /// The part of all times that are said which is its own; 0 where that is not known.
    share: f64,
    /// The other figures that are said in each run, and tell something.
    others: Vec<ReportedFigure>,
}

/// A run of the bench: its figures, and what it says.
pub(in crate::measure) struct BenchReading {
    pub(in crate::measure) figures: Figures,
    /// Why the figure that decides says nothing; `None` where it does.
    pub(in crate::measure) doubt: Option<String>,
    /// How many iterations it says to have made for the figure that decides.
    pub(in crate::measure) iterations: Option<f64>,
    /// All other figures.
    pub(in crate::measure) others: Vec<OtherFigure>,
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
        let each = metric::each(&said);
        let names: Vec<&str> = each.iter().map(|f| f.name.as_str()).collect();
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
        let times = |said: &[ReportedFigure]| said.iter().filter(|f| f.name == figure.name).count();
        let before_each = metric::each(&before).into_iter();
        let usable = before_each.filter(ReportedFigure::is_usable);
        let usable: HashSet<String> = usable.map(|f| f.name).collect();
        let others = each
            .iter()
            .filter(|f| f.name != figure.name && f.is_usable() && usable.contains(&f.name));
        let fixed = FixedFigure {
            times: Some(times(&said)).filter(|n| *n == times(&before)),
            name: figure.name.clone(),
            unit: figure.unit,
            higher: commands.higher_is_better || figure.unit == Unit::Rate,
            in_lines: metric::is_in_lines(&diagnostics::text(runs[1])),
            share: share(&figure, &each),
            others: others.cloned().collect(),
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

    /// Name of the figure by which versions are compared, where the bench says it.
    pub(in crate::measure) fn reported_name(&self) -> Option<String> {
        let fixed = self.commands.reported_figure.as_ref();
        fixed.map(|fixed| fixed.name.clone())
    }

    /// What is known of the work behind the figure that the bench says.
    pub(in crate::measure) fn effort(&self) -> Effort {
        let Some(fixed) = &self.commands.reported_figure else {
            return Effort::default();
        };
        let trial = self.commands.trial.as_ref();
        let idle = trial.and_then(|trial| trial.idle).unwrap_or_default();
        let amount = match idle.is_by_clock {
            // Benchmark tools go by the clock.
            _ if !fixed.in_lines => Amount::ByClock,
            Some(true) => Amount::ByClock,
            Some(false) => Amount::Fixed,
            None => Amount::Unknown,
        };
        Effort {
            rest: match amount {
                Amount::Fixed => idle.cpu,
                _ => trial.and_then(|trial| trial.start),
            },
            share: fixed.share,
            amount,
        }
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
            iterations: None,
            others: Vec::new(),
        };
        let Some(fixed) = (self.commands.reported_figure.as_ref()).filter(|_| case.name == BENCH)
        else {
            return reading;
        };
        let text = diagnostics::text(outcome);
        let said = metric::all(&text);
        reading.iterations = metric::iterations(&text, &fixed.name);
        let (figure, extra) = fixed.read(&said);
        reading.figures.reported = figure.as_ref().map(|f| f.value).filter(|v| v.is_finite());
        let mut others = metric::each(&said);
        others.retain(|f| f.name != fixed.name);
        let trust = extra.or_else(|| Some(printed(task, version)?.reason.clone()));
        reading.doubt = trust
            .map(|why| format!("the figure of the bench cannot be trusted: {why}"))
            .or_else(|| figure.as_ref().and_then(coarse))
            .or_else(|| fixed.lost(&others));
        reading.others = others.into_iter().map(ReportedFigure::into_other).collect();
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
        let more = fixed.read(&said).1.map(|reason| Flag {
            kind: FlagKind::Printed,
            reason,
        });
        printed(task, version)
            .cloned()
            .into_iter()
            .chain(more)
            .collect()
    }
}

impl FixedFigure {
    /// The figure in an output, and why it cannot be trusted. Benches that choose their rounds themselves say it more often
    /// of a faster version, and so may a version that prints it as well: the best of what is said beyond the original's number
    /// do not count, so that nothing is won by them, and are named where they differ by far.
    fn read(&self, said: &[ReportedFigure]) -> (Option<ReportedFigure>, Option<String>) {
        let mut same: Vec<&ReportedFigure> = said.iter().filter(|f| f.name == self.name).collect();
        let usual = self.times.unwrap_or(same.len()).min(same.len());
        // The worst first.
        same.sort_by(|a, b| b.value.total_cmp(&a.value));
        if self.higher {
            same.reverse();
        }
        let times = same.len();
        let best = metric::median(same.split_off(usual));
        let figure = metric::median(same);
        let far = best.zip(figure.as_ref()).is_some_and(|(best, rest)| {
            let (less, more) = if self.higher {
                (rest, &best)
            } else {
                (&best, rest)
            };
            more.value / less.value > FAR
        });
        let why = far.then(|| {
            format!(
                "{} is printed {times} times, and {usual} with the original, with values far apart",
                self.name
            )
        });
        (figure, why)
    }

    /// The sentence on another figure that the original's bench says, and that tells nothing here. A count that became zero is
    /// none.
    fn lost(&self, others: &[ReportedFigure]) -> Option<String> {
        let said: HashMap<&str, &ReportedFigure> =
            others.iter().map(|f| (f.name.as_str(), f)).collect();
        self.others
            .iter()
            .find_map(|wanted| match said.get(wanted.name.as_str()) {
                None => Some(format!(
                    "the bench does not say {} any more, which it says of the original",
                    wanted.name
                )),
                Some(f) if f.is_usable() || (f.value == 0.0 && f.may_be_zero()) => None,
                Some(f) => Some(format!(
                    "the bench says {} = {}, which tells nothing, and of the original {}",
                    f.name, f.value, wanted.value
                )),
            })
    }
}

/// Whether a version can print the figure itself.
fn printed<'v>(task: &Task, version: &'v VersionCopy) -> Option<&'v Flag> {
    let look = || {
        let original = original_text(task).filter(|_| !version.is_original)?;
        flags::printed(Syntax::of(&task.language), original, &version.text)
    };
    version.printed.get_or_init(look).as_ref()
}

/// Why the figure that decides says nothing by itself.
fn coarse(figure: &ReportedFigure) -> Option<String> {
    (!figure.is_usable()).then(|| {
        format!(
            "too coarse to tell: the bench says {} = {}; let it do more work, or print more digits",
            figure.name, figure.value
        )
    })
}

/// The part of the times that are said which is the figure's.
fn share(figure: &ReportedFigure, each: &[ReportedFigure]) -> f64 {
    let timed = |f: &&ReportedFigure| matches!(f.unit, Unit::Time | Unit::Rate);
    let others: Vec<&ReportedFigure> = (each.iter().filter(timed))
        .filter(|f| f.name != figure.name)
        .collect();
    match figure.unit {
        _ if others.is_empty() => 1.0,
        Unit::Time if others.iter().all(|f| f.unit == Unit::Time) => {
            let all: f64 = others.iter().map(|f| f.value).sum();
            figure.value / (figure.value + all)
        }
        _ => 0.0,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(times: usize, higher: bool) -> FixedFigure {
        FixedFigure {
            name: "a".to_owned(),
            unit: if higher { Unit::Rate } else { Unit::Plain },
            times: Some(times),
            higher,
            in_lines: true,
            share: 1.0,
            others: metric::all("METRIC b=2ms\nMETRIC c=3\nMETRIC d=4 ops/s"),
        }
    }

    fn said(values: &[f64], unit: &str) -> Vec<ReportedFigure> {
        let lines = values.iter().map(|v| format!("METRIC a={v}{unit}\n"));
        metric::all(&lines.collect::<String>())
    }

    #[test]
    fn figures_beyond_the_usual_number_win_nothing_and_are_named_where_they_are_far_better() {
        for (times, values, higher, value, named) in [
            (2, &[3.0, 5.0][..], false, 4.0, false),
            // A bench that chose more rounds.
            (1, &[5.0, 5.2, 5.1], false, 5.2, false),
            (1, &[5.0, 4.0, 4.5], true, 4.0, false),
            // Somebody else's.
            (1, &[1.0, 50.0], false, 50.0, true),
            (1, &[0.0, 50.0], false, 50.0, true),
            (1, &[50.0, 1.0], true, 1.0, true),
            (2, &[1.0, 50.0, 60.0, 1.0], false, 55.0, true),
            // Fewer are no matter.
            (3, &[2.0], false, 2.0, false),
        ] {
            let (unit, fixed) = (if higher { " ops/s" } else { "" }, fixed(times, higher));
            let (figure, why) = fixed.read(&said(values, unit));
            assert_eq!(figure.map(|f| f.value), Some(value), "{values:?}");
            assert_eq!(why.is_some(), named, "{values:?}: {why:?}");
        }
        let any = FixedFigure {
            times: None,
            ..fixed(1, false)
        };
        assert_eq!(any.read(&said(&[1.0, 50.0, 60.0], "")).1, None);
    }

    #[test]
    fn other_figures_that_vanish_or_tell_nothing_are_named() {
        for (text, why) in [
            ("METRIC b=1ms\nMETRIC c=1\nMETRIC d=1 ops/s", None),
            // What is counted may be done without.
            ("METRIC b=1ms\nMETRIC c=0\nMETRIC d=1 ops/s", None),
            (
                "METRIC b=0ms\nMETRIC c=1\nMETRIC d=1 ops/s",
                Some("says b = 0"),
            ),
            (
                "METRIC b=1ms\nMETRIC c=nan\nMETRIC d=1 ops/s",
                Some("says c = NaN"),
            ),
            (
                "METRIC b=1ms\nMETRIC c=1\nMETRIC d=inf ops/s",
                Some("says d = inf"),
            ),
            (
                "METRIC b=1ms\nMETRIC d=1 ops/s",
                Some("does not say c any more"),
            ),
        ] {
            let found = fixed(1, false).lost(&metric::all(text));
            assert_eq!(found.is_some(), why.is_some(), "{text}: {found:?}");
            assert!(found.unwrap_or_default().contains(why.unwrap_or_default()));
        }
    }
}
