//! The cost of a call: passes that are stamped from outside, launch by launch.
//!
//! A pass makes every call of the workload once. A *launch* is one process of each contender, alive at the same time; in
//! it bursts of passes alternate between them in drawn order, and the clocks of a process are read by the sandbox while
//! it waits ([`crate::sandbox::StampedRun`]). No figure comes from a clock inside, so that nothing inside can forge one. Both stay on one
//! core, unless threads or children work beside them, for cores are seldom equally fast; bursts of both take about as long, for a
//! core changes its speed.
//!
//! A launch gives one number for each two contenders: the mean over its bursts of ln(incumbent / candidate), without the lowest and
//! the highest tenth of them (of fewer than ten bursts the median). Launches
//! are the unit of the statistics, for what a process was given once (address layout, hash seed) is in all of its bursts
//! alike: Kalibera and Jones, "Rigorous benchmarking in reasonable time" (ISMM 2013), where repetition is needed at the
//! level at which something varies. The orders are drawn by lot, so the signed ranks of [`super::stats`] hold for launches as
//! they do for sweeps.
//!
//! **Warm, and yet nothing kept.** In real use a module is loaded once and its code is warm, so it stays loaded for the whole of
//! a launch: an instance of its own for each pass would leave the interpreter's caches cold (and make 2.45× of a true
//! 2.9×). What a function keeps of its calls must win nothing, though. So a launch begins with one half of the calls, drawn anew each
//! time, until they are warm; then the other half is made, which this process has never seen, and is made again. A half of short
//! calls is told from nothing only roughly, so new instances of the module do the same, many in a burst and several times. Where
//! the candidate's calls cost more the first time than the next, and the incumbent's do not, the difference is
//! put on the candidate's bill ([`bill`]). So it is where they cost less only at the end of the launch, or in new instances never.
//!
//! Where the incumbent itself keeps its results (`f = lru_cache(None)(_f)`), warm passes would compare nothing but looking them
//! up. Then each pass has an instance of the module of its own, for all contenders alike, and calls are timed as they are the first time.
//!
//! **Nothing hides between the stamps.** What a process spends between two bursts, until the first and after the last is
//! timed as well; what the candidate spends there more than the incumbent is put on its bill.

mod bill;
mod cost;
mod one;
mod pace;
mod request;
#[cfg(test)]
mod simulation;

use std::collections::BTreeSet;
use std::time::Duration;

use rand::RngExt as _;

use super::case_selection::usual_share;
use super::contender::{CANDIDATE, ContenderRole, Disqualified, Stop};
use super::figures::figure;
use super::judge::{Judge, JudgeError};
use super::launch_record::{Charge, ChargePlace, Launches};
use super::pairs::PairedRunner;
use super::sweep_figures::SweepFigures;
use super::{Comparison, Failure, Figures, Metric, Verdict, stats};
use crate::base::units::{ByteNanos, Bytes, Gain, Nanos};
use crate::sandbox::{CancelToken, Limits, Outcome, Program, RunVerdict};
use crate::task::calls::driver;
use crate::task::{Case, Harness, Task};
use cost::One;
use one::{Asked, Launched};
use pace::Pace;

/// What a request may take beyond the passes that it asks for.
const SLACK: Duration = Duration::from_secs(3);

/// Bursts of the launch that only warms up and chooses the clock.
const WARMING: usize = 6;

/// What is settled in the first launch of a comparison and stays so for all others.
#[derive(Clone, Debug, Default)]
pub(super) struct Settled {
    pace: Option<Pace>,
    /// Each pass has an instance of the module of its own: what the incumbent keeps would change its outcomes, or would be all
    /// that passes after the first one cost.
    fresh: bool,
    /// CPU time is that of the whole tree of processes.
    tree: bool,
    /// One core is enough for each: neither threads nor children work beside the first.
    alone: bool,
}

