//! Candidate against incumbent, the first stage: pairs until the statistics say something or the budget is spent.

use std::time::Duration;

use super::choice::{Choice, choose_of, repeats};
use super::judge::{Judge, JudgeError, Watch};
use super::pairs::{Contender, Lap, Track, Voided, figure, log_ratio};
use super::stats::{FEWEST_CONFIRMING, Rules, Sequential};
use super::{Answer, Comparison, Evaluation, Failure, Look, Metric, Progress, Verdict, peak};
use crate::sandbox::Control;
use crate::task::{Objective, Task};
use crate::units::{Bytes, Gain, Nanos};

/// A difference of memory below this is never told from none.
pub(super) const FLOOR: Bytes = Bytes(512 * 1024);

/// How a comparison is to be made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is to become better.
    pub objective: Objective,
    /// Wall or CPU time, where the developer chose; otherwise the warm-ups choose.
    pub metric: Option<Metric>,
    /// Time that a comparison and its confirmation may take together. Only where even the fewest pairs (five, and six
    /// fresh ones for a win) take longer are they waited for, up to twice the budget.
    pub budget: Duration,
    /// What counts as a difference, and when to look.
    pub rules: Rules,
    /// Where the drawing of orders starts; `None` is by lot.
    pub seed: Option<u64>,
}

impl Default for Plan {
    fn default() -> Self {
        Self::new(Objective::Time, Duration::from_secs(30))
    }
}

impl Plan {
    /// The usual rules for an objective and a budget.
    #[must_use]
    pub fn new(objective: Objective, budget: Duration) -> Self {
        Self {
            objective,
            metric: None,
            budget,
            rules: Rules::default(),
            seed: None,
        }
    }
}

/// Why there is no comparison: one of the contenders failed in a timed run and is void.
#[derive(Clone, Debug, PartialEq)]
pub struct Void {
    /// Which one.
    pub version: Side,
    /// What became of it.
    pub verdict: Verdict,
    /// How it failed.
    pub failure: Failure,
}

/// One of the contenders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The best so far.
    Incumbent,
    /// The one under evaluation.
    Candidate,
    /// v0 (only in a confirmation).
    Original,
}

/// Positions of incumbent and candidate on every track; the original, if it runs, comes third.
pub(super) const INCUMBENT: usize = 0;
pub(super) const CANDIDATE: usize = 1;
pub(super) const ORIGINAL: usize = 2;

impl From<Voided> for Void {
    fn from(voided: Voided) -> Self {
        let version = match voided.who {
            INCUMBENT => Side::Incumbent,
            CANDIDATE => Side::Candidate,
            _ => Side::Original,
        };
        Self {
            version,
            verdict: voided.verdict,
            failure: voided.failure,
        }
    }
}

/// What the first stage came to, and what the second must know to go on in the same way.
#[derive(Clone, Debug)]
pub(super) struct First {
    pub(super) comparison: Comparison,
    pub(super) choice: Choice,
    pub(super) repeats: usize,
    /// Passes of incumbent and candidate in a run, where calls are timed.
    pub(super) passes: Vec<u32>,
    /// Time that it took.
    pub(super) spent: Duration,
}

