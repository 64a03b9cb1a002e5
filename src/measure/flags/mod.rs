//! Flags: what a human should look at before trusting a version, each with its reason. None is a verdict; where one is asked to decide,
//! the engine does that: with `--strict` it takes no flagged version, and without it none whose reported gain is not borne out.
//!
//! What can be found, and what cannot:
//!
//! - *Constants*: texts and numbers of the cases that stand in the code, but neither in the original nor in the statement:
//!   whole outputs, whole lines of 20 bytes and more, numbers of six significant digits and more (of four, where the
//!   number is the whole output), inputs and their lines by the same rule, and literals that look like the hash of an
//!   input. Short outputs (`3`, `YES`), numbers that are computed and texts that are packed cannot be told; against
//!   those stand the held-out cases. Round numbers, powers of two and the usual prime moduli are never taken for answers.
//! - *Repeats*: every run is a fresh process in a fresh file system, so nothing can be carried from one run to the next,
//!   and the same input takes its full time each time. What is left is code that knows the shown inputs. It is seen by
//!   comparing, case by case, how much faster a version became on shown inputs and on held-out ones of similar weight.
//! - *Refused*: what the sandbox saw it try (see [`Attempt`]).
//! - *Elsewhere*: files are no memory in any figure, but the private folders may well lie in memory. Data kept there instead
//!   is flagged. What a pipe or a socket holds needs no flag: where a cgroup counts it is part of the figure.
//! - *Caller*: a called function reaches for the driver that calls it (see `caller`).
//! - *Printed*: the version can print the figure of a bench itself (see `printed`). Such a figure decides nothing either.
//! - *Dropped*: a lock, a check, a log record of the original that is gone (see `dropped`), or state that it changed and the version
//!   leaves alone (see `left_alone`).
//! - *Collector*, *Outside*, *Kept*, *Aware*: settings of the whole process, state where the module owns nothing or that a bench
//!   finds again, and looks at what runs it (see the files of these names).
//! - *Equality*, *Lazy*: values that are not what they seem (see `values`).
//! - *Too good*: a gain that its inputs do not explain (see `gains`).
//! - *Survives*: what a called function changes outside of its module, found by its driver, which puts it back.
//! - *Second opinion*: what a call gives that check or bench make differs from the original's (see `commands/second_opinion.rs`).
//! - *Untested*: it passes a check that also passes with the function broken on purpose (see `commands/trial.rs`).
//! - *Not borne out*: the bench says a gain that its command as a whole does not show (see `borne_out.rs`): such a version wins by hand alone.
//! - *Clock*: lines that replace a clock. No figure is changed by them: clocks are outside.

use super::{Comparison, Evaluation, Flag, FlagKind, stats};
use crate::base::units::Bytes;
use crate::sandbox::{Attempt, AttemptKind};
use crate::task::{Harness, Task};

mod aware;
mod caller;
mod code;
mod collector;
mod constants;
mod dropped;
mod gains;
mod kept;
mod left_alone;
mod outside;
mod printed;
mod values;

use code::Code;
pub(crate) use printed::printed;

/// Flags of one kind that are reported at most; more would tell a reader nothing new.
const MOST: usize = 3;

/// A version is suspicious if it gained so many times more on a shown case than on a held-out one …
const FAR: f64 = 3.0;
/// … that took the one before it at least this part of the shown one's time. (A cubic program that became linear gains
/// 1.6 times more on an input of twice the time, an exponential one about twice as much.)
const LIKE: f64 = 0.5;
/// Inputs may gain unlike one another, where an early exit pays. So the held-out one must also stay so far behind what is usual among
/// the shown ones, or gain less than this part of the shown one's gain, both as logarithms: who knows one case gains nothing elsewhere.
const LITTLE: f64 = 0.25;

/// Flags for the code of a version: all that can be told from its text.
///
/// `original` is the text that the session started from; what stands there already is nobody's trick.
#[must_use]
pub fn in_code(task: &Task, original: &str, code: &str) -> Vec<Flag> {
    let mut flags = constants::find(task, original, code);
    flags.extend(clocks(original, code));
    let (before, now) = (Code::of(task, original), Code::of(task, code));
    flags.extend(caller::find(task, &before, &now));
    flags.extend(dropped::find(task, (original, &before), (code, &now)));
    flags.extend(collector::find(task, &before, &now));
    flags.extend(outside::find(task, &before, &now));
    flags.extend(kept::find(task, &before, &now));
    flags.extend(aware::find(task, &before, &now));
    flags.extend(values::find(&before, &now));
    flags
}