/// What a paired runner knows of its launches.
pub(super) struct Stamping {
    pub(super) settled: Settled,
    /// Names of the cases that are timed, and which calls of a pass are theirs.
    cases: Vec<(String, [usize; 2])>,
    /// The case that the next launch begins with.
    next_case: usize,
    /// How the calls are halved: every other launch swaps the halves of the one before, so that two launches together have
    /// seen every call for the first time.
    halves: u32,
    kept: Vec<Launched>,
    /// What each contender changed that outlives its module, as its driver says it.
    survives: Vec<BTreeSet<String>>,
}

impl Stamping {
    /// What the calls of a case cost two contenders, in each launch that timed it by itself.
    fn costs_of_case(
        &self,
        case: usize,
        at: [usize; 2],
        metric: Metric,
    ) -> impl Iterator<Item = [f64; 2]> {
        let tree = self.settled.tree;
        self.kept.iter().filter_map(move |launch| {
            let cost = |who: usize| {
                let cost = launch.each.get(who)?.cases.get(&case)?;
                Some(cost.of(metric, tree).max(1.0))
            };
            Some([cost(at[0])?, cost(at[1])?])
        })
    }

    pub(super) fn new(cases: &[&Case], settled: Settled) -> Self {
        let mut at = 0;
        let cases = cases.iter().map(|case| {
            let from = at;
            at += calls_of(case);
            (case.name.clone(), [from, at])
        });
        Self {
            settled,
            cases: cases.collect(),
            next_case: 0,
            halves: 0,
            kept: Vec::new(),
            survives: Vec::new(),
        }
    }
}

/// How many calls a case has: as many as there are lines of expected outcomes below the header.
fn calls_of(case: &Case) -> usize {
    let expected = case.expected.as_deref().unwrap_or_default();
    let lines = expected.split(|b| *b == b'\n').skip(1);
    lines.filter(|line| !line.trim_ascii().is_empty()).count()
}

/// The limits of a run that makes the calls of so many cases, more than once.
pub(super) fn limits(task: &Task, cases: usize) -> Limits {
    let cases = u32::try_from(cases.max(1)).unwrap_or(u32::MAX);
    Limits {
        time: task.limits.time.saturating_mul(cases).saturating_mul(2) + SLACK,
        ..task.limits.clone()
    }
}

/// A program of calls that makes so many passes and ends.
pub(super) fn with_passes(program: &Program, task: &Task, place: &Case, passes: u32) -> Program {
    let keep = matches!(&task.harness, Harness::Calls(c) if c.keep);
    let mut stdin = driver::header(passes, passes, keep);
    stdin.extend_from_slice(&place.input);
    Program {
        stdin: stdin.into(),
        ..program.clone()
    }
}

/// A program of calls that makes its passes when it is asked to.
fn stamped(program: &Program, task: &Task, place: &Case, fresh: bool) -> Program {
    let keep = matches!(&task.harness, Harness::Calls(c) if c.keep);
    let mut stdin = driver::stamped_header(keep, fresh);
    stdin.extend_from_slice(&place.input);
    Program {
        stdin: stdin.into(),
        ..program.clone()
    }
}

