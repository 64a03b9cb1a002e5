//! Pairs of sweeps: runs programs next to each other, case by case, in drawn order.

use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::build::Built;
use super::choice::{Busiest, Choice, share};
use super::compare::First;
use super::floor::{self, Floors};
use super::judge::{Judge, JudgeError, Watch, ending};
use super::noise::{Ear, Noise};
use super::slope::{self, Slopes};
use super::{Comparison, Evaluation, Failure, Figures, Metric, Progress, Verdict, check};
use crate::sandbox::{Control, Limits, Outcome, Program, RunVerdict};
use crate::task::{Case, Harness, Objective, Task, calls};
use crate::units::{ByteNanos, Bytes, Gain, Nanos};

/// A version that takes part in a comparison: built, and found right on every case.
#[derive(Clone, Copy, Debug)]
pub struct Contender<'a> {
    /// What people call it: `v3`, a file name.
    pub name: &'a str,
    /// The version.
    pub built: &'a Built,
    /// Its evaluation; must be accepted, for a wrong program is never timed.
    pub evaluation: &'a Evaluation,
}

/// A version that failed in a timed run: it is void, whatever its evaluation said.
#[derive(Clone, Debug, PartialEq)]
pub struct Voided {
    /// Position of the contender that failed.
    pub(super) who: usize,
    /// What became of it.
    pub verdict: Verdict,
    /// How it failed.
    pub failure: Failure,
}

/// One program's part in one sweep.
#[derive(Clone, Debug, Default)]
pub(super) struct Lap {
    /// Sums over the timing cases; the largest peak.
    pub(super) figures: Figures,
    /// Lowest and highest that the peak can have been, the largest over the cases.
    pub(super) peak: (Bytes, Bytes),
    /// Figures of each timing case.
    pub(super) cases: Vec<Figures>,
    /// Of each timing case the busiest run; its wall time is without what it was kept waiting for a core.
    pub(super) busiest: Vec<Figures>,
    /// Whether no run was seen to use more than one thread, or processes whose CPU time may be lost.
    pub(super) single: bool,
}

impl Lap {
    /// Takes in all runs of a case in a row, which count as one: their mean.
    fn add(&mut self, runs: &[Figures]) {
        let figures = mean(runs);
        self.figures = self.figures.join(figures);
        self.cases.push(figures);
    }

    /// Keeps the busiest run of a case.
    fn saw(&mut self, place: usize, run: &Figures, delayed: Nanos) {
        let undelayed = without(*run, delayed);
        match self.busiest.get_mut(place) {
            Some(best) if share(&undelayed) > share(best) => *best = undelayed,
            Some(_) => {}
            None => self.busiest.push(undelayed),
        }
    }
}

/// The figures of a run, its wall time without the time for which it was kept waiting for a core. Otherwise a crowded
/// machine would drown a program that computes, and one that sleeps as long would seem to be quicker. Where several
/// threads were seen nothing is taken off: they may well have waited for each other.
pub(super) fn undelayed(outcome: &Outcome) -> Figures {
    let figures = check::figures(outcome);
    match (outcome.delayed, outcome.tasks) {
        (Some(delayed), Some(1)) => without(figures, delayed),
        _ => figures,
    }
}

/// The figures with so much less wall time, but never with less of it than of CPU time.
fn without(figures: Figures, delayed: Nanos) -> Figures {
    Figures {
        wall_ns: figures.wall_ns.saturating_sub(delayed).max(figures.cpu_ns),
        ..figures
    }
}

/// The mean of some runs of one case; the peak is the largest.
fn mean(runs: &[Figures]) -> Figures {
    let sum = runs.iter().fold(Figures::default(), |a, b| a.join(*b));
    let count = runs.len().max(1) as u64;
    Figures {
        wall_ns: Nanos(sum.wall_ns.0 / count),
        cpu_ns: Nanos(sum.cpu_ns.0 / count),
        peak_bytes: sum.peak_bytes,
        integral_byte_ns: ByteNanos(sum.integral_byte_ns.0 / count as f64),
        reported: sum.reported.map(|r| r / count as f64),
    }
}

