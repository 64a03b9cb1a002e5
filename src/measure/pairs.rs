//! Pairs of sweeps: runs programs next to each other, case by case, in drawn order.

use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::borne_out::Effort;
use super::case_selection::{Busiest, CaseSelection};
use super::comparison::Floors;
use super::contender::{Contender, ContenderRole, Disqualified, Stop};
use super::figures::{log_ratio, medians, run_figures, undelayed};
use super::judge::{Judge, JudgeError, Watch, ending};
use super::launches::{self, Settled, Stamping};
use super::noise::{Noise, NoiseMonitor};
use super::sweep_figures::SweepFigures;
use super::{Comparison, Figures, Metric, Progress};
use crate::base::units::Gain;
use crate::sandbox::{CancelToken, Limits, Outcome, Program, RunVerdict};
use crate::task::{Case, Harness, Objective, Task, calls};

/// The outcome of the first stage, with what the second needs to measure in the same way.
#[derive(Clone, Debug)]
pub(super) struct FirstStage {
    pub(super) comparison: Comparison,
    pub(super) selection: CaseSelection,
    pub(super) repeats: usize,
    /// What the first launch settled, where calls are timed.
    pub(super) settled: Option<Settled>,
    /// Time that it took.
    pub(super) spent: Duration,
}

/// Runs sweep after sweep of the same contenders over the same cases.
pub(super) struct PairedRunner<'a> {
    pub(super) contenders: Vec<Contender<'a>>,
    /// What is run in one sweep: the timing cases, or all their calls as one.
    pub(super) places: Vec<Case>,
    /// Of every contender a program for every place.
    programs: Vec<Vec<Program>>,
    /// How calls are timed; `None` where whole runs are.
    pub(super) stamping: Option<Stamping>,
    pub(super) limits: Limits,
    pub(super) task: &'a Task,
    pub(super) selection: CaseSelection,
    pub(super) chance: Pcg64Mcg,
    repeats: usize,
    sweeps: Vec<Vec<SweepFigures>>,
    pub(super) noise_monitor: NoiseMonitor,
    /// The work behind the figure that a bench says.
    pub(super) effort: Effort,
    /// The name of that figure.
    pub(super) reported_name: Option<String>,
    started: Instant,
    held_before: Duration,
    last_sweep: Duration,
}