impl Judge {
    /// Compares two versions that pass. `baseline` is the evaluation of v0 (or of the incumbent, if v0 fails): it
    /// says which cases matter where there is no time for all of them. An answer of "better" only means promising.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn compare(
        &mut self,
        incumbent: &Contender<'_>,
        candidate: &Contender<'_>,
        baseline: &Evaluation,
        task: &Task,
        plan: &Plan,
        control: &Control,
        watch: Watch<'_>,
    ) -> Result<Result<First, Void>, JudgeError> {
        let contenders = vec![*incumbent, *candidate];
        for contender in &contenders {
            self.ready_commands(contender.built, task, control)?;
        }
        let fewest = plan.rules.looks.first().copied().unwrap_or(1) + FEWEST_CONFIRMING + 1;
        let choice = choose_of(
            task,
            &contenders,
            baseline,
            plan.objective,
            fewest,
            plan.budget,
        );
        let mut track = Track::new(self, contenders, task, choice, plan.objective, plan.seed)?;
        let names = [incumbent.name, candidate.name];
        if plan.objective == Objective::Memory {
            let compared = peak::compare(self, &mut track, names, plan, control, watch)?;
            return Ok(compared.map(|comparison| track.first(self, comparison)));
        }
        watch(Progress::WarmingUp);
        if let Err(voided) = track.calibrate(self, &[], plan.budget, control)? {
            return Ok(Err(voided.into()));
        }
        let clock = match track.warm_up(self, plan.budget, control)? {
            Ok(clock) => clock,
            Err(voided) => return Ok(Err(voided.into())),
        };
        let metric = match plan.objective {
            Objective::Integral => Metric::Integral,
            _ => (self.commands_metric(task).or(plan.metric)).unwrap_or(clock),
        };
        if track.slopes.is_none() {
            track.repeat(repeats(track.sweep_time(), plan.budget));
        }
        let mut pace = Pace::new(plan.budget, track.elapsed(self));
        let mut run = Sequential::new(plan.rules);
        let enough = loop {
            let laps = match track.sweep(self, control)? {
                Ok(laps) => laps,
                Err(voided) => return Ok(Err(voided.into())),
            };
            let look = step(&mut run, &laps, CANDIDATE, metric);
            pace.tick(track.elapsed(self));
            let left_ns = pace.left(&run, plan);
            watch(paired(&run, &laps, false, left_ns));
            track.keep(laps);
            track.listen(watch);
            if let Some(look) = look {
                watch(Progress::Looked { look, metric });
            }
            if run.finished() {
                break true;
            }
            if pace.spent(&run) {
                break false;
            }
        };
        let at = [INCUMBENT, CANDIDATE];
        let mut comparison = conclude(&track, &mut run, names, at, metric, plan);
        comparison.note = note(&comparison, enough, pace.elapsed, plan.budget) + &track.coverage();
        Ok(Ok(track.first(self, comparison)))
    }
}

/// Feeds one sweep to the statistics: `better` against the incumbent (or the original) of the same sweep.
pub(super) fn step(
    run: &mut Sequential,
    laps: &[Lap],
    candidate: usize,
    metric: Metric,
) -> Option<Look> {
    run.push(log_ratio(
        &laps[INCUMBENT].figures,
        &laps[candidate].figures,
        metric,
    ))
}

/// What a watcher is told of a pair.
pub(super) fn paired(
    run: &Sequential,
    laps: &[Lap],
    confirming: bool,
    left_ns: Option<Nanos>,
) -> Progress {
    Progress::Paired {
        pairs: run.pairs().len(),
        log_ratio: run.pairs().last().copied().unwrap_or(0.0),
        incumbent: laps[INCUMBENT].figures,
        candidate: laps[CANDIDATE].figures,
        confirming,
        left_ns,
    }
}

/// Keeps to the budget: how long a pair takes, and whether there is time for the next look.
struct Pace {
    budget: Duration,
    warm_up: Duration,
    elapsed: Duration,
}

impl Pace {
    fn new(budget: Duration, warm_up: Duration) -> Self {
        Self {
            budget,
            warm_up,
            elapsed: warm_up,
        }
    }

    fn tick(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
    }

    fn pair(&self, run: &Sequential) -> Duration {
        (self.elapsed.saturating_sub(self.warm_up))
            / u32::try_from(run.pairs().len().max(1)).unwrap_or(u32::MAX)
    }

    /// Whether the next look cannot be had any more. Before the first one twice the budget is allowed, for without a
    /// look all was in vain; after it a win in sight keeps back the time that its confirmation needs.
    fn spent(&self, run: &Sequential) -> bool {
        let Some(next) = run.next_look() else {
            return true;
        };
        let pair = self.pair(run);
        let pairs = |n: usize| pair * u32::try_from(n).unwrap_or(u32::MAX);
        let at_look = self.elapsed + pairs(next - run.pairs().len());
        match run.looks().last() {
            None => at_look > self.budget * 2,
            Some(look) if look.gain > Gain::ONE => at_look + pairs(FEWEST_CONFIRMING) > self.budget,
            Some(_) => at_look > self.budget,
        }
    }