/// Runs sweep after sweep of the same contenders over the same cases.
pub(super) struct Track<'a> {
    pub(super) contenders: Vec<Contender<'a>>,
    /// What is run in one sweep: the timing cases, or all their calls as one.
    pub(super) places: Vec<Case>,
    /// Of every contender a program for every place.
    programs: Vec<Vec<Program>>,
    /// How calls are timed; `None` where whole runs are.
    pub(super) slopes: Option<Slopes>,
    pub(super) limits: Limits,
    pub(super) task: &'a Task,
    pub(super) choice: Choice,
    chance: Pcg64Mcg,
    repeats: usize,
    laps: Vec<Vec<Lap>>,
    ear: Ear,
    started: Instant,
    held_before: Duration,
    last_sweep: Duration,
}

impl<'a> Track<'a> {
    /// Makes everything ready before the first run, so that nothing is prepared between two timed ones.
    pub(super) fn new(
        judge: &Judge,
        contenders: Vec<Contender<'a>>,
        task: &'a Task,
        choice: Choice,
        objective: Objective,
        seed: Option<u64>,
    ) -> Result<Self, JudgeError> {
        for c in &contenders {
            if !c.evaluation.verdict.accepted() {
                return Err(JudgeError::Task(format!(
                    "{} is not timed: {}",
                    c.name,
                    c.evaluation.verdict.in_words()
                )));
            }
        }
        let cases = choice.cases.iter();
        let cases: Vec<&Case> = cases.filter_map(|i| task.workload.cases.get(*i)).collect();
        let (places, limits) = match &task.harness {
            Harness::Calls(_) => (vec![calls::join(&cases)], slope::limits(task, cases.len())),
            _ => (cases.into_iter().cloned().collect(), task.limits.clone()),
        };
        let programs = contenders
            .iter()
            .map(|c| places.iter().map(|p| c.built.program(task, p)).collect())
            .collect();
        // Of a peak there is no slope: it is that of a process that makes every call once.
        let slopes = (matches!(task.harness, Harness::Calls(_)) && objective != Objective::Memory)
            .then(|| Slopes::new(contenders.len()));
        let chance = seed.map_or_else(
            || Pcg64Mcg::seed_from_u64(rand::random()),
            Pcg64Mcg::seed_from_u64,
        );
        let laps = vec![Vec::new(); contenders.len()];
        Ok(Self {
            contenders,
            places,
            programs,
            slopes,
            limits,
            task,
            choice,
            chance,
            repeats: 1,
            laps,
            ear: Ear::new(),
            started: Instant::now(),
            held_before: judge.held(),
            last_sweep: Duration::ZERO,
        })
    }

    /// From now on every case runs so often in a row.
    pub(super) fn repeat(&mut self, times: usize) {
        self.repeats = times.max(1);
    }

    /// How often every case runs in a row.
    pub(super) fn repeats(&self) -> usize {
        self.repeats
    }

    /// How long the last sweep of all contenders took.
    pub(super) fn sweep_time(&self) -> Duration {
        self.last_sweep
    }

    /// Warm-up sweeps, thrown away: one, and where it is not clear yet whether CPU time tells all, up to seven more
    /// while they are cheap (an eighth of the budget).
    pub(super) fn warm_up(
        &mut self,
        judge: &mut Judge,
        budget: Duration,
        control: &Control,
    ) -> Result<Result<Metric, Voided>, JudgeError> {
        let mut busiest = Busiest::new(&self.contenders, &self.choice);
        let mut slopes: Vec<Vec<Figures>> = vec![Vec::new(); self.contenders.len()];
        let started = self.elapsed(judge);
        for done in 1..=8 {
            match self.sweep(judge, control)? {
                Ok(laps) => {
                    busiest.see(&laps);
                    for (seen, lap) in slopes.iter_mut().zip(&laps) {
                        seen.push(lap.figures);
                    }
                }
                Err(voided) => return Ok(Err(voided)),
            }
            let spent = self.elapsed(judge).saturating_sub(started);
            let enough = match self.slopes {
                Some(_) => done >= 2 && slope::clock(&slopes) == Metric::Cpu,
                None => busiest.all_busy(),
            };
            let most = match self.slopes {
                Some(_) => budget / 4,
                None => budget / 8,
            };
            if enough || spent / done * (done + 1) > most {
                break;
            }
        }
        Ok(Ok(match self.slopes {
            Some(_) => slope::clock(&slopes),
            None => busiest.clock(),
        }))
    }