impl PairedRunner<'_> {
    /// The launch before all others, which is thrown away: finds out how many passes make a burst, and chooses the clock.
    pub(super) fn first_launch(
        &mut self,
        judge: &mut Judge,
        cancel: &CancelToken,
    ) -> Result<Metric, Stop> {
        let may_keep = matches!(&self.task.harness, Harness::Calls(c) if c.keep);
        loop {
            let disqualified = match self.launch(judge, cancel) {
                Ok(_) => None,
                Err(Stop::Disqualified(disqualified)) => Some(disqualified),
                Err(stop) => return Err(stop),
            };
            let Some(stamping) = self.stamping.as_mut() else {
                return disqualified.map_or(Ok(Metric::Cpu), |d| Err(Stop::Disqualified(d)));
            };
            // What the incumbent keeps from pass to pass changes what comes of its calls, or is all that they cost: then each
            // pass gets an instance of the module of its own.
            let keeps = match &disqualified {
                Some(d) => {
                    d.version != ContenderRole::at(CANDIDATE) && d.verdict == Verdict::WrongAnswer
                }
                None => stamping.kept.last().is_some_and(|l| l.each[0].keeps()),
            };
            if stamping.settled.fresh || !keeps || may_keep {
                match disqualified {
                    Some(disqualified) => return Err(Stop::Disqualified(disqualified)),
                    None => break,
                }
            }
            stamping.settled.fresh = true;
            stamping.settled.pace = None;
        }
        let Some(stamping) = self.stamping.as_mut() else {
            return Ok(Metric::Cpu);
        };
        let seen: Vec<Vec<Figures>> = stamping
            .kept
            .last()
            .map(|l| l.each.iter().map(One::bursts_as_figures).collect())
            .unwrap_or_default();
        stamping.settled.tree = stamping
            .kept
            .last()
            .is_some_and(|l| l.each.iter().any(One::works_in_children));
        stamping.settled.alone = !stamping.settled.tree
            && seen
                .iter()
                .flatten()
                .all(|f| f.cpu_ns.0 as f64 <= 1.05 * f.wall_ns.0 as f64 + 100e3);
        let metric = clock(&seen, &judge.known_to_compute(&self.contenders));
        judge.remember_clock(&self.contenders, metric);
        // One rehearsal says roughly how long a pass is, six bursts better.
        if let (Some(pace), Some(last)) = (stamping.settled.pace.take(), stamping.kept.last()) {
            let tree = stamping.settled.tree;
            let pass: Vec<f64> = last.each.iter().map(|one| one.pass(metric, tree)).collect();
            stamping.settled.pace = Some(pace.with_passes_of(&pass));
        }
        stamping.kept.clear();
        Ok(metric)
    }

    /// One launch of all contenders: what a pass of each costs, and what was seen meanwhile.
    pub(super) fn launch(
        &mut self,
        judge: &mut Judge,
        cancel: &CancelToken,
    ) -> Result<Vec<SweepFigures>, Stop> {
        let Some(stamping) = self.stamping.as_ref() else {
            return Err(JudgeError::Environment("no calls are timed".into()).into());
        };
        let Settled {
            pace,
            fresh,
            tree,
            alone,
        } = stamping.settled.clone();
        // Cores are seldom equally fast, so all are timed on the same one; another each time.
        let cores = if alone {
            crate::sandbox::cores()
        } else {
            Vec::new()
        };
        let core = (!cores.is_empty()).then(|| cores[self.chance.random_range(0..cores.len())]);
        let swapped = stamping.kept.len() % 2 == 1;
        let seed = if swapped {
            stamping.halves
        } else {
            self.chance.random()
        };
        let place = &self.places[0];
        let programs: Vec<Program> = self
            .contenders
            .iter()
            .map(|c| stamped(&c.built.program(self.task, place), self.task, place, fresh))
            .collect();
        let asked = Asked {
            cases: stamping.cases.iter().map(|(_, range)| *range).collect(),
            first_case: stamping.next_case,
            seed,
            swapped,
            pace,
            most_bursts: if stamping.settled.pace.is_some() {
                usize::MAX
            } else {
                WARMING
            },
            keep: matches!(&self.task.harness, Harness::Calls(c) if c.keep),
            core,
        };
        judge.wait_while_held(cancel);
        let mut launch = |judge: &mut Judge| {
            one::launch(
                judge,
                &programs,
                &self.limits,
                &asked,
                &mut self.chance,
                cancel,
            )
        };
        let (launched, outcomes) = match launch(judge) {
            // The sandbox failed; once more with a new one.
            Err(JudgeError::Sandbox(_)) => {
                judge.forget_sandboxes();
                launch(judge)?
            }
            done => done?,
        };
        for (who, outcome) in &outcomes {
            self.check_launch(judge, *who, outcome, cancel)?;
        }
        let Some(launched) = launched else {
            // It has ended by itself, and everything about its end looks right.
            let who = outcomes.last().map_or(0, |(who, _)| *who);
            return Err(Stop::from(Disqualified {
                version: ContenderRole::at(who),
                verdict: Verdict::RuntimeError,
                failure: Failure {
                    case: Some(self.places[0].name.clone()),
                    held_out: self.places[0].held_out,
                    reason: "in a timed run: it ended before its calls were made".into(),
                    ..Failure::default()
                },
            }));
        };
        let mut sweeps = launched.sweeps(tree, &outcomes);
        for (who, outcome) in &outcomes {
            let mut sweep = std::mem::take(&mut sweeps[*who]);
            self.saw(outcome, 0, &mut sweep);
            sweeps[*who] = sweep;
        }
        if let Some(stamping) = self.stamping.as_mut() {
            stamping.halves = seed;
            stamping.next_case = launched.next_case;
            stamping.settled.pace = Some(launched.pace.clone());
            stamping.kept.push(launched);
        }
        Ok(sweeps)
    }

    /// Whether what a contender wrote at the end of its launch is right.
    fn check_launch(
        &mut self,
        judge: &mut Judge,
        who: usize,
        outcome: &Outcome,
        cancel: &CancelToken,
    ) -> Result<(), Stop> {
        if outcome.verdict == RunVerdict::SandboxError {
            let why = super::judge::ending(outcome, &self.limits);
            return Err(JudgeError::Sandbox(why).into());
        }
        let judged = judge.verdict(outcome, &self.places[0], self.task, cancel)?;
        self.noise_monitor.record_run(outcome.wall, outcome.delayed);
        if let Some(stamping) = self.stamping.as_mut() {
            let contenders = self.contenders.len();
            stamping.survives.resize_with(contenders, BTreeSet::new);
            stamping.survives[who].extend(driver::survives(&outcome.stderr.bytes));
        }
        let Some((verdict, mut failure)) = judged else {
            return Ok(());
        };
        failure.reason = format!("in a timed run: {}", failure.reason);
        Err(Stop::from(Disqualified {
            version: ContenderRole::at(who),
            verdict,
            failure,
        }))
    }

    /// How many fresh pairs confirm something at least. Of fewer launches nobody knows whether results are kept.
    pub(super) fn fewest_confirming(&self) -> usize {
        match self.stamping {
            Some(_) => stats::FEWEST_CONFIRMING.max(2 * bill::ENOUGH),
            None => stats::FEWEST_CONFIRMING,
        }
    }

    /// How the calls of two contenders were timed, for the record.
    pub(super) fn launches_told(&self, at: [usize; 2], metric: Metric) -> Option<Launches> {
        let [incumbent, candidate] = at;
        let stamping = self.stamping.as_ref()?;
        let pace = stamping.settled.pace.as_ref()?;
        let mut outside: Vec<f64> = stamping
            .kept
            .iter()
            .filter_map(|l| Some(l.each.get(incumbent)?.loading))
            .collect();
        Some(Launches {
            calls: calls_of(&self.places[0]),
            passes: pace.passes.get(incumbent).copied().unwrap_or(1),
            bursts: pace.bursts,
            outside_ns: Nanos(stats::median(&mut outside).unwrap_or(0.0) as u64),
            promised: None,
            charged: Vec::new(),
            fresh: stamping.settled.fresh,
            survives: match (
                stamping.survives.get(incumbent),
                stamping.survives.get(candidate),
            ) {
                (Some(before), Some(now)) => now.difference(before).cloned().collect(),
                _ => Vec::new(),
            },
            cases: self.case_times(at, metric),
        })
    }

    /// Puts on a winning candidate's bill what it spends outside of its bursts, more than the other.
    pub(super) fn charge(&self, c: &mut Comparison, at: [usize; 2]) {
        let Some(stamping) = &self.stamping else {
            return;
        };
        // Of memory × time it is the time that can be moved.
        let metric = match c.metric {
            Metric::Integral => Metric::Wall,
            other => other,
        };
        let costs = [&c.incumbent_figures, &c.candidate_figures].map(|f| figure(f, metric));
        let clocks = bill::Clocks {
            metric,
            tree: stamping.settled.tree,
            alike: self.task.language.id == "python",
        };
        let charged = bill::charges(&stamping.kept, at, costs, clocks);
        bill::put(c, costs, charged);
    }

    /// Ratio of each case, in the middle of the launches that timed it: few do, and a disturbed one is not to decide.
    pub(super) fn per_call(&self, at: [usize; 2], metric: Metric) -> Vec<(String, Gain)> {
        let Some(stamping) = &self.stamping else {
            return Vec::new();
        };
        if stamping.cases.len() < 2 {
            return Vec::new();
        }
        let ratio = |case: usize| {
            let costs = stamping.costs_of_case(case, at, metric);
            let mut logs: Vec<f64> = costs.map(|[old, new]| (old / new).ln()).collect();
            stats::median(&mut logs).map(|middle| Gain(middle.exp()))
        };
        let named = stamping.cases.iter().enumerate();
        named
            .filter_map(|(i, (name, _))| Some((name.clone(), ratio(i)?)))
            .collect()
    }

    /// What the calls of each case take, incumbent's and candidate's.
    fn case_times(&self, at: [usize; 2], metric: Metric) -> Vec<(String, [Nanos; 2])> {
        let Some(stamping) = self.stamping.as_ref().filter(|s| s.cases.len() > 1) else {
            return Vec::new();
        };
        let middle = |case: usize, who: usize| {
            let costs = stamping.costs_of_case(case, at, metric);
            let mut of_one: Vec<f64> = costs.map(|both| both[who]).collect();
            stats::median(&mut of_one).map(|ns| Nanos(ns.round() as u64))
        };
        let named = stamping.cases.iter().enumerate();
        named
            .filter_map(|(i, (name, _))| Some((name.clone(), [middle(i, 0)?, middle(i, 1)?])))
            .collect()
    }
}

