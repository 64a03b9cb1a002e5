//! Gains that are too good: each is a question with what to look at, since an honest one may look the same.
//!
//! A better algorithm gains more where there is more to do; what leaves the work out gains as much on a small input. A gain above a
//! hundred is asked about unless the larger inputs gain more; where nothing tells the sizes apart it is asked about as well.

use super::super::comparison::Comparison;
use super::super::figures::figure;
use super::super::look::Answer;
use super::super::metric::Metric;
use crate::measure::{Evaluation, Flag, FlagKind};
use crate::task::{Harness, Task};

/// Gains above this are asked about.
const HUGE: f64 = 100.0;
/// Inputs that differ by less are of the same size.
const APART: f64 = 2.0;
/// How fast a gain must grow with the size: half as fast as a third root.
const GROWTH: f64 = 0.15;
/// Times and gains that differ by less than this factor say nothing here.
const CLEAR: f64 = 1.25;
/// A case that takes less than this (nanoseconds) says little of what it takes.
const LONG_ENOUGH: f64 = 1e6;

/// Flags for a comparison that was won. `before` is the evaluation of the incumbent in it.
#[must_use]
pub(crate) fn too_good(task: &Task, before: &Evaluation, comparison: &Comparison) -> Vec<Flag> {
    if comparison.answer != Answer::Better {
        return Vec::new();
    }
    let sized = sized(task, before, comparison);
    let reasons = [
        huge(&sized, comparison),
        moved(comparison),
        split(&sized, comparison),
    ];
    let flag = |reason| Flag {
        kind: FlagKind::TooGood,
        reason,
    };
    reasons.into_iter().flatten().map(flag).collect()
}

/// A timed case or call.
struct Sized {
    name: String,
    /// Its time with the incumbent, or the length of its input.
    size: f64,
    gain: f64,
    /// Whether its time is long enough to say what it takes.
    long: bool,
}

/// What was timed by size, smallest first. A call is as large as what it is given, as it is written; what a generator gives from a
/// seed has no size.
fn sized(task: &Task, before: &Evaluation, comparison: &Comparison) -> Vec<Sized> {
    let size = |name: &str| -> Option<(f64, bool)> {
        if matches!(task.harness, Harness::Calls(_)) {
            // What a single call takes is not known here, and most are short.
            return call_size(task, name).map(|size| (size, false));
        }
        let case = before.cases.iter().find(|c| c.case == name)?;
        let time = figure(&case.figures, comparison.metric);
        Some((time, time >= LONG_ENOUGH))
    };
    let all = comparison.per_case.iter().filter_map(|(name, gain)| {
        let (size, long) = size(name)?;
        Some(Sized {
            name: name.clone(),
            size,
            gain: gain.0,
            long,
        })
    });
    let mut all: Vec<Sized> = all.filter(|s| s.size > 0.0 && s.gain > 0.0).collect();
    all.sort_by(|a, b| a.size.total_cmp(&b.size));
    all
}

/// Bytes that a call of a case is given; `None` where a generator gives them.
pub(super) fn call_size(task: &Task, case: &str) -> Option<f64> {
    let Harness::Calls(calls) = &task.harness else {
        return None;
    };
    let case = task.workload.cases.iter().find(|c| c.name == case)?;
    let lines = case.input.split(|b| *b == b'\n');
    let number = lines.filter(|l| !l.trim_ascii().is_empty()).count();
    let size = case.input.len() as f64 / number.max(1) as f64;
    calls.generator.is_none().then_some(size)
}

/// The smallest and the largest, where they are far enough apart.
fn ends(sized: &[Sized]) -> Option<(&Sized, &Sized)> {
    let (first, last) = (sized.first()?, sized.last()?);
    (last.size >= APART * first.size).then_some((first, last))
}

fn huge(sized: &[Sized], comparison: &Comparison) -> Option<String> {
    if comparison.low.0 <= HUGE || comparison.metric == Metric::Peak {
        return None;
    }
    let gain = format!(
        "it is {} better than {}",
        comparison.gain, comparison.incumbent
    );
    let look = "look at whether it still does all of the work each time, or keeps a result or leaves something out";
    match ends(sized) {
        Some((small, large))
            if (large.gain / small.gain).ln() >= GROWTH * (large.size / small.size).ln() =>
        {
            None
        }
        Some(_) => Some(format!("{gain}, on small inputs as on large ones: {look}")),
        None => Some(format!(
            "{gain}, and nothing shows whether larger inputs gain more: {look}"
        )),
    }
}

/// Time that went from the clock to the processor, or from the own processes to others.
fn moved(comparison: &Comparison) -> Option<String> {
    if matches!(comparison.metric, Metric::Peak | Metric::Integral) {
        return None;
    }
    let (old, new) = (&comparison.incumbent_figures, &comparison.candidate_figures);
    let [wall, cpu] = [
        |f: &crate::measure::Figures| f.wall_ns.0,
        |f: &crate::measure::Figures| f.cpu_ns.0,
    ]
    .map(|of| of(old) as f64 / of(new) as f64);
    if !(wall.is_finite() && cpu.is_finite()) || wall <= 0.0 || cpu <= 0.0 {
        return None;
    }
    if wall >= CLEAR && cpu <= 1.0 / CLEAR {
        return Some(format!(
            "it is {wall:.2} times faster by the clock and takes {:.2} times the processor time: more threads or processes do as much work or more",
            1.0 / cpu
        ));
    }
    (cpu >= CLEAR && wall <= 1.0 / CLEAR).then(|| {
        format!(
            "it takes {cpu:.2} times less processor time, but is {:.2} times slower by the clock: look at what it waits for, and who does the work",
            1.0 / wall
        )
    })
}

fn split(sized: &[Sized], comparison: &Comparison) -> Option<String> {
    if comparison.metric == Metric::Peak {
        return None;
    }
    let (small, large) = ends(sized)?;
    (small.long && large.gain >= CLEAR && small.gain <= 1.0 / CLEAR).then(|| {
        format!(
            "on the largest ({}) it is {:.2} times better, on the smallest ({}) {:.2} times worse: look at which sizes are usual",
            super::super::text::clean(&large.name),
            large.gain,
            super::super::text::clean(&small.name),
            1.0 / small.gain
        )
    })
}
