//! Pairs of sweeps: runs programs next to each other, case by case, in drawn order; which cases are timed, and by which clock.

use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::build::Built;
use super::judge::{Judge, JudgeError, ending};
use super::{Evaluation, Failure, Figures, Metric, Verdict, check, stats};
use crate::sandbox::{Control, Program, RunVerdict};
use crate::task::{Objective, Task};
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
    /// Whether no run was seen to use more than one thread.
    single: bool,
}

impl Lap {
    fn add(&mut self, figures: Figures, low: Bytes, high: Bytes, single: bool) {
        self.figures = self.figures.join(figures);
        self.peak = (self.peak.0.max(low), self.peak.1.max(high));
        self.cases.push(figures);
        self.single &= single;
    }
}

/// The cases that are timed.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// Positions in the workload, rising.
    pub(super) cases: Vec<usize>,
    /// Their share of the whole.
    pub(super) share: f64,
}

/// Runs sweep after sweep of the same contenders over the same cases.
pub(super) struct Track<'a> {
    contenders: Vec<Contender<'a>>,
    programs: Vec<Vec<Program>>,
    task: &'a Task,
    pub(super) choice: Choice,
    chance: Pcg64Mcg,
    laps: Vec<Vec<Lap>>,
    started: Instant,
    held_before: Duration,
}

impl<'a> Track<'a> {
    /// Makes everything ready before the first run, so that nothing is prepared between two timed ones.
    pub(super) fn new(
        judge: &Judge,
        contenders: Vec<Contender<'a>>,
        task: &'a Task,
        choice: Choice,
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
        let prepare = |c: &Contender<'_>| {
            choice
                .cases
                .iter()
                .filter_map(|i| Some(c.built.program(task, task.workload.cases.get(*i)?)))
                .collect()
        };
        let programs = contenders.iter().map(prepare).collect();
        let chance = seed.map_or_else(
            || Pcg64Mcg::seed_from_u64(rand::random()),
            Pcg64Mcg::seed_from_u64,
        );
        let laps = vec![Vec::new(); contenders.len()];
        Ok(Self {
            contenders,
            programs,
            task,
            choice,
            chance,
            laps,
            started: Instant::now(),
            held_before: judge.held(),
        })
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
        for done in 1..=8 {
            match self.sweep(judge, control)? {
                Ok(laps) => busiest.see(&laps),
                Err(voided) => return Ok(Err(voided)),
            }
            let next = self.elapsed(judge) / done * (done + 1);
            if busiest.all_busy() || next > budget / 8 {
                break;
            }
        }
        Ok(Ok(busiest.clock()))
    }

    /// One sweep of all contenders: next to each other in every case, in an order drawn anew for each case.
    pub(super) fn sweep(
        &mut self,
        judge: &mut Judge,
        control: &Control,
    ) -> Result<Result<Vec<Lap>, Voided>, JudgeError> {
        let mut laps = vec![
            Lap {
                single: true,
                ..Lap::default()
            };
            self.contenders.len()
        ];
        let mut order: Vec<usize> = (0..self.contenders.len()).collect();
        for (place, case) in self.choice.cases.iter().enumerate() {
            order.shuffle(&mut self.chance);
            for who in &order {
                let case = &self.task.workload.cases[*case];
                let outcome = judge.run(
                    &self.programs[*who][place],
                    &self.task.limits,
                    &mut |_| {},
                    control,
                )?;
                if outcome.verdict == RunVerdict::SandboxError {
                    return Err(JudgeError::Sandbox(ending(&outcome, &self.task.limits)));
                }
                if let Some((verdict, mut failure)) =
                    judge.verdict(&outcome, case, self.task, control)?
                {
                    failure.reason = format!("in a timed run: {}", failure.reason);
                    return Ok(Err(Voided {
                        who: *who,
                        verdict,
                        failure,
                    }));
                }
                let figures = check::figures(&outcome);
                let peak = outcome.peak;
                let busy = figures.cpu_ns.0 as f64 <= 1.02 * figures.wall_ns.0 as f64;
                let single = outcome.tasks.map_or(busy, |tasks| tasks <= 1 || busy);
                laps[*who].add(
                    figures,
                    peak.low.unwrap_or(peak.bytes),
                    peak.high.unwrap_or(peak.bytes),
                    single,
                );
            }
        }
        Ok(Ok(laps))
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
        let of = |get: fn(&Figures) -> f64| {
            stats::median(
                &mut self.laps[who]
                    .iter()
                    .map(|l| get(&l.figures))
                    .collect::<Vec<_>>(),
            )
            .unwrap_or(0.0)
        };
        Figures {
            wall_ns: Nanos(of(|f| f.wall_ns.0 as f64) as u64),
            cpu_ns: Nanos(of(|f| f.cpu_ns.0 as f64) as u64),
            peak_bytes: Bytes(of(|f| f.peak_bytes.0 as f64) as u64),
            integral_byte_ns: ByteNanos(of(|f| f.integral_byte_ns.0)),
        }
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
        let name = |case: &usize| self.task.workload.cases[*case].name.clone();
        self.choice
            .cases
            .iter()
            .enumerate()
            .map(|(place, case)| (name(case), ratio(place)))
            .collect()
    }

    /// Says on how much of the workload the timing was done, where it was not all of it.
    pub(super) fn coverage(&self) -> String {
        match self.choice.cases.len() {
            n if n == self.task.workload.cases.len() => String::new(),
            n => format!(
                "; timed on {n} of {} cases ({:.0} % of the whole)",
                self.task.workload.cases.len(),
                self.choice.share * 100.0
            ),
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
    }
}