impl Launched {
    /// The figures of a pass of each contender. The incumbent's are those in the middle of its bursts; those of the others follow
    /// from the middle of the ratios of bursts next to each other, which what the machine does meanwhile moves least.
    fn sweeps(&self, tree: bool, outcomes: &[(usize, Outcome)]) -> Vec<SweepFigures> {
        let first = &self.each[0];
        let cost = |who: usize, metric: Metric| -> f64 {
            first.pass(metric, tree) / first.log_ratio(&self.each[who], metric, tree).exp()
        };
        let sweep = |who: usize| {
            let wall = cost(who, Metric::Wall);
            let outcome = outcomes.iter().find(|(w, _)| *w == who).map(|(_, o)| o);
            let memory = outcome.map_or(0.0, |o| o.integral.0 / (o.wall.0 as f64).max(1.0));
            SweepFigures {
                figures: Figures {
                    wall_ns: Nanos(wall.round().max(1.0) as u64),
                    cpu_ns: Nanos(cost(who, Metric::Cpu).round().max(1.0) as u64),
                    peak_bytes: outcome.map_or(Bytes(0), |o| o.peak.bytes),
                    integral_byte_ns: ByteNanos((memory * wall).max(1.0)),
                    reported: None,
                },
                single: true,
                ..SweepFigures::default()
            }
        };
        (0..self.each.len()).map(sweep).collect()
    }
}