/// Flags for what the comparisons of a version showed: with the incumbent and, where it won, with v0. `known` are the evaluations of
/// both of these.
pub(crate) fn in_comparison(
    task: &Task,
    [incumbent, original]: [Option<&Evaluation>; 2],
    evaluation: &Evaluation,
    (comparison, against_original): (&Comparison, Option<&Comparison>),
) -> Vec<Flag> {
    let repeats = incumbent.and_then(|e| repeats(task, e, comparison));
    // Two steps, each of which may be true, can come to what nothing explains.
    let too_good = [(incumbent, Some(comparison)), (original, against_original)]
        .into_iter()
        .find_map(|(before, c)| {
            let flags = gains::too_good(task, before?, c?);
            (!flags.is_empty()).then_some(flags)
        });
    let both = [Some(comparison), against_original];
    let doubt = both.into_iter().flatten().find_map(not_borne_out);
    let survives = survives_when_timed(original, evaluation, comparison);
    let flags = repeats.into_iter().chain(too_good.unwrap_or_default());
    flags.chain(doubt).chain(survives).collect()
}

/// Ways to replace or set a clock, as they look in a line without its blanks. Reading a clock is nothing.
const CLOCKS: [&str; 22] = [
    ".perf_counter=",
    ".perf_counter_ns=",
    ".process_time=",
    ".process_time_ns=",
    ".monotonic=",
    ".monotonic_ns=",
    "time.time=",
    "time.time_ns=",
    "time.clock=",
    "setattr(time,",
    "setattr(sys.modules['time']",
    "setattr(sys.modules[\"time\"]",
    "sys.modules['time']=",
    "sys.modules[\"time\"]=",
    "Date.now=",
    "performance.now=",
    "process.hrtime=",
    "globalThis.Date=",
    "LD_PRELOAD",
    "clock_settime(",
    "settimeofday(",
    "define_singleton_method(:clock_gettime",
];

/// C's clocks, where a program brings a function of that name along.
const C_CLOCKS: [&str; 4] = [
    "intclock_gettime(",
    "intgettimeofday(",
    "time_ttime(",
    "clock_tclock(",
];

fn clocks(original: &str, code: &str) -> Vec<Flag> {
    let bare = |line: &str| -> String { line.chars().filter(|c| !c.is_whitespace()).collect() };
    let before: std::collections::HashSet<String> = original.lines().map(bare).collect();
    let found = code.lines().enumerate().filter_map(|(i, line)| {
        let line = bare(line);
        let comment = line.starts_with('#') && !line.starts_with("#define");
        if before.contains(&line) || comment || line.starts_with("//") {
            return None;
        }
        let assigned = |pattern: &&&str| {
            line.match_indices(**pattern).any(|(at, _)| {
                let after = line[at + pattern.len()..].chars().next();
                let name = line[..at].chars().next_back();
                let part_of_a_name = !pattern.starts_with('.')
                    && name.is_some_and(|c| c.is_alphanumeric() || c == '_');
                let compared = pattern.ends_with('=') && after == Some('=');
                !compared && !part_of_a_name
            })
        };
        let c = C_CLOCKS
            .iter()
            .find(|p| line.contains(**p) && !line.ends_with(';'));
        let what = CLOCKS.iter().find(assigned).or(c)?;
        Some(Flag {
            kind: FlagKind::Clock,
            reason: format!(
                "line {} replaces a clock ({}); our clocks are outside and not changed by it",
                i + 1,
                what.trim_end_matches(['=', '(', ','])
            ),
        })
    });
    found.take(MOST).collect()
}

/// Collects what the sandbox refused, over the runs of an evaluation.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    seen: Vec<(Attempt, String)>,
}

impl Refusals {
    /// Adds what was refused in the run of a case.
    pub(crate) fn see(&mut self, attempts: &[Attempt], case: &str) {
        for attempt in attempts {
            let known = self
                .seen
                .iter_mut()
                .find(|(a, _)| a.kind == attempt.kind && a.what == attempt.what);
            match known {
                Some((known, _)) => known.times = known.times.saturating_add(attempt.times),
                None => self.seen.push((attempt.clone(), case.to_owned())),
            }
        }
    }

    /// One flag for each thing that was tried.
    #[must_use]
    pub(crate) fn flags(&self) -> Vec<Flag> {
        let more = self.seen.len().saturating_sub(MOST);
        let told = self
            .seen
            .iter()
            .take(MOST)
            .enumerate()
            .map(|(i, (a, case))| {
                let after = match a.kind {
                    AttemptKind::Network => "the network",
                    AttemptKind::Files => "files that are none of its business",
                    AttemptKind::Clock => "the clock",
                    AttemptKind::Processes => "other processes",
                    AttemptKind::System => "the system",
                };
                let rest = if i + 1 == MOST && more > 0 {
                    format!(" (and {more} other attempts)")
                } else {
                    String::new()
                };
                Flag {
                    kind: FlagKind::Refused,
                    reason: format!(
                        "it was after {after}: {}, refused, first on case {case}{rest}",
                        super::text::clean(&a.what)
                    ),
                }
            });
        told.collect()
    }
}