/// ln(incumbent / candidate); a figure of 0 counts as 1 of its smallest unit.
pub(super) fn log_ratio(incumbent: &Figures, candidate: &Figures, metric: Metric) -> f64 {
    (figure(incumbent, metric).max(1.0) / figure(candidate, metric).max(1.0)).ln()
}

/// How busy each contender has been seen, case by case: in its evaluation and in the warm-ups.
///
/// A crowded machine makes a busy program wait, but nothing makes an idle one look busy: so of every case the run
/// with the largest share of CPU time counts.
pub(super) struct Busiest {
    seen: Vec<Vec<Figures>>,
    single: bool,
}

impl Busiest {
    /// What the evaluations tell of the timing cases.
    pub(super) fn new(contenders: &[Contender<'_>], choice: &Choice) -> Self {
        let of = |c: &Contender<'_>| {
            let figures = |i: &usize| {
                c.evaluation
                    .cases
                    .get(*i)
                    .map_or(Figures::default(), |c| c.figures)
            };
            choice.cases.iter().map(figures).collect()
        };
        Self {
            seen: contenders.iter().map(of).collect(),
            single: true,
        }
    }

    /// Takes in a warm-up.
    pub(super) fn see(&mut self, laps: &[Lap]) {
        for (seen, lap) in self.seen.iter_mut().zip(laps) {
            self.single &= lap.single;
            for (best, new) in seen.iter_mut().zip(&lap.cases) {
                if share(new) > share(best) {
                    *best = *new;
                }
            }
        }
    }

    /// Whether CPU time tells all: every contender uses one thread and keeps it busy for 90 % of the time.
    pub(super) fn all_busy(&self) -> bool {
        let busy = |cases: &Vec<Figures>| {
            share(&cases.iter().fold(Figures::default(), |a, b| a.join(*b))) >= 0.9
        };
        self.single && self.seen.iter().all(busy)
    }

    /// The clock that this means.
    pub(super) fn clock(&self) -> Metric {
        if self.all_busy() {
            Metric::Cpu
        } else {
            Metric::Wall
        }
    }
}

fn share(figures: &Figures) -> f64 {
    figures.cpu_ns.0 as f64 / (figures.wall_ns.0 as f64).max(1.0)
}

/// Which cases are timed: all of them; where `sweeps` sweeps of these contenders would take longer than `most`, the
/// fewest that cover 90 % of the baseline's figure.
pub(super) fn choose(
    contenders: &[Contender<'_>],
    baseline: &Evaluation,
    objective: Objective,
    sweeps: usize,
    most: Duration,
) -> Choice {
    let count = baseline.cases.len();
    let sweep: f64 = contenders
        .iter()
        .map(|c| c.evaluation.figures.wall_ns.seconds())
        .sum();
    let all = Choice {
        cases: (0..count).collect(),
        share: 1.0,
    };
    if sweep * sweeps as f64 <= most.as_secs_f64() || count < 2 {
        return all;
    }
    if objective == Objective::Memory {
        return Choice {
            cases: hungriest(contenders),
            share: 1.0,
        };
    }
    let weight = |i: &usize| match objective {
        Objective::Integral => baseline.cases[*i].figures.integral_byte_ns.0,
        _ => baseline.cases[*i].figures.wall_ns.0 as f64,
    };
    let whole: f64 = all.cases.iter().map(weight).sum();
    let mut by_weight = all.cases.clone();
    by_weight.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut share = 0.0;
    let mut cases: Vec<usize> = by_weight
        .into_iter()
        .take_while(|i| {
            let wanted = share < 0.9;
            if wanted {
                share += weight(i) / whole.max(f64::MIN_POSITIVE);
            }
            wanted
        })
        .collect();
    cases.sort_unstable();
    Choice {
        cases,
        share: share.min(1.0),
    }
}

/// The cases on which the contenders have their peaks.
fn hungriest(contenders: &[Contender<'_>]) -> Vec<usize> {
    let peak = |e: &Evaluation| (0..e.cases.len()).max_by_key(|i| e.cases[*i].figures.peak_bytes);
    let mut cases: Vec<usize> = contenders
        .iter()
        .filter_map(|c| peak(c.evaluation))
        .collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}