/// The clock for what was seen in the first launch, for every contender its bursts: CPU time, unless some contender's passes
/// wait for something, or keep several cores busy. On a crowded machine single bursts say little, but a pass that
/// waits does so each time, and one that shares its work too. Which contenders computed in a comparison before is `known`.
fn clock(seen: &[Vec<Figures>], known: &[bool]) -> Metric {
    let share = |f: &Figures| f.cpu_ns.0 as f64 / (f.wall_ns.0 as f64).max(1.0);
    let busiest: Vec<f64> = seen
        .iter()
        .map(|passes| passes.iter().map(share).fold(0.0, f64::max))
        .collect();
    let all = usual_share(&busiest, known);
    let computes = |(n, passes): (usize, &Vec<Figures>)| {
        let idlest = passes.iter().map(share).fold(f64::INFINITY, f64::min);
        let waits = busiest[n] < WAITING * all && !known.get(n).is_some_and(|k| *k);
        !waits && idlest <= SEVERAL
    };
    if seen.iter().enumerate().all(computes) {
        Metric::Cpu
    } else {
        Metric::Wall
    }
}

/// A pass whose CPU time is a smaller part of its wall time than this waits for something.
const WAITING: f64 = 0.5;

/// Above this, each time, several cores work on it.
const SEVERAL: f64 = 1.3;