    /// What is left at most: the rest of the budget (before the first look: the time until it), or of the looks.
    fn left(&self, run: &Sequential, plan: &Plan) -> Option<Nanos> {
        let until = |pairs: usize| {
            self.pair(run)
                * u32::try_from(pairs.saturating_sub(run.pairs().len())).unwrap_or(u32::MAX)
        };
        let first = if run.looks().is_empty() {
            until(run.next_look()?)
        } else {
            Duration::ZERO
        };
        let budget = self.budget.saturating_sub(self.elapsed);
        Some(
            until(*plan.rules.looks.last()?)
                .min(budget.max(first))
                .into(),
        )
    }
}

/// The comparison that the pairs so far come to.
pub(super) fn conclude(
    track: &Track<'_>,
    run: &mut Sequential,
    names: [&str; 2],
    at: [usize; 2],
    metric: Metric,
    plan: &Plan,
) -> Comparison {
    let standing = run.standing();
    let mut comparison = Comparison {
        candidate: names[1].to_owned(),
        incumbent: names[0].to_owned(),
        metric,
        gain: standing.gain,
        low: standing.low,
        high: standing.high,
        pairs: standing.pairs,
        confirmed: false,
        answer: run.answer().unwrap_or(Answer::Undecided),
        looks: run.looks().to_vec(),
        log_ratios: run.pairs().to_vec(),
        confirming: Vec::new(),
        per_case: track.per_case(at[0], at[1], metric),
        incumbent_figures: track.medians(at[0]),
        candidate_figures: track.medians(at[1]),
        smallest_effect: plan.rules.smallest_effect,
        margin: plan.rules.margin,
        repeats: track.repeats(),
        floors: track.floors(at[0], at[1]),
        noise: track.noise(),
        only: track.choice.only.clone(),
        slope: track.told(at, metric),
        note: String::new(),
    };
    if metric == Metric::Integral && below_floor(&comparison) {
        comparison.answer = match comparison.answer {
            Answer::Better | Answer::Worse => Answer::NoDifference,
            other => other,
        };
    }
    comparison
}

/// Whether two integrals differ by less than the smallest amount of memory that is told from none, held for the run.
pub(super) fn below_floor(c: &Comparison) -> bool {
    let gap = (figure(&c.incumbent_figures, Metric::Integral)
        - figure(&c.candidate_figures, Metric::Integral))
    .abs();
    let time = c.incumbent_figures.wall_ns.min(c.candidate_figures.wall_ns);
    gap < FLOOR.0 as f64 * time.0 as f64
}

fn note(c: &Comparison, enough: bool, elapsed: Duration, budget: Duration) -> String {
    let after = format!("after {} pairs", c.pairs);
    match c.answer {
        Answer::NoDifference if c.metric == Metric::Integral && below_floor(c) => {
            format!("the difference is below {FLOOR} held for the run, too little to tell; {after}")
        }
        Answer::Better => format!("promising {after}, not yet confirmed"),
        Answer::Worse => format!("worse {after}"),
        Answer::NoDifference => format!("the same within ±{:.1} % {after}", c.margin * 100.0),
        Answer::NotBetter => format!(
            "not better by {:.0} % or more {after}",
            c.smallest_effect * 100.0
        ),
        Answer::Undecided if enough => {
            format!("no answer {after}: the machine is too noisy for a difference this small")
        }
        Answer::Undecided if c.looks.is_empty() => {
            format!(
                "one pair takes {}, too long for a look within {}; give more time with --comparison-time",
                Nanos::from(elapsed / c.pairs.max(1) as u32),
                Nanos::from(budget)
            )
        }
        Answer::Undecided => format!(
            "no answer within {} {after}: at most {} better, at most {} worse; give more time with --comparison-time",
            Nanos::from(budget),
            per_cent(c.high.0 - 1.0),
            per_cent(1.0 / c.low.0 - 1.0)
        ),
    }
}

/// A share as people write it: `3.1 %`; nothing below none.
fn per_cent(share: f64) -> String {
    let value = share.max(0.0) * 100.0;
    if value < 10.0 {
        format!("{value:.1} %")
    } else {
        format!("{value:.0} %")
    }
}