    /// One sweep of all contenders: next to each other in every case, in an order drawn anew for each case.
    pub(super) fn sweep(
        &mut self,
        judge: &mut Judge,
        control: &Control,
    ) -> Result<Result<Vec<Lap>, Voided>, JudgeError> {
        let before = self.elapsed(judge);
        let start = Lap {
            single: true,
            ..Lap::default()
        };
        let mut laps = vec![start; self.contenders.len()];
        let mut order: Vec<usize> = (0..self.contenders.len()).collect();
        let mut runs: Vec<Vec<Figures>> = vec![Vec::with_capacity(self.repeats); order.len()];
        for place in 0..self.places.len() {
            runs.iter_mut().for_each(Vec::clear);
            for _ in 0..self.repeats {
                order.shuffle(&mut self.chance);
                for who in &order {
                    match self.once(judge, *who, place, &mut laps[*who], control)? {
                        Ok(figures) => runs[*who].push(figures),
                        Err(voided) => return Ok(Err(voided)),
                    }
                }
            }
            for (lap, runs) in laps.iter_mut().zip(&runs) {
                lap.add(runs);
            }
        }
        self.last_sweep = self.elapsed(judge).saturating_sub(before);
        Ok(Ok(laps))
    }

    /// One figure of one contender: of one run, or per pass from the slope between two. The outputs are checked again.
    fn once(
        &mut self,
        judge: &mut Judge,
        who: usize,
        place: usize,
        lap: &mut Lap,
        control: &Control,
    ) -> Result<Result<Figures, Voided>, JudgeError> {
        if self.slopes.is_some() {
            return self.pass(judge, who, lap, control);
        }
        let program = self.programs[who][place].clone();
        let outcome = match self.checked(judge, who, place, &program, control)? {
            Ok(outcome) => outcome,
            Err(voided) => return Ok(Err(voided)),
        };
        let figures = match self.contenders[who].built.commands {
            Some(_) => judge.command_figures(self.task, &self.places[place], &outcome),
            None => undelayed(&outcome),
        };
        self.saw(&outcome, place, lap);
        Ok(Ok(figures))
    }