/// What people should know of figures that are those of calls: the floor that is not in them.
pub(super) fn remark(c: &Comparison) -> String {
    let (calls, outside) = match (&c.launches, &c.slope) {
        (Some(launches), _) => (launches.calls, launches.outside_ns),
        (None, Some(slope)) => (slope.calls, slope.outside_ns),
        (None, None) => return String::new(),
    };
    let calls = match calls {
        1 => "one call".to_owned(),
        n => format!("a pass over {n} calls"),
    };
    let fresh = match &c.launches {
        Some(launches) if launches.fresh => {
            ", each with the module loaded anew, since the version that it is compared with keeps results"
        }
        _ => "",
    };
    format!(
        "; times are those of {calls}{fresh}, without {outside} in which a process starts, loads and prepares"
    )
}

/// What was put on a candidate's bill, as a part of a sentence.
pub(super) fn charged_in_words(launches: &Launches) -> String {
    let parts: Vec<String> = launches
        .charged
        .iter()
        .map(|charge| {
            let place = match charge.place {
                ChargePlace::Outside => "to load and to end",
                ChargePlace::Between => "between its passes",
                ChargePlace::FirstTime => {
                    "when it sees its arguments for the first time, of which it keeps results"
                }
            };
            format!("{} a pass more {place}", charge.ns)
        })
        .collect();
    parts.join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn journals_that_speak_of_slopes_are_read() {
        let old = r#"{"candidate":"v1","incumbent":"v0","metric":"cpu","gain":2.0,"low":1.9,"high":2.1,"pairs":12,
            "confirmed":true,"answer":"better","incumbent_figures":{"wall_ns":2,"cpu_ns":2,"peak_bytes":3,"integral_byte_ns":4.0},
            "candidate_figures":{"wall_ns":1,"cpu_ns":1,"peak_bytes":3,"integral_byte_ns":4.0},"smallest_effect":0.01,"margin":0.025,
            "slope":{"calls":5,"incumbent_passes":10,"candidate_passes":20,"outside_ns":40000000,"promised":3.0}}"#;
        let c: Comparison = serde_json::from_str(old).unwrap();
        assert_eq!(c.slope.unwrap().candidate_passes, 20);
        assert!(remark(&c).contains("a pass over 5 calls"), "{}", remark(&c));
        let again = serde_json::to_value(&c).unwrap();
        assert!(again.get("launches").is_none() && again["slope"]["calls"] == 5);
    }

    #[test]
    fn only_passes_that_wait_or_share_the_work_are_timed_by_the_wall() {
        let seen = |pairs: &[(u64, u64)]| -> Vec<Figures> {
            let figures = |(wall, cpu): &(u64, u64)| Figures {
                wall_ns: Nanos(*wall),
                cpu_ns: Nanos(*cpu),
                ..Figures::default()
            };
            pairs.iter().map(figures).collect()
        };
        // A crowded machine: the wall time is three times as much, and sometimes not.
        let crowded = seen(&[(90, 30), (50, 31), (28, 30)]);
        let idle = seen(&[(50, 1), (51, 1), (49, 2)]);
        let parallel = seen(&[(20, 39), (21, 40), (20, 41)]);
        assert_eq!(clock(&[crowded.clone(), crowded.clone()], &[]), Metric::Cpu);
        assert_eq!(
            clock(&[crowded.clone(), idle.clone()], &[true, false]),
            Metric::Wall
        );
        assert_eq!(clock(&[parallel, crowded], &[true, true]), Metric::Wall);
        // Where even a version that is known to compute gets a fifth of a core, another one that gets as much computes as well.
        let starved = seen(&[(150, 30), (160, 31), (140, 27)]);
        assert_eq!(
            clock(&[starved.clone(), starved.clone()], &[false, false]),
            Metric::Wall
        );
        assert_eq!(
            clock(&[starved.clone(), starved.clone()], &[true, false]),
            Metric::Cpu
        );
        assert_eq!(clock(&[starved, idle], &[true, false]), Metric::Wall);
    }
}