impl<'a> PairedRunner<'a> {
    /// Prepares everything before the first run, so that nothing is prepared between two timed ones.
    pub(super) fn new(
        judge: &Judge,
        contenders: Vec<Contender<'a>>,
        task: &'a Task,
        selection: CaseSelection,
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
        let cases = selection.cases.iter();
        let cases: Vec<&Case> = cases.filter_map(|i| task.workload.cases.get(*i)).collect();
        // Of a peak there is nothing to stamp: it is that of a process that makes every call once.
        let stamping = (matches!(task.harness, Harness::Calls(_))
            && objective != Objective::Memory)
            .then(|| Stamping::new(&cases, Settled::default()));
        let (places, limits) = match &task.harness {
            Harness::Calls(_) => (
                vec![calls::join(&cases)],
                launches::limits(task, cases.len()),
            ),
            _ => (cases.into_iter().cloned().collect(), task.limits.clone()),
        };
        let programs = contenders
            .iter()
            .map(|c| places.iter().map(|p| c.built.program(task, p)).collect())
            .collect();
        let chance = seed.map_or_else(
            || Pcg64Mcg::seed_from_u64(rand::random()),
            Pcg64Mcg::seed_from_u64,
        );
        let sweeps = vec![Vec::new(); contenders.len()];
        Ok(Self {
            contenders,
            places,
            programs,
            stamping,
            limits,
            task,
            selection,
            chance,
            repeats: 1,
            sweeps,
            noise_monitor: NoiseMonitor::new(),
            effort: judge.effort(),
            reported_name: judge.reported_name(),
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
        cancel: &CancelToken,
    ) -> Result<Metric, Stop> {
        if self.stamping.is_some() {
            return self.first_launch(judge, cancel);
        }
        let known = judge.known_to_compute(&self.contenders);
        let mut busiest = Busiest::new(&self.contenders, &self.selection, known);
        let started = self.elapsed(judge);
        for done in 1..=8 {
            busiest.see(&self.sweep(judge, cancel)?);
            let spent = self.elapsed(judge).saturating_sub(started);
            if busiest.all_busy() || spent / done * (done + 1) > budget / 8 {
                break;
            }
        }
        let clock = busiest.clock();
        judge.remember_clock(&self.contenders, clock);
        Ok(clock)
    }

    /// One sweep of all contenders: next to each other in every case, in an order drawn anew for each case.
    pub(super) fn sweep(
        &mut self,
        judge: &mut Judge,
        cancel: &CancelToken,
    ) -> Result<Vec<SweepFigures>, Stop> {
        let before = self.elapsed(judge);
        if self.stamping.is_some() {
            let sweeps = self.launch(judge, cancel)?;
            self.last_sweep = self.elapsed(judge).saturating_sub(before);
            return Ok(sweeps);
        }
        let start = SweepFigures {
            single: true,
            ..SweepFigures::default()
        };
        let mut sweeps = vec![start; self.contenders.len()];
        let mut order: Vec<usize> = (0..self.contenders.len()).collect();
        let mut runs: Vec<Vec<Figures>> = vec![Vec::with_capacity(self.repeats); order.len()];
        for place in 0..self.places.len() {
            runs.iter_mut().for_each(Vec::clear);
            for _ in 0..self.repeats {
                // Drawn anew each time: the signed-rank test is exact because either contender was as likely to go first.
                order.shuffle(&mut self.chance);
                for who in &order {
                    let figures = self.once(judge, *who, place, &mut sweeps[*who], cancel)?;
                    runs[*who].push(figures);
                }
            }
            for (sweep, runs) in sweeps.iter_mut().zip(&runs) {
                sweep.add(runs);
            }
        }
        self.last_sweep = self.elapsed(judge).saturating_sub(before);
        Ok(sweeps)
    }

    /// The figures of one run of one contender. Its output is checked again.
    fn once(
        &mut self,
        judge: &mut Judge,
        who: usize,
        place: usize,
        sweep: &mut SweepFigures,
        cancel: &CancelToken,
    ) -> Result<Figures, Stop> {
        let program = self.programs[who][place].clone();
        let outcome = self.checked(judge, who, place, &program, cancel)?;
        let figures = match &self.contenders[who].built.commands {
            Some(version) => {
                let read = judge.read_bench(self.task, &self.places[place], &outcome, version);
                let doubt = read
                    .doubt
                    .map(|why| format!("{}: {why}", self.contenders[who].name));
                sweep.doubt = sweep.doubt.take().or(doubt);
                sweep.record_others(read.others);
                sweep.iterations = read.iterations;
                read.figures
            }
            None => undelayed(&outcome),
        };
        self.saw(&outcome, place, sweep);
        Ok(figures)
    }

    /// Runs a program of a contender and checks what it writes.
    fn checked(
        &mut self,
        judge: &mut Judge,
        who: usize,
        place: usize,
        program: &Program,
        cancel: &CancelToken,
    ) -> Result<Outcome, Stop> {
        judge.restore_commands(self.contenders[who].built, &self.places[place])?;
        let outcome = judge.run(program, &self.limits, &mut |_| {}, cancel)?;
        if outcome.verdict == RunVerdict::SandboxError {
            return Err(JudgeError::Sandbox(ending(&outcome, &self.limits)).into());
        }
        let case = &self.places[place];
        let version = self.contenders[who].built.commands.as_deref();
        let judged = match judge.verdict(&outcome, case, self.task, cancel)? {
            None => (version.filter(|version| !version.is_original()))
                .and_then(|_| judge.left_out(&outcome, case, self.task)),
            judged => judged,
        };
        if let Some((verdict, mut failure)) = judged {
            failure.reason = format!("in a timed run: {}", failure.reason);
            return Err(Stop::from(Disqualified {
                version: ContenderRole::at(who),
                verdict,
                failure,
            }));
        }
        self.noise_monitor.record_run(outcome.wall, outcome.delayed);
        Ok(outcome)
    }

    /// Records what a run shows besides its figures: how busy it was, its peak, its threads.
    pub(super) fn saw(&mut self, outcome: &Outcome, place: usize, sweep: &mut SweepFigures) {
        let figures = run_figures(outcome);
        sweep.record_run(place, &figures, outcome.delayed.unwrap_or_default());
        let peak = outcome.peak;
        let (low, high) = (
            peak.low.unwrap_or(peak.bytes),
            peak.high.unwrap_or(peak.bytes),
        );
        sweep.peak = (sweep.peak.0.max(low), sweep.peak.1.max(high));
        // More CPU time than wall time needs several threads; 2 % are the coarseness of the clocks.
        let busy = figures.cpu_ns.0 as f64 <= 1.02 * figures.wall_ns.0 as f64;
        sweep.single &= outcome.tasks.map_or(busy, |tasks| tasks <= 1 || busy);
        sweep.single &= !outcome.cpu_at_least;
    }

    /// Keeps a sweep for the medians and the ratios of the cases.
    pub(super) fn keep(&mut self, sweeps: Vec<SweepFigures>) {
        for (all, sweep) in self.sweeps.iter_mut().zip(sweeps) {
            all.push(sweep);
        }
    }

    /// Kept sweeps of one contender.
    pub(super) fn sweeps(&self, who: usize) -> &[SweepFigures] {
        &self.sweeps[who]
    }

    /// Time since the start, without the time that the developer paused it.
    pub(super) fn elapsed(&self, judge: &Judge) -> Duration {
        self.started
            .elapsed()
            .saturating_sub(judge.held().saturating_sub(self.held_before))
    }

    /// Median figures per sweep of one contender.
    pub(super) fn medians(&self, who: usize) -> Figures {
        let sweeps: Vec<Figures> = self.sweeps[who].iter().map(|l| l.figures).collect();
        let mut medians = medians(&sweeps);
        if self.stamping.is_some() {
            // Prepared passes fill the memory of a timed process; a single one is what a caller would see.
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
        let sweeps = self.sweeps[incumbent].len().max(1) as f64;
        let both = || self.sweeps[incumbent].iter().zip(&self.sweeps[candidate]);
        let ratio = |place: usize| {
            let sum: f64 = both()
                .filter_map(|(a, b)| {
                    Some(log_ratio(a.cases.get(place)?, b.cases.get(place)?, metric))
                })
                .sum();
            Gain((sum / sweeps).exp())
        };
        if matches!(self.task.harness, Harness::Calls(_)) {
            // All calls are one place.
            return self.per_call([incumbent, candidate], metric);
        }
        self.places
            .iter()
            .enumerate()
            .map(|(place, case)| (case.name.clone(), ratio(place)))
            .collect()
    }

    /// Says on how much of the workload the timing was done, where it was not all of it.
    pub(super) fn coverage(&self) -> String {
        if let Some(case) = &self.selection.only {
            return format!("; timed on case {case} only");
        }
        let (timed, all) = (self.selection.cases.len(), self.task.workload.cases.len());
        // Of commands the bench is timed, as it should be.
        if timed == all || matches!(self.task.harness, Harness::Commands(_)) {
            return String::new();
        }
        let floor = match self.selection.only_floor {
            0 => String::new(),
            n => format!("; {n} are little more than the start of the program"),
        };
        format!(
            "; timed on {timed} of {all} cases ({:.0} % of the whole{floor})",
            self.selection.share * 100.0
        )
    }

    /// What of a sweep is floor, for two of the contenders; `None` where it is not known for both.
    pub(super) fn floors(&self, incumbent: usize, candidate: usize) -> Option<Floors> {
        if self.stamping.is_some() {
            // The start of a process is no part of a burst.
            return None;
        }
        let sweep = |who: usize| {
            let floor = self.contenders[who].evaluation.floor?;
            let runs = vec![floor; self.selection.cases.len()];
            Some(runs.iter().fold(Figures::default(), |a, b| a.join(*b)))
        };
        Some(Floors {
            incumbent: sweep(incumbent)?,
            candidate: sweep(candidate)?,
        })
    }

    /// Reports how quiet the machine is, at most once a second.
    pub(super) fn report_noise(&mut self, watch: Watch<'_>) {
        if let Some(noise) = self.noise_monitor.poll() {
            watch(Progress::Heard { noise });
        }
    }

    /// How quiet the machine has been since the start.
    pub(super) fn noise(&self) -> Option<Noise> {
        self.noise_monitor.total()
    }

    /// Ends the first stage of a comparison.
    pub(super) fn into_first_stage(self, judge: &Judge, comparison: Comparison) -> FirstStage {
        FirstStage {
            comparison,
            repeats: self.repeats,
            settled: self.stamping.as_ref().map(|s| s.settled.clone()),
            spent: self.elapsed(judge),
            selection: self.selection,
        }
    }
}