    /// Runs a program of a contender and checks what it writes.
    pub(super) fn checked(
        &mut self,
        judge: &mut Judge,
        who: usize,
        place: usize,
        program: &Program,
        control: &Control,
    ) -> Result<Result<Outcome, Voided>, JudgeError> {
        let outcome = judge.run(program, &self.limits, &mut |_| {}, control)?;
        if outcome.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(ending(&outcome, &self.limits)));
        }
        let case = &self.places[place];
        if let Some((verdict, mut failure)) = judge.verdict(&outcome, case, self.task, control)? {
            failure.reason = format!("in a timed run: {}", failure.reason);
            return Ok(Err(Voided {
                who,
                verdict,
                failure,
            }));
        }
        self.ear.ran(outcome.wall, outcome.delayed);
        Ok(Ok(outcome))
    }

    /// Takes in what a run tells besides its figures.
    pub(super) fn saw(&mut self, outcome: &Outcome, place: usize, lap: &mut Lap) {
        let figures = check::figures(outcome);
        lap.saw(place, &figures, outcome.delayed.unwrap_or_default());
        let peak = outcome.peak;
        let (low, high) = (
            peak.low.unwrap_or(peak.bytes),
            peak.high.unwrap_or(peak.bytes),
        );
        lap.peak = (lap.peak.0.max(low), lap.peak.1.max(high));
        let busy = figures.cpu_ns.0 as f64 <= 1.02 * figures.wall_ns.0 as f64;
        lap.single &= outcome.tasks.map_or(busy, |tasks| tasks <= 1 || busy);
        lap.single &= !outcome.cpu_at_least;
    }

    /// Draws an order.
    pub(super) fn shuffle<T>(&mut self, order: &mut [T]) {
        order.shuffle(&mut self.chance);
    }

    /// Keeps a sweep for the medians and the ratios of the cases.
    pub(super) fn keep(&mut self, laps: Vec<Lap>) {
        for (all, lap) in self.laps.iter_mut().zip(laps) {
            all.push(lap);
        }
    }

    /// Kept sweeps of one contender.
    pub(super) fn laps(&self, who: usize) -> &[Lap] {
        &self.laps[who]
    }

    /// Time since the start, without what the developer held it up.
    pub(super) fn elapsed(&self, judge: &Judge) -> Duration {
        self.started
            .elapsed()
            .saturating_sub(judge.held().saturating_sub(self.held_before))
    }

    /// Median figures per sweep of one contender.
    pub(super) fn medians(&self, who: usize) -> Figures {
        let sweeps: Vec<Figures> = self.laps[who].iter().map(|l| l.figures).collect();
        let mut medians = floor::medians(&sweeps);
        if self.slopes.is_some() {
            // Many prepared passes fill the memory of a timed process; a single one is what a caller would see.
            medians.peak_bytes = self.contenders[who].evaluation.figures.peak_bytes;
        }
        medians
    }

    /// Ratio of every timing case, as the geometric mean over the kept sweeps.
    pub(super) fn per_case(
        &self,
        incumbent: usize,
        candidate: usize,
        metric: Metric,
    ) -> Vec<(String, Gain)> {
        let sweeps = self.laps[incumbent].len().max(1) as f64;
        let both = || self.laps[incumbent].iter().zip(&self.laps[candidate]);
        let ratio = |place: usize| {
            let sum: f64 = both()
                .filter_map(|(a, b)| {
                    Some(log_ratio(a.cases.get(place)?, b.cases.get(place)?, metric))
                })
                .sum();
            Gain((sum / sweeps).exp())
        };
        if matches!(self.task.harness, Harness::Calls(_)) {
            // All calls are one run.
            return Vec::new();
        }
        self.places
            .iter()
            .enumerate()
            .map(|(place, case)| (case.name.clone(), ratio(place)))
            .collect()
    }

    /// Says on how much of the workload the timing was done, where it was not all of it.
    pub(super) fn coverage(&self) -> String {
        if let Some(case) = &self.choice.only {
            return format!("; timed on case {case} only");
        }
        let (timed, all) = (self.choice.cases.len(), self.task.workload.cases.len());
        if timed == all {
            return String::new();
        }
        let floor = match self.choice.only_floor {
            0 => String::new(),
            n => format!("; {n} are little more than the start of the program"),
        };
        format!(
            "; timed on {timed} of {all} cases ({:.0} % of the whole{floor})",
            self.choice.share * 100.0
        )
    }

    /// What of a sweep is floor, for two of the contenders; `None` where it is not known for both.
    pub(super) fn floors(&self, incumbent: usize, candidate: usize) -> Option<Floors> {
        if self.slopes.is_some() {
            // The start of a process is no part of a slope.
            return None;
        }
        let sweep = |who: usize| {
            let floor = self.contenders[who].evaluation.floor?;
            let runs = vec![floor; self.choice.cases.len()];
            Some(runs.iter().fold(Figures::default(), |a, b| a.join(*b)))
        };
        Some(Floors {
            incumbent: sweep(incumbent)?,
            candidate: sweep(candidate)?,
        })
    }

    /// Tells the watcher how quiet the machine is, at most once a second.
    pub(super) fn listen(&mut self, watch: Watch<'_>) {
        if let Some(noise) = self.ear.listen() {
            watch(Progress::Heard { noise });
        }
    }

    /// How quiet the machine has been since the start.
    pub(super) fn noise(&self) -> Option<Noise> {
        self.ear.sum()
    }

    /// Makes the end of the first stage of a comparison.
    pub(super) fn first(self, judge: &Judge, comparison: Comparison) -> First {
        First {
            comparison,
            repeats: self.repeats,
            passes: self.slopes.as_ref().map(Slopes::passes).unwrap_or_default(),
            spent: self.elapsed(judge),
            choice: self.choice,
        }
    }
}

/// One figure of a sweep or of a run.
pub(super) fn figure(figures: &Figures, metric: Metric) -> f64 {
    match metric {
        Metric::Wall => figures.wall_ns.0 as f64,
        Metric::Cpu => figures.cpu_ns.0 as f64,
        Metric::Peak => figures.peak_bytes.0 as f64,
        Metric::Integral => figures.integral_byte_ns.0,
        Metric::Reported | Metric::ReportedTime | Metric::ReportedRate => {
            figures.reported.unwrap_or(0.0)
        }
    }
}

/// ln(incumbent / candidate), or the other way round where more is better. A figure of 0 counts as 1 of its smallest unit;
/// where a command says it, that is unknown, and 0 counts as very little.
pub(super) fn log_ratio(incumbent: &Figures, candidate: &Figures, metric: Metric) -> f64 {
    let least = match metric {
        Metric::Reported | Metric::ReportedRate => 1e-9,
        _ => 1.0,
    };
    let figure = |figures| figure(figures, metric).max(least);
    let ratio = (figure(incumbent) / figure(candidate)).ln();
    if metric == Metric::ReportedRate {
        -ratio
    } else {
        ratio
    }
}