/// Flags for what a version changed outside of its module, as the driver said it.
pub(crate) fn survives(said: &[String]) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for sentence in said {
        let flag = Flag {
            kind: FlagKind::Survives,
            reason: format!(
                "it changes what is not its own: {}",
                super::text::clean(sentence)
            ),
        };
        // Of the original all are kept, for its own are taken out of every other version's.
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    flags
}

/// Removes flags that the original has as well: they are nobody's trick.
pub(crate) fn without_those_of(original: &Evaluation, flags: &mut Vec<Flag>) {
    let compared = [FlagKind::Refused, FlagKind::Survives];
    flags.retain(|f| !compared.contains(&f.kind) || !original.flags.contains(f));
    let mut survive = 0;
    flags.retain(|f| {
        survive += usize::from(f.kind == FlagKind::Survives);
        f.kind != FlagKind::Survives || survive <= MOST
    });
}

/// Flags for what a version changed outside of its module in timed runs alone.
pub(crate) fn survives_when_timed(
    original: Option<&Evaluation>,
    evaluation: &Evaluation,
    comparison: &Comparison,
) -> Vec<Flag> {
    let said = comparison.launches.as_ref().map(|l| &*l.survives);
    let known = |flag: &Flag| {
        let of = |e: &Evaluation| e.flags.contains(flag);
        of(evaluation) || original.is_some_and(of)
    };
    let mut flags = survives(said.unwrap_or_default());
    flags.retain(|flag| !known(flag));
    flags.truncate(MOST);
    flags
}

/// Whether a version that saves memory against the original keeps data in files of its own instead: more than the original
/// does by a mebibyte, and by a tenth of what it saves.
#[must_use]
pub(crate) fn elsewhere(original: &Evaluation, evaluation: &Evaluation) -> Option<Flag> {
    let peak = |e: &Evaluation| e.figures.peak_bytes;
    let saved = peak(original).saturating_sub(peak(evaluation));
    let held = evaluation.files_bytes;
    let more = held.saturating_sub(original.files_bytes);
    let told = saved.0 > 0 && more > Bytes::mib(1) && more.0 > saved.0 / 10;
    told.then(|| Flag {
        kind: FlagKind::Elsewhere,
        reason: format!(
            "it kept {held} in files of its own, which count as no memory; the original kept {}, and needs {saved} more memory",
            original.files_bytes
        ),
    })
}

/// Whether the gain that the bench says is not borne out by what its command uses.
#[must_use]
pub(crate) fn not_borne_out(comparison: &Comparison) -> Option<Flag> {
    let reason = comparison.not_borne_out.clone()?;
    let kind = FlagKind::NotBorneOut;
    Some(Flag { kind, reason })
}

/// Whether a version gained far more on shown cases than on held-out ones of similar weight. `before` is the evaluation of
/// the incumbent in the comparison.
#[must_use]
pub(crate) fn repeats(task: &Task, before: &Evaluation, comparison: &Comparison) -> Option<Flag> {
    let of = |held: bool| {
        comparison.per_case.iter().filter_map(move |(name, gain)| {
            let case = task.workload.cases.iter().find(|c| c.name == *name)?;
            let result = before.cases.iter().find(|c| c.case == *name)?;
            let weight = match &task.harness {
                Harness::Calls(_) => gains::call_size(task, name).unwrap_or(1.0),
                _ => super::figures::figure(&result.figures, comparison.metric),
            };
            (case.held_out == held).then_some((name, gain.0, weight))
        })
    };
    let calls = matches!(task.harness, Harness::Calls(_));
    let mut worst: Option<(f64, String)> = None;
    for (held, held_gain, held_weight) in of(true) {
        // A call that is given far less takes no time that could be compared.
        let like =
            |weight: f64| held_weight >= LIKE * weight && (!calls || weight >= LIKE * held_weight);
        let shown: Vec<_> = of(false).filter(|(_, _, w)| like(*w)).collect();
        let usual = stats::median(&mut shown.iter().map(|(_, gain, _)| *gain).collect::<Vec<_>>());
        let far = |gain: f64| gain / held_gain.max(f64::MIN_POSITIVE) >= FAR;
        for (name, gain, _) in shown {
            let little = held_gain.max(1.0).ln() < LITTLE * gain.ln();
            let suspicious = far(gain) && (little || usual.is_some_and(far));
            let ratio = gain / held_gain;
            if suspicious && worst.as_ref().is_none_or(|(r, _)| ratio > *r) {
                let reason = format!(
                    "on case {name}, which the model was shown, it is {gain:.2} times better than {}, but on the held-out case {held} of like weight only {held_gain:.2} times",
                    comparison.incumbent
                );
                worst = Some((ratio, reason));
            }
        }
    }
    worst.map(|(_, reason)| Flag {
        kind: FlagKind::Repeats,
        reason,
    })
}

#[cfg(test)]
mod tests;
